// The chains of one circle as they stand here: what is stored, how far each counts, what is told of them.
// Invariant: the chain in memory is the one in the store.

import type { CircleId, DeviceId, RecordId } from '../ids.ts'
import type { Chain, ForkProof, LogOwner, LogRecord, LogStore } from './log-record.ts'
import { sortVector, type VectorEntry } from './log-vector.ts'

export class ChainShelf {
  readonly circle: CircleId
  readonly #owner: LogOwner
  readonly #store: LogStore
  readonly #chains = new Map<DeviceId, Chain>()

  constructor(circle: CircleId, owner: LogOwner, store: LogStore) {
    this.circle = circle
    this.#owner = owner
    this.#store = store
    for (const chain of store.chains(circle)) this.#chains.set(chain.author, chain)
  }

  all(): ReadonlyMap<DeviceId, Chain> {
    return this.#chains
  }

  get(author: DeviceId): Chain | undefined {
    return this.#chains.get(author)
  }

  /** The last one that is here; 0 for none. */
  here(author: DeviceId): number {
    return this.#chains.get(author)?.seq ?? 0
  }

  idAt(author: DeviceId, seq: number): RecordId | undefined {
    return this.#store.idAt(this.circle, author, seq)
  }

  bytesAt(author: DeviceId, seq: number): Uint8Array | undefined {
    const record = this.#store.records(this.circle, author, seq - 1, 1)[0]
    return record?.seq === seq ? record.bytes : undefined
  }

  /** As far as the owner lets it count, and before a fork. */
  limit(author: DeviceId): number {
    const bound = this.#owner.bound(this.circle, author)
    const forkedAt = this.#chains.get(author)?.forkedAt
    return forkedAt === undefined ? bound : Math.min(bound, forkedAt - 1)
  }

  /** Whether a device that tells this has something that is wanted here. */
  wanted({ author, begin, seq }: VectorEntry): boolean {
    const chain = this.#chains.get(author)
    if (begin > seq || chain?.stopped === true) return false
    const limit = this.limit(author)
    return Math.min(seq, limit) > (chain?.seq ?? 0) && begin <= limit
  }

  /** What others are told; undefined where nothing of it is held for them. */
  told(author: DeviceId): VectorEntry | undefined {
    const chain = this.#chains.get(author)
    const bound = chain === undefined ? 0 : this.#owner.bound(this.circle, author)
    if (chain === undefined || bound === 0) return undefined
    const { begin, forkedAt } = chain
    if (bound >= chain.seq) {
      if (begin > chain.seq && forkedAt === undefined) return undefined
      return { author, begin, seq: chain.seq, head: chain.head, forkedAt }
    }
    const head = this.idAt(author, bound)
    return head === undefined ? undefined : { author, begin, seq: bound, head, forkedAt }
  }

  /** All of that, sorted. */
  vector(): VectorEntry[] {
    const entries: VectorEntry[] = []
    for (const author of this.#chains.keys()) {
      const told = this.told(author)
      if (told !== undefined) entries.push(told)
    }
    return sortVector(entries)
  }

  /** The next record of its chain; `anew` where nothing connects it with what is here. */
  append(record: LogRecord, anew: boolean): void {
    const { author, seq, id } = record
    const before = this.#chains.get(author) ?? emptyChain(author)
    const empty = before.begin > before.seq
    if (anew && !empty) this.put({ ...before, begin: before.seq + 1 })
    const chain = { ...before, begin: anew || empty ? seq : before.begin, seq, head: id }
    this.#chains.set(author, chain)
    this.#store.append(record, chain)
  }

  stop(author: DeviceId): void {
    this.put({ ...(this.#chains.get(author) ?? emptyChain(author)), stopped: true })
  }

  /** What is before `begin` goes; where its chain ends stays known. */
  cut(author: DeviceId, begin: number): void {
    const chain = this.#chains.get(author)
    if (chain === undefined || begin <= chain.begin) return
    this.put({ ...chain, begin: Math.min(begin, chain.seq + 1) })
  }

  /** @returns false where it is known, or lies behind one that is */
  freeze(proof: ForkProof): boolean {
    const { author, at } = proof
    const chain = this.#chains.get(author) ?? emptyChain(author)
    if (chain.forkedAt !== undefined && chain.forkedAt <= at) return false
    const seq = Math.min(chain.seq, at - 1)
    const head = seq === chain.seq ? chain.head : this.idAt(author, seq)
    this.#store.putFork(this.circle, proof)
    // Pruned beyond it: nothing of it that counts is here.
    if (seq > 0 && head === undefined) this.put({ ...emptyChain(author), forkedAt: at })
    else this.put({ ...chain, begin: Math.min(chain.begin, seq + 1), seq, head, forkedAt: at })
    return true
  }

  proof(author: DeviceId): ForkProof | undefined {
    return this.#store.fork(this.circle, author)
  }

  put(chain: Chain): void {
    this.#chains.set(chain.author, chain)
    this.#store.putChain(this.circle, chain)
  }
}

function emptyChain(author: DeviceId): Chain {
  return { author, begin: 1, seq: 0, head: undefined, stopped: false, forkedAt: undefined }
}
