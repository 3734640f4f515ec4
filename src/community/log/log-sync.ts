// The logs of all circles over the links of one service: frames are handed to the circle they name, and each circle to its own
// machine. A frame for a circle that the device has not proved to be in is dropped: it may have crossed the end of its right.

import type { BDict } from '../../base/bencode-value.ts'
import { earliest, type Millis } from '../../base/ids.ts'
import type { CircleId, DeviceId } from '../ids.ts'
import { CircleLog, type LogTools } from './circle-log.ts'
import { circleOf, isLogKind } from './log-frames.ts'
import type { Chain, LogRecord } from './log-record.ts'

export type { LogTools } from './circle-log.ts'

export class LogSync {
  readonly #tools: LogTools
  readonly #circles = new Map<CircleId, CircleLog>()

  constructor(tools: LogTools) {
    this.#tools = tools
  }

  /** Both sides proved that they are in it. */
  opened(circle: CircleId, device: DeviceId, relayed: boolean, now: Millis): void {
    this.#log(circle).opened(device, relayed, now)
  }

  closed(circle: CircleId, device: DeviceId, now: Millis): void {
    this.#circles.get(circle)?.closed(device, now)
  }

  /** @returns false for a kind that is not of the log. @throws RecordError */
  received(from: DeviceId, kind: string, body: BDict, now: Millis): boolean {
    if (!isLogKind(kind)) return false
    this.#circles.get(circleOf(body))?.received(from, kind, body, now)
    return true
  }

  drained(device: DeviceId, now: Millis): void {
    for (const log of this.#circles.values()) log.drained(device, now)
  }

  unlinked(device: DeviceId, now: Millis): void {
    for (const log of this.#circles.values()) log.closed(device, now)
  }

  wake(now: Millis): void {
    for (const log of this.#circles.values()) log.wake(now)
  }

  deadline(): Millis | undefined {
    let next: Millis | undefined
    for (const log of this.#circles.values()) next = earliest(next, log.deadline())
    return next
  }

  chain(circle: CircleId, author: DeviceId): Chain | undefined {
    return this.#log(circle).chain(author)
  }

  chains(circle: CircleId): ReadonlyMap<DeviceId, Chain> {
    return this.#log(circle).chains()
  }

  /** A record made here. */
  append(record: LogRecord): void {
    this.#log(record.circle).append(record)
  }

  recheck(circle: CircleId, now: Millis): void {
    this.#log(circle).recheck(now)
  }

  skip(circle: CircleId, author: DeviceId): void {
    this.#log(circle).skip(author)
  }

  prune(circle: CircleId, author: DeviceId, begin: number): void {
    this.#log(circle).prune(author, begin)
  }

  /** Of the memory only: what is stored is its owner's to remove. */
  forget(circle: CircleId): void {
    this.#circles.delete(circle)
  }

  #log(circle: CircleId): CircleLog {
    let log = this.#circles.get(circle)
    if (log === undefined) {
      log = new CircleLog(circle, this.#tools)
      this.#circles.set(circle, log)
    }
    return log
  }
}
