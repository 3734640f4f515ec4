// What holds a transfer up now: the sentence, the figures it stands on, and what would help.

import type { ReactNode } from 'react'
import { explainBottleneck } from '../../../../../src/api/bottleneck-sentence.ts'
import type { TransferRow } from '../../../../../src/api/schemas/transfer.ts'
import { explainSwitchOff } from '../../../../../src/api/switch-off-sentence.ts'
import { t } from '../../../text/t.ts'
import { ForeignText } from '../../../ui/foreign-text.tsx'

export function WhySlow({ row }: { readonly row: TransferRow }): ReactNode {
  const { sentence, evidence, wouldHelp } = explainBottleneck(row.bottleneck)
  const off = explainSwitchOff(row)
  return (
    <>
      <p className="why-sentence">
        <ForeignText text={`${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`} />
      </p>
      {evidence.length > 0 && (
        <section className="part">
          <h3>{t('why.evidence')}</h3>
          <dl className="facts">
            {evidence.map(({ label, value }) => (
              <div key={label} className="facts-line">
                <dt>{label}</dt>
                <dd>
                  <ForeignText text={value} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      {wouldHelp.length > 0 && (
        <section className="part">
          <h3>{t('why.help')}</h3>
          <ul className="why-help">
            {wouldHelp.map((help) => (
              <li key={help}>
                <ForeignText text={help} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {off !== undefined && (
        <section className="part">
          <h3>{t('overview.switchOff')}</h3>
          <p>
            <strong>{off.may ? t('overview.yes') : t('overview.no')}</strong> {off.sentence}.
          </p>
        </section>
      )}
    </>
  )
}
