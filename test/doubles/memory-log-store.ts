// The log's records in maps: as sound as the database, and gone with the test.

import type { CircleId, DeviceId, RecordId } from '../../src/community/ids.ts'
import type {
  Chain,
  ForkProof,
  LogRecord,
  LogStore,
  StoredRecord,
} from '../../src/community/log/log-record.ts'

interface Kept {
  readonly order: number
  readonly record: LogRecord
}

export class MemoryLogStore implements LogStore {
  readonly #chains = new Map<string, Map<DeviceId, Chain>>()
  readonly #records = new Map<string, Map<number, Kept>>()
  readonly #forks = new Map<string, ForkProof>()
  #order = 0

  chains(circle: CircleId): Iterable<Chain> {
    return [...(this.#chains.get(circle)?.values() ?? [])]
  }

  append(record: LogRecord, chain: Chain): void {
    this.#of(record.circle, record.author).set(record.seq, { order: ++this.#order, record })
    this.#set(record.circle, chain)
  }

  records(circle: CircleId, author: DeviceId, after: number, limit: number): StoredRecord[] {
    return [...this.#of(circle, author).values()]
      .filter(({ record }) => record.seq > after)
      .sort((a, b) => a.record.seq - b.record.seq)
      .slice(0, limit)
      .map(({ order, record }) => ({ order, seq: record.seq, bytes: record.bytes }))
  }

  idAt(circle: CircleId, author: DeviceId, seq: number): RecordId | undefined {
    return this.#of(circle, author).get(seq)?.record.id
  }

  putChain(circle: CircleId, chain: Chain): void {
    this.#set(circle, chain)
    const records = this.#of(circle, chain.author)
    for (const seq of [...records.keys()]) if (seq < chain.begin || seq > chain.seq) records.delete(seq)
  }

  putFork(circle: CircleId, proof: ForkProof): void {
    this.#forks.set(circle + proof.author, proof)
  }

  fork(circle: CircleId, author: DeviceId): ForkProof | undefined {
    return this.#forks.get(circle + author)
  }

  /** All records of a circle, in order of arrival. */
  all(circle: CircleId): LogRecord[] {
    const kept: Kept[] = []
    for (const [key, records] of this.#records) if (key.startsWith(circle)) kept.push(...records.values())
    return kept.sort((a, b) => a.order - b.order).map(({ record }) => record)
  }

  #of(circle: CircleId, author: DeviceId): Map<number, Kept> {
    let records = this.#records.get(circle + author)
    if (records === undefined) {
      records = new Map()
      this.#records.set(circle + author, records)
    }
    return records
  }

  #set(circle: CircleId, chain: Chain): void {
    let chains = this.#chains.get(circle)
    if (chains === undefined) {
      chains = new Map()
      this.#chains.set(circle, chains)
    }
    chains.set(chain.author, chain)
  }
}
