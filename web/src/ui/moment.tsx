// A time as people say it, relative, with the exact one on hover and focus and for who listens.

import type { ReactNode } from 'react'
import { exactMoment, relativeMoment } from '../text/moment.ts'
import { LOCALE } from '../text/plural.ts'
import { t } from '../text/t.ts'
import { useNow } from './use-now.ts'

export function Moment({ at }: { readonly at: string | null }): ReactNode {
  const nowMs = useNow()
  if (at === null) return <span className="soft">{t('moment.never')}</span>
  const ms = Date.parse(at)
  return (
    <time dateTime={at} title={exactMoment(ms, LOCALE)}>
      {relativeMoment(ms, nowMs, LOCALE)}
    </time>
  )
}
