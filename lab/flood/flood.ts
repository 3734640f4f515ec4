// Floods at full size: `npm run lab:flood -- [--seconds N] [--only WORD] [--limit BYTES_PER_SECOND]`.
// Attackers come from 250 addresses of a namespace; a good peer takes what it can beside them. Prints a table.

import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { enterNamespace } from '../netns/namespace.ts'
import {
  cancels,
  connects,
  deafRequests,
  extensionWords,
  type Flood,
  hashRequests,
  haves,
  metadataRequests,
  noise,
  requests,
  slowLoris,
  smallWords,
} from './floods.ts'
import { type FloodFigures, FloodScene } from './scene.ts'

const FLOODS: readonly Flood[] = [
  connects(10_000 / 60),
  noise(10_000 / 60),
  slowLoris(1_000),
  haves(50_000),
  requests(100_000),
  deafRequests(100_000),
  cancels(50_000),
  hashRequests(20_000),
  metadataRequests(5_000),
  extensionWords(20_000),
  smallWords(200_000),
]

const footing = await enterNamespace(import.meta.filename)
if (footing.kind === 'refused') throw new Error(footing.reason)
// Documentation ranges (RFC 5737): public-looking, and nobody's.
for (const range of ['203.0.113.0/24', '198.51.100.0/24', '192.0.2.0/24', '198.18.0.0/15'])
  spawnSync('ip', ['route', 'add', 'local', range, 'dev', 'lo'])

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    only: { type: 'string', default: '' },
    limit: { type: 'string', default: '0' },
  },
})
let sets = 0

/** 250 in 16 networks. */
function addresses(): string[] {
  const set = sets++
  return Array.from(
    { length: 250 },
    (_, i) => `198.${18 + (set & 1)}.${((set >> 1) << 4) + (i >> 4)}.${1 + (i & 15)}`,
  )
}

const scene = await FloodScene.open({
  host: '203.0.113.1',
  goodFrom: '198.51.100.7',
  addresses,
  newcomerFrom: (index) => `192.0.2.${1 + (index % 250)}`,
  goodBytesPerSecond: Number(values.limit),
  directory: footing.directory,
})
console.log(
  '| flood | struck /s | good MB/s calm | flooded | ratio | lag p99 ms | lag max ms | RSS MiB | alive MiB | CPU % | peers |',
)
console.log('|---|---|---|---|---|---|---|---|---|---|---|---|---|')
for (const flood of FLOODS) {
  if (!flood.name.includes(values.only)) continue
  console.log(row(await scene.measure(flood, Number(values.seconds)), Number(values.seconds)))
}
console.log(`the good peer was ${(await scene.goodStays()) ? 'never cut off' : 'CUT OFF'}`)
await scene.close()

function row(figures: FloodFigures, seconds: number): string {
  const { calm, flooded } = figures
  const cells = [
    figures.name,
    Math.round(figures.perSecond),
    (figures.calmBytesPerSecond / 1e6).toFixed(0),
    (figures.floodedBytesPerSecond / 1e6).toFixed(0),
    figures.ratio.toFixed(2),
    `${flooded.lagP99Ms.toFixed(0)} (${calm.lagP99Ms.toFixed(0)})`,
    `${flooded.lagMaxMs.toFixed(0)} (${calm.lagMaxMs.toFixed(0)})`,
    Math.round(flooded.rssBytes / 2 ** 20),
    `${Math.round(flooded.heapBytes / 2 ** 20)} (${Math.round(calm.heapBytes / 2 ** 20)})`,
    Math.round((100 * (flooded.cpuSeconds - calm.cpuSeconds)) / seconds),
    flooded.peers,
    flooded.bans - calm.bans,
    `${figures.newcomersIn} of ${figures.newcomers}`,
  ]
  return `| ${cells.join(' | ')} |`
}
