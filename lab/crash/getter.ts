// A real `shoal get` process that is killed at a chosen moment of its life, or lives to its end.

import { existsSync } from 'node:fs'
import { randomInt, type SeededRandom } from '../../src/base/random.ts'
import { type Ending, Program } from '../netns/program.ts'
import { pause } from '../netns/until.ts'
import { SHOAL } from './sharer.ts'

/** When to kill. Each is followed by a random delay, so that every instant after it is hit sooner or later. */
export type Moment = 'start-up' | 'metadata' | 'transfer' | 'finishing' | 'renaming' | 'done' | 'checking'

/** Longest delay after the moment, in ms; within a transfer, as long as it takes. */
const WITHIN_MS: Readonly<Record<Exclude<Moment, 'transfer'>, number>> = {
  'start-up': 2_000,
  metadata: 60,
  finishing: 1_800,
  renaming: 12,
  done: 3,
  checking: 900,
}

/** How often each is drawn, of 100; `checking` only happens where it is asked for. */
const WEIGHTS: readonly (readonly [Moment, number])[] = [
  ['start-up', 18],
  ['metadata', 12],
  ['transfer', 40],
  ['finishing', 15],
  ['renaming', 10],
  ['done', 5],
]

export function drawMoment(random: SeededRandom): Moment {
  let at = randomInt(random, 100)
  for (const [moment, weight] of WEIGHTS) {
    if (at < weight) return moment
    at -= weight
  }
  return 'transfer'
}

/** The share of the whole after which the end is near. */
const NEARLY = 0.85
const LOOK_MS = 2

export interface GetterOptions {
  readonly words: readonly string[]
  /** Undefined lets it live. */
  readonly kill: Moment | undefined
  /** A file that is wanted, under its final name. */
  readonly oneFile: string
  readonly random: SeededRandom
  /** How long the whole transfer takes at the sharer's rate. */
  readonly transferMs: number
  /** Longer than any life should be: it is ended in order and has not done what it should. */
  readonly mostMs: number
}

export interface Life {
  readonly killed: boolean
  readonly diedAtMs: number
  readonly livedMs: number
  readonly ending: Ending
  readonly saidDone: boolean
  /** The most it said; 0 when it died before it said anything. */
  readonly checkedBytes: number
  readonly takenBytes: number
  readonly tail: string
}

export async function live(options: GetterOptions): Promise<Life> {
  const { kill } = options
  const bornAtMs = performance.now()
  const program = new Program('get', [process.execPath, SHOAL, 'get', ...options.words])
  let [checkedBytes, takenBytes, saidDone] = [0, 0, false]
  let struckAtMs: number | undefined
  const strike = async (): Promise<void> => {
    const withinMs = kill === 'transfer' ? options.transferMs : WITHIN_MS[kill ?? 'done']
    await pause((withinMs * randomInt(options.random, 1_001)) / 1_000)
    struckAtMs ??= performance.now()
    program.signal('SIGKILL')
  }
  const reached = (moment: Moment): void => {
    if (moment === kill) void strike()
  }
  program.onLine((line) => {
    const said = JSON.parse(line) as Said
    checkedBytes = Math.max(checkedBytes, said.checkedBytes ?? 0)
    takenBytes = Math.max(takenBytes, said.takenBytes ?? 0)
    if (said.event === 'getting') {
      reached('metadata')
      reached('transfer')
    }
    if (said.event === 'progress' && (said.doneBytes ?? 0) >= NEARLY * (said.totalBytes ?? 0))
      reached('finishing')
    if (said.event === 'done') {
      saidDone = true
      reached('done')
    }
  })
  reached('start-up')
  reached('checking')
  if (kill === 'renaming' && !existsSync(options.oneFile)) {
    while (program.ending === undefined && !existsSync(options.oneFile)) await pause(LOOK_MS)
    await strike()
  }
  const tooLong = setTimeout(() => program.signal('SIGTERM'), options.mostMs)
  const ending = await program.ended
  clearTimeout(tooLong)
  const diedAtMs = struckAtMs ?? performance.now()
  const killed = ending.signal === 'SIGKILL'
  const livedMs = diedAtMs - bornAtMs
  return { killed, diedAtMs, livedMs, ending, saidDone, checkedBytes, takenBytes, tail: program.tail() }
}

interface Said {
  readonly event?: string
  readonly checkedBytes?: number
  readonly takenBytes?: number
  readonly doneBytes?: number
  readonly totalBytes?: number
}
