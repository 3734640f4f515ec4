// Without a session the page says one thing.

import type { ReactNode } from 'react'
import { t } from '../text/t.ts'

export function NoSession(): ReactNode {
  return (
    <main className="alone">
      <h1>{t('session.title')}</h1>
      <p>
        {t('session.before')} <code>{t('session.command')}</code> {t('session.after')}
      </p>
    </main>
  )
}
