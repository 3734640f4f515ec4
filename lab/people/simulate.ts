// Circles in virtual time over many seeds:  node lab/people/simulate.ts [SEEDS] [FIRST SEED] [MEMBERS] [HAPPENINGS]
// Prints a line for each seed whose members do not end alike, and the figures of all; exit code 1 where there was one.

import { simulateCircle } from './simulated-circle.ts'

const [seeds = 1_000, first = 1, members = 100, happenings = 150] = process.argv.slice(2).map(Number)
const started = performance.now()
const totals = { operations: 0, epochs: 0, messages: 0, frames: 0, bytes: 0 }
let failed = 0
for (let seed = first; seed < first + seeds; seed++) {
  const outcome = await simulateCircle({ seed, members, happenings })
  for (const key of Object.keys(totals) as (keyof typeof totals)[]) totals[key] += outcome[key]
  if (outcome.differences.length > 0) {
    failed++
    console.log(
      `seed ${seed}: ${outcome.differences.slice(0, 10).join('; ')} (${outcome.differences.length})`,
    )
  }
  if ((seed - first + 1) % 10 === 0) {
    const seconds = ((performance.now() - started) / 1_000).toFixed(0)
    console.log(`${seed - first + 1} seeds, ${failed} failed, ${seconds} s`)
  }
}
const mean = Object.entries(totals).map(([key, total]) => `${key} ${Math.round(total / seeds)}`)
console.log(`${seeds} seeds of ${members} members from ${first}: ${failed} failed; each: ${mean.join(', ')}`)
process.exit(failed === 0 ? 0 : 1)
