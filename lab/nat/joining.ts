// Two clients behind routers of their own and a public one that knows both: how the two come together, and whether the file
// arrives. The public one holds next to nothing of the file, so that what arrives came directly; only where the two
// cannot meet does it take part, slowly, so that it is seen what they would lose without it.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MadeTorrent } from '../../test/doubles/made-torrent.ts'
import { until } from '../netns/until.ts'
import { type ClientName, type LabClient, startClient } from './clients.ts'
import { type Meeting, physics } from './meeting.ts'
import type { ConnectedPeer, PeerPlan } from './peer.ts'
import type { NatWorld, Place } from './world.ts'

export interface Joining {
  readonly giver: Place
  readonly taker: Place
  /** Of both; one that their routers have not seen, so that nothing of an earlier run can help. */
  readonly port: number
  /** Only the giver hears of the other: whatever brings them together, it began. Else both hear, and may dial at once. */
  readonly oneSided: boolean
  /** They dial by uTP alone, so that it is the routers' handling of UDP that decides. Else by both, as usual. */
  readonly utpOnly: boolean
  /** Who is what; all are Shoal where nothing is said. */
  readonly clients?: Partial<Readonly<Record<Role, ClientName>>>
  /** They know each other from the DHT alone: the public one is a node of it, and has no part in the torrent. */
  readonly dht?: boolean
  /** How long the file takes through the public one: longer than a dial, a rendezvous and a second dial. */
  readonly detourSeconds?: number
}

export type Role = 'giver' | 'taker' | 'public'

export type Way =
  /** One dialled the other without help. */
  | 'direct'
  /** The public one told both to dial (BEP 55), and only so each could let the other in. */
  | 'punched'
  /** The same, where one can be reached and the other cannot: the latter was asked to dial. */
  | 'called back'
  /** Both dialled at once, each having heard of the other: the same hole, by chance of time. */
  | 'crossed'
  | 'none'

export interface Outcome {
  readonly expected: Meeting
  readonly way: Way
  readonly transport: ConnectedPeer['transport']
  /** From when the taker is connected to the public one. */
  readonly seconds: number
  /** The whole file arrived, with the right bytes. */
  readonly arrived: boolean
  /** Of those bytes, what the public one gave. */
  readonly relayedBytes: number
}

export const FILE_BYTES = 3 * 1024 * 1024 + 77
const NAME = 'made'
const DETOUR_SECONDS = 25
/** Bytes per second: libtorrent leaves whoever wants nothing and has nothing, so beside it the public one wants a little. */
const TRICKLE = 1_000
/** libtorrent tells by PEX once a minute, and sometimes in the next one only. */
const MEETING_DEADLINE_MS = 150_000
const START_DEADLINE_MS = 60_000

export class JoiningLab {
  readonly #world: NatWorld
  readonly #folder: string
  readonly #content: Uint8Array
  #runs = 0
  #publicPort = 30_000

  private constructor(world: NatWorld, folder: string, content: Uint8Array) {
    this.#world = world
    this.#folder = folder
    this.#content = content
  }

  /** @param folder an empty one, for what is written */
  static async make(world: NatWorld, folder: string): Promise<JoiningLab> {
    const made = await MadeTorrent.make({
      name: NAME,
      version: 'hybrid',
      lengthsBytes: [FILE_BYTES],
      pieceLengthBytes: 32_768,
    })
    const [content] = made.contents
    if (content === undefined) throw new Error('no content')
    await mkdir(join(folder, 'source'))
    await writeFile(join(folder, 'source', NAME), content)
    await writeFile(join(folder, 'made.torrent'), made.bytes)
    return new JoiningLab(world, folder, content)
  }

  async run(joining: Joining): Promise<Outcome> {
    const { giver, taker, port, oneSided, utpOnly } = joining
    const expected = physics(giver.kind, taker.kind)
    const run = join(this.#folder, `run-${++this.#runs}`)
    const between = { host: this.#world.addresses[0], port: this.#publicPort++ }
    const clients: LabClient[] = []
    const start = async (role: Role, place: Place | undefined, changes: Partial<PeerPlan>) => {
      const saveFolder = join(run, role)
      await mkdir(saveFolder, { recursive: true })
      const plan: PeerPlan = {
        torrentPath: join(this.#folder, 'made.torrent'),
        saveFolder,
        stateFolder: join(run, `${role}-state`),
        listen: { host: place?.inner ?? between.host, port },
        peers: [between],
        pex: true,
        wants: true,
        utpOnly,
        ...changes,
      }
      const client = startClient(joining.clients?.[role] ?? 'shoal', role, plan, place)
      clients.push(client)
      await until(`${role} runs`, () => client.report, {
        deadlineMs: START_DEADLINE_MS,
        program: client.program,
      })
      return client
    }
    try {
      const detour = expected === 'none'
      const mixed = joining.clients !== undefined
      const nodes = [`${between.host}:${between.port}`]
      const middle = await start('public', undefined, {
        ...(joining.dht === true ? { torrentPath: undefined, dhtNodes: [] } : {}),
        listen: between,
        peers: [],
        wants: detour || mixed,
        ...(mixed && !detour ? { downLimit: TRICKLE } : {}),
        ...(detour ? { upLimit: Math.ceil(FILE_BYTES / (joining.detourSeconds ?? DETOUR_SECONDS)) } : {}),
      })
      const met = joining.dht === true ? { peers: [], dhtNodes: nodes } : {}
      const giving = await start('giver', giver, { saveFolder: join(this.#folder, 'source'), ...met })
      if (joining.dht === true) await inDht(giving)
      else await connected(middle, giver)
      const taking = await start('taker', taker, { pex: !oneSided, ...met })
      if (joining.dht === true) await inDht(taking)
      else await connected(middle, taker)
      const began = performance.now()
      /** Whoever has everything may leave at once: either side is seen for a moment only, perhaps. */
      const seen = new Map<LabClient, ConnectedPeer>()
      let meetingMs: number | undefined
      const look = (): void => {
        const [one, other] = [taking.connectedTo(giver.outer), giving.connectedTo(taker.outer)]
        if (one !== undefined) seen.set(taking, one)
        if (other !== undefined) seen.set(giving, other)
        if (seen.size > 0) meetingMs ??= performance.now() - began
      }
      await until(
        'the file arrives',
        () => {
          look()
          return taking.report?.finished
        },
        {
          deadlineMs: MEETING_DEADLINE_MS,
          program: taking.program,
          describe: () => clients.map((client) => client.describe()).join('\n'),
        },
      )
      const relayedBytes = taking.connectedTo(between.host)?.downloadedBytes ?? 0
      const bytes = await readFile(join(run, 'taker', NAME))
      const sides = [...seen.values()]
      return {
        expected,
        way: sides.length === 0 ? 'none' : wayOf(sides, expected, oneSided),
        transport: sides.find(({ transport }) => transport !== undefined)?.transport,
        seconds: (meetingMs ?? performance.now() - began) / 1_000,
        arrived: Buffer.compare(bytes, this.#content) === 0,
        relayedBytes,
      }
    } finally {
      await Promise.all(clients.map((client) => client.program.stop('SIGKILL')))
    }
  }
}

async function inDht(client: LabClient): Promise<void> {
  await until('it is in the DHT', () => (client.report?.dhtNodes ?? 0) > 0, {
    deadlineMs: START_DEADLINE_MS,
    program: client.program,
    describe: () => client.describe(),
  })
}

async function connected(middle: LabClient, place: Place): Promise<void> {
  await until(`the public one has ${place.name}`, () => middle.connectedTo(place.outer), {
    deadlineMs: START_DEADLINE_MS,
    program: middle.program,
    describe: () => middle.describe(),
  })
}

function wayOf(sides: readonly ConnectedPeer[], expected: Meeting, oneSided: boolean): Way {
  const punched = sides.some(({ source }) => source === 'punched')
  if (expected === 'direct') return punched ? 'called back' : 'direct'
  // Where both must send, and one has not heard of the other, only the public one can have told it to.
  return punched || oneSided ? 'punched' : 'crossed'
}
