// One device in the simulation: the production services of circles and chat with what they keep, which outlives a restart.

import type { DatabaseSync } from 'node:sqlite'
import type { Message } from '../../src/api/schemas/conversations.ts'
import { type BDict, decode } from '../../src/base/bencode.ts'
import type { Encodable } from '../../src/base/bencode-encode.ts'
import type { Millis } from '../../src/base/ids.ts'
import type { SeededRandom } from '../../src/base/random.ts'
import { CircleService } from '../../src/community/circle/circle-service.ts'
import { CommunityError } from '../../src/community/community-error.ts'
import { signCard } from '../../src/community/identity/device-card.ts'
import { type CircleId, type DeviceId, keyText, type PersonId } from '../../src/community/ids.ts'
import type { Service, ServiceOut } from '../../src/community/service.ts'
import { type ChatPart, openChatPart } from '../../src/daemon/community/chat-part.ts'
import { chatDatabase } from '../../test/doubles/chat-world.ts'
import { MemoryCircleStore } from '../../test/doubles/circle-store.ts'
import { VirtualClock } from '../../test/doubles/virtual-clock.ts'
import { QuickCrypto, QuickSealing } from '../sim/people-crypto.ts'
import type { World } from '../sim/world.ts'
import type { Shown } from './simulated-ledger.ts'

export interface DeviceOut {
  send(from: SimulatedDevice, to: DeviceId, kind: string, body: Encodable): boolean
  /** It holds that another one is no longer in, or no longer linked. */
  closed(by: SimulatedDevice, circle: CircleId, of: DeviceId): void
}

export class SimulatedDevice {
  readonly number: number
  readonly person: PersonId
  readonly device: DeviceId
  readonly store = new MemoryCircleStore()
  readonly blocked = new Set<string>()
  /** Its clock is so far from the others'. */
  skewSeconds = 0
  online = true
  service!: CircleService
  chat!: ChatPart
  readonly #world: World
  readonly #out: DeviceOut
  readonly #random: SeededRandom
  readonly #crypto: QuickCrypto
  readonly #sealing: QuickSealing
  readonly #deviceSeed: Uint8Array
  readonly #card: Uint8Array
  #database: DatabaseSync = chatDatabase()
  #services: readonly Service[] = []
  #cancelWake: (() => void) | undefined
  /** Answers to what a service asked for before a restart are for nobody. */
  #life = 0

  constructor(world: World, number: number, out: DeviceOut) {
    this.#world = world
    this.number = number
    this.#out = out
    this.#random = world.random(`device ${number}`)
    this.#crypto = new QuickCrypto(this.#random)
    this.#sealing = new QuickSealing(this.#random)
    const personSeed = this.#random.bytes(32)
    this.#deviceSeed = this.#random.bytes(32)
    this.person = keyText<PersonId>(this.#crypto.publicKey(personSeed))
    this.device = keyText<DeviceId>(this.#crypto.publicKey(this.#deviceSeed))
    this.#card = signCard(
      {
        person: this.person,
        device: this.device,
        sealingKey: this.#sealing.publicKey(this.#deviceSeed),
        name: '',
        issued: 1,
      },
      personSeed,
      this.#deviceSeed,
      this.#crypto,
    )
    this.#open()
  }

  get now(): Millis {
    return this.#world.nowMs as Millis
  }

  get card(): Uint8Array {
    return this.#card
  }

  /** What was in memory is gone. */
  restart(): void {
    this.#open()
  }

  /** Its chat is what it was at an earlier moment: a copy of a disk that is used again. */
  setBack(to: Uint8Array): void {
    this.#database.deserialize(to)
    this.#open()
  }

  copy(): Uint8Array {
    return this.#database.serialize()
  }

  /** What its person is shown in the first room, oldest first; notices are its own. */
  shown(circle: CircleId, limit = Number.POSITIVE_INFINITY): Shown[] {
    const [room] = this.chat.rooms(circle)
    const found: Shown[] = []
    for (let before: string | undefined; room !== undefined && found.length < limit; ) {
      const page = this.chat.calls.messages({
        id: `room:${circle}:${room.id}`,
        limit: Math.min(200, limit),
        ...(before === undefined ? {} : { before }),
      }) as { readonly messages: readonly Message[]; readonly older: boolean }
      found.unshift(
        ...page.messages.filter(({ kind }) => kind !== 'notice').map(({ id, text }) => ({ id, text })),
      )
      before = page.messages[0]?.id
      if (!page.older) break
    }
    return found
  }

  block(person: PersonId): void {
    this.blocked.add(person)
    this.chat.personChanged(person)
    this.after()
  }

  linked(device: DeviceId, outgoing: boolean): void {
    for (const service of this.#services) service.linked({ device, way: 'direct', outgoing }, this.now)
    this.after()
  }

  unlinked(device: DeviceId): void {
    for (const service of this.#services) service.unlinked(device, this.now)
    this.after()
  }

  drained(device: DeviceId): void {
    for (const service of this.#services) service.drained(device, this.now)
    this.after()
  }

  /** @throws RecordError */
  received(from: DeviceId, kind: string, bytes: Uint8Array): void {
    const [name, rest] = kind.split('.') as [string, string]
    const service = this.#services.find((one) => one.name === name)
    service?.received(from, rest, decode(bytes).value as BDict, this.now)
    this.after()
  }

  /** @returns false where it was not allowed, or not possible now */
  try(work: () => void): boolean {
    try {
      work()
      return true
    } catch (error) {
      if (error instanceof CommunityError) return false
      throw error
    } finally {
      this.after()
    }
  }

  /** What is asked of others, and when to wake next. */
  after(): void {
    const life = this.#life
    for (const effect of this.service.takeEffects())
      this.#world.after(5, () => {
        if (life !== this.#life) return
        if (effect.kind === 'seal') {
          const sealed = effect.shares.map(({ recipient, info, plain }) =>
            this.#sealing.sealTo(recipient, info, plain),
          )
          this.service.sealed(effect.number, sealed, this.now)
        } else {
          const plain = this.#sealing.openWith(this.#deviceSeed, effect.info, effect.sealed)
          this.service.opened(effect.number, plain, this.now)
        }
        this.after()
      })
    this.#cancelWake?.()
    const due = this.#services.flatMap((service) => service.deadline() ?? [])
    if (due.length === 0) return
    this.#cancelWake = this.#world.at(Math.min(...due), () => {
      for (const service of this.#services) service.wake(this.now)
      this.after()
    })
  }

  #open(): void {
    this.#life++
    this.#cancelWake?.()
    const out = (name: string): ServiceOut => ({
      send: (to, kind, body) => this.#out.send(this, to, `${name}.${kind}`, body),
      hangUp: () => {
        throw new Error('an honest device was to be hung up on')
      },
    })
    const wall = { seconds: () => 1_795_824_000 + this.skewSeconds + Math.floor(this.#world.nowMs / 1_000) }
    const { person, device } = this
    this.service = new CircleService({
      me: { person, device, deviceSeed: this.#deviceSeed, card: this.#card },
      crypto: this.#crypto,
      random: this.#random,
      wall,
      store: this.store,
      out: out('circle'),
      events: {
        joiningChanged: () => {},
        requestsChanged: () => {},
        invitesChanged: () => {},
        standingChanged: () => {},
      },
    })
    const own = { person, device, deviceSeed: this.#deviceSeed }
    this.chat = openChatPart(
      {
        own,
        crypto: this.#crypto,
        database: this.#database,
        // Only what waits for keys asks it: here nobody waits, what cannot be written now is not written.
        clock: new VirtualClock(),
        turn: (work) => work(),
        random: this.#random,
        wall,
        now: () => this.now,
        out,
        changed: () => {},
        settings: () => ({ typing: false }),
      },
      {
        membership: this.service.membership,
        myName: () => undefined,
        alias: () => undefined,
        contactName: () => undefined,
        blocked: (of) => this.blocked.has(of),
        ignored: () => false,
      },
    )
    this.service.chatEnd = (circle, of) => this.chat.pinOf(circle, of)
    this.service.membership.watch({
      circleChanged: () => {},
      memberLinked: () => {},
      memberUnlinked: (circle, of) => this.#out.closed(this, circle, of),
    })
    this.#services = [this.service, ...this.chat.services]
    this.service.start(this.now)
    this.after()
  }
}
