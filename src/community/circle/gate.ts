// Who is let into which circle on which link. Each side names a circle only by tags that take a secret of it to recognise, and
// sends them only to devices that are in by its own log. Promise: to a stranger nothing is said, and to a device that was put
// out, where it shows a secret that was for it, that it is out; a device that shows a secret but is not known (it joined while we were away) may tell us
// operations, and gets none before they show that it is in.
// Frames: gate {t tags}, welcome {c circle}, card {d card}.

import type { BDict } from '../../base/bencode-value.ts'
import { concatBytes } from '../../base/bytes.ts'
import { after, earliest, type Millis } from '../../base/ids.ts'
import { RecordError } from '../community-error.ts'
import { MAX_CARD_BYTES, readCard } from '../identity/device-card.ts'
import { type CircleId, type DeviceId, keyBytes } from '../ids.ts'
import type { Circle } from './circle.ts'
import type { PartGround } from './circle-ground.ts'
import { generationOf, wasTold } from './epoch-rules.ts'
import { gateTag, TAG_LENGTH_BYTES } from './epoch-secrets.ts'
import type { Node } from './graph.ts'
import { MAX_CIRCLES } from './limits.ts'

/** Of each circle: the newest that the other device could know, since it may have been away for some of them. */
const TAGS_A_CIRCLE = 4
/** people.md: 1 KiB a frame before the gate. */
const TAGS_A_FRAME = 56
/** Of a device that is in: all that a year brings. */
const EPOCHS_TRIED = 256
/** Of a device that is not known. */
const EPOCHS_TRIED_FOR_STRANGERS = 4
/** Time to recognise one another by a secret. */
const NAME_AFTER_MS = 3_000
/** Frames of tags that are looked at on one link: what they cost is bounded. */
const MAX_GATE_FRAMES = 2 * MAX_CIRCLES

export type Admittance =
  /** In, as far as both know. */
  | 'member'
  /** Shows a secret, and is not known. */
  | 'unknown'

export interface GateOwner {
  /** Changed: from nothing, or from `unknown` to `member`; undefined when it is out. */
  admitted(circle: Circle, device: DeviceId, as: Admittance | undefined): void
  /** It was in, and may not know that it is out: it is linked with us as a member, or showed a secret that was for it. */
  former(circle: Circle, device: DeviceId, now: Millis): void
}

interface Door {
  /** When it is told by name, where no secret served. */
  nameAt: Millis | undefined
  /** Circles in which it is let in. */
  readonly inside: Map<CircleId, Admittance>
  /** Tags sent, so that each is sent once. */
  readonly sent: Set<string>
  readonly welcomed: Set<CircleId>
  frames: number
}

export class Gate {
  readonly #ground: PartGround
  readonly #owner: GateOwner
  readonly #doors = new Map<DeviceId, Door>()

  constructor(ground: PartGround, owner: GateOwner) {
    this.#ground = ground
    this.#owner = owner
  }

  linked(device: DeviceId, now: Millis): void {
    const door: Door = {
      nameAt: after(now, NAME_AFTER_MS),
      inside: new Map(),
      sent: new Set(),
      welcomed: new Set(),
      frames: 0,
    }
    this.#doors.set(device, door)
    for (const circle of this.#ground.circles()) this.#greet(circle, device, door)
  }

  unlinked(device: DeviceId): void {
    const door = this.#doors.get(device)
    this.#doors.delete(device)
    for (const id of door?.inside.keys() ?? []) {
      const circle = this.#ground.circle(id)
      if (circle !== undefined) this.#owner.admitted(circle, device, undefined)
    }
  }

  /**
   * Two that know each other to be in, and share no secret (one was away, the other came meanwhile): they are told by name,
   * which is nothing new to who is in.
   */
  wake(now: Millis): void {
    for (const [device, door] of this.#doors) {
      if (door.nameAt === undefined || door.nameAt > now) continue
      door.nameAt = undefined
      for (const circle of this.#ground.circles())
        if (!door.inside.has(circle.id)) this.#name(circle, device, door)
    }
  }

  deadline(): Millis | undefined {
    return earliest(...[...this.#doors.values()].map(({ nameAt }) => nameAt))
  }

  /** After each change of a circle: who came in, who is out. */
  look(circle: Circle, now: Millis): void {
    for (const [device, door] of this.#doors) {
      const as = door.inside.get(circle.id)
      const live = isLive(circle, device)
      if (as === 'member' && !live) {
        this.#close(circle, device, door)
        this.#owner.former(circle, device, now)
      } else if (as === 'unknown' && live) this.#admit(circle, device, door, 'member')
      else if (as === 'unknown' && isKnown(circle, device)) this.#close(circle, device, door)
      else if (as === undefined && live && !door.welcomed.has(circle.id)) {
        this.#greet(circle, device, door)
        door.nameAt ??= after(now, NAME_AFTER_MS)
      }
    }
  }

  /** What was told of a circle is over (left, forgotten). */
  closeAll(circle: Circle): void {
    for (const [device, door] of this.#doors)
      if (door.inside.has(circle.id)) this.#close(circle, device, door)
  }

  as(circle: CircleId, device: DeviceId): Admittance | undefined {
    return this.#doors.get(device)?.inside.get(circle)
  }

  insideOf(circle: CircleId): DeviceId[] {
    return [...this.#doors].flatMap(([device, { inside }]) => (inside.get(circle) === 'member' ? device : []))
  }

  isInsideAny(device: DeviceId): boolean {
    return (this.#doors.get(device)?.inside.size ?? 0) > 0
  }

  /** Lets it in by name: it is in, and could not know a secret of the circle yet. `again`: it asked. */
  welcome(circle: Circle, device: DeviceId, again: boolean): void {
    const door = this.#doors.get(device)
    if (door === undefined || !isLive(circle, device)) return
    if (again || !door.welcomed.has(circle.id))
      if (this.#ground.out.send(device, 'welcome', { c: keyBytes(circle.id) })) door.welcomed.add(circle.id)
    if (door.inside.get(circle.id) !== 'member') this.#admit(circle, device, door, 'member')
  }

  /** A device that was asked to let this one in has done so: what it tells is believed once it is checked. */
  trust(circle: Circle, device: DeviceId): void {
    const door = this.#doors.get(device)
    if (door !== undefined && !door.inside.has(circle.id)) this.#admit(circle, device, door, 'member')
  }

  /** @throws RecordError */
  readTags(from: DeviceId, body: BDict, now: Millis): void {
    const tags = body.bytes('t')
    const door = this.#doors.get(from)
    if (
      tags === undefined ||
      tags.length % TAG_LENGTH_BYTES !== 0 ||
      tags.length > TAGS_A_FRAME * TAG_LENGTH_BYTES
    )
      throw invalid('t')
    if (door === undefined) return
    if (++door.frames > MAX_GATE_FRAMES) throw new RecordError('TOO_FAST', { what: 'gate' })
    const given = new Set<string>()
    for (let at = 0; at < tags.length; at += TAG_LENGTH_BYTES)
      given.add(tags.subarray(at, at + TAG_LENGTH_BYTES).join())
    for (const circle of this.#ground.circles())
      if (door.inside.get(circle.id) !== 'member') this.#compare(circle, from, door, given, now)
  }

  /** A card by which somebody's new device shows that it is theirs. @returns circles in which they are @throws RecordError */
  readCardOf(
    from: DeviceId,
    body: BDict,
  ): { readonly circles: readonly Circle[]; readonly card: Uint8Array } {
    const card = body.bytes('d')
    if (card === undefined || card.length > MAX_CARD_BYTES) throw invalid('d')
    const { device, person } = readCard(card, this.#ground.crypto)
    if (device !== from) throw invalid('d')
    const circles = [...this.#ground.circles()].filter((circle) => circle.facts().members.has(person))
    return { circles, card: card.slice() }
  }

  // ── Within ──

  /** Tells a device that is in, and nobody else, that we are. */
  #greet(circle: Circle, device: DeviceId, door: Door): void {
    if (!isLive(circle, device) || !isMine(circle, this.#ground)) return
    const { me, crypto } = this.#ground
    const secrets = this.#knownTo(circle, device)
    const tags = secrets.slice(0, TAGS_A_CIRCLE).map((access) => gateTag(access, me.device, device, crypto))
    if (tags.length > 0) this.#sendTags(device, door, tags)
    else this.#name(circle, device, door)
  }

  #name(circle: Circle, device: DeviceId, door: Door): void {
    if (door.welcomed.has(circle.id) || !isLive(circle, device) || !isMine(circle, this.#ground)) return
    if (this.#ground.out.send(device, 'welcome', { c: keyBytes(circle.id) })) door.welcomed.add(circle.id)
  }

  /** Access secrets of the epochs that were told to it, the newest first. */
  #knownTo(circle: Circle, device: DeviceId): Uint8Array[] {
    return [...circle.secrets()]
      .map(([id, { access }]) => ({ node: circle.graph.get(id), access }))
      .filter(({ node }) => node !== undefined && wasTold(node, device, circle.resolver.register))
      .sort((a, b) => generationOf(b.node) - generationOf(a.node))
      .map(({ access }) => access)
  }

  #sendTags(device: DeviceId, door: Door, tags: readonly Uint8Array[]): void {
    const fresh = tags.filter((tag) => !door.sent.has(tag.join())).slice(0, TAGS_A_FRAME)
    if (fresh.length === 0 || !this.#ground.out.send(device, 'gate', { t: concatBytes(fresh) })) return
    for (const tag of fresh) door.sent.add(tag.join())
  }

  #compare(circle: Circle, from: DeviceId, door: Door, given: ReadonlySet<string>, now: Millis): void {
    if (!isMine(circle, this.#ground)) return
    const live = isLive(circle, from)
    const out = !live && isKnown(circle, from)
    const { crypto, me } = this.#ground
    const ids = [...circle.secrets().keys()]
    const tried = ids
      // It was in, and is out: what was for it, it may recognise; nothing later is said.
      .filter((id) => !out || wasTold(circle.graph.get(id) as Node, from, circle.resolver.register))
      .sort((a, b) => generationOf(circle.graph.get(b)) - generationOf(circle.graph.get(a)))
      .slice(0, live || out ? EPOCHS_TRIED : EPOCHS_TRIED_FOR_STRANGERS)
    for (const id of tried) {
      const { access } = circle.secrets().get(id) as { readonly access: Uint8Array }
      if (!given.has(gateTag(access, from, me.device, crypto).join())) continue
      // By the same secret, which it knows, so that it can recognise us.
      this.#sendTags(from, door, [gateTag(access, me.device, from, crypto)])
      if (out) {
        this.#owner.former(circle, from, now)
        return
      }
      const as = live ? 'member' : 'unknown'
      if (door.inside.get(circle.id) !== as) this.#admit(circle, from, door, as)
      return
    }
  }

  #admit(circle: Circle, device: DeviceId, door: Door, as: Admittance): void {
    door.inside.set(circle.id, as)
    this.#owner.admitted(circle, device, as)
  }

  #close(circle: Circle, device: DeviceId, door: Door): void {
    door.inside.delete(circle.id)
    door.welcomed.delete(circle.id)
    this.#owner.admitted(circle, device, undefined)
  }
}

export function isLive(circle: Circle, device: DeviceId): boolean {
  const { owners, members } = circle.facts()
  const person = owners.get(device)
  return person !== undefined && members.get(person)?.devices.has(device) === true
}

/** Whether some operation ever named it. */
function isKnown(circle: Circle, device: DeviceId): boolean {
  return circle.graph.sources(device).length > 0
}

function isMine(circle: Circle, ground: PartGround): boolean {
  return circle.left || isLive(circle, ground.me.device)
}

function invalid(what: string): RecordError {
  return new RecordError('FRAME_INVALID', { what })
}
