// What few need when they share, closed until it is asked for.

import type { ReactNode } from 'react'
import { t } from '../../text/t.ts'
import { Field, SelectBox } from '../../ui/field.tsx'
import type { More, wrongIn } from './share-plan.ts'

interface Props {
  readonly more: More
  readonly wrong: ReturnType<typeof wrongIn>
  readonly onChange: (more: More) => void
}

const STOPS = ['never', 'copy', 'week', 'date'] as const
const FORMATS = ['hybrid', 'v1', 'v2'] as const

export function MoreFields({ more, wrong, onChange }: Props): ReactNode {
  const set = (change: Partial<More>): void => onChange({ ...more, ...change })
  return (
    <details className="share-more">
      <summary>{t('share.more')}</summary>
      <div className="share-more-fields">
        <Field label={t('share.more.name')} hint={t('share.more.nameHint')}>
          {(wiring) => (
            <input
              {...wiring}
              className="input"
              value={more.name}
              maxLength={240}
              onChange={({ currentTarget }) => set({ name: currentTarget.value })}
            />
          )}
        </Field>
        <Field label={t('share.more.stop')}>
          {(wiring) => (
            <SelectBox
              wiring={wiring}
              value={more.stop}
              options={STOPS.map((value) => ({ value, name: t(`share.more.stop.${value}`) }))}
              onChange={(stop) => set({ stop })}
            />
          )}
        </Field>
        {more.stop === 'date' && (
          <Field
            label={t('share.more.stopDate')}
            wrong={wrong === 'date' ? t('share.wrong.date') : undefined}
          >
            {(wiring) => (
              <input
                {...wiring}
                className="input"
                type="date"
                value={more.stopDate}
                onChange={({ currentTarget }) => set({ stopDate: currentTarget.value })}
              />
            )}
          </Field>
        )}
        <Field
          label={t('share.more.upLimit')}
          hint={t('share.more.upLimitHint')}
          wrong={wrong === 'rate' ? t('share.wrong.rate') : undefined}
        >
          {(wiring) => (
            <input
              {...wiring}
              className="input"
              value={more.upLimit}
              onChange={({ currentTarget }) => set({ upLimit: currentTarget.value })}
            />
          )}
        </Field>
        <Field label={t('share.more.format')}>
          {(wiring) => (
            <SelectBox
              wiring={wiring}
              value={more.format}
              options={FORMATS.map((value) => ({ value, name: t(`share.more.format.${value}`) }))}
              onChange={(format) => set({ format })}
            />
          )}
        </Field>
        <Field label={t('share.more.trackers')} hint={t('share.more.trackersHint')}>
          {(wiring) => (
            <textarea
              {...wiring}
              className="input"
              rows={2}
              spellCheck={false}
              value={more.trackers}
              onChange={({ currentTarget }) => set({ trackers: currentTarget.value })}
            />
          )}
        </Field>
        <Field label={t('share.more.comment')}>
          {(wiring) => (
            <input
              {...wiring}
              className="input"
              value={more.comment}
              maxLength={1_000}
              onChange={({ currentTarget }) => set({ comment: currentTarget.value })}
            />
          )}
        </Field>
      </div>
    </details>
  )
}
