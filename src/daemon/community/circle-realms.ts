// Circles as the engine sees them: which realms there are, what hashes are called in each, whom it may reach, and by which streams.
// Joins the engine's closed realms with the people process. Promise: what a realm's facts do not allow any more has no connection
// when `set` resolves; without facts nothing of a realm is named, given or got.

import { createHmac } from 'node:crypto'
import { toHex, utf8 } from '../../base/bytes.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import { hashBytes, type WireHash, wireHashFromBytes } from '../../base/ids.ts'
import { type Connection, type Digest, SocketError } from '../../base/ports.ts'
import type { ContentSource, OfferedContent } from '../../engine/session/content-source.ts'
import { deviceEndpoint, type RealmWays } from '../../engine/session/realms.ts'
import type { Session } from '../../engine/session/session.ts'
import type { ClosedRealm } from '../../engine/torrent/options.ts'
import { DialTurns } from './dial-turns.ts'
import type { BridgeEnd, InnerCalls, RealmFacts } from './people-messages.ts'
import type { StreamBridge } from './stream-bridge.ts'

/** First 20 bytes of the HMAC, as long as an infohash on the wire. */
const NAME_BYTES = 20
/** Names that were computed, of one realm: 200 bytes each. */
const MAX_NAMES = 100_000
/** Hashes in one page of the index, and computed before others have their turn: some 2 µs each. */
const PAGE = 1_000
/** How long a stream that another device opened may take to reach the engine. */
const ARRIVAL_MS = 10_000

/** What is offered in a realm, by the infohash of its content torrent; answered by library and transfers. */
export interface RealmOffers {
  byInfohash(realm: ClosedRealm, hash: Uint8Array): Promise<OfferedContent | undefined>
  /** In their order, those behind `hash`. */
  after(realm: ClosedRealm, hash: Uint8Array | undefined, count: number): Promise<readonly Uint8Array[]>
}

export interface CircleRealmsGround {
  readonly digest: Digest
  readonly offers: RealmOffers
  bridge(): Promise<StreamBridge>
  openBytes(...input: Parameters<InnerCalls['openBytes']>): Promise<boolean>
  session(): Pick<Session, 'realms'> | undefined
  /** From engine to engine; undefined where there is no way. @param as under which address its device stands */
  direct(realm: ClosedRealm, device: string, as: Endpoint): Promise<Connection | undefined>
  /** Members, links or secrets of this realm are others. */
  changed(realm: ClosedRealm): void
}

interface Realm {
  readonly facts: RealmFacts
  /** Device by the host of its endpoint. */
  readonly devices: ReadonlyMap<string, string>
  readonly names: Map<WireHash, WireHash>
  /** Infohash by name; undefined until somebody asks. */
  index: Promise<Map<string, Uint8Array>> | undefined
}

export class CircleRealms implements RealmWays {
  readonly #ground: CircleRealmsGround
  readonly #realms = new Map<ClosedRealm, Realm>()
  readonly #turns = new DialTurns()

  constructor(ground: CircleRealmsGround) {
    this.#ground = ground
  }

  /** All realms there are now. */
  async set(all: readonly RealmFacts[]): Promise<void> {
    const before = new Set(this.#realms.keys())
    const changed: ClosedRealm[] = []
    for (const facts of all) {
      const realm = facts.realm as ClosedRealm
      before.delete(realm)
      const known = this.#realms.get(realm)
      if (known !== undefined && sameFacts(known.facts, facts)) continue
      const sameSecret = known !== undefined && sameBytes(known.facts.secret, facts.secret)
      const devices = new Map(facts.devices.map(({ device }) => [this.endpointOf(device).host, device]))
      this.#realms.set(realm, {
        facts,
        devices,
        names: sameSecret ? known.names : new Map(),
        index: sameSecret ? known.index : undefined,
      })
      changed.push(realm)
    }
    for (const realm of before) {
      this.#realms.delete(realm)
      changed.push(realm)
    }
    await Promise.all(changed.map((realm) => this.#agree(realm)))
    for (const realm of changed) this.#ground.changed(realm)
  }

  /** What is offered there is another. When it resolves nobody gets what is not offered any more. */
  async offersChanged(): Promise<void> {
    for (const realm of this.#realms.values()) realm.index = undefined
    await Promise.all([...this.#realms.keys()].map((realm) => this.#agree(realm)))
  }

  /** The people process is gone: its streams are, too. */
  async lost(): Promise<void> {
    await this.set([])
  }

  #agree(realm: ClosedRealm): Promise<void> | undefined {
    const { devices, facts } = this.#realms.get(realm) ?? {}
    return this.#ground
      .session()
      ?.realms?.changed(realm, ({ host }) => facts?.secret !== undefined && devices?.has(host) === true)
  }

  isIn(realm: string): boolean {
    return this.#realms.get(realm as ClosedRealm)?.facts.secret !== undefined
  }

  get all(): ClosedRealm[] {
    return [...this.#realms.keys()]
  }

  /** Members' devices that are linked now. */
  linked(realm: string): string[] {
    const facts = this.#realms.get(realm as ClosedRealm)?.facts
    return facts?.devices.filter(({ linked }) => linked).map(({ device }) => device) ?? []
  }

  endpointOf(device: string): Endpoint {
    return deviceEndpoint(this.#ground.digest.sha256(utf8(device)))
  }

  // ── RealmWays ──

  nameOf(realm: ClosedRealm, hash: WireHash): WireHash | undefined {
    const known = this.#realms.get(realm)
    const secret = known?.facts.secret
    if (known === undefined || secret === undefined) return undefined
    const named = known.names.get(hash)
    if (named !== undefined) return named
    const mac = createHmac('sha256', secret).update(hashBytes(hash)).digest()
    const name = wireHashFromBytes(new Uint8Array(mac.subarray(0, NAME_BYTES)))
    if (known.names.size >= MAX_NAMES) known.names.clear()
    known.names.set(hash, name)
    return name
  }

  dialer(realm: ClosedRealm): ReturnType<RealmWays['dialer']> {
    return {
      dial: (to, timeoutMs) => {
        let cancelled = false
        let cancel = (): void => {
          cancelled = true
        }
        const dial = async () => {
          const device = this.#realms.get(realm)?.devices.get(to.host)
          if (device === undefined) return new SocketError('UNREACHABLE')
          const direct = await this.#ground.direct(realm, device, to)
          if (direct !== undefined && !cancelled && this.allows(realm, device)) return direct
          direct?.close()
          const over = await this.#turns.take(device, timeoutMs)
          if (over === undefined) return new SocketError('TIMEOUT', { timeoutMs })
          const bridge = await this.#ground.bridge()
          const expected = bridge.expect(to, timeoutMs, over)
          if (expected === undefined) over()
          if (expected === undefined || cancelled) {
            expected?.cancel()
            return new SocketError('UNREACHABLE')
          }
          cancel = () => expected.cancel()
          // Whoever answers for people may be away: then nobody is reached.
          const opened = await this.#ground.openBytes({ realm, device, end: expected.end }).catch(() => false)
          if (!opened) expected.cancel()
          const connection = await expected.connection
          return opened || !(connection instanceof SocketError) ? connection : new SocketError('UNREACHABLE')
        }
        return { result: dial(), cancel: () => cancel() }
      },
    }
  }

  source(realm: ClosedRealm): ContentSource {
    return {
      byInfohash: async (name) => {
        const known = this.#realms.get(realm)
        if (known === undefined) return undefined
        known.index ??= this.#index(realm)
        const hash = (await known.index).get(toHex(name))
        return hash === undefined ? undefined : await this.#ground.offers.byInfohash(realm, hash)
      },
      byTag: async () => undefined,
      after: async () => [],
    }
  }

  /** What is offered there, by its names. */
  async #index(realm: ClosedRealm): Promise<Map<string, Uint8Array>> {
    const index = new Map<string, Uint8Array>()
    let last: Uint8Array | undefined
    for (;;) {
      const page = await this.#ground.offers.after(realm, last, PAGE)
      for (const hash of page) {
        const name = this.nameOf(realm, wireHashFromBytes(hash))
        if (name !== undefined) index.set(name, hash)
      }
      if (page.length < PAGE) return index
      last = page.at(-1)
    }
  }

  // ── asked by the people process ──

  /** Whether this device may have what is there, now. */
  allows(realm: string, device: string): boolean {
    const known = this.#realms.get(realm as ClosedRealm)
    return known?.facts.secret !== undefined && known.devices.has(this.endpointOf(device).host)
  }

  /** A connection of this device's came, straight: only where it is still allowed. */
  arrived(realm: string, device: string, connection: Connection): void {
    const realms = this.#ground.session()?.realms
    if (realms === undefined || !this.allows(realm, device)) connection.close()
    else realms.accept(realm as ClosedRealm, connection)
  }

  /** A device of the realm opened a stream. */
  async came(realm: string, device: string): Promise<BridgeEnd | undefined> {
    const remote = this.endpointOf(device)
    const realms = this.#ground.session()?.realms
    if (!this.allows(realm, device) || realms === undefined) return undefined
    const expected = (await this.#ground.bridge()).expect(remote, ARRIVAL_MS)
    void expected?.connection.then((connection) => {
      if (!(connection instanceof SocketError)) realms.accept(realm as ClosedRealm, connection)
    })
    return expected?.end
  }
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return (a === undefined ? '' : toHex(a)) === (b === undefined ? '' : toHex(b))
}

function sameFacts(a: RealmFacts, b: RealmFacts): boolean {
  const text = ({ devices }: RealmFacts) =>
    devices
      .map(({ device, linked }) => `${device} ${linked}`)
      .sort()
      .join()
  return sameBytes(a.secret, b.secret) && text(a) === text(b)
}
