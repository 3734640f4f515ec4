// What commands about several transfers have in common: who is meant, what was done, what was not.
// Promise: either every word means one transfer, or nothing is asked for.

import { ApiError } from '../api/client.ts'
import type { Outcome, TransferRow } from '../api/schemas/transfer.ts'
import { CodedError } from '../base/errors.ts'
import type { DaemonLink } from './daemon-link.ts'
import type { Output } from './output.ts'
import { chooseTransfers, shortIds } from './transfer-choice.ts'

export class ManyError extends CodedError<'PART_FAILED'> {}

export interface Chosen {
  readonly rows: readonly Pick<TransferRow, 'id' | 'name'>[]
  readonly ids: string[]
  /** As short as tells all transfers apart. */
  short(id: string): string
}

/** @throws ChoiceError */
export async function chosen(link: DaemonLink, words: readonly string[]): Promise<Chosen> {
  const { transfers } = await link.call('listTransfers', {})
  const rows = chooseTransfers(words, transfers)
  return { rows, ids: rows.map(({ id }) => id), short: shortIds(transfers.map(({ id }) => id)) }
}

/** @param did begins the line of each: `Paused`. @throws the error of the only one that failed, ManyError of several */
export function sayOutcome(output: Output, { rows, short }: Chosen, did: string, outcome: Outcome): number {
  output.object({ done: outcome.done, failed: outcome.failed })
  const names = new Map(rows.map(({ id, name }) => [id, name]))
  for (const id of outcome.done) output.result(`${did}: ${names.get(id) ?? id} (${short(id)})`)
  const [first] = outcome.failed
  if (first === undefined) return 0
  if (rows.length === 1) throw new ApiError(CONFLICT, first.error)
  for (const { id, error } of outcome.failed)
    output.warn([{ text: `${names.get(id) ?? id}: ${error.message} [${error.code}]`, style: 'bad' }])
  throw new ManyError('PART_FAILED', { failed: outcome.failed.length, count: rows.length })
}

const CONFLICT = 409
