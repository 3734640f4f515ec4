// May I switch off? Of something that is whole here: whether others have it too, counted in copies (INTERFACE.md A4, B3).
// Promise: "you can switch off" is said only when at least one whole copy is elsewhere.

import { formatDuration } from './format-quantity.ts'
import type { TransferRow } from './schemas/transfer.ts'

export interface SwitchOffReport {
  readonly may: boolean
  /** The whole sentence. */
  readonly sentence: string
}

export type SwitchOffFacts = Pick<
  TransferRow,
  'state' | 'copiesElsewhere' | 'doneBytes' | 'totalBytes' | 'upBytesPerSecond' | 'receivers' | 'lastSeenAt'
>

/**
 * Undefined where it cannot be known: while it does not give, nobody tells what they have; and where nothing of it is here,
 * as when all of it is on a list of what is not wanted.
 */
export function explainSwitchOff(row: SwitchOffFacts): SwitchOffReport | undefined {
  if (row.state !== 'giving' || row.doneBytes === 0) return undefined
  const copies = row.copiesElsewhere
  if (copies >= 1) return { may: true, sentence: `${copiesText(copies)} elsewhere: you can switch off` }
  // Below a hundredth nobody has anything that would help without us.
  if (copies < 0.01) {
    // Somebody had all of it, and may have it still: after a start nobody has told yet.
    const who = row.lastSeenAt === null ? 'Only you have it' : 'Nobody else who has it is here now'
    return { may: false, sentence: `${who}: stay on${timeLeft(row)}` }
  }
  return { may: false, sentence: `${copiesText(copies)} elsewhere: stay on${timeLeft(row)}` }
}

/** `1 copy`, `3.4 copies`, `0.7 copies`: rounded down, so that 0.99 is never called a whole one. */
function copiesText(copies: number): string {
  const tenths = Math.floor(copies * 10 + 1e-9) / 10
  return tenths === 1 ? '1 copy' : `${tenths.toLocaleString('en-US')} copies`
}

/** Until the first whole copy is out, at the present rate. */
function timeLeft(row: SwitchOffFacts): string {
  if (row.receivers === 0 || row.upBytesPerSecond < 1) return ''
  const missingBytes = Math.max(0, 1 - row.copiesElsewhere) * row.totalBytes
  return `, about ${formatDuration((missingBytes / row.upBytesPerSecond) * 1_000)}`
}
