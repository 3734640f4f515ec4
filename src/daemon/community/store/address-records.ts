// Where devices were reached, or were said to be: a few addresses of each, the newest first, and when each was last here.

import type { DatabaseSync } from 'node:sqlite'
import type { DeviceAddress } from '../../../community/device-address.ts'
import { type DeviceId, keyBytes } from '../../../community/ids.ts'
import type { AddressBook } from '../../../community/meeting/reach-service.ts'
import type { Wall } from '../../../community/service.ts'

/** Of one device: those of two networks that it goes back and forth between. */
const KEPT_OF_ONE = 8
/** In all: every device of every circle has its few, in a life of circles. */
const KEPT = 20_000

export class AddressRecords implements AddressBook {
  readonly #database: DatabaseSync
  readonly #wall: Wall

  constructor(database: DatabaseSync, wall: Wall) {
    this.#database = database
    this.#wall = wall
  }

  addresses(device: DeviceId): readonly DeviceAddress[] {
    return this.#database
      .prepare('SELECT address FROM addresses WHERE device = ? ORDER BY at DESC, address LIMIT ?')
      .all(keyBytes(device), KEPT_OF_ONE)
      .map(({ address }) => address as DeviceAddress)
  }

  learn(device: DeviceId, addresses: readonly DeviceAddress[]): void {
    const key = keyBytes(device)
    const put = this.#database.prepare(
      `INSERT INTO addresses (device, address, at) VALUES (?, ?, ?)
       ON CONFLICT (device, address) DO UPDATE SET at = excluded.at`,
    )
    for (const address of addresses) put.run(key, address, this.#wall.seconds())
    this.#database
      .prepare(
        `DELETE FROM addresses WHERE device = ?1 AND address NOT IN
         (SELECT address FROM addresses WHERE device = ?1 ORDER BY at DESC, address LIMIT ?2)`,
      )
      .run(key, KEPT_OF_ONE)
    this.#database
      .prepare(
        `DELETE FROM addresses WHERE (device, address) IN (SELECT device, address FROM addresses ORDER BY at
         LIMIT max(0, (SELECT count(*) FROM addresses) - ?))`,
      )
      .run(KEPT)
  }

  /** It was linked just now. */
  seen(device: DeviceId): void {
    this.#database
      .prepare(
        'INSERT INTO seen (device, at) VALUES (?, ?) ON CONFLICT (device) DO UPDATE SET at = excluded.at',
      )
      .run(keyBytes(device), this.#wall.seconds())
  }

  /** Seconds since 1970; undefined for who never was. */
  seenAt(device: DeviceId): number | undefined {
    const row = this.#database.prepare('SELECT at FROM seen WHERE device = ?').get(keyBytes(device))
    return row === undefined ? undefined : Number(row.at)
  }
}
