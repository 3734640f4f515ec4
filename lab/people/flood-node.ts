// Floods against a node alone, at full size:  node lab/people/flood-node.ts [SECONDS [WORD]]   Prints a table.

import { enterNamespace } from '../netns/namespace.ts'
import { FLOODS } from './flood-kinds.ts'
import { type FloodOutcome, PeopleFloodScene } from './flood-scene.ts'

const footing = await enterNamespace(import.meta.filename)
if (footing.kind === 'refused') throw new Error(footing.reason)
const [seconds = '8', word = ''] = process.argv.slice(2)
const from = Array.from({ length: 500 }, (_, i) => `10.64.${i >> 5}.${1 + (i & 31)}`)
const scene = await PeopleFloodScene.open('10.65.0.1', from)
console.log(
  '| flood | struck a second | member p95 ms | lost | lag p99 ms | lag max ms | heap MB | RSS MB | CPU % |',
)
console.log('|---|---|---|---|---|---|---|---|---|')
for (const flood of FLOODS) {
  if (flood.name.includes(word)) say(flood.name, flood.unit, await scene.measure(flood, Number(seconds)))
}
const TRAITOR = 'a member that sends 5,000 right frames a second'
if (TRAITOR.includes(word)) say(TRAITOR, 'frames', await scene.betray(5_000, Number(seconds)))
console.log(scene.isLinked ? '\nthe member was never cut off' : '\nthe member was CUT OFF')
await scene.close()
process.exit(0)

function say(name: string, unit: string, outcome: FloodOutcome): void {
  const { perSecond, talkP95Ms, lost, figures, cpuShare } = outcome
  const cells = [
    name,
    `${Math.round(perSecond).toLocaleString('en')} ${unit}`,
    talkP95Ms.toFixed(0),
    lost,
    figures.lagP99Ms.toFixed(0),
    figures.lagMaxMs.toFixed(0),
    (figures.heapBytes / 1e6).toFixed(0),
    (figures.rssBytes / 1e6).toFixed(0),
    (cpuShare * 100).toFixed(0),
  ]
  console.log(`| ${cells.join(' | ')} |`)
}
