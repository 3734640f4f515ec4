// What the list says when it shows nothing: nothing is there at all, or nothing of what was asked for.

import type { ReactNode } from 'react'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'

interface Props {
  /** Transfers in all. */
  readonly all: number
  readonly filtered: boolean
  readonly onShowAll: () => void
}

export function Empty({ all, filtered, onShowAll }: Props): ReactNode {
  if (all === 0) {
    return (
      <div className="empty">
        <h2>{t('transfers.empty')}</h2>
        <p className="soft">{t('transfers.emptyHelp')}</p>
      </div>
    )
  }
  return (
    <div className="empty">
      <p>{filtered ? t('transfers.noneFit') : t('transfers.noneInChip')}</p>
      <Button onPress={onShowAll}>{t('transfers.showAll')}</Button>
    </div>
  )
}
