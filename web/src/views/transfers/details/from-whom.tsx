// From whom the bytes came, and to whom they went: one stacked bar, and the same as a list.

import type { ReactNode } from 'react'
import { formatSize } from '../../../../../src/api/format-quantity.ts'
import type { OutputOf } from '../../../../../src/api/routes.ts'
import { t } from '../../../text/t.ts'
import { ForeignText } from '../../../ui/foreign-text.tsx'

/** As many as there are colours that can be told apart; the rest is one. */
const NAMED = 6

interface Props {
  readonly details: OutputOf<'transfer'>
  readonly way: 'downloadedBytes' | 'uploadedBytes'
}

export function FromWhom({ details: { contributions, others }, way }: Props): ReactNode {
  const giving = contributions.filter((one) => one[way] > 0).sort((a, b) => b[way] - a[way])
  const named = giving.slice(0, NAMED)
  const rest = others[way] + giving.slice(NAMED).reduce((sum, one) => sum + one[way], 0)
  const total = named.reduce((sum, one) => sum + one[way], rest)
  if (total === 0) return null
  const width = (bytes: number) => ({ inlineSize: `${(bytes / total) * 100}%` })
  return (
    <section className="part">
      <h3>
        {t(`from.${way}`)} <span className="part-note">{formatSize(total)}</span>
      </h3>
      <div className="from-bar" aria-hidden="true">
        {named.map((one, at) => (
          <span key={one.who} className={`from-${at}`} style={width(one[way])} />
        ))}
        {rest > 0 && <span style={width(rest)} />}
      </div>
      <ul className="from-list">
        {named.map((one, at) => (
          <li key={one.who} className={`from-${at}`}>
            <span className="from-dot" aria-hidden="true" />
            <span className="truncate">
              <ForeignText text={one.client === '' ? one.who : `${one.client}, ${one.who}`} />
              {!one.connected && <span className="soft"> {t('from.gone')}</span>}
            </span>
            <span>
              {formatSize(one[way])} <span className="soft">{Math.round((one[way] / total) * 100)} %</span>
            </span>
          </li>
        ))}
        {rest > 0 && (
          <li>
            <span className="from-dot" aria-hidden="true" />
            <span>{t('from.others')}</span>
            <span>
              {formatSize(rest)} <span className="soft">{Math.round((rest / total) * 100)} %</span>
            </span>
          </li>
        )}
      </ul>
    </section>
  )
}
