// Devices with the production circle service, joined by pretended links: frames are bencoded and read as the switchboard does,
// time is virtual, and what takes time elsewhere is done at once. Tests say who is linked and when time passes.

import { QuickCrypto, QuickSealing } from '../../lab/sim/people-crypto.ts'
import { type BDict, decode } from '../../src/base/bencode.ts'
import { encode } from '../../src/base/bencode-encode.ts'
import type { Millis } from '../../src/base/ids.ts'
import { SeededRandom } from '../../src/base/random.ts'
import { CircleService } from '../../src/community/circle/circle-service.ts'
import { RecordError } from '../../src/community/community-error.ts'
import { type DeviceCard, signCard } from '../../src/community/identity/device-card.ts'
import {
  type CircleId,
  type DeviceId,
  type InviteId,
  keyText,
  type PersonId,
} from '../../src/community/ids.ts'
import type { CircleFacts } from '../../src/community/membership.ts'
import { MAX_FRAME_BYTES } from '../../src/community/service.ts'
import { MemoryCircleStore } from './circle-store.ts'

export interface Frame {
  readonly from: DeviceId
  readonly to: DeviceId
  readonly kind: string
  readonly bytes: Uint8Array
}

/** One person's one device. */
export interface Player {
  readonly name: string
  readonly person: PersonId
  readonly personSeed: Uint8Array
  readonly device: DeviceId
  readonly deviceSeed: Uint8Array
  readonly sealingSeed: Uint8Array
  readonly card: Uint8Array
  readonly store: MemoryCircleStore
  service: CircleService
}

export class CircleScene {
  readonly random: SeededRandom
  readonly crypto: QuickCrypto
  readonly sealing: QuickSealing
  /** 2026-11-28. */
  wallSeconds = 1_795_824_000
  now = 1_000 as Millis
  readonly players = new Map<DeviceId, Player>()
  /** Who was hung up on, by whom, and why. */
  readonly hungUp: { readonly by: string; readonly device: DeviceId; readonly code: string }[] = []
  /** Everything that was ever sent. */
  readonly sent: Frame[] = []
  /** Frames that this answers true for are lost. */
  drop: (frame: Frame) => boolean = () => false
  /** For frames that this answers true for there is no room: they are not sent, and `drained` says when there is some. */
  full: (frame: Frame) => boolean = () => false
  readonly #links = new Set<string>()
  #queue: Frame[] = []

  constructor(seed = 1) {
    this.random = new SeededRandom(seed)
    this.crypto = new QuickCrypto(this.random)
    this.sealing = new QuickSealing(this.random)
  }

  /** A new person, or another device of one. */
  player(name: string, of?: Player): Player {
    const personSeed = of?.personSeed ?? this.random.bytes(32)
    const deviceSeed = this.random.bytes(32)
    const sealingSeed = this.random.bytes(32)
    const card: DeviceCard = {
      person: keyText<PersonId>(this.crypto.publicKey(personSeed)),
      device: keyText<DeviceId>(this.crypto.publicKey(deviceSeed)),
      sealingKey: this.sealing.publicKey(sealingSeed),
      name,
      issued: this.wallSeconds,
    }
    const { person, device } = card
    const store = new MemoryCircleStore()
    const facts = { name, person, personSeed, device, deviceSeed, sealingSeed, store }
    const encoded = signCard(card, personSeed, deviceSeed, this.crypto)
    const player: Player = {
      ...facts,
      card: encoded,
      service: this.#service({ ...facts, card: encoded }),
    }
    this.players.set(device, player)
    return player
  }

  /** As after a restart: what was in memory is gone, and its links. */
  restart(player: Player): void {
    for (const other of [...this.players.values()]) this.unlink(player, other)
    player.service = this.#service(player)
    player.service.start(this.now)
    this.#work(player)
  }

  link(a: Player, b: Player): void {
    if (a === b || this.isLinked(a, b)) return
    this.#links.add(keyOf(a.device, b.device))
    a.service.linked({ device: b.device, way: 'direct', outgoing: true }, this.now)
    b.service.linked({ device: a.device, way: 'direct', outgoing: false }, this.now)
    this.settle()
  }

  /** There is room again on the way from one to the other. */
  drained(from: Player, to: Player): void {
    this.do(() => from.service.drained(to.device, this.now))
  }

  linkAll(...players: readonly Player[]): void {
    for (const [index, a] of players.entries()) for (const b of players.slice(index + 1)) this.link(a, b)
  }

  unlink(a: Player, b: Player): void {
    if (!this.#links.delete(keyOf(a.device, b.device))) return
    this.#queue = this.#queue.filter(({ from, to }) => keyOf(from, to) !== keyOf(a.device, b.device))
    a.service.unlinked(b.device)
    b.service.unlinked(a.device)
  }

  unlinkAll(...players: readonly Player[]): void {
    for (const a of players) for (const b of this.players.values()) this.unlink(a, b)
  }

  isLinked(a: Player, b: Player): boolean {
    return this.#links.has(keyOf(a.device, b.device))
  }

  /** A frame as an enemy writes it. */
  inject(from: Player, to: Player, kind: string, body: Parameters<typeof encode>[0]): void {
    this.#receive({ from: from.device, to: to.device, kind, bytes: encode(body) })
    this.settle()
  }

  /** One that was sent before. */
  injectBytes(from: Player, to: Player, kind: string, bytes: Uint8Array): void {
    this.#receive({ from: from.device, to: to.device, kind, bytes })
    this.settle()
  }

  /** Carries frames until none is left. */
  settle(): void {
    for (const player of this.players.values()) this.#work(player)
    for (let frame = this.#queue.shift(); frame !== undefined; frame = this.#queue.shift())
      this.#receive(frame)
  }

  /** Time passes, and what is due is done. */
  pass(durationMs: number): void {
    const end = (this.now + durationMs) as Millis
    for (;;) {
      const next = [...this.players.values()]
        .map(({ service }) => service.deadline())
        .filter((at) => at !== undefined && at <= end)
        .sort((a, b) => (a as number) - (b as number))[0]
      if (next === undefined) break
      this.#advance(Math.max(next, this.now) as Millis)
      for (const player of this.players.values()) {
        const at = player.service.deadline()
        if (at !== undefined && at <= this.now) player.service.wake(this.now)
      }
      this.settle()
    }
    this.#advance(end)
  }

  /** Does something, and what follows from it at once. */
  do<T>(work: () => T): T {
    try {
      return work()
    } finally {
      this.settle()
    }
  }

  // ── What tests do over and over ──

  circle(founder: Player): CircleId {
    const id = this.do(() => founder.service.create({}, this.now))
    this.pass(1_000)
    return id
  }

  invite(
    by: Player,
    circle: CircleId,
    change: Partial<Parameters<CircleService['invite']>[1]> = {},
  ): { readonly id: InviteId; readonly payload: Uint8Array } {
    const wanted = { expiresInSeconds: 3_600, uses: 1, approval: false, role: 'member' as const, ...change }
    return this.do(() => by.service.invite(circle, wanted, [], this.now))
  }

  /** By an invite of one who may, at whoever is linked. */
  join(joiner: Player, payload: Uint8Array): InviteId {
    return this.do(() => joiner.service.join(payload, this.now))
  }

  /** Everybody in one circle, all linked. */
  circleOf(...players: readonly [Player, ...Player[]]): CircleId {
    const [founder, ...others] = players
    const id = this.circle(founder)
    this.linkAll(...players)
    if (others.length > 0) {
      const { payload } = this.invite(founder, id, { uses: others.length })
      for (const other of others) this.join(other, payload)
    }
    this.pass(30_000)
    return id
  }

  facts(player: Player, circle: CircleId): CircleFacts {
    const facts = player.service.membership.facts(circle)
    if (facts === undefined) throw new Error(`${player.name} knows no such circle`)
    return facts
  }

  step(player: Player, invite: InviteId): string {
    const joining = player.service.joinings().find((one) => one.invite === invite)
    return joining?.problem === undefined ? (joining?.step ?? 'none') : `${joining.step} ${joining.problem}`
  }

  #advance(to: Millis): void {
    this.wallSeconds += (to - this.now) / 1_000
    this.now = to
  }

  #service(player: Omit<Player, 'service'>): CircleService {
    const { person, device, deviceSeed, card, store } = player
    return new CircleService({
      me: { person, device, deviceSeed, card },
      crypto: this.crypto,
      random: this.random,
      wall: { seconds: () => Math.floor(this.wallSeconds) },
      store,
      out: {
        send: (to, kind, body) => this.#send({ from: device, to, kind, bytes: encode(body) }),
        hangUp: () => {
          throw new Error('circles end links by throwing')
        },
      },
      events: {
        joiningChanged: () => {},
        requestsChanged: () => {},
        invitesChanged: () => {},
        standingChanged: () => {},
      },
    })
  }

  #send(frame: Frame): boolean {
    if (!this.#links.has(keyOf(frame.from, frame.to))) return false
    if (frame.bytes.length > MAX_FRAME_BYTES) throw new Error(`${frame.kind} is longer than a frame`)
    if (this.full(frame)) return false
    this.sent.push(frame)
    if (!this.drop(frame)) this.#queue.push(frame)
    return true
  }

  #receive(frame: Frame): void {
    const to = this.players.get(frame.to)
    const from = this.players.get(frame.from)
    if (to === undefined || from === undefined || !this.isLinked(from, to)) return
    try {
      to.service.received(frame.from, frame.kind, decode(frame.bytes).value as BDict, this.now)
    } catch (error) {
      if (!(error instanceof RecordError)) throw error
      this.hungUp.push({ by: to.name, device: frame.from, code: error.message })
      this.unlink(to, from)
    }
    this.#work(to)
  }

  /** What HPKE does. */
  #work(player: Player): void {
    for (const effect of player.service.takeEffects()) {
      if (effect.kind === 'seal') {
        const sealed = effect.shares.map(({ recipient, info, plain }) =>
          this.sealing.sealTo(recipient, info, plain),
        )
        player.service.sealed(effect.number, sealed, this.now)
      } else {
        const plain = this.sealing.openWith(player.sealingSeed, effect.info, effect.sealed)
        player.service.opened(effect.number, plain, this.now)
      }
      this.#work(player)
    }
  }
}

function keyOf(a: DeviceId, b: DeviceId): string {
  return a < b ? `${a}/${b}` : `${b}/${a}`
}
