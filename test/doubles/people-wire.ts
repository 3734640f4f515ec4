// Links between services in one process: frames are encoded and decoded as on a real one, wait until they are carried, and a
// link may be cut, be slow or have no room. Time moves only when told.

import assert from 'node:assert/strict'
import { decode } from '../../src/base/bencode.ts'
import { encode } from '../../src/base/bencode-encode.ts'
import { BDict } from '../../src/base/bencode-value.ts'
import type { Millis } from '../../src/base/ids.ts'
import { RecordError } from '../../src/community/community-error.ts'
import type { DeviceId } from '../../src/community/ids.ts'
import { type LinkWay, MAX_FRAME_BYTES, type Service, type ServiceOut } from '../../src/community/service.ts'

interface Frame {
  readonly from: DeviceId
  readonly to: DeviceId
  readonly kind: string
  readonly bytes: Uint8Array
}

export class PeopleWire {
  now = 1_000 as Millis
  /** Frames and bytes carried, by kind. */
  readonly carried = new Map<string, { frames: number; bytes: number }>()
  /** Who hung up on whom, and why. */
  readonly hungUp: { readonly by: DeviceId; readonly on: DeviceId; readonly code: string }[] = []
  /** Frames for which this says false are lost, as where a device answers nothing. */
  carries: (frame: { from: DeviceId; to: DeviceId; kind: string }) => boolean = () => true
  /** Whether a link has room. */
  room: (from: DeviceId, to: DeviceId) => boolean = () => true
  readonly #services = new Map<DeviceId, Service>()
  readonly #links = new Set<string>()
  #queue: Frame[] = []

  out(device: DeviceId): ServiceOut {
    return {
      send: (to, kind, body) => {
        if (!this.isLinked(device, to) || !this.room(device, to)) return false
        const bytes = encode({ k: kind, b: body })
        assert.ok(bytes.length <= MAX_FRAME_BYTES, `a ${kind} of ${bytes.length} bytes`)
        this.#queue.push({ from: device, to, kind, bytes })
        return true
      },
      hangUp: (on, code) => {
        this.hungUp.push({ by: device, on, code })
        this.unlink(device, on)
      },
    }
  }

  add(device: DeviceId, service: Service): void {
    this.#services.set(device, service)
  }

  isLinked(a: DeviceId, b: DeviceId): boolean {
    return this.#links.has(key(a, b))
  }

  link(a: DeviceId, b: DeviceId, way: LinkWay = 'direct'): void {
    if (this.isLinked(a, b)) return
    this.#links.add(key(a, b))
    this.#services.get(a)?.linked({ device: b, way, outgoing: true }, this.now)
    this.#services.get(b)?.linked({ device: a, way, outgoing: false }, this.now)
  }

  unlink(a: DeviceId, b: DeviceId): void {
    if (!this.#links.delete(key(a, b))) return
    this.#queue = this.#queue.filter(({ from, to }) => key(from, to) !== key(a, b))
    this.#services.get(a)?.unlinked(b, this.now)
    this.#services.get(b)?.unlinked(a, this.now)
  }

  /** Every link of a device ends: it is off. */
  off(device: DeviceId): void {
    for (const other of this.#services.keys()) if (other !== device) this.unlink(device, other)
  }

  drained(device: DeviceId, to: DeviceId): void {
    this.#services.get(device)?.drained(to, this.now)
  }

  /** Carries frames until none is left. @returns how many */
  settle(most = 200_000): number {
    let carried = 0
    for (;;) {
      const frame = this.#queue.shift()
      if (frame === undefined) return carried
      assert.ok(++carried <= most, 'frames without end')
      this.#carry(frame)
    }
  }

  /** Carries one that is drawn, so that links overtake one another, each keeping its own order. */
  step(draw: (below: number) => number): boolean {
    const links = [...new Set(this.#queue.map(({ from, to }) => `${from} ${to}`))]
    const link = links[links.length === 0 ? 0 : draw(links.length)]
    const at = this.#queue.findIndex(({ from, to }) => `${from} ${to}` === link)
    const [frame] = at < 0 ? [] : this.#queue.splice(at, 1)
    if (frame !== undefined) this.#carry(frame)
    return frame !== undefined
  }

  /** Moves time on, waking whoever wants to be. */
  pass(ms: number): void {
    const end = (this.now + ms) as Millis
    this.settle()
    for (let wakes = 0; ; wakes++) {
      assert.ok(wakes < 100_000, 'wakes without end')
      let next: Millis | undefined
      for (const service of this.#services.values()) {
        const at = service.deadline()
        if (at !== undefined && at <= end && (next === undefined || at < next)) next = at
      }
      if (next === undefined) break
      this.now = Math.max(this.now, next) as Millis
      for (const service of this.#services.values()) {
        const at = service.deadline()
        if (at !== undefined && at <= this.now) service.wake(this.now)
      }
      this.settle()
    }
    this.now = end
  }

  /** Gives a frame to a device as if the other one had sent it. */
  forge(from: DeviceId, to: DeviceId, kind: string, bytes: Uint8Array): void {
    this.#carry({ from, to, kind, bytes })
  }

  #carry(frame: Frame): void {
    const { from, to, kind, bytes } = frame
    if (!this.carries(frame) || !this.isLinked(from, to)) return
    const sum = this.carried.get(kind) ?? { frames: 0, bytes: 0 }
    this.carried.set(kind, { frames: sum.frames + 1, bytes: sum.bytes + bytes.length })
    const body = (decode(bytes).value as BDict).dict('b')
    assert.ok(body instanceof BDict)
    try {
      this.#services.get(to)?.received(from, kind, body, this.now)
    } catch (error) {
      if (!(error instanceof RecordError)) throw error
      this.hungUp.push({ by: to, on: from, code: `${error.code} ${String(error.data.what)}` })
      this.unlink(to, from)
    }
  }
}

function key(a: DeviceId, b: DeviceId): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`
}
