// Ten people with a real daemon each, most of them behind routers of several kinds, and no server but theirs:
//   node lab/people/ten.ts [--people 10] [--seconds 600] [--seed N]
// They make a circle, join while its founder is off, talk, give files and search; then their daemons are killed and started at random,
// and the network is in two parts for a time. At the end everybody must have the same, and all of it (docs/people-lab.md).
// Prints the seed and a verdict; everything is removed at the end.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { enterNamespace } from '../netns/namespace.ts'
import { runScenario } from './scenario.ts'
import { MOST_PEOPLE } from './scene.ts'

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: String(MOST_PEOPLE) },
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string' },
  },
})
const footing = await enterNamespace(import.meta.filename)
if (footing.kind === 'refused') {
  console.error(footing.reason)
  process.exit(1)
}
const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed)
const people = Math.min(MOST_PEOPLE, Math.max(4, Number(values.people)))
console.log(`seed ${seed}; ${people} people; ${values.seconds} s of kills`)
// On a disk, not on the namespace's: databases sync as they do at home.
const folder = await mkdtemp(join(tmpdir(), 'shoal-people-'))
let faults: readonly string[] = ['not finished']
try {
  const begun = performance.now()
  const result = await runScenario({
    folder,
    people,
    chaosSeconds: Number(values.seconds),
    seed,
    say: (line) => console.log(`${((performance.now() - begun) / 1_000).toFixed(0).padStart(4)} s  ${line}`),
  })
  faults = result.faults
} finally {
  await rm(folder, { recursive: true, force: true })
}
console.log(
  faults.length === 0
    ? 'RIGHT: nothing lost, nothing doubled, causes before effects, all the same'
    : `WRONG:\n${faults.join('\n')}`,
)
process.exit(faults.length === 0 ? 0 : 1)
