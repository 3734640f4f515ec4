// Membership, as circles answer it.

import type { CircleId, DeviceId, RecordId } from '../ids.ts'
import type { CircleFacts, EpochFacts, Membership, MembershipListener } from '../membership.ts'
import type { Circles } from './circles.ts'

export class CircleMembership implements Membership {
  readonly #all: Circles

  constructor(all: Circles) {
    this.#all = all
  }

  /** Those on their way are not among them yet. */
  circles(): readonly CircleId[] {
    return [...this.#all.ids()].filter((id) => ['in', 'left'].includes(this.#all.state(id) ?? ''))
  }

  facts(id: CircleId): CircleFacts | undefined {
    return this.#all.circle(id)?.facts()
  }

  epoch(id: CircleId, epoch: RecordId): EpochFacts | undefined {
    return this.#all.circle(id)?.epoch(epoch)
  }

  linked(id: CircleId): readonly DeviceId[] {
    return this.#all.gate.insideOf(id)
  }

  isLinked(id: CircleId, device: DeviceId): boolean {
    return this.#all.gate.as(id, device) === 'member'
  }

  watch(listener: MembershipListener): void {
    this.#all.listeners.push(listener)
  }
}
