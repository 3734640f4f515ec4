// node lab/sim/run.ts SCENARIO [--seed N] [--runs N]: runs a scenario over seeds and prints its figures; a seed that
// fails is printed with the command that replays it, and makes the exit code 1. Without a scenario: the list.

import { parseArgs } from 'node:util'
import { SCENARIOS } from './scenarios.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '1' }, runs: { type: 'string', default: '1' } },
})
const [name = ''] = positionals
const scenario = SCENARIOS[name]

if (scenario === undefined) {
  for (const [known, { about }] of Object.entries(SCENARIOS)) console.log(`${known.padEnd(10)} ${about}`)
  process.exitCode = name === '' ? 0 : 2
} else {
  const first = Number(values.seed)
  for (let seed = first; seed < first + Number(values.runs); seed++) {
    const startedMs = performance.now()
    const seconds = (): string => `${((performance.now() - startedMs) / 1000).toFixed(1)} s`
    try {
      console.log(`seed ${seed}: ${await scenario.run(seed)} (${seconds()})`)
    } catch (error) {
      console.log(`seed ${seed} failed after ${seconds()}: node lab/sim/run.ts ${name} --seed ${seed}`)
      console.log(error instanceof Error ? (error.stack ?? error.message) : String(error))
      process.exitCode = 1
    }
  }
}
