// One file, folder or other thing of the simulated disk: what it holds now, and what of it is on the platter.
// Invariant: `durable` is what the last good sync saw; `pending` are the changes since, in order.

import type { FileStat } from '../../src/base/ports.ts'
import { type Random, randomInt } from '../../src/base/random.ts'

const PAGE_BYTES = 4_096
/** Disks write sectors whole. */
const SECTOR_BYTES = 512

type Change =
  | { readonly kind: 'write'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'length'; readonly to: number }

export class SimInode {
  readonly number: number
  readonly kind: FileStat['kind']
  device: number
  modifiedMs: number
  /** Of a link. */
  target = ''
  #data = new Uint8Array(0)
  #lengthBytes = 0
  #pages = new Set<number>()
  #durable: { data: Uint8Array; modifiedMs: number }
  #pending: Change[] = []

  constructor(number: number, kind: FileStat['kind'], device: number, modifiedMs: number) {
    this.number = number
    this.kind = kind
    this.device = device
    this.modifiedMs = modifiedMs
    this.#durable = { data: this.#data, modifiedMs }
  }

  get allocatedBytes(): number {
    return this.#pages.size * PAGE_BYTES
  }

  stat(): FileStat {
    return {
      kind: this.kind,
      lengthBytes: this.#lengthBytes,
      modifiedMs: this.modifiedMs,
      identity: `${this.device}:${this.number}`,
      device: String(this.device),
      allocatedBytes: this.allocatedBytes,
    }
  }

  /** A copy. */
  bytes(): Uint8Array {
    return this.#data.slice(0, this.#lengthBytes)
  }

  read(into: readonly Uint8Array[], position: number): number {
    let at = position
    for (const view of into) {
      const take = Math.max(0, Math.min(view.length, this.#lengthBytes - at))
      view.set(this.#data.subarray(at, at + take))
      at += take
      if (take < view.length) break
    }
    return at - position
  }

  write(bytes: Uint8Array, at: number, nowMs: number): void {
    const change: Change = { kind: 'write', at, bytes: bytes.slice() }
    this.#apply(change)
    this.#pending.push(change)
    this.modifiedMs = nowMs
  }

  truncate(lengthBytes: number, nowMs: number): void {
    const change: Change = { kind: 'length', to: lengthBytes }
    this.#apply(change)
    this.#pending.push(change)
    this.modifiedMs = nowMs
  }

  allocate(lengthBytes: number, nowMs: number): void {
    this.truncate(lengthBytes, nowMs)
    for (let page = 0; page * PAGE_BYTES < lengthBytes; page++) this.#pages.add(page)
  }

  newlyAllocated(lengthBytes: number, position: number): number {
    let pages = 0
    for (let page = Math.floor(position / PAGE_BYTES); page * PAGE_BYTES < position + lengthBytes; page++) {
      if (!this.#pages.has(page)) pages++
    }
    return pages * PAGE_BYTES
  }

  sync(): void {
    if (this.#pending.length === 0) return
    this.#durable = { data: this.bytes(), modifiedMs: this.modifiedMs }
    this.#pending = []
  }

  /**
   * A sync failed: the system drops the changes from its list. Each either stays readable for now, though it will
   * never reach the disk, or is forgotten at once.
   */
  failSync(random: Random): void {
    const kept = this.#pending.filter(() => randomInt(random, 2) === 0)
    this.#pending = []
    this.#restore(this.#durable.data)
    for (const change of kept) this.#apply(change)
  }

  /** The power fails. */
  crash(random: Random): void {
    const pending = this.#pending
    const latest = this.modifiedMs
    this.#pending = []
    this.#restore(this.#durable.data)
    this.modifiedMs = this.#durable.modifiedMs
    for (const change of pending) {
      const survivor = mangle(change, random)
      if (survivor === undefined) continue
      this.#apply(survivor)
      if (randomInt(random, 2) === 0) this.modifiedMs = latest
    }
    this.#durable = { data: this.bytes(), modifiedMs: this.modifiedMs }
  }

  #restore(data: Uint8Array): void {
    this.#data = data.slice()
    this.#lengthBytes = data.length
    this.#dropPagesBeyond(data.length)
  }

  #apply(change: Change): void {
    const end = change.kind === 'write' ? change.at + change.bytes.length : change.to
    if (end > this.#data.length) {
      const grown = new Uint8Array(Math.max(end, this.#data.length * 2))
      grown.set(this.#data.subarray(0, this.#lengthBytes))
      this.#data = grown
    }
    if (change.kind === 'length') {
      this.#data.fill(0, Math.min(end, this.#lengthBytes), Math.max(end, this.#lengthBytes))
      this.#lengthBytes = end
      this.#dropPagesBeyond(end)
      return
    }
    this.#data.set(change.bytes, change.at)
    this.#lengthBytes = Math.max(this.#lengthBytes, end)
    for (let page = Math.floor(change.at / PAGE_BYTES); page * PAGE_BYTES < end; page++) this.#pages.add(page)
  }

  #dropPagesBeyond(lengthBytes: number): void {
    for (const page of this.#pages) if (page * PAGE_BYTES >= lengthBytes) this.#pages.delete(page)
  }
}

/** What a crash leaves of one change: all, nothing, the beginning, or rubbish in the middle. */
function mangle(change: Change, random: Random): Change | undefined {
  const fate = randomInt(random, 4)
  if (fate === 0) return undefined
  if (fate === 1 || change.kind === 'length') return change
  const bytes = change.bytes.slice()
  const sectors = Math.ceil(bytes.length / SECTOR_BYTES)
  const first = randomInt(random, sectors + 1) * SECTOR_BYTES
  if (fate === 2) return { ...change, bytes: bytes.subarray(0, Math.min(first, bytes.length)) }
  const last = Math.min(bytes.length, first + (1 + randomInt(random, 8)) * SECTOR_BYTES)
  for (let at = first; at < last; at++) bytes[at] = randomInt(random, 256)
  return { ...change, bytes }
}
