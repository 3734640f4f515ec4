// The entries of chat in the database, as they came: chains, records, proofs of forks, who holds what. Nothing in it was opened.
// Synchronous; whoever calls has put a transaction around.

import type { DatabaseSync } from 'node:sqlite'
import type { EntryStore } from '../../../community/chat/chat-store.ts'
import { decodeEntry, type Entry } from '../../../community/chat/entry.ts'
import type { Pace } from '../../../community/chat/pace.ts'
import { type CircleId, type DeviceId, keyBytes, keyText, type RecordId } from '../../../community/ids.ts'
import type { Chain, ForkProof, LogRecord, StoredRecord } from '../../../community/log/log-record.ts'
import { UNBOUNDED } from '../../../community/log/log-record.ts'
import type { ChatKeys } from './chat-keys.ts'
import { type Statements, statements } from './statements.ts'

const SQL = {
  chains: 'SELECT * FROM chat_chains WHERE scope = ?',
  chain: 'SELECT * FROM chat_chains WHERE scope = ? AND device = ?',
  putChain: `INSERT INTO chat_chains (scope, device, begin, seq, head, stopped, forked_at) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (scope, device) DO UPDATE SET begin = excluded.begin, seq = excluded.seq, head = excluded.head,
      stopped = excluded.stopped, forked_at = excluded.forked_at`,
  moveChain: 'UPDATE chat_chains SET begin = ?, seq = ?, head = ? WHERE key = ?',
  append: `INSERT INTO chat_entries (scope, chain, seq, id, lamport, time, epoch, length, bytes)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  grow: 'UPDATE chat_scopes SET clock = max(clock, ?), bytes = bytes + ? WHERE key = ?',
  records: 'SELECT number, seq, bytes FROM chat_entries WHERE chain = ? AND seq > ? ORDER BY seq LIMIT ?',
  idAt: 'SELECT id FROM chat_entries WHERE chain = ? AND seq = ?',
  outside:
    'SELECT coalesce(sum(length), 0) AS bytes FROM chat_entries WHERE chain = ?1 AND (seq < ?2 OR seq > ?3)',
  cut: 'DELETE FROM chat_entries WHERE chain = ?1 AND (seq < ?2 OR seq > ?3)',
  putFork: `INSERT INTO chat_forks (chain, at, first, second) VALUES (?, ?, ?, ?)
    ON CONFLICT (chain) DO UPDATE SET at = excluded.at, first = excluded.first, second = excluded.second`,
  fork: 'SELECT at, first, second FROM chat_forks WHERE chain = ?',
  pace: 'SELECT pace FROM chat_chains WHERE key = ?',
  putPace: 'UPDATE chat_chains SET pace = ? WHERE key = ?',
  lamport: 'SELECT lamport FROM chat_entries WHERE id = ?',
  scope: 'SELECT clock, bytes FROM chat_scopes WHERE key = ?',
  newest: `SELECT id, lamport, chain FROM chat_entries INDEXED BY chat_entries_clock WHERE scope = ?
    ORDER BY lamport DESC LIMIT ?`,
  entries: 'SELECT bytes, id FROM chat_entries WHERE chain = ? AND seq BETWEEN ? AND ? ORDER BY seq LIMIT ?',
  sealedEpochs:
    'SELECT DISTINCT epoch FROM chat_entries INDEXED BY chat_entries_sealed WHERE scope = ? AND state = 0',
  sealed: `SELECT bytes, id FROM chat_entries INDEXED BY chat_entries_sealed
    WHERE scope = ? AND state = 0 AND epoch = ? ORDER BY number LIMIT ?`,
  opened: 'UPDATE chat_entries SET state = ? WHERE id = ?',
  byClock:
    'SELECT lamport, length FROM chat_entries INDEXED BY chat_entries_clock WHERE scope = ? ORDER BY lamport DESC',
  firstKept: 'SELECT min(seq) AS seq FROM chat_entries WHERE chain = ? AND time >= ? AND lamport > ?',
  putHolder: `INSERT INTO chat_holders (chain, device, seq) VALUES (?, ?, ?)
    ON CONFLICT (chain, device) DO UPDATE SET seq = excluded.seq`,
  holder: 'SELECT seq FROM chat_holders WHERE chain = ? AND device = ?',
  holders: 'SELECT device, seq FROM chat_holders WHERE chain = ?',
} as const

const STATES = { read: 1, unknown: 2, never: 3 } as const
/** Read at once to find heads of different authors: one who wrote alone for long leaves fewer. */
const NEWEST = 64

interface ChainRow {
  readonly key: number
  readonly device: DeviceId
  readonly begin: number
  readonly seq: number
  readonly head: Uint8Array | null
  readonly stopped: number
  readonly forked_at: number | null
  readonly pace: string | null
}

export class SqliteEntries implements EntryStore {
  readonly #sql: Statements<typeof SQL>
  readonly #keys: ChatKeys
  /** Number of each chain that was met. */
  readonly #chains = new Map<string, number>()
  /** What is asked for with each entry, as it stands in the database: this is its only writer. */
  readonly #paces = new Map<number, Pace | undefined>()
  readonly #scopes = new Map<CircleId, { clock: number; bytes: number }>()

  constructor(database: DatabaseSync, keys: ChatKeys) {
    this.#sql = statements(database, SQL)
    this.#keys = keys
  }

  /** After a circle's rows were removed. */
  forget(circle: CircleId): void {
    this.#scopes.delete(circle)
    this.#paces.clear()
    for (const key of this.#chains.keys()) if (key.startsWith(circle)) this.#chains.delete(key)
  }

  chains(circle: CircleId): Iterable<Chain> {
    const scope = this.#keys.knownScope(circle)
    if (scope === undefined) return []
    return (this.#sql.chains.all(scope) as unknown as ChainRow[]).map((row) => {
      this.#chains.set(circle + row.device, row.key)
      return {
        author: row.device,
        begin: row.begin,
        seq: row.seq,
        head: row.head === null ? undefined : keyText<RecordId>(row.head),
        stopped: row.stopped === 1,
        forkedAt: row.forked_at ?? undefined,
      }
    })
  }

  append(record: LogRecord, chain: Chain): void {
    const entry = record as Entry
    const { circle, author, seq, lamport, time, bytes } = entry
    const scope = this.#keys.scope(circle)
    const id = keyBytes(entry.id)
    const known = this.#chain(circle, author)
    if (known === undefined) this.#write(circle, chain)
    else this.#sql.moveChain.run(chain.begin, chain.seq, id, known)
    const key = this.#chain(circle, author) as number
    this.#sql.append.run(scope, key, seq, id, lamport, time, keyBytes(entry.epoch), bytes.length, bytes)
    this.#grow(circle, lamport, bytes.length)
  }

  records(circle: CircleId, author: DeviceId, after: number, limit: number): StoredRecord[] {
    const chain = this.#chain(circle, author)
    if (chain === undefined) return []
    const rows = this.#sql.records.all(chain, after, limit) as unknown as {
      number: number
      seq: number
      bytes: Uint8Array
    }[]
    return rows.map(({ number, seq, bytes }) => ({ order: number, seq, bytes }))
  }

  idAt(circle: CircleId, author: DeviceId, seq: number): RecordId | undefined {
    const chain = this.#chain(circle, author)
    const row =
      chain === undefined ? undefined : (this.#sql.idAt.get(chain, seq) as { id: Uint8Array } | undefined)
    return row && keyText<RecordId>(row.id)
  }

  putChain(circle: CircleId, chain: Chain): void {
    this.#write(circle, chain)
    const key = this.#chain(circle, chain.author) as number
    const { bytes } = this.#sql.outside.get(key, chain.begin, chain.seq) as { bytes: number }
    if (bytes === 0) return
    this.#sql.cut.run(key, chain.begin, chain.seq)
    this.#grow(circle, 0, -bytes)
  }

  putFork(circle: CircleId, { author, at, first, second }: ForkProof): void {
    let chain = this.#chain(circle, author)
    if (chain === undefined) {
      this.#write(circle, { author, begin: 1, seq: 0, head: undefined, stopped: false, forkedAt: at })
      chain = this.#chain(circle, author) as number
    }
    this.#sql.putFork.run(chain, at, first, second)
  }

  fork(circle: CircleId, author: DeviceId): ForkProof | undefined {
    const chain = this.#chain(circle, author)
    const row = chain === undefined ? undefined : this.#sql.fork.get(chain)
    return row && ({ author, ...row } as unknown as ForkProof)
  }

  pace(circle: CircleId, author: DeviceId): Pace | undefined {
    const chain = this.#chain(circle, author)
    if (chain === undefined) return undefined
    if (!this.#paces.has(chain)) {
      const { pace } = this.#sql.pace.get(chain) as { pace: string | null }
      this.#paces.set(chain, pace === null ? undefined : (JSON.parse(pace) as Pace))
    }
    return this.#paces.get(chain)
  }

  putPace(circle: CircleId, author: DeviceId, pace: Pace): void {
    const chain = this.#chain(circle, author)
    if (chain === undefined) return
    this.#paces.set(chain, pace)
    this.#sql.putPace.run(JSON.stringify(pace), chain)
  }

  lamportOf(_circle: CircleId, id: RecordId): number | undefined {
    return (this.#sql.lamport.get(keyBytes(id)) as { lamport: number } | undefined)?.lamport
  }

  clock(circle: CircleId): number {
    return this.#scope(circle).clock
  }

  newestHeads(circle: CircleId, limit: number): { id: RecordId; lamport: number }[] {
    const scope = this.#keys.knownScope(circle)
    if (scope === undefined) return []
    const rows = this.#sql.newest.all(scope, NEWEST) as unknown as {
      id: Uint8Array
      lamport: number
      chain: number
    }[]
    const heads = new Map<number, { id: RecordId; lamport: number }>()
    for (const { id, lamport, chain } of rows)
      if (!heads.has(chain) && heads.size < limit) heads.set(chain, { id: keyText<RecordId>(id), lamport })
    return [...heads.values()]
  }

  entries(circle: CircleId, author: DeviceId, from: number, to: number, limit: number): Entry[] {
    const chain = this.#chain(circle, author)
    return chain === undefined
      ? []
      : this.#read(this.#sql.entries.all(chain, from, Math.min(to, UNBOUNDED), limit))
  }

  sealedEpochs(circle: CircleId): RecordId[] {
    const scope = this.#keys.knownScope(circle)
    if (scope === undefined) return []
    const rows = this.#sql.sealedEpochs.all(scope) as unknown as { epoch: Uint8Array }[]
    return rows.map(({ epoch }) => keyText<RecordId>(epoch))
  }

  sealedEntries(circle: CircleId, epoch: RecordId, limit: number): Entry[] {
    const scope = this.#keys.knownScope(circle)
    return scope === undefined ? [] : this.#read(this.#sql.sealed.all(scope, keyBytes(epoch), limit))
  }

  opened(_circle: CircleId, id: RecordId, how: keyof typeof STATES): void {
    this.#sql.opened.run(STATES[how], keyBytes(id))
  }

  bytes(circle: CircleId): number {
    return this.#scope(circle).bytes
  }

  clockWithin(circle: CircleId, bytes: number): number {
    const scope = this.#keys.knownScope(circle)
    if (scope === undefined) return 0
    let sum = 0
    for (const row of this.#sql.byClock.iterate(scope) as Iterable<unknown>) {
      const { lamport, length } = row as { lamport: number; length: number }
      sum += length
      if (sum > bytes) return lamport
    }
    return 0
  }

  firstKept(circle: CircleId, author: DeviceId, time: number, lamport: number): number {
    const scope = this.#keys.knownScope(circle)
    const row =
      scope === undefined
        ? undefined
        : (this.#sql.chain.get(scope, author) as unknown as ChainRow | undefined)
    if (row === undefined) return 1
    const first = this.#sql.firstKept.get(row.key, time, lamport) as { seq: number | null }
    return first.seq ?? row.seq + 1
  }

  putHolder(circle: CircleId, author: DeviceId, device: DeviceId, seq: number): number {
    const chain = this.#chain(circle, author)
    if (chain === undefined) return 0
    const before = (this.#sql.holder.get(chain, device) as { seq: number } | undefined)?.seq ?? 0
    if (before !== seq) this.#sql.putHolder.run(chain, device, seq)
    return before
  }

  holders(circle: CircleId, author: DeviceId): ReadonlyMap<DeviceId, number> {
    const chain = this.#chain(circle, author)
    const rows =
      chain === undefined
        ? []
        : (this.#sql.holders.all(chain) as unknown as { device: DeviceId; seq: number }[])
    return new Map(rows.map(({ device, seq }) => [device, seq]))
  }

  #chain(circle: CircleId, author: DeviceId): number | undefined {
    const known = this.#chains.get(circle + author)
    if (known !== undefined) return known
    const scope = this.#keys.knownScope(circle)
    const row =
      scope === undefined
        ? undefined
        : (this.#sql.chain.get(scope, author) as unknown as ChainRow | undefined)
    if (row !== undefined) this.#chains.set(circle + author, row.key)
    return row?.key
  }

  #write(circle: CircleId, { author, begin, seq, head, stopped, forkedAt }: Chain): void {
    this.#sql.putChain.run(
      this.#keys.scope(circle),
      author,
      begin,
      seq,
      head === undefined ? null : keyBytes(head),
      stopped ? 1 : 0,
      forkedAt ?? null,
    )
  }

  #scope(circle: CircleId): { clock: number; bytes: number } {
    let sums = this.#scopes.get(circle)
    if (sums !== undefined) return sums
    const scope = this.#keys.knownScope(circle)
    if (scope === undefined) return { clock: 0, bytes: 0 }
    sums = { ...(this.#sql.scope.get(scope) as { clock: number; bytes: number }) }
    this.#scopes.set(circle, sums)
    return sums
  }

  #grow(circle: CircleId, lamport: number, bytes: number): void {
    const scope = this.#keys.scope(circle)
    const sums = this.#scope(circle)
    sums.clock = Math.max(sums.clock, lamport)
    sums.bytes += bytes
    this.#sql.grow.run(lamport, bytes, scope)
  }

  /** Their signatures were checked before they were stored. */
  #read(rows: unknown[]): Entry[] {
    return (rows as { bytes: Uint8Array; id: Uint8Array }[]).map(({ bytes, id }) => ({
      ...decodeEntry(bytes).body,
      id: keyText<RecordId>(id),
      bytes,
    }))
  }
}
