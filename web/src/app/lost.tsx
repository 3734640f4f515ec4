// "Shoal is not answering since …": the view stays as it was, and it is tried again by itself.

import type { ReactNode } from 'react'
import { connection, retryNow } from '../store/connection.ts'
import { useSignal } from '../store/use-signal.ts'
import { clockMoment } from '../text/moment.ts'
import { LOCALE } from '../text/plural.ts'
import { t } from '../text/t.ts'
import { Button } from '../ui/button.tsx'

export function Lost(): ReactNode {
  const now = useSignal(connection)
  if (now.kind !== 'lost') return null
  return (
    <div className="lost" role="alert">
      <p>
        <strong>{t('lost.title', clockMoment(now.sinceMs, Date.now(), LOCALE))}</strong> {t('lost.help')}{' '}
        <code>{t('lost.command')}</code>. {t('lost.helpAfter')}
      </p>
      <Button icon="reload" onPress={retryNow}>
        {t('action.tryAgain')}
      </Button>
    </div>
  )
}
