// Times of the week as rows of days and hours; what is whole is applied at once.

import { type ReactNode, useState } from 'react'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { Field, TickBox } from '../../ui/field.tsx'
import { DAYS, formatSchedule, parseSchedule, type Span } from './schedule.ts'

interface Props {
  readonly title: string
  readonly value: string
  readonly onSet: (value: string) => void
}

const WORKDAYS: Span = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00' }

export function ScheduleEditor({ title, value, onSet }: Props): ReactNode {
  const [draft, setDraft] = useState<{ readonly of: string; readonly spans: readonly Span[] }>()
  const spans = draft?.of === value ? draft.spans : (parseSchedule(value) ?? [])
  const change = (next: readonly Span[]): void => {
    const text = formatSchedule(next)
    const whole = next.every((span) => span.days.length > 0 && span.from !== '' && span.to !== '')
    // What is not whole yet is kept here, and the setting as it was.
    setDraft({ of: whole ? text : value, spans: next })
    if (whole && text !== value) onSet(text)
  }
  const set = (at: number, span: Span): void => change(spans.map((other, i) => (i === at ? span : other)))
  return (
    <fieldset className="schedule">
      <legend className="field-label">{title}</legend>
      {spans.length === 0 && <p className="soft">{t('schedule.none')}</p>}
      {spans.map((span, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows are told apart by their place
        <div key={i} className="schedule-row">
          <fieldset className="schedule-days">
            <legend className="visually-hidden">{t('schedule.days')}</legend>
            {DAYS.map((day) => (
              <TickBox
                key={day}
                on={span.days.includes(day)}
                onChange={(on) => {
                  const days = DAYS.filter((other) => (other === day ? on : span.days.includes(other)))
                  set(i, { ...span, days })
                }}
              >
                {t(`schedule.day.${day}`)}
              </TickBox>
            ))}
          </fieldset>
          <Field label={t('schedule.from')}>
            {(wiring) => (
              <input
                {...wiring}
                className="input"
                type="time"
                value={span.from}
                onChange={({ currentTarget }) => set(i, { ...span, from: currentTarget.value })}
              />
            )}
          </Field>
          <Field label={t('schedule.to')}>
            {(wiring) => (
              <input
                {...wiring}
                className="input"
                type="time"
                value={span.to}
                onChange={({ currentTarget }) => set(i, { ...span, to: currentTarget.value })}
              />
            )}
          </Field>
          <Button
            aria-label={t('schedule.removeOf', span.days.map((day) => t(`schedule.day.${day}`)).join(', '))}
            onPress={() => change(spans.filter((_, other) => other !== i))}
          >
            {t('schedule.remove')}
          </Button>
          {span.days.length === 0 && <p className="field-wrong">{t('schedule.needsDay')}</p>}
        </div>
      ))}
      <div>
        <Button icon="plus" onPress={() => change([...spans, WORKDAYS])}>
          {t('schedule.add')}
        </Button>
      </div>
    </fieldset>
  )
}
