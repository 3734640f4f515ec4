import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SettingValue } from '../api/schemas/machine.ts'
import { SETTINGS, type SettingKey } from '../api/settings.ts'
import { settingLines, settingText, settingValue } from './setting-words.ts'

const value = (key: SettingKey, ...words: string[]): SettingValue =>
  settingValue(key, words, (path) => `/here/${path}`)

test('settings are typed as amounts are typed everywhere', () => {
  assert.equal(value('speed.down', '2M'), 2_000_000)
  assert.equal(value('speed.up', '16mbit'), 2_000_000)
  assert.equal(value('speed.up', 'none'), null)
  assert.equal(value('sharing.seconds', '7d'), 604_800)
  assert.equal(value('sharing.ratio', '1.5'), 1.5)
  assert.equal(value('network.dht', 'off'), false)
  assert.equal(value('network.proxy', 'none'), '')
  assert.equal(value('network.encryption', 'require'), 'require')
  assert.equal(value('saving.folder', 'films'), '/here/films')
  assert.deepEqual(value('network.ipFilters', 'a', 'b'), ['/here/a', '/here/b'])
  assert.deepEqual(value('network.dhtRouters', 'none'), [])
  assert.equal(value('speed.slowTimes', 'mon-fri', '08:00-17:30'), 'mon-fri 08:00-17:30')
})

test('what a setting cannot be is said with what it should be', () => {
  const wrong: [SettingKey, ...string[]][] = [
    ['speed.down', '2Mb'],
    ['speed.down', '10'],
    ['network.dht', 'perhaps'],
    ['network.port', '70000'],
    ['network.port', 'none'],
    ['network.encryption', 'always'],
    ['speed.slowTimes', 'noon'],
    ['network.bind', 'a', 'b'],
  ]
  for (const [key, ...words] of wrong)
    assert.throws(() => value(key, ...words), { code: 'SETTING_VALUE' }, `${key} ${words}`)
})

test('every default is shown, and what is told to scripts can be set again', () => {
  for (const [key, { default: usual }] of Object.entries(SETTINGS)) {
    const name = key as SettingKey
    assert.notEqual(settingText(name, usual as SettingValue), '')
    // An absent list and an empty one are both nothing; only the latter can be typed.
    if (name === 'network.dhtRouters') continue
    const again = settingValue(name, settingLines(name, usual as SettingValue), (path) => path)
    assert.deepEqual(again, usual, key)
  }
})
