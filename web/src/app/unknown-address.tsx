// An address of no view there is: a link that was cut off, or of another version. Said, instead of another view shown for it.

import type { ReactNode } from 'react'
import { t } from '../text/t.ts'

export function UnknownAddress(): ReactNode {
  return (
    <div className="view">
      <h1>{t('unknown.title')}</h1>
      <p>
        {t('unknown.help')} <a href="#/transfers">{t('nav.transfers')}</a>.
      </p>
    </div>
  )
}
