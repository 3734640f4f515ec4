// How the part that talks with people does, beside the transfers' own network.

import type { ReactNode } from 'react'
import { me } from '../../store/people.ts'
import { useKept } from '../../store/use-kept.ts'
import { t } from '../../text/t.ts'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { codedSentence } from '../people/coded-sentence.ts'
import { Section } from '../section.tsx'

export function PeopleLine(): ReactNode {
  const { value, error } = useKept(me)
  if (value === undefined && error === undefined) return null
  return (
    <Section title={t('network.people.title')}>
      {value === undefined ? (
        <ErrorSentence error={error} />
      ) : (
        <>
          <p>
            {value.network.state === 'running'
              ? t('network.people.links', value.network.links, value.network.relayed)
              : t(`people.${value.network.state}`)}{' '}
            {t(`network.people.reachable.${value.network.reachable}`)}
            {value.network.restarts > 0 && ` ${t('network.people.restarts', value.network.restarts)}`}
          </p>
          {value.network.problem !== null && (
            <p className="finding-careful">
              <ForeignText text={codedSentence(value.network.problem)} />
            </p>
          )}
          {value.network.port !== null && (
            <p className="soft">{t('network.people.port', value.network.port)}</p>
          )}
        </>
      )}
    </Section>
  )
}
