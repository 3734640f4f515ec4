// CircleStore in `community.db`. All of it happens inside the turns of the host (turns.ts).

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type {
  CircleStore,
  StoredCircle,
  StoredEpoch,
  StoredJoining,
  StoredRequest,
} from '../../../community/circle/circle-store.ts'
import {
  type CircleId,
  type InviteId,
  keyBytes,
  keyText,
  type PersonId,
  type RecordId,
} from '../../../community/ids.ts'

type Row = Readonly<Record<string, unknown>>

export class CircleRecords implements CircleStore {
  readonly #statements = new Map<string, StatementSync>()
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  circles(): readonly StoredCircle[] {
    return this.#all('SELECT id, state FROM circles ORDER BY id').map((row) => ({
      id: key(row.id),
      state: row.state as StoredCircle['state'],
    }))
  }

  putCircle({ id, state }: StoredCircle): void {
    this.#run(
      'INSERT INTO circles (id, state) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state',
      keyBytes(id),
      state,
    )
  }

  forgetCircle(circle: CircleId): void {
    this.#run('DELETE FROM circles WHERE id = ?', keyBytes(circle))
  }

  *operations(circle: CircleId): Iterable<Uint8Array> {
    const sql = 'SELECT bytes FROM operations WHERE circle = ? ORDER BY place'
    for (const row of this.#statement(sql).iterate(keyBytes(circle))) yield bytes(row.bytes)
  }

  putOperation(circle: CircleId, id: RecordId, operation: Uint8Array): void {
    this.#run(
      'INSERT INTO operations (circle, id, bytes) VALUES (?, ?, ?) ON CONFLICT (circle, id) DO NOTHING',
      keyBytes(circle),
      keyBytes(id),
      operation,
    )
  }

  epochs(circle: CircleId): readonly StoredEpoch[] {
    const sql = 'SELECT id, access, read FROM epochs WHERE circle = ? ORDER BY id'
    return this.#all(sql, keyBytes(circle)).map((row) => ({
      id: key<RecordId>(row.id),
      access: bytes(row.access),
      read: row.read === null ? undefined : bytes(row.read),
    }))
  }

  putEpoch(circle: CircleId, { id, access, read }: StoredEpoch): void {
    this.#run(
      `INSERT INTO epochs (circle, id, access, read) VALUES (?, ?, ?, ?)
       ON CONFLICT (circle, id) DO UPDATE SET access = excluded.access, read = coalesce(excluded.read, read)`,
      keyBytes(circle),
      keyBytes(id),
      access,
      read ?? null,
    )
  }

  joinings(): readonly StoredJoining[] {
    const sql = 'SELECT invite, circle, payload, step, problem, since FROM joinings ORDER BY since, invite'
    return this.#all(sql).map((row) => ({
      invite: key<InviteId>(row.invite),
      circle: key<CircleId>(row.circle),
      payload: bytes(row.payload),
      step: row.step as StoredJoining['step'],
      problem: row.problem === null ? undefined : String(row.problem),
      since: Number(row.since),
    }))
  }

  putJoining({ invite, circle, payload, step, problem, since }: StoredJoining): void {
    this.#run(
      `INSERT INTO joinings (invite, circle, payload, step, problem, since) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (invite) DO UPDATE SET step = excluded.step, problem = excluded.problem, since = excluded.since`,
      keyBytes(invite),
      keyBytes(circle),
      payload,
      step,
      problem ?? null,
      since,
    )
  }

  removeJoining(invite: InviteId): void {
    this.#run('DELETE FROM joinings WHERE invite = ?', keyBytes(invite))
  }

  requests(): readonly StoredRequest[] {
    const sql = 'SELECT circle, person, device, invite, request, at FROM join_requests ORDER BY at, person'
    return this.#all(sql).map((row) => ({
      circle: key<CircleId>(row.circle),
      person: key<PersonId>(row.person),
      device: key(row.device),
      invite: key<InviteId>(row.invite),
      request: bytes(row.request),
      at: Number(row.at),
    }))
  }

  putRequest({ circle, person, device, invite, request, at }: StoredRequest): void {
    this.#run(
      'INSERT OR REPLACE INTO join_requests (circle, person, device, invite, request, at) VALUES (?, ?, ?, ?, ?, ?)',
      keyBytes(circle),
      keyBytes(person),
      keyBytes(device),
      keyBytes(invite),
      request,
      at,
    )
  }

  removeRequest(circle: CircleId, person: PersonId): void {
    this.#run('DELETE FROM join_requests WHERE circle = ? AND person = ?', keyBytes(circle), keyBytes(person))
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#database.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }

  #all(sql: string, ...values: (Uint8Array | string | number)[]): Row[] {
    return this.#statement(sql).all(...values)
  }

  #run(sql: string, ...values: (Uint8Array | string | number | null)[]): void {
    this.#statement(sql).run(...values)
  }
}

function key<Id extends Parameters<typeof keyBytes>[0]>(value: unknown): Id {
  return keyText(bytes(value)) as Id
}

function bytes(value: unknown): Uint8Array {
  return value as Uint8Array
}
