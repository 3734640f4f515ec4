// Devices that chat, in one process: the part of the people process that keeps conversations, each with a database in memory,
// on pretended circles and links.

import { readdirSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Message } from '../../src/api/schemas/conversations.ts'
import type { PeopleChange } from '../../src/api/schemas/events.ts'
import { SeededRandom } from '../../src/base/random.ts'
import type { CommunityCrypto } from '../../src/community/crypto.ts'
import { type DeviceId, keyText, type PersonId } from '../../src/community/ids.ts'
import type { Role } from '../../src/community/membership.ts'
import { SystemCrypto } from '../../src/community/network/system-crypto.ts'
import type { LinkWay } from '../../src/community/service.ts'
import { type ChatPart, openChatPart } from '../../src/daemon/community/chat-part.ts'
import { PeopleWire } from './people-wire.ts'
import { PretendedCircle, PretendedMembership } from './pretended-circle.ts'
import { VirtualClock } from './virtual-clock.ts'

const SCHEMA = new URL('../../src/daemon/community/schema/', import.meta.url)

export function chatDatabase(path = ':memory:'): DatabaseSync {
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: true })
  // As platform/database.ts opens it.
  database.exec('PRAGMA trusted_schema = OFF')
  database.enableDefensive(true)
  const file = readdirSync(SCHEMA).find((name) => name.endsWith('-chat.sql')) as string
  database.exec(readFileSync(new URL(file, SCHEMA), 'utf8'))
  return database
}

export class ChatDevice {
  readonly seed: Uint8Array
  readonly person: PersonId
  readonly device: DeviceId
  readonly membership: PretendedMembership
  readonly database: DatabaseSync
  readonly part: ChatPart
  readonly changes: PeopleChange[] = []
  readonly blocked = new Set<PersonId>()
  readonly ignored = new Set<PersonId>()
  typing = true

  readonly name: string
  readonly number: number

  constructor(world: ChatWorld, name: string, number: number, person?: PersonId, database = chatDatabase()) {
    const { crypto, wire } = world
    this.name = name
    this.number = number
    this.seed = crypto.sha256(new Uint8Array([1, number]))
    this.device = keyText<DeviceId>(crypto.publicKey(this.seed))
    this.person = person ?? keyText<PersonId>(crypto.sha256(new Uint8Array([2, number])))
    this.membership = new PretendedMembership(this.person)
    this.database = database
    this.part = openChatPart(
      {
        own: { person: this.person, device: this.device, deviceSeed: this.seed },
        crypto,
        database: this.database,
        // Nobody waits here for keys to come: that has tests of its own.
        clock: new VirtualClock(),
        turn: (work) => work(),
        random: new SeededRandom(number),
        wall: { seconds: () => world.wallSeconds },
        now: () => wire.now,
        out: () => wire.out(this.device),
        changed: (change) => void this.changes.push(change),
        settings: () => ({ typing: this.typing }),
      },
      {
        membership: this.membership,
        myName: () => name,
        alias: () => undefined,
        contactName: () => undefined,
        blocked: (each) => this.blocked.has(each),
        ignored: (each) => this.ignored.has(each),
      },
    )
    for (const service of this.part.services) wire.add(this.device, service)
  }
}

export class ChatWorld {
  readonly crypto: CommunityCrypto
  readonly wire = new PeopleWire()
  readonly circle: PretendedCircle
  readonly devices: ChatDevice[] = []
  /** When it begins, and since then the wire's time. */
  startSeconds = 1_800_000_000

  constructor(crypto: CommunityCrypto = new SystemCrypto()) {
    this.crypto = crypto
    this.circle = new PretendedCircle(crypto, 1)
  }

  get wallSeconds(): number {
    return this.startSeconds + Math.floor(this.wire.now / 1_000)
  }

  /** Somebody new, in the circle at once; everybody who is there learns of them. */
  join(name: string, role: Role = 'member', person?: PersonId): ChatDevice {
    const device = new ChatDevice(this, name, this.devices.length + 1, person)
    this.devices.push(device)
    this.circle.add(device.person, device.device, this.devices.length === 1 ? 'owner' : role)
    if (this.devices.length === 1) {
      device.membership.learn(this.circle)
      device.part.begin(this.circle.id, 'Band')
    }
    this.tell()
    return device
  }

  /** The same device, opened anew on what it had stored; nobody is linked with it. */
  restart(device: ChatDevice): ChatDevice {
    this.off(device)
    const again = new ChatDevice(this, device.name, device.number, device.person, device.database)
    this.devices[this.devices.indexOf(device)] = again
    again.membership.learn(this.circle)
    return again
  }

  /** Everybody knows how the circle is now. */
  tell(but: readonly ChatDevice[] = []): void {
    for (const device of this.devices) if (!but.includes(device)) device.membership.learn(this.circle)
  }

  link(a: ChatDevice, b: ChatDevice, way: LinkWay = 'direct'): void {
    if (this.wire.isLinked(a.device, b.device)) return
    this.wire.link(a.device, b.device, way)
    a.membership.link(this.circle.id, b.device)
    b.membership.link(this.circle.id, a.device)
  }

  unlink(a: ChatDevice, b: ChatDevice): void {
    this.wire.unlink(a.device, b.device)
    a.membership.unlink(this.circle.id, b.device)
    b.membership.unlink(this.circle.id, a.device)
  }

  off(device: ChatDevice): void {
    for (const other of this.devices) if (other !== device) this.unlink(device, other)
  }

  linkAll(): void {
    this.devices.forEach((a, index) => {
      for (const b of this.devices.slice(index + 1)) this.link(a, b)
    })
  }

  /** The room that the circle began with, as this device knows it. */
  room(device: ChatDevice): string {
    const [room] = device.part.rooms(this.circle.id)
    return `room:${this.circle.id}:${room?.id}`
  }

  say(device: ChatDevice, text: string): Message {
    return device.part.calls.writeMessage({ id: this.room(device), text, mentions: [] }) as Message
  }

  messages(device: ChatDevice): Message[] {
    const answer = device.part.calls.messages({ id: this.room(device), limit: 200 }) as {
      messages: Message[]
    }
    return answer.messages.filter(({ kind }) => kind !== 'notice')
  }

  texts(device: ChatDevice): string[] {
    return this.messages(device).map(({ text }) => text)
  }
}
