import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SettingRow } from '../../../../src/api/schemas/machine.ts'
import { whereLooked } from './where-looked.ts'

const rows = (dht: boolean, lan: boolean): SettingRow[] => [
  { key: 'network.dht', value: dht, default: true, from: 'file' },
  { key: 'network.lan', value: lan, default: true, from: 'file' },
]

test('others are said to be looked for where that is on, and nowhere else', () => {
  const direct = { withheld: [] }
  assert.equal(whereLooked(false, rows(true, true), direct), 'both')
  assert.equal(whereLooked(false, rows(true, false), direct), 'dht')
  assert.equal(whereLooked(false, rows(false, true), direct), 'lan')
  assert.equal(whereLooked(false, rows(false, false), direct), 'nowhere')
})

test('what the way out does not carry, and what a private thing forbids, is not looked in', () => {
  assert.equal(whereLooked(false, rows(true, true), { withheld: ['LISTENING', 'LAN'] }), 'dht')
  assert.equal(whereLooked(false, rows(true, true), { withheld: ['LAN', 'DATAGRAMS'] }), 'nowhere')
  assert.equal(whereLooked(true, rows(true, true), { withheld: [] }), 'nowhere')
})
