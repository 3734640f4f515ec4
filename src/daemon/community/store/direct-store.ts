// Direct messages on their way, and what is held for others, in `community.db` (schema/0003-direct.sql).
// The database deletes securely (SQLite overwrites what goes), so that a prekey that is gone is gone from the file, too.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type {
  Box,
  Correspondent,
  Delivery,
  DirectRecords,
  HeldMail,
  Holder,
  MailKey,
  Waiting,
} from '../../../community/direct/direct-records.ts'
import type { OwnPrekey } from '../../../community/direct/prekey.ts'
import type { DeviceId, PersonId, RecordId } from '../../../community/ids.ts'

const DELIVERY = `SELECT direct_waiting.id, direct_deliveries.device, direct_deliveries.person, arrived, mail, prekey_made AS prekeyMade, holders
  FROM direct_deliveries JOIN direct_waiting ON direct_waiting.number = direct_deliveries.waiting`

const STATEMENTS = {
  prekeys:
    'SELECT public_key AS publicKey, private_key AS privateKey, made FROM direct_prekeys ORDER BY made DESC',
  putPrekey: 'INSERT INTO direct_prekeys VALUES (?, ?, ?)',
  removePrekey: 'DELETE FROM direct_prekeys WHERE public_key = ?',
  tokenFor: 'SELECT token FROM direct_tokens WHERE person = ?',
  personOfToken: 'SELECT person FROM direct_tokens WHERE token = ?',
  putToken:
    'INSERT INTO direct_tokens VALUES (?, ?, (SELECT coalesce(max(number), 0) + 1 FROM direct_tokens))',
  removeToken: 'DELETE FROM direct_tokens WHERE person = ?',
  tokens: 'SELECT person, token FROM direct_tokens ORDER BY number',
  correspondent: 'SELECT device, person, prekey, made, token FROM direct_correspondents WHERE device = ?',
  correspondentsOf:
    'SELECT device, person, prekey, made, token FROM direct_correspondents WHERE person = ? ORDER BY device',
  putCorrespondent: 'INSERT OR REPLACE INTO direct_correspondents VALUES (?, ?, ?, ?, ?)',
  removeCorrespondent: 'DELETE FROM direct_correspondents WHERE device = ?',
  waiting: 'SELECT id, person, entry, made FROM direct_waiting WHERE id = ?',
  waitingOf: 'SELECT id, person, entry, made FROM direct_waiting WHERE person = ? ORDER BY number',
  waitingPersons: 'SELECT DISTINCT person FROM direct_waiting ORDER BY person',
  countWaiting: 'SELECT count(*) AS count FROM direct_waiting WHERE person = ?',
  putWaiting: 'INSERT OR IGNORE INTO direct_waiting (id, person, entry, made) VALUES (?, ?, ?, ?)',
  removeWaiting: 'DELETE FROM direct_waiting WHERE id = ?',
  waitingBefore: 'SELECT id, person, entry, made FROM direct_waiting WHERE made < ? ORDER BY number',
  deliveries: `${DELIVERY} WHERE direct_waiting.id = ? ORDER BY direct_deliveries.device`,
  delivery: `${DELIVERY} WHERE direct_waiting.id = ? AND direct_deliveries.device = ?`,
  putDelivery: `INSERT OR REPLACE INTO direct_deliveries
    SELECT number, ?, ?, ?, ?, ?, ? FROM direct_waiting WHERE id = ?`,
  removeDelivery:
    'DELETE FROM direct_deliveries WHERE device = ? AND waiting = (SELECT number FROM direct_waiting WHERE id = ?)',
  pendingFor: `${DELIVERY} WHERE direct_deliveries.device = ? AND arrived = 0 ORDER BY waiting LIMIT ?`,
  pendingDevices: 'SELECT DISTINCT device, person FROM direct_deliveries WHERE arrived = 0 ORDER BY device',
  isSeen: 'SELECT 1 FROM direct_seen WHERE key = ?',
  putSeen: 'INSERT OR REPLACE INTO direct_seen VALUES (?, ?)',
  forgetSeen: 'DELETE FROM direct_seen WHERE until < ?',
  box: 'SELECT device, hashes, prekey, told FROM direct_boxes WHERE device = ?',
  putBox: 'INSERT OR REPLACE INTO direct_boxes VALUES (?, ?, ?, ?)',
  countBoxes: 'SELECT count(*) AS count FROM direct_boxes',
  removeBoxesBefore: 'DELETE FROM direct_boxes WHERE told < ?',
  held: 'SELECT key, box, token, mail, came FROM direct_held WHERE key = ?',
  heldFor: 'SELECT key, box, token, mail, came FROM direct_held WHERE box = ? ORDER BY number LIMIT ?',
  heldOfToken: 'SELECT count(*) AS count FROM direct_held WHERE box = ? AND token = ?',
  heldOfBox: 'SELECT coalesce(sum(length(mail)), 0) AS bytes FROM direct_held WHERE box = ?',
  heldOfAll: 'SELECT coalesce(sum(length(mail)), 0) AS bytes FROM direct_held',
  putHeld: 'INSERT INTO direct_held (key, box, token, mail, came) VALUES (?, ?, ?, ?, ?)',
  removeHeld: 'DELETE FROM direct_held WHERE key = ?',
  removeHeldBefore: 'DELETE FROM direct_held WHERE came < ?',
} as const

interface DeliveryRow extends Omit<Delivery, 'arrived' | 'mail' | 'holders'> {
  readonly arrived: number
  readonly mail: Uint8Array | null
  readonly holders: string
}

export class DirectStore implements DirectRecords {
  readonly #sql: Readonly<Record<keyof typeof STATEMENTS, StatementSync>>

  constructor(database: DatabaseSync) {
    database.exec('PRAGMA secure_delete = ON')
    const prepared = Object.entries(STATEMENTS).map(([name, text]) => [name, database.prepare(text)])
    this.#sql = Object.fromEntries(prepared)
  }

  prekeys(): readonly OwnPrekey[] {
    return this.#sql.prekeys.all() as unknown as OwnPrekey[]
  }

  putPrekey({ publicKey, privateKey, made }: OwnPrekey): void {
    this.#sql.putPrekey.run(publicKey, privateKey, made)
  }

  removePrekey(publicKey: Uint8Array): void {
    this.#sql.removePrekey.run(publicKey)
  }

  tokenFor(person: PersonId): Uint8Array | undefined {
    return (this.#sql.tokenFor.get(person) as { token: Uint8Array } | undefined)?.token
  }

  personOfToken(token: Uint8Array): PersonId | undefined {
    return (this.#sql.personOfToken.get(token) as { person: PersonId } | undefined)?.person
  }

  putToken(person: PersonId, token: Uint8Array): void {
    this.#sql.putToken.run(token, person)
  }

  removeToken(person: PersonId): void {
    this.#sql.removeToken.run(person)
  }

  tokens(): readonly { readonly person: PersonId; readonly token: Uint8Array }[] {
    return this.#sql.tokens.all() as unknown as { person: PersonId; token: Uint8Array }[]
  }

  correspondent(device: DeviceId): Correspondent | undefined {
    return this.#sql.correspondent.get(device) as Correspondent | undefined
  }

  correspondentsOf(person: PersonId): readonly Correspondent[] {
    return this.#sql.correspondentsOf.all(person) as unknown as Correspondent[]
  }

  putCorrespondent({ device, person, prekey, made, token }: Correspondent): void {
    this.#sql.putCorrespondent.run(device, person, prekey, made, token)
  }

  removeCorrespondent(device: DeviceId): void {
    this.#sql.removeCorrespondent.run(device)
  }

  waiting(id: RecordId): Waiting | undefined {
    return this.#sql.waiting.get(id) as Waiting | undefined
  }

  waitingOf(person: PersonId): readonly Waiting[] {
    return this.#sql.waitingOf.all(person) as unknown as Waiting[]
  }

  waitingPersons(): readonly PersonId[] {
    return (this.#sql.waitingPersons.all() as { person: PersonId }[]).map(({ person }) => person)
  }

  countWaiting(person: PersonId): number {
    return (this.#sql.countWaiting.get(person) as { count: number }).count
  }

  putWaiting({ id, person, entry, made }: Waiting): void {
    this.#sql.putWaiting.run(id, person, entry, made)
  }

  removeWaiting(id: RecordId): void {
    this.#sql.removeWaiting.run(id)
  }

  waitingBefore(made: number): readonly Waiting[] {
    return this.#sql.waitingBefore.all(made) as unknown as Waiting[]
  }

  deliveries(id: RecordId): readonly Delivery[] {
    return (this.#sql.deliveries.all(id) as unknown as DeliveryRow[]).map(deliveryOf)
  }

  delivery(id: RecordId, device: DeviceId): Delivery | undefined {
    const row = this.#sql.delivery.get(id, device) as DeliveryRow | undefined
    return row && deliveryOf(row)
  }

  putDelivery({ id, device, person, arrived, mail, prekeyMade, holders }: Delivery): void {
    const where = JSON.stringify(holders)
    this.#sql.putDelivery.run(device, person, Number(arrived), mail ?? null, prekeyMade, where, id)
  }

  removeDelivery(id: RecordId, device: DeviceId): void {
    this.#sql.removeDelivery.run(device, id)
  }

  pendingFor(device: DeviceId, limit: number): readonly Delivery[] {
    return (this.#sql.pendingFor.all(device, limit) as unknown as DeliveryRow[]).map(deliveryOf)
  }

  pendingDevices(): readonly { readonly device: DeviceId; readonly person: PersonId }[] {
    return this.#sql.pendingDevices.all() as { device: DeviceId; person: PersonId }[]
  }

  isSeen(key: MailKey): boolean {
    return this.#sql.isSeen.get(key) !== undefined
  }

  putSeen(key: MailKey, until: number): void {
    this.#sql.putSeen.run(key, until)
  }

  forgetSeen(before: number): void {
    this.#sql.forgetSeen.run(before)
  }

  box(device: DeviceId): Box | undefined {
    return this.#sql.box.get(device) as Box | undefined
  }

  putBox({ device, hashes, prekey, told }: Box): void {
    this.#sql.putBox.run(device, hashes, prekey, told)
  }

  countBoxes(): number {
    return (this.#sql.countBoxes.get() as { count: number }).count
  }

  removeBoxesBefore(told: number): void {
    this.#sql.removeBoxesBefore.run(told)
  }

  held(key: MailKey): HeldMail | undefined {
    return this.#sql.held.get(key) as HeldMail | undefined
  }

  heldFor(box: DeviceId, limit: number): readonly HeldMail[] {
    return this.#sql.heldFor.all(box, limit) as unknown as HeldMail[]
  }

  heldSums(box: DeviceId, token: Uint8Array) {
    const { count } = this.#sql.heldOfToken.get(box, token) as { count: number }
    const ofBox = this.#sql.heldOfBox.get(box) as { bytes: number }
    const ofAll = this.#sql.heldOfAll.get() as { bytes: number }
    return { token: count, boxBytes: ofBox.bytes, allBytes: ofAll.bytes }
  }

  putHeld({ key, box, token, mail, came }: HeldMail): void {
    this.#sql.putHeld.run(key, box, token, mail, came)
  }

  removeHeld(key: MailKey): void {
    this.#sql.removeHeld.run(key)
  }

  removeHeldBefore(came: number): void {
    this.#sql.removeHeldBefore.run(came)
  }
}

function deliveryOf({ arrived, mail, holders, ...rest }: DeliveryRow): Delivery {
  return {
    ...rest,
    arrived: arrived === 1,
    mail: mail ?? undefined,
    holders: JSON.parse(holders) as Holder[],
  }
}
