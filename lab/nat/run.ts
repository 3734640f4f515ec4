// The whole table of who can meet whom:  node lab/nat/run.ts [AT ONCE [PART ...]]
// First what each kind of NAT does to plain datagrams and which pairs these can cross; then the same pairs with whole clients.
// Prints what docs/nat.md holds. Takes a quarter of an hour; the sample in test/interop/shoal-nat.test.ts takes less than a minute.

import { enterNamespace } from '../netns/namespace.ts'
import { measure } from './behaviour.ts'
import { FILE_BYTES, type Joining, JoiningLab, type Outcome } from './joining.ts'
import { meet, physics } from './meeting.ts'
import { NAT_KINDS, type NatKind } from './nat-rules.ts'
import { FORWARDED_PORTS, NatWorld, type Place } from './world.ts'

const AT_ONCE = 3

const footing = await enterNamespace(import.meta.filename)
if (footing.kind === 'refused') {
  console.error(footing.reason)
  process.exit(1)
}
const atOnce = Number(process.argv[2] ?? AT_ONCE)
const world = await NatWorld.make()
const side = async (name: string): Promise<ReadonlyMap<NatKind, Place>> => {
  const places = new Map<NatKind, Place>()
  for (const kind of NAT_KINDS) places.set(kind, await world.place(`${name} ${kind}`, kind))
  return places
}
const [here, there] = [await side('here'), await side('there')]
let nextPort: number = FORWARDED_PORTS[0]
/** Each measurement has ports of its own: nothing that a router remembers of another one can help it. */
const freshPort = (): number => {
  nextPort += 2
  return nextPort
}
let wrong = 0

const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  kinds: async () => {
    console.log('| kind | mapping (RFC 4787) | filtering (RFC 4787) | keeps the port |\n|---|---|---|---|')
    for (const [kind, place] of here) {
      const { mapping, filtering, keepsPort } = await measure(world, place, freshPort())
      console.log(`| ${kind} | ${mapping} | ${filtering} | ${keepsPort ? 'yes' : 'no'} |`)
    }
  },
  datagrams: () =>
    table('plain datagrams', async (giver, taker) => {
      const found = await meet(world, [giver, taker], freshPort())
      if (found !== physics(giver.kind, taker.kind)) wrong++
      return found
    }),
  'one-sided': () =>
    clientsTable('clients, uTP alone, only the giver hears of the other', { oneSided: true, utpOnly: true }),
  both: () =>
    clientsTable('clients as they come: by TCP and uTP, and both hear of each other', {
      oneSided: false,
      utpOnly: false,
    }),
  dht: () =>
    table('no public peer in the torrent: they know each other from the DHT alone', (giver, taker) =>
      // Without a way around, such a file never arrives: nothing to wait for.
      physics(giver.kind, taker.kind) === 'none'
        ? Promise.resolve('–')
        : clientsCell(giver, taker, { oneSided: false, utpOnly: false, dht: true }),
    ),
  libtorrent: async () => {
    console.log('\nwith libtorrent, both behind port-restricted NATs\n\n| libtorrent is the | |\n|---|---|')
    for (const role of ['giver', 'taker', 'public'] as const) {
      const places = [placeOf(here, 'port-restricted'), placeOf(there, 'port-restricted')] as const
      const how = { oneSided: true, utpOnly: true, clients: { [role]: 'libtorrent' } } as const
      console.log(`| ${role === 'public' ? 'public one' : role} | ${await clientsCell(...places, how)} |`)
    }
  },
}

const lab = await JoiningLab.make(world, footing.directory)
const asked = process.argv.slice(3)
for (const [name, part] of Object.entries(PARTS)) if (asked.length === 0 || asked.includes(name)) await part()
console.log(wrong === 0 ? '\neverything as the rule says' : `\n${wrong} not as the rule says`)
process.exit(wrong === 0 ? 0 : 1)

type How = Pick<Joining, 'oneSided' | 'utpOnly' | 'clients' | 'dht'>

function clientsTable(title: string, how: How): Promise<void> {
  return table(title, (giver, taker) => clientsCell(giver, taker, how))
}

async function clientsCell(giver: Place, taker: Place, how: How): Promise<string> {
  const outcome = await lab.run({ giver, taker, port: freshPort(), ...how })
  if (!rightly(outcome)) wrong++
  const { way, transport, seconds, relayedBytes, arrived } = outcome
  const over = how.utpOnly || transport === undefined ? '' : ` (${transport})`
  const detour = relayedBytes > FILE_BYTES / 2 ? ', by the detour' : ''
  return `${way}${over} ${seconds.toFixed(1)} s${detour}${arrived ? '' : ', NOT ARRIVED'}`
}

/** They meet exactly where physics allows, and the file arrives in any case, through the public one only where it must. */
function rightly({ expected, way, arrived, relayedBytes }: Outcome): boolean {
  const relayed = relayedBytes > FILE_BYTES / 2
  return arrived && (expected === 'none') === (way === 'none') && (way === 'none') === relayed
}

/** A row for each kind of the giver, a column for each of the taker; a place is in one measurement at a time. */
async function table(title: string, cell: (giver: Place, taker: Place) => Promise<string>): Promise<void> {
  const found = new Map<string, string>()
  const waiting = NAT_KINDS.flatMap((giver) => NAT_KINDS.map((taker) => ({ giver, taker })))
  const busy = new Set<Place>()
  const work = async (): Promise<void> => {
    for (;;) {
      const next = waiting.findIndex(
        ({ giver, taker }) => !busy.has(placeOf(here, giver)) && !busy.has(placeOf(there, taker)),
      )
      const [pair] = next < 0 ? [] : waiting.splice(next, 1)
      if (pair === undefined) {
        if (waiting.length === 0) return
        await new Promise((resolve) => setTimeout(resolve, 100))
        continue
      }
      const places = [placeOf(here, pair.giver), placeOf(there, pair.taker)] as const
      for (const place of places) busy.add(place)
      const text = await cell(...places).catch((error: unknown) => {
        wrong++
        return `failed: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`
      })
      found.set(`${pair.giver} ${pair.taker}`, text)
      for (const place of places) busy.delete(place)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  console.log(`\n${title}\n\n| giver \\ taker | ${NAT_KINDS.join(' | ')} |`)
  console.log(`|---|${NAT_KINDS.map(() => '---').join('|')}|`)
  for (const giver of NAT_KINDS) {
    const row = NAT_KINDS.map((taker) => found.get(`${giver} ${taker}`))
    console.log(`| ${giver} | ${row.join(' | ')} |`)
  }
}

function placeOf(side: ReadonlyMap<NatKind, Place>, kind: NatKind): Place {
  const place = side.get(kind)
  if (place === undefined) throw new Error(`no place of kind ${kind}`)
  return place
}
