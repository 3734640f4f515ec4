// Under which address strangers see this computer, by which way everything leaves, and whether it really does.

import type { ReactNode } from 'react'
import { explainBottleneck } from '../../../../src/api/bottleneck-sentence.ts'
import type { Network } from '../../../../src/api/schemas/status.ts'
import { t } from '../../text/t.ts'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Section } from '../section.tsx'
import { Findings } from './findings.tsx'

const WITHHELD = ['LISTENING', 'LAN', 'PORT_MAPPING', 'DATAGRAMS'] as const

export function Seen({ facts: { reach, wayOut } }: { readonly facts: Network }): ReactNode {
  return (
    <Section title={t('network.seen.title')}>
      <dl className="view-facts">
        <dt>{t('network.seen.addresses')}</dt>
        <dd>
          {reach.outside.length === 0 ? (
            t('network.seen.none')
          ) : (
            <ForeignText text={reach.outside.join(', ')} />
          )}
        </dd>
        <dt>{t('network.seen.way')}</dt>
        <dd>
          <ForeignText
            text={
              wayOut.kind === 'direct'
                ? t('network.seen.direct')
                : t(`network.seen.${wayOut.kind}`, wayOut.name ?? '')
            }
          />
        </dd>
        {wayOut.trouble !== null && (
          <>
            <dt>{t('network.seen.trouble')}</dt>
            <dd className="finding-bad">
              <ForeignText text={explainBottleneck(wayOut.trouble).sentence} />
            </dd>
          </>
        )}
        {wayOut.withheld.length > 0 && (
          <>
            <dt>{t('network.seen.off')}</dt>
            <dd>{wayOut.withheld.map(withheldWords).join(', ')}</dd>
          </>
        )}
      </dl>
      <p className="soft">{t('network.leak.means')}</p>
      <Findings name="leakTest" button={t('network.leak.do')} />
    </Section>
  )
}

function withheldWords(code: string): string {
  const worded = WITHHELD.find((known) => known === code)
  return worded === undefined ? code : t(`network.withheld.${worded}`)
}
