// One setting: the control that its kind asks for, and below it what it means, its default, its key, and what a change did.

import { table } from 'virtual:settings'
import { type ReactNode, useState } from 'react'
import type { SettingRow, SettingValue } from '../../../../src/api/schemas/machine.ts'
import type { SettingKey } from '../../../../src/api/settings.ts'
import { call } from '../../store/api.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { Field, SelectBox } from '../../ui/field.tsx'
import { Switch } from '../../ui/switch.tsx'
import { ScheduleEditor } from './schedule-editor.tsx'
import { shownValue } from './shown-value.ts'
import { TextSetting } from './text-setting.tsx'

interface Props {
  readonly settingKey: SettingKey
  readonly row: SettingRow
  readonly onChanged: (answer: { settings: SettingRow[] }) => void
}

const TOLD = {
  'at-once': 'settings.done',
  reconnects: 'settings.done.reconnects',
  restart: 'settings.done.restart',
} as const

export function OneSetting({ settingKey: key, row, onChanged }: Props): ReactNode {
  const { title, summary, takes } = table[key]
  const [told, setTold] = useState<string>()
  const [error, setError] = useState<unknown>()
  const change = async (input: {
    values: Record<string, SettingValue>
    defaults?: string[]
  }): Promise<void> => {
    setTold(undefined)
    setError(undefined)
    try {
      onChanged(await call('changeSettings', input))
      setTold(t(TOLD[takes]))
    } catch (failed) {
      setError(failed)
    }
  }
  const set = (value: SettingValue): void => void change({ values: { [key]: value } })
  const isDefault = JSON.stringify(row.value) === JSON.stringify(row.default)
  return (
    <div className="setting">
      <Control settingKey={key} value={row.value} onSet={set} />
      <p className="setting-means">{summary}</p>
      <p className="setting-foot">
        <code>{key}</code>
        <span>{t('settings.default', shownValue(key, row.default))}</span>
        {!isDefault && (
          <Button
            look="quiet"
            aria-label={t('settings.toDefaultOf', title)}
            onPress={() => void change({ values: {}, defaults: [key] })}
          >
            {t('settings.toDefault')}
          </Button>
        )}
        <span className="setting-told" role="status">
          {told}
        </span>
      </p>
      {(row.from === 'environment' || row.from === 'option') && (
        <p className="setting-from">{t(`settings.from.${row.from}`)}</p>
      )}
      {error !== undefined && <ErrorSentence error={error} />}
    </div>
  )
}

interface ControlProps {
  readonly settingKey: SettingKey
  readonly value: SettingValue
  readonly onSet: (value: SettingValue) => void
}

const CHOICES = ['prefer', 'require', 'off'] as const

function Control({ settingKey: key, value, onSet }: ControlProps): ReactNode {
  const { kind, title, choices } = table[key]
  switch (kind) {
    case 'switch':
      return (
        <Switch isSelected={value === true} onChange={onSet}>
          <span className="field-label">{title}</span>
        </Switch>
      )
    case 'choice':
      return (
        <Field label={title}>
          {(wiring) => (
            <SelectBox
              wiring={wiring}
              value={String(value)}
              options={choices.map((choice) => ({ value: choice, name: choiceName(choice) }))}
              onChange={onSet}
            />
          )}
        </Field>
      )
    case 'schedule':
      return <ScheduleEditor title={title} value={String(value)} onSet={onSet} />
    default:
      return <TextSetting key={JSON.stringify(value)} settingKey={key} value={value} onSet={onSet} />
  }
}

function choiceName(choice: string): string {
  const worded = CHOICES.find((known) => known === choice)
  return worded === undefined ? choice : t(`settings.choice.${worded}`)
}
