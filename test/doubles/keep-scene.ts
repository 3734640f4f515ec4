// A circle that keeps copies, in virtual time: what stands in whose catalogue is known to all who are linked with its device; a fetch
// takes as long as its bytes at a common rate. Counts what was fetched.

import type { Millis } from '../../src/base/ids.ts'
import { KeepService } from '../../src/community/keep/keep-service.ts'
import type { OfferedContent } from '../../src/community/keep/keep-side.ts'
import { CIRCLE, CircleMembers, Member } from './circle-members.ts'
import { digest } from './digest.ts'

export interface Keeping {
  readonly member: Member
  readonly service: KeepService
  readonly own: Set<string>
  readonly kept: Map<string, number>
  spaceBytes: number
  online: boolean
  tooFew: number
}

interface Fetch {
  readonly by: Keeping
  readonly content: OfferedContent
  readonly endsAt: Millis
}

export class KeepScene {
  readonly circle = new CircleMembers()
  readonly all: Keeping[] = []
  readonly bytesPerSecond: number
  readonly #fetches: Fetch[] = []
  fetchedBytes = 0
  fetched = 0
  dropped = 0

  constructor(copies: number, bytesPerSecond = 1_000_000) {
    this.circle.keepCopies = copies
    this.bytesPerSecond = bytesPerSecond
  }

  add(number: number, spaceBytes: number): Keeping {
    const member = new Member(number)
    const { circle } = this
    const kept = new Map<string, number>()
    const service = new KeepService(
      {
        me: member.device,
        out: circle.out(member),
        membership: circle.seenBy(member),
        digest,
        offered: () => this.#offered(),
        kept: () => kept,
        spaceBytes: () => keeping.spaceBytes,
        get: (_circle, content) => this.#fetch(keeping, content),
        drop: (_circle, content) => {
          kept.delete(content)
          this.dropped++
        },
        counted: (_circle, tooFew) => {
          keeping.tooFew = tooFew
        },
      },
      circle.now,
    )
    const keeping: Keeping = { member, service, own: new Set(), kept, spaceBytes, online: true, tooFew: 0 }
    this.all.push(keeping)
    circle.serve(member, service)
    circle.join(member)
    for (const other of this.all) if (other !== keeping && other.online) circle.link(member, other.member)
    return keeping
  }

  /** Says to everybody who can hear it that something is offered. */
  told(): void {
    for (const { service, online } of this.all) if (online) service.changed(CIRCLE, this.circle.now)
  }

  off(keeping: Keeping): void {
    keeping.online = false
    for (const other of this.all) this.circle.unlink(keeping.member.device, other.member.device)
  }

  on(keeping: Keeping): void {
    keeping.online = true
    for (const other of this.all)
      if (other !== keeping && other.online) this.circle.link(keeping.member, other.member)
  }

  leave(keeping: Keeping): void {
    keeping.online = false
    this.all.splice(this.all.indexOf(keeping), 1)
    this.circle.leave(keeping.member)
  }

  /** Lets time pass; fetches come to their ends. */
  pass(ms: number): void {
    const until = this.circle.now + ms
    while (this.circle.now < until) {
      const next = Math.min(until, ...this.#fetches.map(({ endsAt }) => endsAt))
      const begun = this.#fetches.length
      if (next > this.circle.now) this.circle.pass(next - this.circle.now, () => this.#fetches.length > begun)
      for (const fetch of [...this.#fetches]) if (fetch.endsAt <= this.circle.now) this.#end(fetch)
    }
    this.circle.settle()
  }

  /** Devices that are there now and have it. */
  holders(content: string): number {
    return this.all.filter(({ own, kept, online }) => online && (own.has(content) || kept.has(content)))
      .length
  }

  contents(): string[] {
    return [...new Set(this.all.flatMap(({ own, kept }) => [...own, ...kept.keys()]))]
  }

  *#offered(): Generator<OfferedContent> {
    for (const content of this.contents()) {
      const holders = this.all
        .filter(({ own, kept }) => own.has(content) || kept.has(content))
        .map(({ member }) => member.device)
      yield { content, lengthBytes: Number(content.split('-')[1]), holders }
    }
  }

  #fetch(by: Keeping, content: OfferedContent): void {
    const endsAt = (this.circle.now + (1_000 * content.lengthBytes) / this.bytesPerSecond) as Millis
    this.#fetches.push({ by, content, endsAt })
  }

  #end(fetch: Fetch): void {
    this.#fetches.splice(this.#fetches.indexOf(fetch), 1)
    const { by, content } = fetch
    const there = this.all.some(
      (other) => other !== by && other.online && content.holders.includes(other.member.device),
    )
    if (!by.online || !there) {
      by.service.ended(CIRCLE, content.content, 'failed', this.circle.now)
      return
    }
    by.kept.set(content.content, content.lengthBytes)
    this.fetched++
    this.fetchedBytes += content.lengthBytes
    by.service.ended(CIRCLE, content.content, 'kept', this.circle.now)
    this.told()
  }
}

export function contentNamed(name: string, lengthBytes: number): string {
  return `${digest.sha256(new TextEncoder().encode(name)).toHex()}-${lengthBytes}`
}
