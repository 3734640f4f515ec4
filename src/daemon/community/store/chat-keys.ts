// Numbers for circles, persons and devices in the tables of chat. Kept in memory once seen: a member of 64 circles of 500.

import type { DatabaseSync } from 'node:sqlite'
import type { CircleId, DeviceId, PersonId } from '../../../community/ids.ts'
import { type Statements, statements } from './statements.ts'

const SQL = {
  key: 'SELECT key FROM chat_keys WHERE text = ?',
  text: 'SELECT text FROM chat_keys WHERE key = ?',
  newKey: 'INSERT INTO chat_keys (text) VALUES (?)',
  scope: 'SELECT key FROM chat_scopes WHERE circle = ?',
  circle: 'SELECT circle FROM chat_scopes WHERE key = ?',
  newScope: 'INSERT INTO chat_scopes (circle) VALUES (?)',
} as const

/** Direct messages belong to no circle. */
export const DIRECT_SCOPE = 0

export class ChatKeys {
  readonly #sql: Statements<typeof SQL>
  readonly #keys = new Map<string, number>()
  readonly #texts = new Map<number, string>()
  readonly #scopes = new Map<CircleId, number>()

  constructor(database: DatabaseSync) {
    this.#sql = statements(database, SQL)
  }

  key(text: PersonId | DeviceId): number {
    const known = this.known(text)
    if (known !== undefined) return known
    const key = Number(this.#sql.newKey.run(text).lastInsertRowid)
    this.#keep(key, text)
    return key
  }

  known(text: PersonId | DeviceId): number | undefined {
    let key = this.#keys.get(text)
    if (key !== undefined) return key
    key = (this.#sql.key.get(text) as { key: number } | undefined)?.key
    if (key !== undefined) this.#keep(key, text)
    return key
  }

  text<Id extends PersonId | DeviceId>(key: number): Id {
    let text = this.#texts.get(key)
    if (text === undefined) {
      text = (this.#sql.text.get(key) as { text: string }).text
      this.#keep(key, text)
    }
    return text as Id
  }

  scope(circle: CircleId | undefined): number {
    if (circle === undefined) return DIRECT_SCOPE
    const known = this.knownScope(circle)
    if (known !== undefined) return known
    const key = Number(this.#sql.newScope.run(circle).lastInsertRowid)
    this.#scopes.set(circle, key)
    return key
  }

  knownScope(circle: CircleId): number | undefined {
    let key = this.#scopes.get(circle)
    if (key !== undefined) return key
    key = (this.#sql.scope.get(circle) as { key: number } | undefined)?.key
    if (key !== undefined) this.#scopes.set(circle, key)
    return key
  }

  circle(scope: number): CircleId | undefined {
    for (const [circle, key] of this.#scopes) if (key === scope) return circle
    const row = this.#sql.circle.get(scope) as { circle: CircleId } | undefined
    if (row !== undefined) this.#scopes.set(row.circle, scope)
    return row?.circle
  }

  forget(circle: CircleId): void {
    this.#scopes.delete(circle)
  }

  #keep(key: number, text: string): void {
    this.#keys.set(text, key)
    this.#texts.set(key, text)
  }
}
