// RecoveryStore in `community.db`.

import type { DatabaseSync } from 'node:sqlite'
import { keyBytes, keyText, type PersonId } from '../../../community/ids.ts'
import { type KeptItem, type RecoveryStore, saltOf } from '../../../community/recovery/recovery-service.ts'

export class RecoveryRecords implements RecoveryStore {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  all(): readonly KeptItem[] {
    const sql = 'SELECT person, number, public_key, signature, sequence, value FROM recovery_items'
    return this.#database
      .prepare(sql)
      .all()
      .map((row) => ({
        person: keyText<PersonId>(row.person as Uint8Array),
        number: Number(row.number),
        item: {
          publicKey: row.public_key as Uint8Array,
          signature: row.signature as Uint8Array,
          salt: saltOf(Number(row.number)),
          sequence: Number(row.sequence),
          value: row.value as Uint8Array,
        },
      }))
  }

  put({ person, number, item }: KeptItem): void {
    const { publicKey, signature, sequence, value } = item
    this.#database
      .prepare(
        'INSERT OR REPLACE INTO recovery_items (person, number, public_key, signature, sequence, value) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(keyBytes(person), number, publicKey, signature, sequence, value)
  }

  remove(person: PersonId, from: number): void {
    this.#database
      .prepare('DELETE FROM recovery_items WHERE person = ? AND number >= ?')
      .run(keyBytes(person), from)
  }
}
