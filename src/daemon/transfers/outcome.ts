// A call for many transfers: done for each by itself, and for those that could not, why.

import { explain } from '../../api/errors.ts'
import type { Outcome } from '../../api/schemas/transfer.ts'
import { CodedError } from '../../base/errors.ts'
import { inTurns } from '../in-turns.ts'

/** Begun for each in the order given, none waited for before all are begun: records are written together. */
export async function forEach(ids: readonly string[], act: (id: string) => Promise<void>): Promise<Outcome> {
  const done: string[] = []
  const failed: Outcome['failed'] = []
  const acting: Promise<void>[] = []
  const begin = async (id: string): Promise<void> => {
    try {
      await act(id)
      done.push(id)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      failed.push({ id, error: { ...explain(error).report } })
    }
  }
  await inTurns(new Set(ids), (id) => acting.push(begin(id)))
  await Promise.all(acting)
  return { done, failed }
}
