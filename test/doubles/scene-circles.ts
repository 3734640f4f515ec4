// Circles as one device of a PeopleScene sees them: the test says who is a member, and whoever is linked is let in.

import type { CircleId, DeviceId, PersonId } from '../../src/community/ids.ts'
import type {
  CircleFacts,
  EpochFacts,
  MemberFacts,
  Membership,
  MembershipListener,
  Role,
} from '../../src/community/membership.ts'
import type { PeopleScene } from './people-scene.ts'

export class SceneCircles implements Membership {
  readonly #scene: PeopleScene
  readonly #device: DeviceId
  readonly members = new Map<CircleId, Map<PersonId, Role>>()
  readonly listeners: MembershipListener[] = []

  constructor(scene: PeopleScene, device: DeviceId) {
    this.#scene = scene
    this.#device = device
  }

  circles(): readonly CircleId[] {
    return [...this.members.keys()]
  }

  facts(circle: CircleId): CircleFacts | undefined {
    const roles = this.members.get(circle)
    if (roles === undefined) return undefined
    const me = this.#scene.device(this.#device).person
    const members = new Map<PersonId, MemberFacts>()
    const owners = new Map<DeviceId, PersonId>()
    for (const [person, role] of roles) {
      const theirs = this.#scene.devicesOf(person)
      for (const { id } of theirs) owners.set(id, person)
      const devices = new Map(theirs.map(({ id }) => [id, new Uint8Array(32)]))
      members.set(person, { person, role, muted: false, devices, addedAt: 0 })
    }
    const policy = {
      history: 'all',
      approval: false,
      retentionDays: 30,
      retentionBytes: 50e6,
      keepCopies: 0,
    } as const
    const mine = roles.get(me)
    return {
      id: circle,
      members,
      owners,
      pins: new Map(),
      removed: new Set(),
      policy,
      epoch: undefined,
      mine,
    }
  }

  epoch(): EpochFacts | undefined {
    return undefined
  }

  linked(circle: CircleId): readonly DeviceId[] {
    return this.#scene.linksOf(this.#device).filter((device) => this.isLinked(circle, device))
  }

  isLinked(circle: CircleId, device: DeviceId): boolean {
    const roles = this.members.get(circle)
    return (
      roles?.has(this.#scene.device(device).person) === true && this.#scene.areLinked(this.#device, device)
    )
  }

  watch(listener: MembershipListener): void {
    this.listeners.push(listener)
  }
}
