// uTP with the other clients, both ways, on ways as bad as those of libutp's own transfer test: a relay of ours delays,
// loses and reorders packets, and only UDP gets through it.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe } from 'node:test'
import type { Host } from '../../lab/netns/lan.ts'
import type { Program } from '../../lab/netns/program.ts'
import { until } from '../../lab/netns/until.ts'
import { CONDITIONS } from '../../lab/relay/path.ts'
import type { RelayLine, RelayOrder } from '../../lab/relay/relay.ts'
import type { Endpoint } from '../../src/base/endpoint.ts'
import { statedSeed } from '../doubles/stated-seed.ts'
import { differences, makeBigFile } from './fixtures.ts'
import { Ground } from './ground.ts'
import { Libtorrent, PEER_PORT } from './libtorrent.ts'
import type { Scene } from './scene.ts'
import { Transmission } from './transmission.ts'
import type { UtpOrder } from './utp-player.ts'

const ground = await Ground.enter(import.meta.filename)

const RELAY = join(import.meta.dirname, '..', '..', 'lab', 'relay', 'relay.ts')
const PLAYER = join(import.meta.dirname, 'utp-player.ts')

type Other = 'libtorrent' | 'transmission'
type Condition = keyof typeof CONDITIONS

/** As much as each way carries in a few seconds, whoever sends: who takes mixed up packets for lost ones is slow. */
const CONTENT_BYTES: Readonly<Record<Condition, number>> = {
  delay: 1_000_000,
  loss: 500_000,
  'heavy loss': 250_000,
  reorder: 700_000,
}

/** By itself libtorrent takes a peer for gone, without a word, when one packet was lost three times: heavy loss does that. */
const PATIENT = { utp_num_resends: 10, utp_syn_resends: 6 }

interface Row {
  readonly other: Other
  readonly gives: 'shoal' | 'other'
  readonly condition: Condition
  readonly dials: 'shoal' | 'other'
}

/** A host whose UDP port leads to the target, badly. */
class Relay {
  readonly at: Endpoint
  readonly #program: Program
  readonly #lines: RelayLine[] = []

  private constructor(program: Program, host: Host) {
    this.#program = program
    this.at = { host: host.address, port: PEER_PORT }
    program.onLine((line) => this.#lines.push(JSON.parse(line) as RelayLine))
  }

  static async start(scene: Scene, target: Host, condition: Condition): Promise<Relay> {
    const host = await scene.host('relay')
    const [there, back] = CONDITIONS[condition]
    const order: RelayOrder = {
      listen: { host: host.address, port: PEER_PORT },
      target: { host: target.address, port: PEER_PORT },
      there,
      back,
      seed: statedSeed(1),
    }
    const program = scene.start('relay', [process.execPath, RELAY, JSON.stringify(order)], { host })
    const relay = new Relay(program, host)
    await until('the relay listens', () => relay.#lines.length > 0, { program })
    return relay
  }

  /** What it carried, when it has ended. */
  async end(): Promise<Extract<RelayLine, { event: 'carried' }>> {
    await this.#program.stop('SIGCONT')
    const carried = this.#lines.at(-1)
    if (carried?.event !== 'carried') throw new Error(this.#program.tail())
    return carried
  }
}

async function startShoal(scene: Scene, host: Host, order: Omit<UtpOrder, 'state'>): Promise<Program> {
  const state = await scene.folder('state')
  const words = [process.execPath, PLAYER, JSON.stringify({ ...order, state })]
  return scene.start(`shoal on ${host.name}`, words, { host })
}

function whole(program: Program): Promise<true> {
  let complete = false
  program.onLine((line) => {
    if (line === '{"event":"complete"}') complete = true
  })
  return until('Shoal has all pieces', () => complete || undefined, { deadlineMs: 90_000, program })
}

async function startOther(
  scene: Scene,
  host: Host,
  { other, dials }: Row,
  torrent: string,
  savePath: string,
  relay: Endpoint | undefined,
): Promise<{ complete(): Promise<unknown> }> {
  if (other === 'transmission') {
    const client = await Transmission.start(scene, host, { utp: true })
    return client.add(torrent, { savePath })
  }
  const client = await Libtorrent.start(scene, host, { utp: true, tcp: false, settings: PATIENT })
  const adding = await client.add(torrent, { savePath })
  if (dials === 'other' && relay !== undefined) await adding.connect(relay.host, relay.port)
  return adding
}

async function run(scene: Scene, row: Row): Promise<void> {
  const source = await scene.folder('source')
  const target = await scene.folder('target')
  await makeBigFile(join(source, 'content'), `utp ${row.condition}`, CONTENT_BYTES[row.condition])
  const torrent = join(scene.directory, 'content.torrent')
  const pieceLengthBytes = 32 * 1024
  await Libtorrent.idle(scene).make({
    path: join(source, 'content'),
    output: torrent,
    kind: 'v1',
    pieceLengthBytes,
  })
  const [shoalHost, otherHost] = [await scene.host('shoal'), await scene.host('other')]
  const [ours, theirs] = row.gives === 'shoal' ? [source, target] : [target, source]
  const relay = await Relay.start(scene, row.dials === 'shoal' ? otherHost : shoalHost, row.condition)
  const toShoal = row.dials === 'shoal' ? [relay.at] : []
  const shoalFirst = row.dials === 'other'
  let shoal = shoalFirst
    ? await startShoal(scene, shoalHost, { torrent, folder: ours, peers: toShoal })
    : undefined
  if (shoal !== undefined && row.gives === 'shoal') await whole(shoal)
  const other = await startOther(scene, otherHost, row, torrent, theirs, relay.at)
  if (row.gives === 'other' && row.dials === 'shoal') await other.complete()
  shoal ??= await startShoal(scene, shoalHost, { torrent, folder: ours, peers: toShoal })
  await (row.gives === 'shoal' ? other.complete() : whole(shoal))
  assert.deepEqual(await differences(join(source, 'content'), join(target, 'content')), [])
  const { there, back } = await relay.end()
  const packets = there.packets + back.packets
  const lost = there.lost + back.lost
  assert.ok(packets > CONTENT_BYTES[row.condition] / 1_400)
  // Whoever sends little may lose nothing: both ways together lose at least a quarter of what the better one would.
  const oneIn = CONDITIONS[row.condition][1].lossOneIn
  assert.ok(oneIn === undefined ? lost === 0 : lost > packets / oneIn / 4, `${lost} of ${packets}`)
}

const ROWS: readonly Row[] = (Object.keys(CONDITIONS) as Condition[]).flatMap((condition) => [
  { other: 'libtorrent', gives: 'shoal', dials: 'other', condition },
  { other: 'libtorrent', gives: 'other', dials: 'shoal', condition },
  { other: 'transmission', gives: 'shoal', dials: 'shoal', condition },
  { other: 'transmission', gives: 'other', dials: 'shoal', condition },
])

// transmission waits some 13 s before its first block: side by side the tests wait once.
describe('uTP, and nothing else', { concurrency: 8 }, () => {
  for (const row of ROWS) {
    const [giver, taker] = row.gives === 'shoal' ? ['Shoal', row.other] : [row.other, 'Shoal']
    const dialler = row.dials === 'shoal' ? 'Shoal' : row.other
    const needs = [...new Set(['libtorrent', row.other] as const)]
    ground.test(
      `${taker} fetches from ${giver}, dialled by ${dialler}, on a way with ${row.condition}`,
      needs,
      (scene) => run(scene, row),
    )
  }
})
