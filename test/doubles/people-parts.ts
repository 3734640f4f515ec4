// People with the real parts for contacts, direct messages and conversations, each with a database in memory, on links in one
// process. Nothing of libp2p, nothing of a daemon: what would be asked of it is noted.

import { DatabaseSync } from 'node:sqlite'
import type { PeopleChange } from '../../src/api/schemas/events.ts'
import { decode } from '../../src/base/bencode.ts'
import { encode } from '../../src/base/bencode-encode.ts'
import type { BDict } from '../../src/base/bencode-value.ts'
import { readCard, signCard } from '../../src/community/identity/device-card.ts'
import { type DeviceId, keyText, type PersonId } from '../../src/community/ids.ts'
import type { Membership } from '../../src/community/membership.ts'
import { HpkeKeys } from '../../src/community/network/hpke.ts'
import { SystemCrypto } from '../../src/community/network/system-crypto.ts'
import type { LinkWay, Service } from '../../src/community/service.ts'
import { openChatPart } from '../../src/daemon/community/chat-part.ts'
import { type DirectPart, openDirectPart } from '../../src/daemon/community/direct-part.ts'
import type { PartCalls, PeopleGround } from '../../src/daemon/community/people-part.ts'
import { SystemClock } from '../../src/platform/clock.ts'
import { readMigrations } from '../../src/platform/database-migrations.ts'
import { SystemRandom } from '../../src/platform/random.ts'

const SCHEMA = new URL('../../src/daemon/community/schema/', import.meta.url)
const crypto = new SystemCrypto()
const NO_CIRCLES: Membership = {
  circles: () => [],
  facts: () => undefined,
  epoch: () => undefined,
  linked: () => [],
  isLinked: () => false,
  watch: () => undefined,
}

type Called = Required<PartCalls>

export interface PartDevice {
  readonly person: PersonId
  readonly device: DeviceId
  readonly part: DirectPart
  readonly services: readonly Service[]
  readonly events: PeopleChange[]
  readonly blocked: [PersonId, boolean][]
  /** What the daemon was asked. */
  readonly asked: Set<string>
  call<Name extends keyof Called>(
    name: Name,
    input: Parameters<Called[Name]>[0],
  ): Name extends 'nearbyFiles' ? ReturnType<Called[Name]> : Awaited<ReturnType<Called[Name]>>
}

export class PeopleParts {
  readonly #devices: PartDevice[] = []
  readonly #links = new Set<string>()
  readonly #frames: { from: DeviceId; to: DeviceId; service: string; kind: string; body: Uint8Array }[] = []
  readonly #clock = new SystemClock()

  async add(name: string): Promise<PartDevice> {
    const random = new SystemRandom()
    const [personSeed, deviceSeed] = [random.bytes(32), random.bytes(32)]
    const sealing = new HpkeKeys()
    const keys = await sealing.generate()
    const person = keyText<PersonId>(crypto.publicKey(personSeed))
    const device = keyText<DeviceId>(crypto.publicKey(deviceSeed))
    const card = signCard(
      { person, device, sealingKey: keys.publicKey, name: `${name}'s laptop`, issued: 1 },
      personSeed,
      deviceSeed,
      crypto,
    )
    const database = new DatabaseSync(':memory:')
    for (const { sql } of readMigrations(SCHEMA)) database.exec(sql)
    const events: PeopleChange[] = []
    const asked = new Set<string>()
    const blocked: [PersonId, boolean][] = []
    const clock = this.#clock
    const ground: PeopleGround = {
      own: {
        person,
        device,
        deviceSeed,
        sealing: keys,
        card,
        personSeed,
        entropy: undefined,
        wordsWritten: false,
      },
      crypto,
      sealing,
      database,
      clock,
      wall: { seconds: () => Math.floor(clock.wallMs() / 1_000) },
      random,
      now: () => clock.now(),
      out: (service) => ({
        send: (to, kind, body) => {
          if (!this.#areLinked(device, to)) return false
          this.#frames.push({ from: device, to, service, kind, body: encode(body) })
          return true
        },
        hangUp: () => undefined,
      }),
      turn: (work) => work(),
      ask: (async (asking: string) => {
        asked.add(asking)
        return asking === 'publicPage' ? { head: undefined, total: 0, hits: [] } : undefined
      }) as PeopleGround['ask'],
      changed: (change) => void events.push(change),
      again: () => undefined,
      settings: () => ({ visible: 'everyone', typing: true, lan: true }),
      log: () => undefined,
    }
    const chat = openChatPart(ground, {
      membership: NO_CIRCLES,
      myName: () => name,
      alias: (of) => part.book.row(of)?.alias ?? undefined,
      contactName: (of) => part.book.row(of)?.name ?? undefined,
      blocked: (of) => part.book.isBlocked(of),
      ignored: (of) => part.book.row(of)?.ignored === true,
    })
    const part: DirectPart = openDirectPart(ground, {
      membership: NO_CIRCLES,
      inbox: chat.inbox,
      card: () => card,
      here: async () => [],
      seenAt: () => undefined,
      isOnline: (of) => this.#areLinked(device, of),
      personName: () => undefined,
      myName: () => name,
      addresses: () => ['tcp/127.0.0.1:4001'],
      wantedChanged: () => undefined,
      personChanged: () => undefined,
      met: () => undefined,
      blockedChanged: (of, is) => void blocked.push([of, is]),
      ignoredChanged: (of) => chat.personChanged(of),
      inviteFacts: () => {
        throw new TypeError('no invites here')
      },
    })
    chat.connect(part.direct)
    const calls = { ...chat.calls, ...part.calls } as unknown as Record<string, (input: unknown) => unknown>
    const services = [...chat.services, ...part.services]
    const made: PartDevice = {
      person: readCard(card, crypto).person,
      device,
      part,
      services,
      events,
      blocked,
      asked,
      call: ((called: string, input: unknown) => calls[called]?.(input)) as PartDevice['call'],
    }
    this.#devices.push(made)
    part.start()
    return made
  }

  link(a: PartDevice, b: PartDevice, way: LinkWay = 'nearby'): void {
    this.#links.add(pair(a.device, b.device))
    for (const service of a.services)
      service.linked({ device: b.device, way, outgoing: true }, this.#clock.now())
    for (const service of b.services)
      service.linked({ device: a.device, way, outgoing: false }, this.#clock.now())
  }

  /** Carries frames and wakes whoever wants it until `done`, at most ten seconds. */
  async until(done: () => boolean): Promise<void> {
    for (const end = this.#clock.wallMs() + 10_000; !done(); ) {
      if (this.#clock.wallMs() > end) throw new Error('it did not come about')
      this.#turn()
      await new Promise(setImmediate)
    }
  }

  /** The same until what was asked is answered. */
  async answered<T>(asked: Promise<T>): Promise<T> {
    let isSettled = false
    const settled = () => {
      isSettled = true
    }
    asked.then(settled, settled)
    await this.until(() => isSettled)
    return await asked
  }

  close(): void {
    for (const { part } of this.#devices) void part.close?.()
  }

  #turn(): void {
    for (const { services } of this.#devices)
      for (const service of services)
        if ((service.deadline() ?? Number.POSITIVE_INFINITY) <= this.#clock.now())
          service.wake(this.#clock.now())
    for (const { from, to, service, kind, body } of this.#frames.splice(0)) {
      const value = decode(body, 'canonical').value as BDict
      const target = this.#devices.find(({ device }) => device === to)
      target?.services.find(({ name }) => name === service)?.received(from, kind, value, this.#clock.now())
    }
  }

  #areLinked(a: DeviceId, b: DeviceId): boolean {
    return this.#links.has(pair(a, b))
  }
}

function pair(a: DeviceId, b: DeviceId): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`
}
