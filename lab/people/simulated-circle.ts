// A circle in virtual time, with the production services on every device: people join by invites, leave, are put out, get other
// roles and write; devices restart and go away; links break with what was on its way; the circle is parted in two and healed.
// Clocks differ by hours, people block one another, and a device is set back to an earlier copy of its chat.
// What it is to come to is the ledger's to say (simulated-ledger.ts).

import { type Encodable, encode } from '../../src/base/bencode-encode.ts'
import { fromHex, toHex } from '../../src/base/bytes.ts'
import { randomInt, type SeededRandom } from '../../src/base/random.ts'
import type { RoomId } from '../../src/community/chat/content.ts'
import { type CircleId, type DeviceId, keyBytes, keyText, type RecordId } from '../../src/community/ids.ts'
import type { Role } from '../../src/community/membership.ts'
import { MAX_FRAME_BYTES } from '../../src/community/service.ts'
import { World } from '../sim/world.ts'
import { SimulatedDevice } from './simulated-device.ts'
import { Ledger, truthOf } from './simulated-ledger.ts'

export interface SimulatedPlan {
  readonly seed: number
  /** In it from the beginning. */
  readonly members: number
  /** Things that happen, one every second or so. */
  readonly happenings: number
}

export interface SimulatedOutcome {
  readonly members: number
  readonly operations: number
  readonly epochs: number
  readonly messages: number
  readonly frames: number
  readonly bytes: number
  /** What was not the same in the end; none is what is wanted. */
  readonly differences: readonly string[]
}

interface Line {
  readonly a: SimulatedDevice
  readonly b: SimulatedDevice
  readonly delayMs: number
  open: boolean
}

const LINKS_EACH = 4
const DIAL_EVERY_MS = 4_000
/** Until everybody has everything: links, sums, pages, an epoch whose maker is gone, and again. */
const SETTLE_MS = 300_000
/** Clocks are so far from the right time, one in six of them. */
const MAX_SKEW_SECONDS = 3 * 3_600
/** The newest messages that an author was shown, as the ledger keeps them. */
const SEEN = 5
/** A device that is out was told so by then, if its link lasted. */
const TOLD_MS = 2_000
const ROLES: readonly Role[] = ['moderator', 'moderator', 'member', 'owner', 'keeper']

export async function simulateCircle(plan: SimulatedPlan): Promise<SimulatedOutcome> {
  const simulation = new Simulation(plan)
  return simulation.run()
}

class Simulation {
  readonly #plan: SimulatedPlan
  readonly #world: World
  readonly #random: SeededRandom
  readonly #devices: SimulatedDevice[] = []
  readonly #byId = new Map<DeviceId, SimulatedDevice>()
  readonly #lines = new Map<string, Line>()
  #circle: CircleId | undefined
  /** Which half each is in while it is parted. */
  #half: ((device: SimulatedDevice) => number) | undefined
  #unruly = true
  #settled = false
  #frames = 0
  #bytes = 0
  readonly #ledger = new Ledger()
  /** Who was linked with somebody who learned that they are out, and stayed so for a while. */
  readonly #told = new Set<DeviceId>()
  readonly #copies = new Map<SimulatedDevice, Uint8Array>()

  constructor(plan: SimulatedPlan) {
    this.#plan = plan
    this.#world = new World(plan.seed)
    this.#random = this.#world.random('happenings')
  }

  async run(): Promise<SimulatedOutcome> {
    await this.#begin()
    this.#dialOn()
    for (let at = 0; at < this.#plan.happenings; at++) {
      await this.#world.runFor(200 + randomInt(this.#random, 1_800))
      this.#happen()
    }
    this.#unruly = false
    this.#half = undefined
    for (const device of this.#devices) this.#wake(device)
    await this.#world.runFor(SETTLE_MS)
    this.#settled = true
    // Until what was written by a clock that is ahead has been written by all clocks.
    await this.#world.runFor(MAX_SKEW_SECONDS * 2_000)
    return this.#judge()
  }

  // ── The beginning: everybody is in, as after a long quiet time ──

  async #begin(): Promise<void> {
    const founder = this.#device()
    founder.try(() => {
      this.#circle = founder.service.create({}, founder.now)
    })
    const circle = this.#id()
    await this.#world.runFor(1_000)
    founder.try(() => founder.chat.begin(circle, 'Band'))
    const uses = Math.min(500, Math.max(1, this.#plan.members - 1))
    const wanted = { expiresInSeconds: 1_000_000, uses, approval: false, role: 'member' as const }
    const { payload } = founder.service.invite(circle, wanted, [], founder.now)
    founder.after()
    for (let number = 1; number < this.#plan.members; number++) {
      const joiner = this.#device()
      joiner.try(() => void joiner.service.join(payload, joiner.now))
      this.#link(joiner, founder)
    }
    await this.#world.runFor(60_000)
  }

  #device(): SimulatedDevice {
    const device = new SimulatedDevice(this.#world, this.#devices.length, this)
    if (this.#devices.length > 0 && randomInt(this.#random, 6) === 0)
      device.skewSeconds = randomInt(this.#random, 2 * MAX_SKEW_SECONDS) - MAX_SKEW_SECONDS
    this.#devices.push(device)
    this.#byId.set(device.device, device)
    return device
  }

  #id(): CircleId {
    if (this.#circle === undefined) throw new Error('no circle was made')
    return this.#circle
  }

  // ── What happens ──

  #happen(): void {
    const circle = this.#id()
    const inside = this.#devices.filter(
      ({ online, service }) => online && service.membership.facts(circle)?.mine,
    )
    const by = this.#one(inside)
    const other = this.#one(this.#devices)
    if (by === undefined || other === undefined) return
    const dice = randomInt(this.#random, 100)
    if (dice < 40) this.#write(by)
    else if (dice < 50) this.#joinOne(by)
    else if (dice < 54) by.try(() => by.service.remove(circle, other.person, by.now))
    else if (dice < 56) by.try(() => by.service.leave(circle, by.now))
    else if (dice < 62) {
      const role = this.#one(ROLES) as Role
      by.try(() => by.service.setRole(circle, other.person, role, by.now))
    } else if (dice < 64) by.try(() => by.service.setMuted(circle, other.person, true, by.now))
    else if (dice < 72) this.#restart(by)
    else if (dice < 82) this.#sleep(by)
    else if (dice < 92) this.#wake(other)
    else if (dice < 95) this.#part()
    else if (dice < 98) this.#half = undefined
    else if (dice < 99 && other !== by) by.block(other.person)
    else this.#setBack(by)
  }

  #write(by: SimulatedDevice): void {
    const [room] = by.chat.rooms(this.#id())
    if (room === undefined) return
    const text = `${by.number} says ${this.#ledger.size}`
    const seen = by.shown(this.#id(), SEEN).map(({ id }) => id)
    const answered = randomInt(this.#random, 3) === 0 ? this.#one(seen) : undefined
    by.try(() => {
      const { id, author, seq } = by.chat.chat.write(this.#id(), {
        kind: 'text',
        room: room.id as RoomId,
        text,
        replyTo: answered === undefined ? undefined : keyText<RecordId>(fromHex(answered)),
        mentions: [],
      })
      this.#ledger.wrote({ id: toHex(keyBytes(id)), author, seq, text, seen })
    })
  }

  /** A copy of a disk is made now, or used again. */
  #setBack(device: SimulatedDevice): void {
    const copy = this.#copies.get(device)
    if (copy === undefined) this.#copies.set(device, device.copy())
    else {
      this.#cut(device)
      device.setBack(copy)
    }
  }

  closed(by: SimulatedDevice, circle: CircleId, of: DeviceId): void {
    const other = this.#byId.get(of)
    const line = other && this.#lines.get(keyOf(by, other))
    if (line === undefined || by.service.membership.facts(circle)?.mine === undefined) return
    this.#world.after(TOLD_MS, () => {
      if (line.open) this.#told.add(of)
    })
  }

  #joinOne(by: SimulatedDevice): void {
    const keeper = randomInt(this.#random, 6) === 0
    const wanted = {
      expiresInSeconds: 100_000,
      uses: 1 + randomInt(this.#random, 2),
      approval: false,
      role: keeper ? ('keeper' as const) : ('member' as const),
    }
    by.try(() => {
      const { payload } = by.service.invite(this.#id(), wanted, [], by.now)
      // Two have the link, whatever its uses.
      for (let count = 0; count < 2; count++) {
        const joiner = this.#device()
        joiner.try(() => void joiner.service.join(payload, joiner.now))
        const first = this.#one(this.#devices.filter(({ online }) => online))
        if (first !== undefined) this.#link(joiner, first)
      }
    })
  }

  #restart(device: SimulatedDevice): void {
    this.#cut(device)
    device.restart()
  }

  #sleep(device: SimulatedDevice): void {
    device.online = false
    this.#cut(device)
  }

  #wake(device: SimulatedDevice): void {
    device.online = true
  }

  #part(): void {
    const salt = randomInt(this.#random, 97)
    this.#half = ({ number }) => ((number * 31 + salt) % 7) % 2
    for (const line of this.#lines.values()) if (this.#half(line.a) !== this.#half(line.b)) this.#unlink(line)
  }

  // ── Links ──

  /** Everybody calls somebody now and then, whom their own log names; joiners call anybody. */
  #dialOn(): void {
    if (this.#settled) return
    for (const device of this.#devices) if (device.online) this.#dial(device)
    for (const line of this.#lines.values())
      if (this.#unruly && randomInt(this.#random, 40) === 0) this.#unlink(line)
    this.#world.after(DIAL_EVERY_MS, () => this.#dialOn())
  }

  #dial(device: SimulatedDevice): void {
    const linked = [...this.#lines.values()].filter(({ a, b }) => a === device || b === device).length
    if (linked >= LINKS_EACH) return
    const facts = device.service.membership.facts(this.#id())
    const known = [...(facts?.members.values() ?? [])].flatMap(({ devices }) => [...devices.keys()])
    const candidates =
      facts?.mine === undefined ? this.#devices : known.flatMap((id) => this.#byId.get(id) ?? [])
    const to = this.#one(candidates.filter((other) => other !== device && other.online))
    if (to !== undefined) this.#link(device, to)
  }

  #link(a: SimulatedDevice, b: SimulatedDevice): void {
    if (a === b || !a.online || !b.online || this.#lines.has(keyOf(a, b))) return
    if (this.#half !== undefined && this.#half(a) !== this.#half(b)) return
    const line: Line = { a, b, delayMs: 5 + randomInt(this.#random, 200), open: true }
    this.#lines.set(keyOf(a, b), line)
    a.linked(b.device, true)
    b.linked(a.device, false)
  }

  #unlink(line: Line): void {
    if (!line.open) return
    line.open = false
    this.#lines.delete(keyOf(line.a, line.b))
    line.a.unlinked(line.b.device)
    line.b.unlinked(line.a.device)
  }

  #cut(device: SimulatedDevice): void {
    for (const line of [...this.#lines.values()])
      if (line.a === device || line.b === device) this.#unlink(line)
  }

  /** In order, after the delay of the line; what is on its way when it breaks is lost. Now and then a buffer is full. */
  send(from: SimulatedDevice, to: DeviceId, kind: string, body: Encodable): boolean {
    const other = this.#byId.get(to)
    const line = other && this.#lines.get(keyOf(from, other))
    if (other === undefined || line === undefined) return false
    if (this.#unruly && randomInt(this.#random, 200) === 0) {
      this.#world.after(line.delayMs, () => line.open && from.drained(to))
      return false
    }
    const bytes = encode(body)
    if (bytes.length > MAX_FRAME_BYTES) throw new Error(`${kind} does not fit a frame`)
    this.#frames++
    this.#bytes += bytes.length
    this.#world.after(line.delayMs, () => {
      if (line.open) other.received(from.device, kind, bytes)
    })
    return true
  }

  #one<T>(items: readonly T[]): T | undefined {
    return items.length === 0 ? undefined : items[randomInt(this.#random, items.length)]
  }

  // ── The end ──

  #judge(): SimulatedOutcome {
    const circle = this.#id()
    const differences = this.#ledger.differences(circle, this.#devices, this.#told)
    const { resolver, facts } = truthOf(circle, this.#devices)
    const { nodes } = resolver.graph
    return {
      members: facts.members.size,
      operations: nodes.length,
      epochs: nodes.filter(({ operation }) => operation.body.kind === 'epoch').length,
      messages: this.#ledger.size,
      frames: this.#frames,
      bytes: this.#bytes,
      differences,
    }
  }
}

function keyOf(a: SimulatedDevice, b: SimulatedDevice): string {
  return a.number < b.number ? `${a.number}/${b.number}` : `${b.number}/${a.number}`
}
