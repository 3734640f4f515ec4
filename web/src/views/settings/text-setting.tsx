// A setting that is typed: applied by Enter, by leaving the field, or by its button; what cannot be read is said at once.

import { table } from 'virtual:settings'
import { type ReactNode, useState } from 'react'
import type { SettingValue } from '../../../../src/api/schemas/machine.ts'
import type { SettingKey } from '../../../../src/api/settings.ts'
import { openDialog } from '../../app/dialogs.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { Field, type FieldWiring } from '../../ui/field.tsx'
import { readSetting, textOf } from './setting-text.ts'

interface Props {
  readonly settingKey: SettingKey
  readonly value: SettingValue
  readonly onSet: (value: SettingValue) => void
}

export function TextSetting({ settingKey: key, value, onSet }: Props): ReactNode {
  const { kind, title, nullable } = table[key]
  const before = textOf(kind, value)
  const [text, setText] = useState(before)
  const [wrong, setWrong] = useState<string>()
  const lines = kind === 'paths' || kind === 'texts'
  const apply = (given = text): void => {
    if (given === before) return
    const read = readSetting(kind, given, { nullable })
    setWrong('wrong' in read ? wrongWords(read.wrong) : undefined)
    if ('value' in read) onSet(read.value)
  }
  const choose = async (): Promise<void> => {
    const folder = await openDialog('folder', {
      title,
      choose: t('settings.chooseThis'),
      ...(text === '' ? {} : { start: text }),
    })
    if (folder === undefined) return
    setText(folder)
    apply(folder)
  }
  const shared = (wiring: FieldWiring) => ({
    ...wiring,
    autoComplete: 'off',
    autoCapitalize: 'off',
    spellCheck: false,
    value: text,
    onBlur: () => apply(),
  })
  return (
    <Field label={title} hint={hintOf(kind, nullable)} wrong={wrong}>
      {(wiring) => (
        <div className="field-row">
          {lines ? (
            <textarea
              {...shared(wiring)}
              className="input"
              rows={Math.min(6, Math.max(2, text.split('\n').length))}
              onChange={({ currentTarget }) => setText(currentTarget.value)}
            />
          ) : (
            <input
              {...shared(wiring)}
              className={kind === 'path' || kind === 'text' ? 'input' : 'input input-short'}
              inputMode={kind === 'count' ? 'numeric' : undefined}
              onChange={({ currentTarget }) => setText(currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter') apply()
              }}
            />
          )}
          {kind === 'path' && <Button onPress={() => void choose()}>{t('settings.choose')}</Button>}
          {text !== before && <Button onPress={() => apply()}>{t('settings.set')}</Button>}
          {lines && nullable && value !== null && (
            <Button onPress={() => onSet(null)}>{t('settings.useUsual')}</Button>
          )}
        </div>
      )}
    </Field>
  )
}

const WORDED = ['rate', 'duration', 'count', 'number'] as const

function wrongWords(kind: string): string {
  const worded = WORDED.find((known) => known === kind)
  return worded === undefined ? t('settings.wrong.other') : t(`settings.wrong.${worded}`)
}

function hintOf(kind: string, nullable: boolean): string | undefined {
  if (kind === 'rate' && nullable) return t('settings.hint.rate')
  if (kind === 'duration') return t('settings.hint.duration')
  return kind === 'paths' || kind === 'texts' ? t('settings.hint.lines') : undefined
}
