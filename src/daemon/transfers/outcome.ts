// A call for many transfers: done for each by itself, and for those that could not, why.

import { explain } from '../../api/errors.ts'
import type { Outcome } from '../../api/schemas/transfer.ts'
import { CodedError } from '../../base/errors.ts'

/** Begun for each in the order given, all of them before the first is waited for: records are written together. */
export async function forEach(ids: readonly string[], act: (id: string) => Promise<void>): Promise<Outcome> {
  const done: string[] = []
  const failed: Outcome['failed'] = []
  const acting = [...new Set(ids)].map(async (id) => {
    try {
      await act(id)
      done.push(id)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      failed.push({ id, error: { ...explain(error).report } })
    }
  })
  await Promise.all(acting)
  return { done, failed }
}
