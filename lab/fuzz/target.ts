// What a fuzz target is, and the loop that runs one. A target is a file in this folder that exports `target`.

import { toHex } from '../../src/base/bytes.ts'
import { SeededRandom } from '../../src/base/random.ts'
import { mutate } from './mutate.ts'

export interface FuzzTarget {
  /** Valid inputs to start from. */
  readonly corpus: readonly Uint8Array[]
  /** Must return for every input. Refusals the code under test documents are caught here; anything else is a finding. */
  run(input: Uint8Array): void
}

export interface FuzzRun {
  readonly rounds: number
  readonly finding: { readonly input: Uint8Array; readonly error: unknown } | undefined
}

/** Runs until `goOn` says no or something is found. The same seed gives the same inputs. */
export function fuzz(target: FuzzTarget, seed: number, goOn: (rounds: number) => boolean): FuzzRun {
  const random = new SeededRandom(seed)
  let rounds = 0
  for (; goOn(rounds); rounds++) {
    const input =
      rounds < target.corpus.length ? (target.corpus[rounds] as Uint8Array) : mutate(random, target.corpus)
    try {
      target.run(input)
    } catch (error) {
      return { rounds, finding: { input, error } }
    }
  }
  return { rounds, finding: undefined }
}

/** One line that says how to see a finding again. */
export function findingText(name: string, seed: number, run: FuzzRun): string {
  const { finding } = run
  if (finding === undefined) return `${name}: nothing in ${run.rounds} rounds from seed ${seed}`
  const { error } = finding
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `${name}: seed ${seed} round ${run.rounds}\ninput ${toHex(finding.input)}\n${text}`
}
