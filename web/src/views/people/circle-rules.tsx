// The rules of a circle, which hold for all, and the space that I give, which is mine alone.

import { type ReactNode, useState } from 'react'
import { formatSize } from '../../../../src/api/format-quantity.ts'
import { parseSize } from '../../../../src/api/parse-quantity.ts'
import type { InputOf } from '../../../../src/api/routes.ts'
import type { CircleDetails } from '../../../../src/api/schemas/circles.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { Field, Picks, SelectBox } from '../../ui/field.tsx'
import { Switch } from '../../ui/switch.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { Section } from '../section.tsx'

interface Props {
  readonly circle: CircleDetails
  readonly onChanged: () => void
}

const COPIES = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10'] as const
const HISTORIES = ['all', 'from-join'] as const

export function CircleRules({ circle, onChanged }: Props): ReactNode {
  const { id, role, history, approval, keepCopies } = circle
  const change = async (input: Omit<InputOf<'changeCircle'>, 'id'>): Promise<void> => {
    if ((await attempt(() => call('changeCircle', { id, ...input }))) === undefined) return
    toast(t('circle.saved'))
    onChanged()
  }
  return (
    <>
      <Section title={t('circle.page.rules')}>
        {role === 'owner' ? (
          <>
            <NameField circle={circle} onChange={(name) => void change({ name })} />
            <Picks
              label={t('circle.history')}
              value={history}
              options={HISTORIES.map((value) => ({ value, name: t(`circle.history.${value}`) }))}
              onChange={(next) => void change({ history: next })}
            />
            <Switch isSelected={approval} onChange={(on) => void change({ approval: on })}>
              {t('circle.approval')}
            </Switch>
            <Retention circle={circle} onChange={(input) => void change(input)} />
            <div className="people-short">
              <Field label={t('circle.keepCopies')} hint={t('circle.keepCopiesHint')}>
                {(wiring) => (
                  <SelectBox
                    wiring={wiring}
                    value={COPIES.find((one) => Number(one) === keepCopies) ?? '0'}
                    options={COPIES.map((value) => ({ value, name: value }))}
                    onChange={(next) => void change({ keepCopies: Number(next) })}
                  />
                )}
              </Field>
            </div>
          </>
        ) : (
          <Told circle={circle} />
        )}
      </Section>
      <Section title={t('circle.page.mine')}>
        <Space circle={circle} onChange={(keepSpaceBytes) => void change({ keepSpaceBytes })} />
      </Section>
    </>
  )
}

/** Who cannot change them reads them. */
function Told({ circle }: { readonly circle: CircleDetails }): ReactNode {
  const { history, approval, retentionDays, retentionBytes, keepCopies } = circle
  return (
    <>
      <dl className="view-facts">
        <dt>{t('circle.history')}</dt>
        <dd>{t(`circle.history.${history}`)}</dd>
        <dt>{t('circle.retentionDays')}</dt>
        <dd>
          {retentionDays}, {t('circle.retentionBytes')} {formatSize(retentionBytes)}
        </dd>
        <dt>{t('circle.keepCopies')}</dt>
        <dd>{keepCopies}</dd>
      </dl>
      {approval && <p>{t('circle.approval')}.</p>}
      <p className="soft">{t('circle.page.cannot')}</p>
    </>
  )
}

function NameField({
  circle,
  onChange,
}: {
  readonly circle: CircleDetails
  readonly onChange: (name: string) => void
}): ReactNode {
  const [name, setName] = useState(circle.name)
  return (
    <div className="people-inline">
      <TextField label={t('circle.name')} value={name} onChange={setName} />
      <Button
        isDisabled={name.trim() === '' || name.trim() === circle.name}
        onPress={() => onChange(name.trim())}
      >
        {t('circle.rename')}
      </Button>
    </div>
  )
}

function Retention({
  circle: { retentionDays, retentionBytes },
  onChange,
}: {
  readonly circle: CircleDetails
  readonly onChange: (input: { retentionDays: number; retentionBytes: number }) => void
}): ReactNode {
  const [days, setDays] = useState(String(retentionDays))
  const [size, setSize] = useState(formatSize(retentionBytes))
  const dayCount = /^\d{1,3}$/.test(days.trim()) ? Number(days) : 0
  const wrongDays = dayCount < 1 || dayCount > 365
  const bytes = parseSize(size)
  const same = dayCount === retentionDays && (bytes === retentionBytes || size === formatSize(retentionBytes))
  return (
    <div className="people-inline">
      <TextField
        label={t('circle.retentionDays')}
        value={days}
        onChange={setDays}
        wrong={wrongDays ? t('circle.wrongDays') : undefined}
      />
      <TextField
        label={t('circle.retentionBytes')}
        value={size}
        onChange={setSize}
        wrong={bytes === undefined ? t('circle.wrongSize') : undefined}
      />
      <Button
        isDisabled={wrongDays || bytes === undefined || same}
        onPress={() => {
          if (bytes !== undefined) onChange({ retentionDays: dayCount, retentionBytes: bytes })
        }}
      >
        {t('circle.save')}
      </Button>
    </div>
  )
}

function Space({
  circle: { keepSpaceBytes, keptBytes },
  onChange,
}: {
  readonly circle: CircleDetails
  readonly onChange: (bytes: number) => void
}): ReactNode {
  const [size, setSize] = useState(keepSpaceBytes === 0 ? '0' : formatSize(keepSpaceBytes))
  const bytes = size.trim() === '0' || size.trim() === '' ? 0 : parseSize(size)
  return (
    <>
      <div className="people-inline">
        <TextField
          label={t('circle.keepSpace')}
          hint={t('circle.keepSpaceHint')}
          value={size}
          onChange={setSize}
          wrong={bytes === undefined ? t('circle.wrongSize') : undefined}
        />
        <Button
          isDisabled={bytes === undefined || bytes === keepSpaceBytes || size === formatSize(keepSpaceBytes)}
          onPress={() => {
            if (bytes !== undefined) onChange(bytes)
          }}
        >
          {t('circle.save')}
        </Button>
      </div>
      <p className="soft">{t('circle.keptNow', formatSize(keptBytes))}</p>
    </>
  )
}
