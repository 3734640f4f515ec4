// Operations that came before what they rest on: kept until it comes, or until the link of whoever brought them ends.
// Promise: bounded in number and bytes for each circle; what is taken is looked for by what it waits for, not by trying all.

import type { CircleId, DeviceId, RecordId } from '../ids.ts'
import type { OperationGraph } from './graph.ts'
import type { Operation } from './operation.ts'

/** Of one circle: a page of heads that came in the wrong order. */
const MAX_WAITING = 1_024
const MAX_WAITING_BYTES = 4 * 1024 * 1024

interface Waiting {
  readonly operation: Operation
  readonly from: DeviceId
  /** One that it waits for: when that comes it is looked at again. */
  missing: RecordId
}

interface Side {
  readonly all: Map<RecordId, Waiting>
  /** By one that is missing: who waits for it. */
  readonly waiters: Map<RecordId, Set<Waiting>>
  lengthBytes: number
}

export class WaitingOperations {
  readonly #sides = new Map<CircleId, Side>()

  has(circle: CircleId, id: RecordId): boolean {
    return this.#sides.get(circle)?.all.has(id) === true
  }

  /** @param missing at least one @returns false where there is no room */
  put(operation: Operation, from: DeviceId, missing: readonly RecordId[]): boolean {
    const { circle, id, bytes } = operation
    const side = this.#sides.get(circle) ?? { all: new Map(), waiters: new Map(), lengthBytes: 0 }
    const [first] = missing
    if (first === undefined || side.all.has(id)) return true
    if (side.all.size >= MAX_WAITING || side.lengthBytes + bytes.length > MAX_WAITING_BYTES) return false
    this.#sides.set(circle, side)
    const waiting = { operation, from, missing: first }
    side.all.set(id, waiting)
    side.lengthBytes += bytes.length
    waitFor(side, waiting, first)
    return true
  }

  /** What waited for this one, and for nothing else any more: it waits no longer. */
  came(circle: CircleId, id: RecordId, graph: OperationGraph): Operation[] {
    const side = this.#sides.get(circle)
    const waiters = side?.waiters.get(id)
    if (side === undefined || waiters === undefined) return []
    side.waiters.delete(id)
    const ready: Operation[] = []
    for (const waiting of waiters) {
      const [first] = graph.missing(waiting.operation)
      if (first !== undefined) waitFor(side, waiting, first)
      else {
        this.#drop(circle, side, waiting)
        ready.push(waiting.operation)
      }
    }
    return ready
  }

  /** Whether something that matters waits for this one, or for what waits for it. */
  isNeeded(circle: CircleId, id: RecordId, matters: (operation: Operation) => boolean): boolean {
    const side = this.#sides.get(circle)
    const looked = new Set([id])
    // What is looked at grows by what waits for it.
    for (const one of looked)
      for (const { operation } of side?.waiters.get(one) ?? []) {
        if (matters(operation)) return true
        looked.add(operation.id)
      }
    return false
  }

  /** Of whoever is gone nothing is kept that rests on nothing. */
  gone(from: DeviceId): void {
    for (const [circle, side] of this.#sides)
      for (const waiting of side.all.values()) if (waiting.from === from) this.#drop(circle, side, waiting)
  }

  forget(circle: CircleId): void {
    this.#sides.delete(circle)
  }

  #drop(circle: CircleId, side: Side, waiting: Waiting): void {
    const { operation, missing } = waiting
    side.lengthBytes -= operation.bytes.length
    side.all.delete(operation.id)
    const others = side.waiters.get(missing)
    others?.delete(waiting)
    if (others?.size === 0) side.waiters.delete(missing)
    if (side.all.size === 0) this.#sides.delete(circle)
  }
}

function waitFor(side: Side, waiting: Waiting, missing: RecordId): void {
  waiting.missing = missing
  const waiters = side.waiters.get(missing)
  if (waiters === undefined) side.waiters.set(missing, new Set([waiting]))
  else waiters.add(waiting)
}
