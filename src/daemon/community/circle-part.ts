// Circles: the service on the links, what it keeps, and the calls about circles, members, invites and joining.

import type { OutputOf } from '../../api/routes.ts'
import { CircleService } from '../../community/circle/circle-service.ts'
import { decodeInvite } from '../../community/circle/invite-link.ts'
import { CommunityError } from '../../community/community-error.ts'
import { readPeopleLink, writePeopleLink } from '../../community/contact/people-link.ts'
import { type DeviceAddress, parsePlace } from '../../community/device-address.ts'
import type { CircleId, DeviceId, InviteId, PersonId } from '../../community/ids.ts'
import type { CircleFacts, CirclePolicy } from '../../community/membership.ts'
import { CircleEffects } from './circle-effects.ts'
import { type CircleNews, CircleView } from './circle-view.ts'
import type { MyName } from './me-part.ts'
import type { PeopleGround, PeoplePart } from './people-part.ts'
import { CircleRecords } from './store/circle-records.ts'

/** Undefined for what hintText() would not write. */
export function readHint(hint: string): { device: DeviceId; address: DeviceAddress } | undefined {
  const [, device = '', address = ''] = /^([a-z2-7]{52})\/(.+)$/.exec(hint) ?? []
  return parsePlace(address) === undefined
    ? undefined
    : { device: device as DeviceId, address: address as DeviceAddress }
}

export function hintText(device: DeviceId, address: DeviceAddress): string {
  return `${device}/${address}`
}

function isIn(facts: CircleFacts | undefined, device: DeviceId): boolean {
  const owner = facts?.owners.get(device)
  return owner !== undefined && facts?.members.get(owner)?.devices.has(device) === true
}

/** What circles need of the rest. */
export interface CircleSurroundings extends CircleNews {
  readonly myName: MyName
  /** `device/address`: where this device and others that may let in are found now, best first. */
  hints(circle: CircleId): readonly string[]
  /** Whom to call may be others. */
  wantedChanged(): void
  /** The first entries of a circle of mine: its name, a room, my name. */
  begin(circle: CircleId, name: string): void
  rename(circle: CircleId, name: string): void
  /** My name is told to all my circles. */
  introduce(name: string): void
  setKeepSpace(circle: CircleId, bytes: number): void
  /** What was received of it goes. */
  forget(circle: CircleId): void
}

export interface CirclePart extends PeoplePart {
  readonly service: CircleService
  readonly view: CircleView
  /** What an invite's link says. @throws CommunityError LINK_NOT_OURS */
  inviteFacts(payload: Uint8Array): OutputOf<'peopleLinkFacts'>
}

/** For an epoch of my own: sealing to my devices takes a moment. */
const EPOCH_WITHIN_MS = 10_000

/** Members linked at once in one circle: with fewer the others are called. What one has reaches all within a few steps. */
const LINKS_OF_A_CIRCLE = 16

export function openCirclePart(ground: PeopleGround, around: CircleSurroundings): CirclePart {
  const { own, crypto, random, wall, database, changed, now } = ground
  const { person, device, deviceSeed, card } = own
  const service = new CircleService({
    me: { person, device, deviceSeed, card },
    crypto,
    random,
    wall,
    out: ground.out('circle'),
    store: new CircleRecords(database),
    events: {
      joiningChanged: (id) => {
        changed({ kind: 'joining', id })
        around.wantedChanged()
      },
      requestsChanged: (id) => changed({ kind: 'circle', id }),
      invitesChanged: (id) => changed({ kind: 'circle', id }),
      standingChanged: () => undefined,
    },
  })
  const effects = new CircleEffects(service, ground)
  const view = new CircleView(service, around, person)
  const waiting = new Map<CircleId, () => void>()
  const { membership } = service
  membership.watch({
    circleChanged: (circle) => {
      changed({ kind: 'circle', id: circle })
      around.wantedChanged()
    },
    memberLinked: (circle) => changed({ kind: 'circle', id: circle }),
    memberUnlinked: (circle) => changed({ kind: 'circle', id: circle }),
  })

  const hasEpoch = (circle: CircleId): boolean => membership.facts(circle)?.epoch !== undefined
  /** What is written needs a secret to be sealed with. */
  const epochOf = async (circle: CircleId): Promise<void> => {
    if (hasEpoch(circle)) return
    const { clock } = ground
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = clock.schedule((now() + EPOCH_WITHIN_MS) as ReturnType<typeof now>, resolve)
    waiting.set(circle, resolve)
    await promise
    cancel()
    waiting.delete(circle)
  }
  /** @throws CommunityError NAME_NEEDED */
  const takeName = (given: string | undefined): void => {
    const name = around.myName.need(given)
    if (name === around.myName.get()) return
    around.myName.set(name)
    around.introduce(name)
    changed({ kind: 'me', id: null })
  }
  const id = (circle: string): CircleId => {
    view.facts(circle as CircleId)
    return circle as CircleId
  }

  return {
    service,
    view,
    inviteFacts: (payload) => {
      const { circle, role, expires } = decodeInvite(payload)
      const known = membership.facts(circle)?.mine !== undefined
      return {
        kind: 'invite',
        circle,
        person: null,
        name: known ? view.name(circle) : null,
        role,
        expiresAt: new Date(expires * 1_000).toISOString(),
        known,
      }
    },
    services: [service],
    start: () => service.start(now()),
    settle: () => {
      effects.carryOut()
      for (const [circle, resolve] of waiting) if (hasEpoch(circle)) resolve()
    },
    standing: (one) => service.standing(one),
    knows: (one) => membership.circles().some((circle) => isIn(membership.facts(circle), one)),
    mayRelay: (from, to) =>
      membership.circles().find((circle) => {
        const facts = membership.facts(circle)
        return facts?.mine !== undefined && isIn(facts, from) && isIn(facts, to)
      }),
    *wanted() {
      for (const { step, link } of service.joinings())
        if (step !== 'joined' && step !== 'failed')
          for (const { device: one } of link.hints.flatMap((hint) => readHint(hint) ?? [])) yield one
      for (const circle of membership.circles()) {
        if (membership.linked(circle).length >= LINKS_OF_A_CIRCLE) continue
        for (const member of membership.facts(circle)?.members.values() ?? []) yield* member.devices.keys()
      }
    },
    addresses: (one) =>
      service
        .joinings()
        .flatMap(({ link }) => link.hints.flatMap((hint) => readHint(hint) ?? []))
        .flatMap(({ device: of, address }) => (of === one ? [address] : [])),
    calls: {
      circles: () => ({ circles: view.all(), joining: view.joinings() }),
      newCircle: async ({ name, myName }) => {
        takeName(myName)
        const circle = service.create({}, now())
        await epochOf(circle)
        return ground.turn(() => {
          around.begin(circle, name)
          return view.circle(circle)
        })
      },
      circle: ({ id: circle }) => view.details(id(circle)),
      changeCircle: ({ id: circle, name, keepSpaceBytes, ...policy }) => {
        const wanted = Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== undefined))
        if (Object.keys(wanted).length > 0)
          service.setPolicy(id(circle), wanted as Partial<CirclePolicy>, now())
        if (name !== undefined) around.rename(id(circle), name)
        if (keepSpaceBytes !== undefined) around.setKeepSpace(id(circle), keepSpaceBytes)
        changed({ kind: 'circle', id: circle })
        return view.circle(id(circle))
      },
      leaveCircle: ({ id: circle, forget }) => {
        if (view.facts(id(circle)).mine !== undefined) service.leave(id(circle), now())
        if (forget === true) {
          around.forget(id(circle))
          service.forget(id(circle))
        }
        changed({ kind: 'circle', id: circle })
        around.wantedChanged()
        return {}
      },
      setRole: ({ id: circle, person: who, role }) => {
        service.setRole(id(circle), who as PersonId, role, now())
        return view.details(id(circle))
      },
      removeMember: ({ id: circle, person: who }) => {
        service.remove(id(circle), who as PersonId, now())
        return view.details(id(circle))
      },
      muteMember: ({ id: circle, person: who, muted }) => {
        service.setMuted(id(circle), who as PersonId, muted, now())
        return view.details(id(circle))
      },
      invites: ({ id: circle }) => ({ invites: view.invites(id(circle)) }),
      newInvite: ({ id: circle, ...wish }) => {
        const made = service.invite(id(circle), wish, [...around.hints(id(circle))], now())
        around.wantedChanged()
        return view.invite(id(circle), made.id, writePeopleLink('invite', made.payload, crypto))
      },
      revokeInvite: ({ id: circle, invite }) => {
        service.revokeInvite(id(circle), invite as InviteId, now())
        return {}
      },
      joinCircle: ({ link, name }) => {
        const { kind, payload } = readPeopleLink(link, crypto)
        if (kind !== 'invite') throw new CommunityError('LINK_NOT_OURS')
        // A keeper says nothing that would need one.
        if (name !== undefined || decodeInvite(payload).role !== 'keeper') takeName(name)
        const invite = service.join(payload, now())
        around.wantedChanged()
        return view.joining(invite)
      },
      endJoining: ({ id: invite }) => {
        service.cancelJoining(invite as InviteId)
        around.wantedChanged()
        return {}
      },
      joinRequests: ({ id: circle }) => ({ requests: view.requests(id(circle)) }),
      answerJoin: ({ id: circle, person: who, let: yes }) => {
        service.answerRequest(id(circle), who as PersonId, yes, now())
        return view.details(id(circle))
      },
    },
  }
}
