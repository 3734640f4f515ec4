// What stands between this device and another while a circle's operations are brought together: what waits for it, what it
// may have, and how much work it may make.

import type { Millis } from '../../base/ids.ts'
import { RecordError } from '../community-error.ts'
import type { CircleId, DeviceId } from '../ids.ts'
import { WorkBudget } from '../log/work-budget.ts'
import type { Node } from './graph.ts'

export interface Session {
  readonly circle: CircleId
  readonly device: DeviceId
  /** It is told nothing but what is here already; it may tell (somebody who joined while we were away). */
  readonly takeOnly: boolean
  /** It is out: of what is here it may have what puts it out, and what that rests on, which was done while it was in. */
  ending: readonly Node[]
  /** What it is to get, not sent yet. */
  queue: Node[]
  /** A page is on its way; it is given up on then, since the other side may have let us in anew meanwhile. */
  unansweredUntil: Millis | undefined
  /** Its buffer was full: it is told the sum when there is room. */
  behind: boolean
  /** Its buffer was full: that its page came is said to it when there is room. */
  owesGot: boolean
  /** Likewise what is here: it answers with all that is missing. */
  owesVector: boolean
  /** The last pair of sums that vectors were told for, so that what one of both refuses is not offered for ever. */
  settled: string
  /** New since the last heads. */
  fresh: Node[]
  /** From its first frame on. */
  budget: WorkBudget | undefined
}

export function newSession(circle: CircleId, device: DeviceId, takeOnly: boolean): Session {
  return {
    circle,
    device,
    takeOnly,
    ending: [],
    queue: [],
    unansweredUntil: undefined,
    behind: false,
    owesGot: false,
    owesVector: false,
    settled: '',
    fresh: [],
    budget: undefined,
  }
}

export function mayHave({ ending }: Session, node: Node): boolean {
  return ending.length === 0 || ending.some((end) => end === node || end.past.has(node.index))
}

/** @throws RecordError TOO_FAST when it made more work than one device may */
export function spend(session: Session, units: number, now: Millis): void {
  session.budget ??= new WorkBudget(now)
  if (!session.budget.spend(units, now)) throw new RecordError('TOO_FAST', { what: 'operations' })
}
