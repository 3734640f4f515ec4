import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SETTINGS, type SettingKey } from '../../../../src/api/settings.ts'
import { fits, readSetting, textOf } from './setting-text.ts'

const NULLABLE = { nullable: true }

test('every default of every setting is shown as text that reads back the same', () => {
  for (const [key, setting] of Object.entries(SETTINGS)) {
    if (setting.kind === 'switch') continue
    const nullable = setting.schema.safeParse(null).success
    // An empty list and no list look alike in a field: a list that can be absent has its own switch.
    if (setting.default === null && setting.kind === 'texts') continue
    const text = textOf(setting.kind, setting.default)
    assert.deepEqual(
      readSetting(setting.kind, text, { nullable }),
      { value: setting.default },
      key as SettingKey,
    )
  }
})

test('rates and times are shown exactly, and read as people type them', () => {
  for (const rate of [1_000, 1_024, 250_000, 1_234_567, 2_500_000, 1e9]) {
    assert.deepEqual(readSetting('rate', textOf('rate', rate), NULLABLE), { value: rate }, String(rate))
  }
  assert.equal(textOf('rate', 2_500_000), '2.5 MB/s')
  assert.deepEqual(readSetting('rate', '16mbit', NULLABLE), { value: 2_000_000 })
  for (const seconds of [0, 59, 90, 5_400, 604_800, 694_861]) {
    assert.deepEqual(readSetting('duration', textOf('duration', seconds), NULLABLE), { value: seconds })
  }
  assert.deepEqual(readSetting('number', '1,5', NULLABLE), { value: 1.5 })
})

test('an empty field is nothing where a setting can be nothing, and wrong where it cannot', () => {
  assert.deepEqual(readSetting('rate', ' ', NULLABLE), { value: null })
  assert.deepEqual(readSetting('count', '', { nullable: false }), { wrong: 'count' })
  assert.deepEqual(readSetting('rate', '2Mb', NULLABLE), { wrong: 'rate' })
  assert.deepEqual(readSetting('duration', '7', NULLABLE), { wrong: 'duration' })
})

test('lists are lines', () => {
  assert.deepEqual(readSetting('paths', '/a\n\n /b \n', NULLABLE), { value: ['/a', '/b'] })
})

test('a search finds a setting by every word in its name, meaning or key', () => {
  const said = ['Upload limit', 'bytes a second, all transfers together', 'speed.up']
  assert.ok(fits('upload', said))
  assert.ok(fits('LIMIT speed.up', said))
  assert.ok(!fits('upload port', said))
  assert.ok(fits('', said))
})
