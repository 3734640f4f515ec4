// People with devices on links in memory: everything between them is encoded and decoded as on a wire; HPKE is the real one.
// Time stands still until a test moves it.

import { DatabaseSync } from 'node:sqlite'
import { decode } from '../../src/base/bencode.ts'
import { encode } from '../../src/base/bencode-encode.ts'
import type { BDict } from '../../src/base/bencode-value.ts'
import { utf8 } from '../../src/base/bytes.ts'
import type { Millis } from '../../src/base/ids.ts'
import { SeededRandom } from '../../src/base/random.ts'
import { RecordError } from '../../src/community/community-error.ts'
import { ContactBook } from '../../src/community/contact/contact-book.ts'
import { DeviceLists } from '../../src/community/contact/device-lists.ts'
import type { DirectEffect } from '../../src/community/direct/direct-effect.ts'
import type { DirectMessage } from '../../src/community/direct/direct-inbox.ts'
import { DirectService } from '../../src/community/direct/direct-service.ts'
import type { Where } from '../../src/community/direct/outbox.ts'
import { readCard, signCard } from '../../src/community/identity/device-card.ts'
import { type CircleId, type DeviceId, keyText, type PersonId } from '../../src/community/ids.ts'
import type { Role } from '../../src/community/membership.ts'
import type { PublicPage, Question } from '../../src/community/nearby/browse.ts'
import { NearService, type Visible } from '../../src/community/nearby/near-service.ts'
import type { SendOfferRow } from '../../src/community/nearby/send-offer.ts'
import { HpkeKeys } from '../../src/community/network/hpke.ts'
import { SystemCrypto } from '../../src/community/network/system-crypto.ts'
import type { LinkWay, Service } from '../../src/community/service.ts'
import { ContactStore } from '../../src/daemon/community/store/contact-store.ts'
import { DirectStore } from '../../src/daemon/community/store/direct-store.ts'
import { OfferStore } from '../../src/daemon/community/store/offer-store.ts'
import { readMigrations } from '../../src/platform/database-migrations.ts'
import { SceneCircles } from './scene-circles.ts'

export const crypto = new SystemCrypto()
const hpke = new HpkeKeys()
const SCHEMA = new URL('../../src/daemon/community/schema/', import.meta.url)
const DIRECT_SCHEMA = 3

export interface Frame {
  readonly from: DeviceId
  readonly to: DeviceId
  readonly service: string
  readonly kind: string
  readonly body: Uint8Array
}

export class SceneDevice {
  readonly person: PersonId
  readonly personSeed: Uint8Array
  readonly seed: Uint8Array
  readonly id: DeviceId
  readonly card: Uint8Array
  readonly database = new DatabaseSync(':memory:')
  readonly circles: SceneCircles
  readonly contacts: ContactStore
  readonly records: DirectStore
  readonly book: ContactBook
  readonly direct: DirectService
  readonly near: NearService
  readonly lists: DeviceLists
  visible: Visible = 'everyone'
  /** What a look at my own catalogue gives; undefined: nothing is offered. */
  catalogue: ((question: Question) => PublicPage) | undefined
  readonly fresh: SendOfferRow[] = []
  readonly ready: SendOfferRow[] = []
  readonly messages: DirectMessage[] = []
  readonly told: DirectMessage[] = []
  readonly wheres = new Map<string, { where: Where; heldBy: number }>()
  readonly hungUp: string[] = []
  readonly services: Service[] = []
  readonly scene: PeopleScene
  name: string

  constructor(scene: PeopleScene, name: string, personSeed: Uint8Array, seed: Uint8Array, hasWords: boolean) {
    this.scene = scene
    this.name = name
    this.personSeed = personSeed
    this.seed = seed
    this.person = keyText(crypto.publicKey(personSeed))
    this.id = keyText(crypto.publicKey(seed))
    const facts = { person: this.person, device: this.id, sealingKey: new Uint8Array(32).fill(1) }
    this.card = signCard({ ...facts, name: `${name}'s`, issued: 1 }, personSeed, seed, crypto)
    const direct = readMigrations(SCHEMA).find(({ number }) => number === DIRECT_SCHEMA)
    this.database.exec(direct?.sql ?? '')
    this.circles = new SceneCircles(scene, this.id)
    this.contacts = new ContactStore(this.database)
    this.records = new DirectStore(this.database)
    const me = { person: this.person, device: this.id }
    const { random, wall } = scene
    this.book = new ContactBook({ me, records: this.contacts, membership: this.circles, random, wall })
    this.direct = new DirectService({
      me: { ...me, deviceSeed: seed, card: () => this.card, name: () => this.name },
      crypto,
      random,
      wall,
      records: this.records,
      book: this.book,
      membership: this.circles,
      inbox: {
        add: (message) => {
          if (this.messages.some(({ id }) => id === message.id)) return false
          this.messages.push(message)
          return true
        },
        where: (id, _person, where, heldBy) => this.wheres.set(id, { where, heldBy }),
        page: () => [],
      },
      out: scene.out(this, 'direct'),
      asked: (effect) => scene.ask(this, effect),
      arrived: (message) => this.told.push(message),
      personChanged: () => undefined,
      met: (other) => this.lists.met(other),
      cameOut: (other, whose) => this.lists.cameOut(other, whose),
    })
    this.lists = new DeviceLists({
      me: { ...me, personSeed: hasWords ? personSeed : undefined, card: () => this.card },
      out: scene.out(this, 'devices'),
      book: this.book,
      records: this.contacts,
      signatures: crypto,
      wall,
      wentOut: (whose, other) =>
        whose === this.person ? this.direct.putOut(other) : this.direct.wentOut(other),
      changed: () => undefined,
    })
    this.near = new NearService({
      out: scene.out(this, 'near'),
      book: this.book,
      offers: new OfferStore(this.database),
      crypto,
      random,
      wall,
      me: { card: () => this.card, name: () => this.name },
      visible: () => this.visible,
      look: (number, question) => {
        const nothing = { head: undefined, total: 0, hits: [] }
        this.near.looked(number, this.catalogue?.(question) ?? nothing)
      },
      nearbyChanged: () => undefined,
      offerChanged: (row, fresh) => {
        if (fresh) this.fresh.push(row)
      },
      offerReady: (row) => this.ready.push(row),
    })
    this.services.push(this.direct, this.near, this.lists)
    this.circles.watch(this.direct)
  }

  /** Writes a text, and shows it in its own conversation as chat does. */
  write(to: SceneDevice, text: string): DirectMessage {
    const moment = { at: this.scene.wall.seconds(), lamport: this.messages.length + 1, after: [] }
    const message = this.direct.write(to.person, utf8(text), moment)
    this.messages.push(message)
    return message
  }

  get texts(): string[] {
    return this.messages.map(({ content }) => Buffer.from(content).toString())
  }

  where(message: DirectMessage): Where | undefined {
    return this.wheres.get(message.id)?.where
  }
}

export class PeopleScene {
  readonly random = new SeededRandom(77)
  now = 1_000 as Millis
  seconds = 1_800_000_000
  readonly wall = { seconds: () => this.seconds }
  readonly devices: SceneDevice[] = []
  readonly #links = new Set<string>()
  readonly frames: Frame[] = []
  /** Devices that can send nothing now. */
  readonly full = new Set<DeviceId>()
  /** All that ever travelled. */
  readonly seen: Frame[] = []
  /** What a test does to frames on their way; undefined loses one. */
  onWay: (frame: Frame) => Frame | undefined = (frame) => frame
  #effects: { device: SceneDevice; effect: DirectEffect }[] = []

  /** Another device of somebody where `of` is given: with their words only if it was restored by them. */
  add(name: string, of?: SceneDevice, hasWords = of === undefined): SceneDevice {
    const personSeed = of?.personSeed ?? this.random.bytes(32)
    const device = new SceneDevice(this, name, personSeed, this.random.bytes(32), hasWords)
    // As linking a device does: they have one another's cards.
    for (const own of this.devicesOf(device.person)) {
      own.book.saw(readCard(device.card, crypto), device.card, device.name)
      device.book.saw(readCard(own.card, crypto), own.card, own.name)
    }
    this.devices.push(device)
    device.direct.wake(this.now)
    return device
  }

  device(id: DeviceId): SceneDevice {
    return this.devices.find((device) => device.id === id) as SceneDevice
  }

  devicesOf(person: PersonId): SceneDevice[] {
    return this.devices.filter((device) => device.person === person)
  }

  circle(fill: number, ...members: readonly (SceneDevice | [SceneDevice, Role])[]): CircleId {
    const id = keyText<CircleId>(new Uint8Array(32).fill(fill))
    const roles = new Map<PersonId, Role>()
    for (const member of members) {
      const [device, role] = member instanceof SceneDevice ? [member, 'member' as const] : member
      roles.set(device.person, role)
    }
    for (const device of this.devices) if (roles.has(device.person)) device.circles.members.set(id, roles)
    return id
  }

  /** Contacts of one another, who have met. */
  async acquaint(a: SceneDevice, b: SceneDevice): Promise<void> {
    a.book.add(b.person, b.name)
    b.book.addByLink({
      person: a.person,
      device: a.id,
      name: a.name,
      token: a.book.links.token(),
      addresses: [],
    })
    await this.meet(a, b)
    this.unlink(a, b)
  }

  link(a: SceneDevice, b: SceneDevice, way: LinkWay = 'direct'): void {
    this.#links.add(pair(a.id, b.id))
    for (const service of a.services) service.linked({ device: b.id, way, outgoing: true }, this.now)
    for (const service of b.services) service.linked({ device: a.id, way, outgoing: false }, this.now)
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const)
      for (const circle of one.circles.circles())
        if (one.circles.isLinked(circle, other.id))
          for (const listener of one.circles.listeners) listener.memberLinked(circle, other.id)
  }

  unlink(a: SceneDevice, b: SceneDevice): void {
    this.#links.delete(pair(a.id, b.id))
    for (const service of a.services) service.unlinked(b.id, this.now)
    for (const service of b.services) service.unlinked(a.id, this.now)
  }

  async meet(a: SceneDevice, b: SceneDevice, way: LinkWay = 'direct'): Promise<void> {
    this.link(a, b, way)
    await this.settle()
  }

  areLinked(a: DeviceId, b: DeviceId): boolean {
    return this.#links.has(pair(a, b))
  }

  linksOf(device: DeviceId): DeviceId[] {
    return this.devices.filter(({ id }) => this.areLinked(device, id)).map(({ id }) => id)
  }

  out(device: SceneDevice, service: string) {
    return {
      send: (to: DeviceId, kind: string, body: Parameters<typeof encode>[0]) => {
        if (!this.areLinked(device.id, to) || this.full.has(device.id)) return false
        this.frames.push({ from: device.id, to, service, kind, body: encode(body) })
        return true
      },
      hangUp: (other: DeviceId, code: string) => {
        device.hungUp.push(code)
        this.unlink(device, this.device(other))
      },
    }
  }

  ask(device: SceneDevice, effect: DirectEffect): void {
    this.#effects.push({ device, effect })
  }

  /** A frame as if it had come over the link. @throws RecordError */
  deliver({ from, to, service, kind, body }: Frame): void {
    const value = decode(body, 'canonical').value as BDict
    this.device(to)
      .services.find(({ name }) => name === service)
      ?.received(from, kind, value, this.now)
  }

  /** Until nothing is on its way any more. */
  async settle(): Promise<void> {
    for (;;) {
      const frame = this.frames.shift()
      if (frame !== undefined) this.#carry(frame)
      else if (this.#effects.length > 0) await this.#compute()
      else if (!this.#wakeDue()) return
    }
  }

  /** Moves both clocks. */
  async pass(seconds: number): Promise<void> {
    this.seconds += seconds
    this.now = (this.now + seconds * 1_000) as Millis
    await this.settle()
  }

  #carry(sent: Frame): void {
    this.seen.push(sent)
    const frame = this.onWay(sent)
    if (frame === undefined || !this.areLinked(frame.from, frame.to)) return
    try {
      this.deliver(frame)
    } catch (error) {
      if (!(error instanceof RecordError)) throw error
      this.device(frame.to).hungUp.push(error.code)
      this.unlink(this.device(frame.from), this.device(frame.to))
    }
  }

  #wakeDue(): boolean {
    let woken = false
    for (const { services } of this.devices)
      for (const service of services) {
        const at = service.deadline()
        if (at === undefined || at > this.now) continue
        service.wake(this.now)
        woken = true
      }
    return woken
  }

  async #compute(): Promise<void> {
    const effects = this.#effects
    this.#effects = []
    for (const { device, effect } of effects) {
      if (effect.kind === 'generate') device.direct.prekeyMade(await hpke.generate())
      else if (effect.kind === 'seal')
        device.direct.sealed(effect.number, await hpke.sealMade(effect.recipient, effect.info, effect.make))
      else device.direct.opened(effect.number, await opened(effect), this.now)
    }
  }
}

async function opened({ tries, sealed }: Extract<DirectEffect, { kind: 'open' }>) {
  for (const [index, { privateKey, info }] of tries.entries()) {
    const plain = await hpke.openWith(privateKey, info, sealed)
    if (plain !== undefined) return { index, plain }
  }
  return undefined
}

function pair(a: DeviceId, b: DeviceId): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`
}
