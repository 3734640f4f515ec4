// Floods against the people process of a real daemon: `npm run lab:people-floods -- [SECONDS [WORD]]`. Prints a table, and fails
// where a good peer gets less than 70 %, a call takes longer than 200 ms (p95), or the process is away for more than 2 s.

import { enterNamespace } from '../netns/namespace.ts'
import { DaemonFloodScene } from './flood-daemon.ts'
import { FLOODS } from './flood-kinds.ts'

const LEAST_RATIO = 0.7
const MOST_API_MS = 200
const MOST_AWAY_MS = 2_000
const HOST = '10.65.0.1'

const footing = await enterNamespace(import.meta.filename)
if (footing.kind === 'refused') throw new Error(footing.reason)
const [seconds = '8', word = ''] = process.argv.slice(2)
const from = Array.from({ length: 500 }, (_, i) => `10.64.${i >> 5}.${1 + (i & 31)}`)
const scene = await DaemonFloodScene.open(footing.directory, HOST, from)
const wrong: string[] = []
console.log(
  '| flood | struck a second | good peer | API p95 ms | people p95 ms | RSS MB | restarts |\n|---|---|---|---|---|---|---|',
)
for (const flood of FLOODS) {
  if (!flood.name.includes(word)) continue
  const figures = await scene.measure(flood, Number(seconds))
  const { perSecond, ratio, apiP95Ms, peopleP95Ms, mostRssBytes, restarts, longestAwayMs } = figures
  if (ratio < LEAST_RATIO || apiP95Ms > MOST_API_MS || longestAwayMs > MOST_AWAY_MS) wrong.push(flood.name)
  const cells = [
    flood.name,
    `${Math.round(perSecond).toLocaleString('en')} ${flood.unit}`,
    `${Math.round(ratio * 100)} %`,
    apiP95Ms.toFixed(0),
    peopleP95Ms.toFixed(0),
    (mostRssBytes / 1e6).toFixed(0),
    restarts === 0 ? 'none' : `${restarts}, away ${Math.round(longestAwayMs)} ms`,
  ]
  console.log(`| ${cells.join(' | ')} |`)
}
const backMs = await scene.killPeople()
if (backMs > MOST_AWAY_MS) wrong.push('killed')
console.log(`\nkilled, it answers again after ${Math.round(backMs)} ms`)
await scene.close()
console.log(
  wrong.length === 0 ? 'everything within its bounds' : `not within its bounds: ${wrong.join(', ')}`,
)
process.exit(wrong.length === 0 ? 0 : 1)
