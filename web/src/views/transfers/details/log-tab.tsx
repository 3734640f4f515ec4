// What happened to this transfer since the daemon started, the newest first.

import type { ReactNode } from 'react'
import { explainReport } from '../../../../../src/api/report-sentence.ts'
import type { OutputOf } from '../../../../../src/api/routes.ts'
import { t } from '../../../text/t.ts'
import { ForeignText } from '../../../ui/foreign-text.tsx'
import { Moment } from '../../../ui/moment.tsx'

export function LogTab({ log }: { readonly log: OutputOf<'transfer'>['log'] | undefined }): ReactNode {
  if (log === undefined) return null
  if (log.length === 0) return <p className="soft">{t('log.empty')}</p>
  return (
    <ol>
      {log.toReversed().map(({ at, entry }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two reports may be the same and of the same moment
        <li key={`${at} ${index}`} className="log-line">
          <span className="soft">
            <Moment at={at} />
          </span>
          <ForeignText text={explainReport(entry)} />
        </li>
      ))}
    </ol>
  )
}
