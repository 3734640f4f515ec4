// Direct messages among what was opened: what the direct service asks of them.

import type { DatabaseSync } from 'node:sqlite'
import {
  type DeviceId,
  KEY_BYTES,
  keyBytes,
  keyText,
  type PersonId,
  type RecordId,
} from '../../../community/ids.ts'
import type { DirectMessage } from '../direct-book.ts'
import type { ChatKeys } from './chat-keys.ts'
import { type Statements, statements } from './statements.ts'

const SQL = {
  setHeads: 'UPDATE chat_opened SET heads = ? WHERE id = ?',
  clock: 'SELECT max(lamport) AS clock FROM chat_opened WHERE scope = 0 AND other = ?',
  page: `SELECT * FROM chat_opened WHERE scope = 0
    AND number > coalesce((SELECT number FROM chat_opened WHERE id = ?), 0) ORDER BY number LIMIT ?`,
} as const

interface DirectRow {
  readonly id: Uint8Array
  readonly other: number
  readonly person: number
  readonly device: number
  readonly lamport: number
  readonly at: number
  readonly content: Uint8Array
  readonly heads: Uint8Array | null
}

export class DirectRows {
  readonly #sql: Statements<typeof SQL>
  readonly #keys: ChatKeys

  constructor(database: DatabaseSync, keys: ChatKeys) {
    this.#sql = statements(database, SQL)
    this.#keys = keys
  }

  setHeads(id: RecordId, heads: Uint8Array): void {
    this.#sql.setHeads.run(heads, keyBytes(id))
  }

  /** Of the conversation with somebody; 0 before anything was said. */
  clock(person: PersonId): number {
    const key = this.#keys.known(person)
    const row = key === undefined ? undefined : (this.#sql.clock.get(key) as { clock: number | null })
    return row?.clock ?? 0
  }

  /** Everything of direct conversations, in order of arrival. */
  page(after: RecordId | undefined, limit: number): DirectMessage[] {
    const rows = this.#sql.page.all(after === undefined ? null : keyBytes(after), limit)
    return (rows as unknown as DirectRow[]).map((row) => ({
      id: keyText<RecordId>(row.id),
      person: this.#keys.text<PersonId>(row.other),
      author: this.#keys.text<PersonId>(row.person),
      device: this.#keys.text<DeviceId>(row.device),
      at: row.at,
      lamport: row.lamport,
      after: headsIn(row.heads),
      content: row.content,
    }))
  }
}

function headsIn(heads: Uint8Array | null): RecordId[] {
  const ids: RecordId[] = []
  for (let at = 0; heads !== null && at < heads.length; at += KEY_BYTES)
    ids.push(keyText<RecordId>(heads.subarray(at, at + KEY_BYTES)))
  return ids
}
