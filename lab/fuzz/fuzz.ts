// Runs a fuzz target for a while:  node lab/fuzz/fuzz.ts TARGET [SECONDS] [SEED]
// Prints the seed first; a finding prints its input in hex and ends with exit code 1.

import { randomInt } from 'node:crypto'
import { type FuzzTarget, findingText, fuzz } from './target.ts'

const DEFAULT_SECONDS = 30
/** Rounds between two looks at the clock. */
const CLOCK_EVERY = 256

const [name, seconds = String(DEFAULT_SECONDS), seedText = String(randomInt(2 ** 32))] = process.argv.slice(2)
if (name === undefined || !/^[a-z0-9-]+$/.test(name)) {
  console.error(
    'usage: node lab/fuzz/fuzz.ts TARGET [SECONDS] [SEED]; targets are the files of lab/fuzz that export one',
  )
  process.exit(2)
}
const { target } = (await import(`./${name}.ts`)) as { target: FuzzTarget }
const seed = Number(seedText)
console.log(`${name}: seed ${seed}, ${seconds} s`)
const end = performance.now() + Number(seconds) * 1000
const run = fuzz(target, seed, (rounds) => rounds % CLOCK_EVERY !== 0 || performance.now() < end)
console.log(findingText(name, seed, run))
process.exit(run.finding === undefined ? 0 : 1)
