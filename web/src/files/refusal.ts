// Why something may not be shared, in words (safety/share-roots.ts names the codes).

import { t } from '../text/t.ts'

const WORDED = ['HOME', 'HOME_PARENT', 'DRIVE_ROOT', 'SYSTEM', 'KEYS', 'PROFILE', 'SYNC'] as const

export function refusalSentence(code: string): string {
  const worded = WORDED.find((known) => known === code)
  return worded === undefined ? t('folder.refused.other', code) : t(`folder.refused.${worded}`)
}
