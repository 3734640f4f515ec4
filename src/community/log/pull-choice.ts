// Whom to ask, for what: one device at a time, so that records come in the order in which it holds them; another when it is slow.

import type { DeviceId } from '../ids.ts'
import { MAX_WANTS, type Want } from './log-frames.ts'
import type { LogPeer } from './log-peer.ts'

export interface PullChoice {
  readonly peer: LogPeer
  readonly wants: readonly Want[]
  readonly gaps: ReadonlySet<DeviceId>
}

/** `busy` while an answer is awaited; undefined where nobody has anything that is wanted. */
export function choosePull(
  peers: Iterable<LogPeer>,
  waiting: ReadonlySet<DeviceId>,
  here: (author: DeviceId) => number,
): PullChoice | 'busy' | undefined {
  const all = [...peers]
  if (all.some(({ pull }) => pull !== undefined && !pull.late)) return 'busy'
  const able = all.filter(
    ({ pull, restUntil, ahead }) => pull === undefined && restUntil === undefined && ahead.size > 0,
  )
  for (const peer of able.sort(better)) {
    const wants: Want[] = []
    const gaps = new Set<DeviceId>()
    for (const author of peer.ahead) {
      if (waiting.has(author)) continue
      const after = here(author)
      const begin = peer.vector.get(author)?.begin ?? 1
      if (begin > after + 1) {
        if (all.some((other) => other !== peer && hasNext(other, author, after))) continue
        gaps.add(author)
      }
      wants.push({ author, after })
      if (wants.length === MAX_WANTS) break
    }
    if (wants.length > 0) return { peer, wants, gaps }
  }
  return all.some(
    ({ pull, restUntil, ahead }) => (pull !== undefined || restUntil !== undefined) && ahead.size > 0,
  )
    ? 'busy'
    : undefined
}

function hasNext(peer: LogPeer, author: DeviceId, after: number): boolean {
  return peer.ahead.has(author) && (peer.vector.get(author)?.begin ?? Number.POSITIVE_INFINITY) <= after + 1
}

function better(a: LogPeer, b: LogPeer): number {
  return (
    a.failures - b.failures ||
    Number(a.relayed) - Number(b.relayed) ||
    b.ahead.size - a.ahead.size ||
    (a.device < b.device ? -1 : 1)
  )
}
