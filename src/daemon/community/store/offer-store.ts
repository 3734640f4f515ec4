// What was sent to me and by me, in `community.db` (schema/0003-direct.sql).

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { DeviceId, PersonId } from '../../../community/ids.ts'
import type {
  OfferId,
  OfferItem,
  OfferRecords,
  OfferState,
  SendOfferRow,
} from '../../../community/nearby/send-offer.ts'

interface Row {
  readonly id: OfferId
  readonly incoming: number
  readonly person: PersonId | null
  readonly device: DeviceId
  readonly name: string
  readonly note: string
  readonly items: string
  readonly total_bytes: number
  readonly offer: Uint8Array
  readonly secret: Uint8Array
  readonly state: OfferState
  readonly told: number
  readonly done_bytes: number
  readonly problem: string | null
  readonly saved: string
  readonly at: number
  readonly batch: string
}

const STATEMENTS = {
  offer: 'SELECT * FROM send_offers WHERE id = ?',
  offers: 'SELECT * FROM send_offers ORDER BY at DESC, number DESC LIMIT ?',
  put: `INSERT OR REPLACE INTO send_offers VALUES (?, coalesce((SELECT number FROM send_offers WHERE id = ?),
    (SELECT coalesce(max(number), 0) + 1 FROM send_offers)), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  untold: 'SELECT * FROM send_offers WHERE device = ? AND told = 0 ORDER BY number',
  batch: 'SELECT * FROM send_offers WHERE batch = ? ORDER BY number',
  waitingAll: "SELECT count(*) AS count FROM send_offers WHERE incoming = 1 AND state = 'waiting'",
  waitingOf:
    "SELECT count(*) AS count FROM send_offers WHERE incoming = 1 AND state = 'waiting' AND device = ?",
  waitingBefore: "SELECT * FROM send_offers WHERE state = 'waiting' AND at < ? ORDER BY number",
  forget: `DELETE FROM send_offers WHERE state NOT IN ('waiting', 'accepted') AND (at < ? OR number <=
    (SELECT coalesce(max(number), 0) FROM send_offers) - ?)`,
} as const

export class OfferStore implements OfferRecords {
  readonly #sql: Readonly<Record<keyof typeof STATEMENTS, StatementSync>>

  constructor(database: DatabaseSync) {
    const prepared = Object.entries(STATEMENTS).map(([name, text]) => [name, database.prepare(text)])
    this.#sql = Object.fromEntries(prepared)
  }

  offer(id: OfferId): SendOfferRow | undefined {
    const row = this.#sql.offer.get(id) as Row | undefined
    return row && offerOf(row)
  }

  offers(limit: number): readonly SendOfferRow[] {
    return (this.#sql.offers.all(limit) as unknown as Row[]).map(offerOf)
  }

  put(row: SendOfferRow): void {
    this.#sql.put.run(
      row.id,
      row.id,
      Number(row.incoming),
      row.person ?? null,
      row.device,
      row.name,
      row.note,
      JSON.stringify(row.items),
      row.totalBytes,
      row.offer,
      row.secret,
      row.state,
      Number(row.told),
      row.doneBytes,
      row.problem === undefined ? null : JSON.stringify(row.problem),
      JSON.stringify(row.saved),
      row.at,
      row.batch,
    )
  }

  untold(device: DeviceId): readonly SendOfferRow[] {
    return (this.#sql.untold.all(device) as unknown as Row[]).map(offerOf)
  }

  batch(batch: string): readonly SendOfferRow[] {
    return (this.#sql.batch.all(batch) as unknown as Row[]).map(offerOf)
  }

  waiting() {
    const { count } = this.#sql.waitingAll.get() as { count: number }
    const of = (device: DeviceId) => (this.#sql.waitingOf.get(device) as { count: number }).count
    return { all: count, of }
  }

  waitingBefore(at: number): readonly SendOfferRow[] {
    return (this.#sql.waitingBefore.all(at) as unknown as Row[]).map(offerOf)
  }

  forget(kept: number, before: number): void {
    this.#sql.forget.run(before, kept)
  }
}

function offerOf(row: Row): SendOfferRow {
  return {
    id: row.id,
    incoming: row.incoming === 1,
    person: row.person ?? undefined,
    device: row.device,
    name: row.name,
    note: row.note,
    items: JSON.parse(row.items) as OfferItem[],
    totalBytes: row.total_bytes,
    offer: row.offer,
    secret: row.secret,
    state: row.state,
    told: row.told === 1,
    doneBytes: row.done_bytes,
    problem:
      row.problem === null ? undefined : (JSON.parse(row.problem) as NonNullable<SendOfferRow['problem']>),
    saved: JSON.parse(row.saved) as string[],
    at: row.at,
    batch: row.batch,
  }
}
