// uTP of Shoal beside that of libtorrent, as clients:  node lab/bench/utp-clients.ts [MIB] [ROUNDS]
// One seed gives one file to one leech between two namespaces of this computer, over uTP alone; who gives and who takes
// change in turns. Printed are medians of MB/s from the dial to the last verified piece, as a person would wait for it.

import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { makeBigFile } from '../../test/interop/fixtures.ts'
import { Libtorrent, PEER_PORT } from '../../test/interop/libtorrent.ts'
import { Scene } from '../../test/interop/scene.ts'
import type { UtpOrder } from '../../test/interop/utp-player.ts'
import { type Host, Lan } from '../netns/lan.ts'
import { enterNamespace } from '../netns/namespace.ts'
import type { Program } from '../netns/program.ts'
import { until } from '../netns/until.ts'

const MIB = 1024 * 1024
const TOTAL_BYTES = Number(process.argv[2] ?? 128) * MIB
const ROUNDS = Number(process.argv[3] ?? 3)
const PLAYER = join(import.meta.dirname, '..', '..', 'test', 'interop', 'utp-player.ts')
const DEADLINE_MS = 180_000

type Client = 'shoal' | 'libtorrent'

interface Files {
  readonly torrent: string
  readonly source: string
}

async function make(scene: Scene): Promise<Files> {
  const source = await scene.folder('source')
  await makeBigFile(join(source, 'content'), 'utp clients', TOTAL_BYTES)
  const torrent = join(scene.directory, 'content.torrent')
  const maker = Libtorrent.idle(scene)
  await maker.make({ path: join(source, 'content'), output: torrent, kind: 'v1', pieceLengthBytes: MIB })
  await maker.stop()
  return { torrent, source }
}

async function shoal(scene: Scene, host: Host, order: Omit<UtpOrder, 'state'>): Promise<Program> {
  const words = [process.execPath, PLAYER, JSON.stringify({ ...order, state: await scene.folder('state') })]
  return scene.start(`shoal on ${host.name}`, words, { host })
}

function whole(program: Program): Promise<unknown> {
  let complete = false
  program.onLine((line) => {
    complete ||= line === '{"event":"complete"}'
  })
  return until('Shoal has all pieces', () => complete || undefined, {
    deadlineMs: DEADLINE_MS,
    everyMs: 5,
    program,
  })
}

/** @returns seconds */
async function transfer(
  directory: string,
  lan: Lan,
  files: Files,
  giver: Client,
  taker: Client,
): Promise<number> {
  const scene = new Scene(await mkdtemp(join(directory, 'round-')), lan)
  try {
    const [giving, taking] = [await scene.host('giver'), await scene.host('taker')]
    const { torrent, source } = files
    if (giver === 'shoal') await whole(await shoal(scene, giving, { torrent, folder: source, peers: [] }))
    else {
      const client = await Libtorrent.start(scene, giving, { utp: true, tcp: false })
      await (await client.add(torrent, { savePath: source })).complete()
    }
    const target = await scene.folder('target')
    if (taker === 'shoal') {
      const started = performance.now()
      const peers = [{ host: giving.address, port: PEER_PORT }]
      const program = await shoal(scene, taking, { torrent, folder: target, peers })
      await whole(program)
      return (performance.now() - started) / 1000
    }
    const client = await Libtorrent.start(scene, taking, { utp: true, tcp: false })
    const adding = await client.add(torrent, { savePath: target })
    const started = performance.now()
    await adding.connect(giving.address, PEER_PORT)
    await adding.complete(DEADLINE_MS)
    return (performance.now() - started) / 1000
  } finally {
    await scene.close()
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number
}

const footing = await enterNamespace(import.meta.filename)
if (footing.kind === 'refused') {
  console.error(footing.reason)
  process.exit(1)
}
const lan = await Lan.make()
const making = new Scene(await mkdtemp(join(footing.directory, 'files-')), lan)
const files = await make(making)
const PAIRS = [
  ['libtorrent', 'libtorrent'],
  ['libtorrent', 'shoal'],
  ['shoal', 'libtorrent'],
  ['shoal', 'shoal'],
] as const
const seconds = new Map<string, number[]>(PAIRS.map(([giver, taker]) => [`${giver} to ${taker}`, []]))
for (let round = 0; round < ROUNDS; round++) {
  for (const [giver, taker] of PAIRS)
    seconds.get(`${giver} to ${taker}`)?.push(await transfer(footing.directory, lan, files, giver, taker))
}
const base = median(seconds.get('libtorrent to libtorrent') ?? [])
for (const [pair, took] of seconds) {
  const rate = TOTAL_BYTES / 1e6 / median(took)
  console.log(
    `${pair.padEnd(26)} ${rate.toFixed(1).padStart(6)} MB/s   ÷ libtorrent ${(base / median(took)).toFixed(2)}`,
  )
}
process.exit(0)
