// Circles as the calls tell them: what the signed log says, with the names that members gave and who is reached now.

import type { OutputOf } from '../../api/routes.ts'
import type { Circle, CircleMember, Invite, Joining } from '../../api/schemas/circles.ts'
import type { CircleService } from '../../community/circle/circle-service.ts'
import { CommunityError } from '../../community/community-error.ts'
import type { CircleId, DeviceId, PersonId } from '../../community/ids.ts'
import { type CircleFacts, whyOut } from '../../community/membership.ts'
import { coded } from '../transfers/transfer-row.ts'

/** What others know of circles. */
export interface CircleNews {
  /** As members named it; undefined until its entries came. */
  circleName(circle: CircleId): string | undefined
  personName(person: PersonId): string | undefined
  rooms(circle: CircleId): Circle['rooms']
  /** Its own entries contradict each other: nothing more of it is taken. */
  isFrozen(circle: CircleId, device: DeviceId): boolean
  /** Seconds since 1970. */
  seenAt(device: DeviceId): number | undefined
  isOnline(device: DeviceId): boolean
  offered(circle: CircleId, person: PersonId): { readonly files: number; readonly bytes: number }
  kept(circle: CircleId): { readonly spaceBytes: number; readonly keptBytes: number; readonly tooFew: number }
}

/** Letters of an id that stand for a name that is not known yet. */
const SHORT = 8

export class CircleView {
  readonly #service: CircleService
  readonly #news: CircleNews
  readonly #me: PersonId

  constructor(service: CircleService, news: CircleNews, me: PersonId) {
    this.#service = service
    this.#news = news
    this.#me = me
  }

  /** @throws CommunityError CIRCLE_UNKNOWN */
  facts(circle: CircleId): CircleFacts {
    const facts = this.#service.membership.facts(circle)
    if (facts === undefined) throw new CommunityError('CIRCLE_UNKNOWN', { circle })
    return facts
  }

  name(circle: CircleId): string {
    return this.#news.circleName(circle) ?? circle.slice(0, SHORT)
  }

  personName(person: PersonId): string {
    return this.#news.personName(person) ?? person.slice(0, SHORT)
  }

  all(): Circle[] {
    return this.#service.membership.circles().map((circle) => this.circle(circle))
  }

  circle(id: CircleId): Circle {
    const facts = this.facts(id)
    const { policy } = facts
    const { spaceBytes, keptBytes, tooFew } = this.#news.kept(id)
    return {
      id,
      name: this.name(id),
      role: facts.mine ?? null,
      members: facts.members.size,
      online: this.#online(facts).length,
      rooms: this.#news.rooms(id),
      history: policy.history,
      approval: policy.approval,
      retentionDays: policy.retentionDays,
      retentionBytes: policy.retentionBytes,
      keepCopies: policy.keepCopies,
      keepSpaceBytes: spaceBytes,
      keptBytes,
      tooFewCopies: tooFew,
      requests: this.#service.requests(id).length,
      problem: this.#problem(facts),
    }
  }

  /** That I left by myself is none. */
  #problem(facts: CircleFacts): Circle['problem'] {
    const why = whyOut(facts, this.#me)
    const out = facts.mine === undefined && (why.removed ?? why.device) === true
    return out ? { code: 'CIRCLE_LEFT', data: why } : null
  }

  details(id: CircleId): Circle & { people: CircleMember[] } {
    const people = [...this.facts(id).members.keys()].map((person) => this.#member(id, person))
    return { ...this.circle(id), people }
  }

  #member(circle: CircleId, person: PersonId): CircleMember {
    const news = this.#news
    const member = this.facts(circle).members.get(person)
    if (member === undefined) throw new CommunityError('PERSON_UNKNOWN', { person })
    const { role, muted, addedAt } = member
    const devices = [...member.devices.keys()].map((id) => ({
      id,
      online: news.isOnline(id),
      frozen: news.isFrozen(circle, id),
    }))
    const seen = devices.flatMap(({ id }) => news.seenAt(id) ?? [])
    const me = person === this.#me
    return {
      person,
      name: this.personName(person),
      role,
      muted,
      me,
      online: me || devices.some(({ online }) => online),
      lastSeenAt: me || seen.length === 0 ? null : moment(Math.max(...seen)),
      joinedAt: moment(addedAt),
      devices,
      ...news.offered(circle, person),
    }
  }

  invite(circle: CircleId, id: string, link: string | null = null): Invite {
    const found = this.#service.invites(circle).find((invite) => invite.id === id)
    if (found === undefined) throw new CommunityError('INVITE_UNKNOWN')
    return { ...this.#invite(circle, found), link }
  }

  invites(circle: CircleId): Invite[] {
    this.facts(circle)
    return this.#service.invites(circle).map((found) => this.#invite(circle, found))
  }

  #invite(circle: CircleId, found: ReturnType<CircleService['invites']>[number]): Invite {
    const facts = this.facts(circle)
    const { id, role, uses, used, expiresAt, approval, by, revoked } = found
    // A keeper lets nobody in, and where a moderator must say yes only those can.
    const may = this.#online(facts).filter((person) => {
      const standing = facts.members.get(person)?.role
      return standing === 'owner' || standing === 'moderator' || (standing === 'member' && !approval)
    })
    return {
      id,
      link: null,
      role,
      uses,
      used,
      expiresAt: moment(expiresAt),
      approval,
      by,
      revoked,
      admittersOnline: may.length,
    }
  }

  requests(circle: CircleId): OutputOf<'joinRequests'>['requests'] {
    this.facts(circle)
    return this.#service.requests(circle).map(({ person, invite, at }) => ({
      person,
      name: this.personName(person),
      invite,
      at: moment(at),
    }))
  }

  joinings(): Joining[] {
    return this.#service.joinings().map((found) => {
      const { invite, circle, link, step, membersFound, problem, since } = found
      return {
        id: invite,
        circle,
        name: this.#news.circleName(circle) ?? null,
        role: link.role,
        step,
        membersFound,
        problem: problem === undefined ? null : coded(problem, {}),
        since: moment(since),
      }
    })
  }

  joining(invite: string): Joining {
    const found = this.joinings().find(({ id }) => id === invite)
    if (found === undefined) throw new CommunityError('INVITE_UNKNOWN')
    return found
  }

  #online(facts: CircleFacts): PersonId[] {
    return [...facts.members.values()]
      .filter(
        ({ person, devices }) =>
          person === this.#me || [...devices.keys()].some((device) => this.#news.isOnline(device)),
      )
      .map(({ person }) => person)
  }
}

function moment(seconds: number): string {
  return new Date(seconds * 1_000).toISOString()
}
