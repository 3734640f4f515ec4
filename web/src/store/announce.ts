// What a screen reader is told without being asked: arrivals, failures and answers to what was done; at most one sentence
// every five seconds. What comes meanwhile is said together then, and counted when it is much.

import { Signal } from './signal.ts'

const PAUSE_MS = 5_000

type Gathered = ReadonlyMap<(count: number) => string, readonly string[]>

/** The sentence in the live region. */
export const announced = new Signal('')

let waiting = new Map<(count: number) => string, string[]>()
let _timer: ReturnType<typeof setTimeout> | undefined
let saidAtMs = Number.NEGATIVE_INFINITY

/** `sentence`, or `many` of how many there were when more of its kind came within the pause. */
export function announce(sentence: string, many: (count: number) => string = () => sentence): void {
  const gathered = waiting.get(many)
  if (gathered === undefined) waiting.set(many, [sentence])
  else gathered.push(sentence)
  _timer ??= setTimeout(say, Math.max(0, saidAtMs + PAUSE_MS - performance.now()))
}

function say(): void {
  _timer = undefined
  saidAtMs = performance.now()
  const text = together(waiting)
  waiting = new Map()
  // The same sentence twice would not be spoken the second time.
  announced.set(text === announced.value ? `${text}\u00A0` : text)
}

/** Exported for its test. */
export function together(gathered: Gathered): string {
  return [...gathered]
    .map(([many, sentences]) => (sentences.length === 1 ? sentences[0] : many(sentences.length)))
    .join(' ')
}
