// The operations of one circle as a graph: what rests on what. It takes an operation only when all that it rests on is here,
// and only from a device that somebody brought in before; whether it counts is judged elsewhere.
// Invariant: numbers are given in order of arrival, and every operation has a higher one than what it saw.

import { compareBytes } from '../../base/bytes.ts'
import { RecordError } from '../community-error.ts'
import { type CircleId, type DeviceId, keyBytes, type RecordId } from '../ids.ts'
import {
  KEPT_LOG_BYTES,
  KEPT_OPERATIONS,
  MAX_LOG_BYTES,
  MAX_LOG_BYTES_PER_DEVICE,
  MAX_OPERATIONS,
  MAX_OPERATIONS_PER_DEVICE,
} from './limits.ts'
import type { Operation } from './operation.ts'
import { Past } from './past.ts'

export interface Node {
  readonly index: number
  readonly operation: Operation
  /** Its id as bytes. */
  readonly hash: Uint8Array
  /** Longest way down to `create`, which has 0. */
  readonly depth: number
  readonly past: Past
}

/** One device's operations: a chain, or branches where it signed two for one place. */
interface Writer {
  readonly nodes: Node[]
  tip: Node | undefined
  lengthBytes: number
  highestSeq: number
  /** Lowest seq with two operations. */
  forkedAt: number | undefined
}

/** How much of a circle's log there may be, and how much of that is for moderators. */
export interface LogRoom {
  readonly operations: number
  readonly lengthBytes: number
  readonly keptOperations: number
  readonly keptBytes: number
}

const ROOM: LogRoom = {
  operations: MAX_OPERATIONS,
  lengthBytes: MAX_LOG_BYTES,
  keptOperations: KEPT_OPERATIONS,
  keptBytes: KEPT_LOG_BYTES,
}

export class OperationGraph {
  readonly circle: CircleId
  readonly #room: LogRoom
  readonly #nodes: Node[] = []
  readonly #byId = new Map<RecordId, Node>()
  readonly #heads = new Set<Node>()
  readonly #writers = new Map<DeviceId, Writer>()
  /** Operations that carry a card of the device. */
  readonly #sources = new Map<DeviceId, Node[]>()
  readonly #sum = new Uint8Array(32)
  #lengthBytes = 0

  constructor(circle: CircleId, room: LogRoom = ROOM) {
    this.circle = circle
    this.#room = room
  }

  /** There is room for moderators only. */
  get isScarce(): boolean {
    const { operations, lengthBytes, keptOperations, keptBytes } = this.#room
    return this.#nodes.length >= operations - keptOperations || this.#lengthBytes >= lengthBytes - keptBytes
  }

  /** In order of arrival: parents first. */
  get nodes(): readonly Node[] {
    return this.#nodes
  }

  get(id: RecordId): Node | undefined {
    return this.#byId.get(id)
  }

  has(id: RecordId): boolean {
    return this.#byId.has(id)
  }

  /** What an operation that rests on everything sees. */
  all(): Past {
    return Past.behind([...this.#heads])
  }

  /** Those that nothing rests on yet: the parents of the next one. */
  heads(): readonly Node[] {
    return [...this.#heads].sort(byPlace)
  }

  by(device: DeviceId): readonly Node[] {
    return this.#writers.get(device)?.nodes ?? []
  }

  /** The last of its chain; of two branches the one that came last. */
  tip(device: DeviceId): Node | undefined {
    return this.#writers.get(device)?.tip
  }

  writers(): IterableIterator<DeviceId> {
    return this.#writers.keys()
  }

  /** Where it signed two operations for one place. */
  forkedAt(device: DeviceId): number | undefined {
    return this.#writers.get(device)?.forkedAt
  }

  sources(device: DeviceId): readonly Node[] {
    return this.#sources.get(device) ?? []
  }

  /** All ids together: equal exactly for equal sets, to whoever cannot find a collision of 256 bits. */
  sum(): Uint8Array {
    return this.#sum.slice()
  }

  /** What must come first. */
  missing(operation: Operation): RecordId[] {
    const wanted = operation.prev === undefined ? operation.parents : [operation.prev, ...operation.parents]
    return wanted.filter((id) => !this.#byId.has(id))
  }

  /** Nothing may be missing. Undefined: it is here already. @throws RecordError for what rests on nothing that allows it */
  add(operation: Operation): Node | undefined {
    if (this.#byId.has(operation.id)) return undefined
    const parents = this.#parentsOf(operation)
    const past = Past.behind(parents)
    this.#check(operation, past)
    const node: Node = {
      index: this.#nodes.length,
      operation,
      hash: keyBytes(operation.id),
      depth: 1 + parents.reduce((most, { depth }) => Math.max(most, depth), -1),
      past,
    }
    this.#keep(node)
    for (const parent of parents) this.#heads.delete(parent)
    this.#heads.add(node)
    return node
  }

  #parentsOf(operation: Operation): Node[] {
    const ids = operation.prev === undefined ? operation.parents : [operation.prev, ...operation.parents]
    return ids.map((id) => this.#byId.get(id) ?? refuse('parent'))
  }

  #check(operation: Operation, past: Past): void {
    const { circle, author, seq, prev, bytes, body } = operation
    if (circle !== this.circle) refuse('circle')
    if (body.kind === 'create' && this.#nodes.length > 0) refuse('create')
    const before = prev && this.#byId.get(prev)?.operation
    if (before && (before.author !== author || before.seq !== seq - 1)) refuse('prev')
    // Nobody whom nobody brought in: a stranger cannot make anybody keep anything.
    if (seq === 1 && body.kind !== 'create' && !this.sources(author).some(({ index }) => past.has(index)))
      refuse('stranger')
    const writer = this.#writers.get(author)
    if (
      this.#nodes.length >= this.#room.operations ||
      this.#lengthBytes + bytes.length > this.#room.lengthBytes ||
      (writer?.nodes.length ?? 0) >= MAX_OPERATIONS_PER_DEVICE ||
      (writer?.lengthBytes ?? 0) + bytes.length > MAX_LOG_BYTES_PER_DEVICE
    )
      throw new RecordError('TOO_FAST', { what: 'operations of a circle' })
  }

  #keep(node: Node): void {
    const { operation } = node
    this.#nodes.push(node)
    this.#byId.set(operation.id, node)
    this.#lengthBytes += operation.bytes.length
    for (const [at, byte] of node.hash.entries()) this.#sum[at] = (this.#sum[at] as number) ^ byte
    const writer = this.#writers.get(operation.author) ?? {
      nodes: [],
      tip: undefined,
      lengthBytes: 0,
      highestSeq: 0,
      forkedAt: undefined,
    }
    this.#writers.set(operation.author, writer)
    // A chain has no holes: what is not higher than all stands beside another.
    if (operation.seq <= writer.highestSeq)
      writer.forkedAt = Math.min(writer.forkedAt ?? operation.seq, operation.seq)
    if (operation.seq >= writer.highestSeq) {
      writer.highestSeq = operation.seq
      writer.tip = node
    }
    writer.nodes.push(node)
    writer.lengthBytes += operation.bytes.length
    for (const { device } of operation.cards) {
      const sources = this.#sources.get(device)
      if (sources === undefined) this.#sources.set(device, [node])
      else sources.push(node)
    }
  }
}

/** Total, the same everywhere, and never against what rests on what: depth, then hash. */
export function byPlace(a: Node, b: Node): number {
  return a.depth - b.depth || compareBytes(a.hash, b.hash)
}

export function concurrent(a: Node, b: Node): boolean {
  return a !== b && !a.past.has(b.index) && !b.past.has(a.index)
}

function refuse(why: string): never {
  throw new RecordError('RECORD_INVALID', { what: 'operation', why })
}
