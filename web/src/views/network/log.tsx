// The log, the newest first, narrowed by level and words; asked for when it is opened.

import { type ReactNode, useCallback, useState } from 'react'
import type { LogEntry } from '../../../../src/api/schemas/status.ts'
import { call } from '../../store/api.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { Field, SelectBox } from '../../ui/field.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Moment } from '../../ui/moment.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { Section } from '../section.tsx'
import { factsText, fittingEntries, LEVELS } from './log-filter.ts'

/** As many as can be read; more are in `shoal log`. */
const LAST = 500

export function Log(): ReactNode {
  const { value, error, again } = useLoaded(useCallback(() => call('log', { last: LAST }), []))
  const [words, setWords] = useState('')
  const [level, setLevel] = useState<LogEntry['level']>('info')
  const fitting = value === undefined ? [] : fittingEntries(value.entries, { words, level })
  return (
    <Section title={t('network.log.title')}>
      <div className="log-filter">
        <Field label={t('network.log.words')}>
          {(wiring) => (
            <input
              {...wiring}
              className="input"
              type="search"
              value={words}
              onChange={({ currentTarget }) => setWords(currentTarget.value)}
            />
          )}
        </Field>
        <Field label={t('network.log.level')}>
          {(wiring) => (
            <SelectBox
              wiring={wiring}
              value={level}
              options={LEVELS.map((value) => ({ value, name: t(`network.log.level.${value}`) }))}
              onChange={setLevel}
            />
          )}
        </Field>
        <Button icon="reload" onPress={again}>
          {t('network.log.again')}
        </Button>
      </div>
      {error !== undefined && <ErrorSentence error={error} />}
      {value !== undefined && fitting.length === 0 && (
        <p className="soft">{t(value.entries.length === 0 ? 'network.log.empty' : 'network.log.noneFit')}</p>
      )}
      {fitting.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <section className="log-scroll" aria-label={t('network.log.table')} tabIndex={0}>
          <ul className="log">
            {fitting.map((entry, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: entries have no name, and the list is only replaced whole
              <li key={i} className="log-entry">
                <span className="soft">
                  <Moment at={entry.at} />
                </span>
                <span className={`log-event log-${entry.level}`}>
                  <ForeignText text={entry.event} />
                </span>
                <span className="log-facts">
                  <ForeignText text={factsText(entry)} />
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Section>
  )
}
