// Frames on their way to other devices: held until what they speak of is durable, then handed to the network in order.
// Promise: a frame that was taken is sent or its link is gone; one that was refused is offered again by its service after
// `drained`. Bounded for each device.

import type { DeviceId } from '../../community/ids.ts'

/** Of one device, beside what the network holds: two of the largest frames. */
const HELD_BYTES = 512 * 1024

/** The network below. */
export interface FrameSink {
  /** False: no link, or its buffer is full and says when it drained. */
  send(device: DeviceId, frame: Uint8Array): boolean
  hangUp(device: DeviceId, code: string, blame: boolean): void
}

interface Queue {
  readonly frames: Uint8Array[]
  bytes: number
  /** Somebody was refused, and is told when there is room. */
  refused: boolean
}

export class Outbox {
  readonly #sink: FrameSink
  readonly #drained: (device: DeviceId) => void
  /** Of linked devices only. */
  readonly #queues = new Map<DeviceId, Queue>()
  readonly #hangUps: { readonly device: DeviceId; readonly code: string; readonly blame: boolean }[] = []

  constructor(sink: FrameSink, drained: (device: DeviceId) => void) {
    this.#sink = sink
    this.#drained = drained
  }

  linked(device: DeviceId): void {
    this.#queues.set(device, { frames: [], bytes: 0, refused: false })
  }

  unlinked(device: DeviceId): void {
    this.#queues.delete(device)
  }

  send(device: DeviceId, frame: Uint8Array): boolean {
    const queue = this.#queues.get(device)
    if (queue === undefined) return false
    if (queue.bytes >= HELD_BYTES) {
      queue.refused = true
      return false
    }
    queue.frames.push(frame)
    queue.bytes += frame.length
    return true
  }

  hangUp(device: DeviceId, code: string, blame: boolean): void {
    this.#hangUps.push({ device, code, blame })
  }

  /** All is durable. */
  flush(): void {
    for (const [device, queue] of this.#queues) this.#flush(device, queue)
    // Last words first.
    for (const { device, code, blame } of this.#hangUps.splice(0)) this.#sink.hangUp(device, code, blame)
  }

  /** The network has room again. */
  drained(device: DeviceId): void {
    const queue = this.#queues.get(device)
    if (queue === undefined) return
    this.#flush(device, queue)
    if (queue.frames.length > 0) return
    queue.refused = false
    this.#drained(device)
  }

  #flush(device: DeviceId, queue: Queue): void {
    let sent = 0
    for (const frame of queue.frames) {
      if (!this.#sink.send(device, frame)) break
      queue.bytes -= frame.length
      sent++
    }
    queue.frames.splice(0, sent)
    if (queue.frames.length > 0 || !queue.refused) return
    queue.refused = false
    // Not from within: whoever is told writes anew.
    setImmediate(() => {
      if (this.#queues.get(device) === queue) this.#drained(device)
    })
  }
}
