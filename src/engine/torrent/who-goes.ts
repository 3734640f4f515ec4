// Who makes room when a torrent has as many connections as it may have. Pure: facts in, a key out.
// Invariant: whoever gives or takes something now is never asked to go.

import { after, type Millis } from '../../base/ids.ts'

/** Without interest either way for this long a connection is idle (SAFETY.md: 600 s when full). */
export const IDLE_MS = 600_000

export interface Leaver<Key> {
  readonly key: Key
  /** BEP 40; higher is dearer, the same number on both ends of a connection. */
  readonly priority: number
  /** Since when neither side is interested in the other; undefined while one is. */
  readonly idleSince: Millis | undefined
  /** Gives or takes something now, or is somebody the person knows: never asked to go. */
  readonly kept: boolean
}

/**
 * Who makes room for a newcomer: whoever has been idle longest, then the lowest BEP 40 priority if it is below the
 * newcomer's. Since both ends compute the same priority, a full swarm settles instead of churning.
 */
export function whoGoes<Key>(
  present: readonly Leaver<Key>[],
  newcomer: number,
  now: Millis,
): Key | undefined {
  let idlest: Leaver<Key> | undefined
  let lowest: Leaver<Key> | undefined
  for (const leaver of present) {
    if (leaver.kept) continue
    if (leaver.idleSince !== undefined && now >= after(leaver.idleSince, IDLE_MS)) {
      if (idlest === undefined || leaver.idleSince < (idlest.idleSince as Millis)) idlest = leaver
    }
    if (leaver.priority < newcomer && (lowest === undefined || leaver.priority < lowest.priority))
      lowest = leaver
  }
  return (idlest ?? lowest)?.key
}
