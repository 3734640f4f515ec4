// Between one link to each device and the services side by side: cuts the stream into frames, bounds and decodes each,
// and hands it to the service that it names. Promise: before a device's standing is known, no more than STRANGER lets
// through is ever kept or looked at; who sends what is no frame is hung up on; who sends too fast is not read from for a
// while, so that it waits and nothing of it is lost.

import { BDict, BencodeError, decode } from '../base/bencode.ts'
import { encode } from '../base/bencode-encode.ts'
import { writeUint32 } from '../base/bytes.ts'
import { earliest, type Millis } from '../base/ids.ts'
import { Allowance } from './allowance.ts'
import { RecordError } from './community-error.ts'
import { FrameCutter, LENGTH_BYTES } from './frame-cutter.ts'
import type { DeviceId } from './ids.ts'
import { type Link, MAX_FRAME_BYTES, type Service, type ServiceOut } from './service.ts'

/** What carries frames: the node, or the host's outbox in front of it. */
export interface Carrier {
  /** Bytes of one whole frame. False where the link is gone or its buffer is full: drained() comes. */
  send(device: DeviceId, bytes: Uint8Array): boolean
  hangUp(device: DeviceId, code: string, blame: boolean): void
  /** Whether bytes of this device are left unread, so that it waits. */
  hold(device: DeviceId, held: boolean): void
}

/**
 * How far a device is trusted with our time and memory. `guest`: somebody we called, a contact, or one that we said yes to;
 * `member`: it shares a circle with us, or is a device of ours.
 */
export type Standing = 'stranger' | 'guest' | 'member'

interface Bounds {
  readonly frameBytes: number
  /** Values in one frame: bounds what decoding costs. */
  readonly tokens: number
  readonly bytesPerSecond: number
  readonly burstBytes: number
  readonly framesPerSecond: number
  readonly burstFrames: number
  /** Who exceeds it: waits, or is hung up on. */
  readonly excess: 'waits' | 'ends'
}

/** Members send pages of history; the rates let a circle of a year through in a minute and cost a fraction of one core. */
const BOUNDS: Readonly<Record<Standing, Bounds>> = {
  // people.md: 1 KiB a frame, 16 KiB in all. It comes back slowly, for links that stay (an invite that waits for approval).
  stranger: {
    frameBytes: 1024,
    tokens: 128,
    bytesPerSecond: 64,
    burstBytes: 16 * 1024,
    framesPerSecond: 1,
    burstFrames: 32,
    excess: 'ends',
  },
  guest: {
    frameBytes: MAX_FRAME_BYTES,
    tokens: 20_000,
    bytesPerSecond: 512 * 1024,
    burstBytes: 1024 * 1024,
    framesPerSecond: 50,
    burstFrames: 200,
    excess: 'waits',
  },
  member: {
    frameBytes: MAX_FRAME_BYTES,
    tokens: 20_000,
    bytesPerSecond: 4 * 1024 * 1024,
    burstBytes: 8 * 1024 * 1024,
    framesPerSecond: 500,
    burstFrames: 2_000,
    excess: 'waits',
  },
}
/** No record nests beyond a handful. */
const MOST_DEPTH = 16
/** `<service>.<kind>`, both short words. */
const KIND = /^([a-z][a-z0-9-]{0,15})\.([a-z][a-z0-9-]{0,31})$/

interface Line {
  readonly link: Link
  readonly cutter: FrameCutter
  standing: Standing
  bytes: Allowance
  frames: Allowance
  /** Not read from until then. */
  heldUntil: Millis | undefined
}

export interface SwitchboardOptions {
  readonly carrier: Carrier
  /** Asked at every frame: it may rise and fall while the link is up. */
  readonly standing: (device: DeviceId) => Standing
}

export class Switchboard {
  readonly #carrier: Carrier
  readonly #standing: (device: DeviceId) => Standing
  readonly #services = new Map<string, Service>()
  /** By device: at most as many as the node keeps links. */
  readonly #lines = new Map<DeviceId, Line>()

  constructor({ carrier, standing }: SwitchboardOptions) {
    this.#carrier = carrier
    this.#standing = standing
  }

  add(service: Service): void {
    this.#services.set(service.name, service)
  }

  links(): readonly Link[] {
    return [...this.#lines.values()].map(({ link }) => link)
  }

  link(device: DeviceId): Link | undefined {
    return this.#lines.get(device)?.link
  }

  /** Where the frames of one service go; kinds are the word after the dot. */
  out(service: string): ServiceOut {
    return {
      send: (to, kind, body) => {
        if (!this.#lines.has(to)) return false
        return this.#carrier.send(to, frame(`${service}.${kind}`, body))
      },
      hangUp: (device, code, blame) => this.#carrier.hangUp(device, code, blame),
    }
  }

  linked(link: Link, now: Millis): void {
    const standing = this.#standing(link.device)
    this.#lines.set(link.device, {
      link,
      cutter: new FrameCutter(),
      standing,
      ...allowances(standing, now),
      heldUntil: undefined,
    })
    for (const service of this.#services.values()) service.linked(link, now)
  }

  /** Bytes of the stream as they came; they are copied. */
  received(device: DeviceId, bytes: Uint8Array, now: Millis): void {
    const line = this.#lines.get(device)
    if (line === undefined) return
    try {
      line.cutter.put(bytes)
      // What a frame does may end the link, or change the standing that the next one is measured by.
      while (this.#lines.get(device) === line) {
        const whole = line.cutter.next(this.#bounds(line, now).frameBytes)
        if (whole === undefined) return
        this.#charge(line, whole.length + LENGTH_BYTES, now)
        this.#route(line, whole, now)
      }
    } catch (error) {
      if (!(error instanceof RecordError)) throw error
      this.#carrier.hangUp(device, error.code, true)
    }
  }

  #bounds(line: Line, now: Millis): Bounds {
    const standing = this.#standing(line.link.device)
    if (standing !== line.standing) {
      line.standing = standing
      Object.assign(line, allowances(standing, now))
    }
    return BOUNDS[standing]
  }

  #charge(line: Line, lengthBytes: number, now: Millis): void {
    const within = [line.bytes.charge(lengthBytes, now), line.frames.charge(1, now)]
    if (!within.includes(false)) return
    if (BOUNDS[line.standing].excess === 'ends') throw new RecordError('TOO_FAST')
    const until = Math.max(line.bytes.evenAt(now), line.frames.evenAt(now)) as Millis
    if (line.heldUntil === undefined) this.#carrier.hold(line.link.device, true)
    line.heldUntil = until
  }

  #route(line: Line, bytes: Uint8Array, now: Millis): void {
    const [service, kind, body] = readFrame(bytes, BOUNDS[line.standing].tokens)
    // A service that a newer version has, and we have not: nothing is wrong with it.
    this.#services.get(service)?.received(line.link.device, kind, body, now)
  }

  drained(device: DeviceId, now: Millis): void {
    if (!this.#lines.has(device)) return
    for (const service of this.#services.values()) service.drained(device, now)
  }

  unlinked(device: DeviceId, now: Millis): void {
    if (!this.#lines.delete(device)) return
    for (const service of this.#services.values()) service.unlinked(device, now)
  }

  wake(now: Millis): void {
    for (const line of this.#lines.values()) {
      if (line.heldUntil === undefined || line.heldUntil > now) continue
      line.heldUntil = undefined
      this.#carrier.hold(line.link.device, false)
    }
    for (const service of this.#services.values()) {
      const due = service.deadline()
      if (due !== undefined && due <= now) service.wake(now)
    }
  }

  deadline(): Millis | undefined {
    return earliest(
      ...[...this.#lines.values()].map(({ heldUntil }) => heldUntil),
      ...[...this.#services.values()].map((service) => service.deadline()),
    )
  }
}

function allowances(standing: Standing, now: Millis): Pick<Line, 'bytes' | 'frames'> {
  const { bytesPerSecond, burstBytes, framesPerSecond, burstFrames } = BOUNDS[standing]
  return {
    bytes: new Allowance(bytesPerSecond, burstBytes, now),
    frames: new Allowance(framesPerSecond, burstFrames, now),
  }
}

/** @throws RecordError FRAME_INVALID for what we ourselves would be hung up on for */
function frame(kind: string, body: Parameters<ServiceOut['send']>[2]): Uint8Array {
  const payload = encode({ k: kind, b: body })
  if (!KIND.test(kind) || payload.length > MAX_FRAME_BYTES) {
    throw new TypeError(`no frame: ${kind}, ${payload.length} bytes`)
  }
  const bytes = new Uint8Array(LENGTH_BYTES + payload.length)
  writeUint32(bytes, 0, payload.length)
  bytes.set(payload, LENGTH_BYTES)
  return bytes
}

/** @throws RecordError */
function readFrame(bytes: Uint8Array, tokens: number): [service: string, kind: string, body: BDict] {
  let value: unknown
  try {
    value = decode(bytes, 'canonical', { lengthBytes: MAX_FRAME_BYTES, depth: MOST_DEPTH, tokens }).value
  } catch (error) {
    if (!(error instanceof BencodeError)) throw error
    throw new RecordError('FRAME_INVALID', { what: error.code })
  }
  if (!(value instanceof BDict)) throw new RecordError('FRAME_INVALID', { what: 'DICTIONARY' })
  const body = value.get('b')
  const named = KIND.exec(value.text('k') ?? '')
  if (named === null || !(body instanceof BDict)) throw new RecordError('FRAME_INVALID', { what: 'KIND' })
  return [named[1] as string, named[2] as string, body]
}
