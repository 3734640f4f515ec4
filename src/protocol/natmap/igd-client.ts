// UPnP with the router, as a machine: searching, reading its description, and mapping ports by SOAP once it may. What is
// said to the router is one request at a time; longer courses are generators that yield requests and take the answers.
// Invariant: nothing is requested of any host but the gateway; a mapping of somebody else is never replaced or deleted.

import { canonicalIp } from '../../base/address.ts'
import { after, earliest, type Millis } from '../../base/ids.ts'
import type { Machine } from '../../base/machine.ts'
import type { Random } from '../../base/random.ts'
import { type IgdDescription, type IgdService, readIgd } from './igd.ts'
import { Lease } from './lease.ts'
import { type Mapping, type MappingFailure, type MappingWish, START_OVER_MS } from './mapping.ts'
import { callIgd, type IgdCourse, type IgdRequest, mapPort, type PortCourseFacts } from './port-course.ts'
import { encodeSearch, parseSsdpAnswer, SEARCH_TARGETS, SSDP_GROUP } from './ssdp.ts'

export interface IgdClientOptions {
  readonly gatewayHost: string
  /** Our address towards the gateway: where it is to send what arrives. */
  readonly ownHost: string
  readonly wishes: readonly MappingWish[]
  readonly random: Random
  readonly lifetimeS: number
}

export type IgdInput =
  | { readonly kind: 'start' }
  /** From now on ports may be mapped: no better way was found. */
  | { readonly kind: 'map' }
  /** From the gateway's address, nobody else's. */
  | { readonly kind: 'datagram'; readonly bytes: Uint8Array }
  /** The body that came back, an HTTP error's too; undefined when there was none. */
  | { readonly kind: 'answered'; readonly id: number; readonly document: string | undefined }
  | { readonly kind: 'tick' }
  | { readonly kind: 'stop' }

export type IgdEffect =
  /** To the SSDP port of this host. */
  | { readonly kind: 'search'; readonly bytes: Uint8Array; readonly to: string }
  /** Always answered, by undefined at the latest after the driver's own time. */
  | ({ readonly kind: 'request'; readonly id: number } & IgdRequest)
  | { readonly kind: 'changed' }

/** When the search is sent, in ms after its start: datagrams get lost. Afterwards answers have this long. */
const SEARCHES_MS = [0, 1_000, 3_000] as const
const LAST_ANSWER_MS = 3_000
/** Descriptions read in one search: a router has one, some have two. */
const MAX_LOCATIONS = 4
/** When its control stops answering, it is looked for anew and asked after this long, twice as long each time. */
const LOST_AGAIN_MS = 15_000

interface Found {
  readonly description: IgdDescription
  readonly service: IgdService
}

export class IgdClient implements Machine<IgdInput, IgdEffect> {
  readonly #options: IgdClientOptions
  readonly #leases: readonly Lease[]
  readonly #facts: PortCourseFacts
  #found: Found | undefined
  #externalHost: string | undefined
  #failure: MappingFailure | undefined
  #mayMap = false
  #stopping = false
  #givingBack = false
  #searchedAt = 0 as Millis
  #searches = 0
  #searchDueAt: Millis | undefined
  readonly #locations = new Set<string>()
  /** Those of `#locations` that nobody read yet. */
  #unread: string[] = []
  #course: IgdCourse | undefined
  #courseId = 0
  #losses = 0
  #now = 0 as Millis

  constructor(options: IgdClientOptions) {
    const { ownHost, random, lifetimeS } = options
    this.#options = options
    this.#leases = options.wishes.map((wish) => new Lease(wish))
    this.#facts = { ownHost, random, lifetimeS, permanentOnly: false }
  }

  /** A router that can map was found. */
  get known(): boolean {
    return this.#found !== undefined
  }

  get routerName(): string | undefined {
    return this.#found?.description.name
  }

  /** As the router tells it; undefined before it did. */
  get externalHost(): string | undefined {
    return this.#externalHost
  }

  get mappings(): readonly Mapping[] {
    return this.#leases
      .map((lease) => lease.mapping('upnp'))
      .filter((mapping) => mapping !== undefined)
      .map((mapping) => ({ ...mapping, externalHost: this.#externalHost }))
  }

  /** Why there is no router, or no mapping of the first wish; undefined while nothing is known yet. */
  get failure(): MappingFailure | undefined {
    return this.#failure ?? this.#leases[0]?.failure
  }

  /** When the first wish is to be asked for (again), whether or not it may be. */
  get wantsToMapAt(): Millis | undefined {
    return this.known ? this.#leases[0]?.dueAt : undefined
  }

  get over(): boolean {
    return this.#stopping && this.#course === undefined
  }

  handle(input: IgdInput, now: Millis): IgdEffect[] {
    this.#now = now
    switch (input.kind) {
      case 'start':
        for (const lease of this.#leases) lease.dueAt = undefined
        if (this.#leases[0] !== undefined) this.#leases[0].dueAt = now
        this.#search()
        return this.#goOn()
      case 'map':
        this.#mayMap = true
        return this.#goOn()
      case 'datagram':
        this.#hear(input.bytes)
        return this.#goOn()
      case 'answered':
        return input.id === this.#courseId ? this.#advance(input.document) : []
      case 'tick':
        return this.#goOn()
      case 'stop':
        this.#stopping = true
        this.#searchDueAt = undefined
        return this.#goOn()
    }
  }

  /** No longer than told otherwise: what is held stays, and is not renewed. */
  rest(): void {
    this.#mayMap = false
  }

  deadline(): Millis | undefined {
    if (this.#stopping) return undefined
    const ends = this.#leases.map((lease) => lease.granted?.expiresAt)
    const turns =
      this.#mayMap && this.known && this.#course === undefined ? this.#leases.map(({ dueAt }) => dueAt) : []
    return earliest(this.#searchDueAt, ...ends, ...turns)
  }

  #search(): void {
    this.#found = undefined
    this.#failure = undefined
    this.#searches = 0
    this.#searchDueAt = this.#now
    this.#locations.clear()
    this.#unread = []
  }

  #hear(bytes: Uint8Array): void {
    const location = this.#searchDueAt === undefined ? undefined : parseSsdpAnswer(bytes)?.location
    if (location === undefined || this.#locations.size >= MAX_LOCATIONS) return
    if (this.known || this.#locations.has(location) || !isOn(location, this.#options.gatewayHost)) return
    this.#locations.add(location)
    this.#unread.push(location)
  }

  /** Everything that is due and possible now. */
  #goOn(): IgdEffect[] {
    const effects: IgdEffect[] = []
    for (const lease of this.#leases) if (lease.expire(this.#now)) effects.push({ kind: 'changed' })
    if (this.#searchDueAt !== undefined && this.#searchDueAt <= this.#now)
      effects.push(...this.#searchAgain())
    if (this.#course === undefined) {
      const next = this.#nextCourse()
      if (next !== undefined) {
        this.#course = next
        effects.push(...this.#advance(undefined))
      }
    }
    return effects
  }

  #searchAgain(): IgdEffect[] {
    if (this.#searches >= SEARCHES_MS.length) {
      if (this.#course !== undefined || this.#unread.length > 0) {
        this.#searchDueAt = after(this.#now, LAST_ANSWER_MS)
        return []
      }
      this.#failure ??= this.#locations.size === 0 ? 'SILENT' : 'BAD_ANSWER'
      const failure = this.#failure
      this.#search()
      this.#failure = failure
      this.#searchDueAt = after(this.#now, START_OVER_MS)
      return [{ kind: 'changed' }]
    }
    if (this.#searches++ === 0) this.#searchedAt = this.#now
    const next = SEARCHES_MS[this.#searches]
    this.#searchDueAt = next === undefined ? after(this.#now, LAST_ANSWER_MS) : after(this.#searchedAt, next)
    // The second time also straight to the gateway: some networks swallow multicast.
    const hosts = this.#searches === 1 ? [SSDP_GROUP] : [SSDP_GROUP, this.#options.gatewayHost]
    return hosts.flatMap((to) =>
      SEARCH_TARGETS.map((target) => ({ kind: 'search' as const, bytes: encodeSearch(target, to), to })),
    )
  }

  #nextCourse(): IgdCourse | undefined {
    if (this.#stopping) return this.#giveBack()
    const location = this.known ? undefined : this.#unread.shift()
    if (location !== undefined) return this.#describe(location)
    if (!this.#mayMap || this.#found === undefined) return undefined
    const lease = this.#leases.find(({ dueAt }) => dueAt !== undefined && dueAt <= this.#now)
    if (lease === undefined) return undefined
    // While it is asked for there is neither a next time nor an old reason.
    lease.dueAt = undefined
    lease.failure = undefined
    return this.#map(lease, this.#found)
  }

  #advance(document: string | undefined): IgdEffect[] {
    const course = this.#course
    if (course === undefined) return []
    this.#courseId++
    const stop = this.#stopping && !this.#givingBack
    const step = course.next(document)
    if (!step.done && !stop) return [{ kind: 'request', id: this.#courseId, ...step.value }]
    if (!step.done) course.return()
    this.#course = undefined
    // What a course found out may be what others wait for.
    return [{ kind: 'changed' }, ...this.#goOn()]
  }

  *#describe(location: string): IgdCourse {
    const document = yield { url: location, soap: undefined }
    const description = document === undefined ? undefined : readIgd(document, location)
    for (const service of description?.services ?? []) {
      const answer = yield* callIgd(service, 'GetExternalIPAddress', [])
      if (answer?.ok !== true) continue
      const host = canonicalIp(answer.value('NewExternalIPAddress') ?? '')
      this.#failure = 'NO_LINE'
      if (host === undefined || host === '0.0.0.0') continue
      this.#failure = undefined
      this.#externalHost = host
      this.#found = { description: description as IgdDescription, service }
      this.#searchDueAt = undefined
      return
    }
  }

  *#map(lease: Lease, { service }: Found): IgdCourse {
    const outcome = yield* mapPort(lease, service, this.#facts)
    const now = this.#now
    if (outcome.kind === 'granted') {
      this.#losses = 0
      this.#externalHost = outcome.externalHost
      lease.grant({ ...outcome, lifetimeS: this.#options.lifetimeS }, now, this.#options.random)
    } else if (outcome.kind === 'refused') {
      lease.fail(outcome.failure, after(now, START_OVER_MS))
    } else {
      lease.fail('SILENT', after(now, Math.min(LOST_AGAIN_MS * 2 ** this.#losses++, START_OVER_MS)))
      this.#search()
    }
    const place = this.#leases.indexOf(lease)
    if (outcome.kind === 'granted') lease.follow(this.#leases[place - 1], now)
    const following = this.#leases[place + 1]
    if (following === undefined || following.dueAt !== undefined) return
    if (lease.granted !== undefined) following.externalPort = lease.granted.externalPort
    following.dueAt = now
  }

  #giveBack(): IgdCourse | undefined {
    const service = this.#found?.service
    const held = this.#leases.filter(({ granted }) => granted !== undefined)
    if (this.#givingBack || service === undefined || held.length === 0) return undefined
    this.#givingBack = true
    return this.#deleteAll(held, service)
  }

  *#deleteAll(held: readonly Lease[], service: IgdService): IgdCourse {
    for (const lease of held) {
      yield* callIgd(service, 'DeletePortMapping', [
        ['NewRemoteHost', ''],
        ['NewExternalPort', String(lease.granted?.externalPort)],
        ['NewProtocol', lease.wish.protocol.toUpperCase()],
      ])
      lease.granted = undefined
    }
  }
}

/** Plain http to exactly that address: a location is a stranger's word, and leads nowhere else. */
function isOn(location: string, host: string): boolean {
  if (!URL.canParse(location)) return false
  const url = new URL(location)
  return url.protocol === 'http:' && url.hostname === host && url.username === '' && url.password === ''
}
