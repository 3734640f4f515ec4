// A call made because a person asked for it: what fails is said in a toast, with the daemon's own sentence.

import { ApiError } from '../../../src/api/client.ts'
import { t } from '../text/t.ts'
import { toast } from './toasts.ts'

/** The answer, or undefined after its failure was told. */
export async function attempt<Answer>(what: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await what()
  } catch (error) {
    toast(sentenceOf(error), { tone: 'bad' })
    return undefined
  }
}

/** What went wrong, and what to do, as the daemon worded it. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof ApiError)) return t('toast.doesNotAnswer')
  const { message, help } = error.data
  return help === undefined ? String(message) : `${String(message)} ${String(help)}`
}
