// "Stop all sharing": one click, nothing is asked, and what stopped is said by name.

import { visible } from '../../../src/api/unseen-characters.ts'
import { call } from '../store/api.ts'
import { attempt } from '../store/attempt.ts'
import { toast } from '../store/toasts.ts'
import { t } from '../text/t.ts'

const NAMED = 3

export async function stopAllSharing(): Promise<void> {
  const answer = await attempt(() => call('stopShares', { all: true }))
  if (answer === undefined) return
  const { stopped } = answer
  if (stopped.length === 0) {
    toast(t('toast.stoppedNone'))
    return
  }
  const names = stopped
    .slice(0, NAMED)
    .map(({ name }) => visible(name))
    .join(', ')
  const more = stopped.length - NAMED
  toast(t('toast.stopped', stopped.length, more > 0 ? t('toast.andMore', names, more) : names))
}
