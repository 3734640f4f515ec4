// What circles keep, in maps: as SQLite keeps it, without a disk. `copy` is what a restart finds.

import type {
  CircleStore,
  StoredCircle,
  StoredEpoch,
  StoredJoining,
  StoredRequest,
} from '../../src/community/circle/circle-store.ts'
import type { CircleId, InviteId, PersonId, RecordId } from '../../src/community/ids.ts'

export class MemoryCircleStore implements CircleStore {
  readonly #circles = new Map<CircleId, StoredCircle>()
  readonly #operations = new Map<CircleId, Map<RecordId, Uint8Array>>()
  readonly #epochs = new Map<CircleId, Map<RecordId, StoredEpoch>>()
  readonly #joinings = new Map<InviteId, StoredJoining>()
  readonly #requests = new Map<string, StoredRequest>()

  circles(): readonly StoredCircle[] {
    return [...this.#circles.values()]
  }

  putCircle(circle: StoredCircle): void {
    this.#circles.set(circle.id, circle)
  }

  forgetCircle(circle: CircleId): void {
    this.#circles.delete(circle)
    this.#operations.delete(circle)
    this.#epochs.delete(circle)
    for (const [key, request] of this.#requests) if (request.circle === circle) this.#requests.delete(key)
  }

  operations(circle: CircleId): Iterable<Uint8Array> {
    return this.#operations.get(circle)?.values() ?? []
  }

  putOperation(circle: CircleId, id: RecordId, bytes: Uint8Array): void {
    const operations = this.#operations.get(circle) ?? new Map<RecordId, Uint8Array>()
    this.#operations.set(circle, operations)
    operations.set(id, bytes)
  }

  epochs(circle: CircleId): readonly StoredEpoch[] {
    return [...(this.#epochs.get(circle)?.values() ?? [])]
  }

  putEpoch(circle: CircleId, epoch: StoredEpoch): void {
    const epochs = this.#epochs.get(circle) ?? new Map<RecordId, StoredEpoch>()
    this.#epochs.set(circle, epochs)
    epochs.set(epoch.id, epoch)
  }

  joinings(): readonly StoredJoining[] {
    return [...this.#joinings.values()]
  }

  putJoining(joining: StoredJoining): void {
    this.#joinings.set(joining.invite, joining)
  }

  removeJoining(invite: InviteId): void {
    this.#joinings.delete(invite)
  }

  requests(): readonly StoredRequest[] {
    return [...this.#requests.values()]
  }

  putRequest(request: StoredRequest): void {
    this.#requests.set(`${request.circle}/${request.person}`, request)
  }

  removeRequest(circle: CircleId, person: PersonId): void {
    this.#requests.delete(`${circle}/${person}`)
  }
}
