// A value of a setting in words, as its default is shown.

import { table } from 'virtual:settings'
import { formatSize } from '../../../../src/api/format-quantity.ts'
import type { SettingValue } from '../../../../src/api/schemas/machine.ts'
import type { SettingKey } from '../../../../src/api/settings.ts'
import { t } from '../../text/t.ts'
import { textOf } from './setting-text.ts'

export function shownValue(key: SettingKey, value: SettingValue): string {
  if (value === null) return t('settings.value.nothing')
  if (typeof value === 'boolean') return t(value ? 'settings.value.on' : 'settings.value.off')
  if (Array.isArray(value)) return value.length === 0 ? t('settings.value.empty') : value.join(', ')
  if (value === '') return t('settings.value.empty')
  const { kind } = table[key]
  return kind === 'rate' && typeof value === 'number' ? `${formatSize(value)}/s` : textOf(kind, value)
}
