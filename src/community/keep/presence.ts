// Which devices of a circle are there: linked with me, or with somebody who is linked with me and says so. Whoever was there a while
// ago still counts as a holder: a computer that sleeps for half an hour must not make others fetch what it has.
// Invariant: everything told by others is bounded by their links and forgotten with their link.

import { after, type Millis } from '../../base/ids.ts'
import type { DeviceId } from '../ids.ts'

/** people.md: an hour. Who leaves the circle does not count at once: the log says so. */
export const GRACE_MS = 3_600_000
/** As many links as a device has. */
export const MAX_SEEN = 64

export class Presence {
  readonly #linked = new Set<DeviceId>()
  readonly #told = new Map<DeviceId, ReadonlySet<DeviceId>>()
  readonly #lastSeen = new Map<DeviceId, Millis>()
  readonly #since: Millis

  /** @param since from when on anybody is looked for: who was not seen yet counts as seen then */
  constructor(since: Millis) {
    this.#since = since
  }

  linked(device: DeviceId, now: Millis): void {
    this.#linked.add(device)
    this.#lastSeen.set(device, now)
  }

  unlinked(device: DeviceId, now: Millis): void {
    if (!this.#linked.delete(device)) return
    this.#lastSeen.set(device, now)
    for (const seen of this.#told.get(device) ?? [])
      if (this.#lastSeen.has(seen)) this.#lastSeen.set(seen, now)
    this.#told.delete(device)
  }

  /** What a linked device says of whom it is linked with. @param known only members count */
  heard(from: DeviceId, seen: readonly DeviceId[], known: (device: DeviceId) => boolean, now: Millis): void {
    if (!this.#linked.has(from)) return
    for (const device of this.#told.get(from) ?? []) this.#lastSeen.set(device, now)
    const members = new Set(seen.slice(0, MAX_SEEN).filter(known))
    for (const device of members) this.#lastSeen.set(device, now)
    this.#told.set(from, members)
  }

  /** Now, as far as can be known. */
  isHere(device: DeviceId): boolean {
    if (this.#linked.has(device)) return true
    for (const seen of this.#told.values()) if (seen.has(device)) return true
    return false
  }

  /** Here, or gone for less than the grace. */
  counts(device: DeviceId, now: Millis): boolean {
    return this.isHere(device) || now < after(this.#lastSeen.get(device) ?? this.#since, GRACE_MS)
  }

  /** When the next device that counts without being here stops doing so. */
  nextGone(devices: Iterable<DeviceId>, now: Millis): Millis | undefined {
    let next: Millis | undefined
    for (const device of devices) {
      if (this.isHere(device)) continue
      const at = after(this.#lastSeen.get(device) ?? this.#since, GRACE_MS)
      if (at > now && (next === undefined || at < next)) next = at
    }
    return next
  }

  forget(device: DeviceId): void {
    this.#lastSeen.delete(device)
  }
}
