// A machine decides: what happened goes in, what to do comes out, and it says when it next wants waking.
// Synchronous, without ports: a driver carries its effects, an adapter implements the ports (ARCHITECTURE.md).

import type { Millis } from './ids.ts'

export interface Machine<Input, Effect> {
  /** What happened → what to do. `now` never goes backwards between calls. */
  handle(input: Input, now: Millis): Effect[]
  /** When to wake me next with a tick, or undefined for never. */
  deadline(): Millis | undefined
}
