// "Stop all sharing": one click, nothing is asked, and what stopped is said by name: shares, and folders that are one's own again.

import { visible } from '../../../src/api/unseen-characters.ts'
import { call } from '../store/api.ts'
import { attempt } from '../store/attempt.ts'
import { toast } from '../store/toasts.ts'
import { t } from '../text/t.ts'

const NAMED = 3

export async function stopAllSharing(): Promise<void> {
  const answer = await attempt(() => call('stopShares', { all: true }))
  if (answer === undefined) return
  const { stopped, folders = [] } = answer
  if (stopped.length + folders.length === 0) {
    toast(t('toast.stoppedNone'))
    return
  }
  toast(
    [
      ...(stopped.length === 0 ? [] : [t('toast.stopped', stopped.length, named(stopped))]),
      ...(folders.length === 0 ? [] : [t('toast.stoppedFolders', folders.length, named(folders))]),
    ].join(' '),
  )
}

function named(things: readonly { readonly name: string }[]): string {
  const names = things
    .slice(0, NAMED)
    .map(({ name }) => visible(name))
    .join(', ')
  const more = things.length - NAMED
  return more > 0 ? t('toast.andMore', names, more) : names
}
