import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SettingRow } from '../api/schemas/machine.ts'
import { SETTINGS } from '../api/settings.ts'
import { parseProxy } from '../daemon/way-out.ts'
import { ownEngineBecause } from './own-engine.ts'

const NOTHING = {
  proxy: undefined,
  interface: undefined,
  bind: undefined,
  port: undefined,
  'no-lsd': false,
  'no-pex': false,
  'no-utp': false,
  'no-port-mapping': false,
  'no-dht': false,
  'dht-node': [],
  'dht-router': [],
  encryption: undefined,
  'ip-filter': [],
} as const

function running(changed: Readonly<Record<string, SettingRow['value']>> = {}) {
  const settings = Object.entries(SETTINGS).map(([key, { default: usual }]) => ({
    key,
    value: (key in changed ? changed[key] : usual) as SettingRow['value'],
  }))
  return { settings, port: 51_733 }
}

const proxy = parseProxy('socks5://10.0.0.1:1080')

test('who asks for nothing of the network goes through the running one', () => {
  assert.equal(ownEngineBecause(NOTHING, running()), undefined)
  assert.equal(ownEngineBecause({ ...NOTHING, port: 0 }, running()), undefined)
})

test('every wish that the running one does not have is named', () => {
  const wishes = {
    proxy,
    interface: 'tun0',
    bind: '127.0.0.1',
    port: 4_000,
    'no-lsd': true,
    'no-pex': true,
    'no-utp': true,
    'no-port-mapping': true,
    'no-dht': true,
    'dht-node': ['10.0.0.1:1'],
    'dht-router': ['none'],
    encryption: 'require',
    'ip-filter': ['/etc/list.dat'],
  } as const
  for (const [name, value] of Object.entries(wishes))
    assert.equal(ownEngineBecause({ ...NOTHING, [name]: value }, running()), `--${name}`)
})

test('a wish that the running one fulfils needs no engine of its own', () => {
  const fulfilled = running({
    'network.proxy': 'socks5://10.0.0.1:1080',
    'network.bind': '127.0.0.1',
    'network.dht': false,
    'network.dhtRouters': [],
    'network.encryption': 'require',
    'network.ipFilters': ['/b', '/a'],
    'network.lan': false,
  })
  const wish = {
    ...NOTHING,
    proxy,
    bind: '127.0.0.1',
    port: 51_733,
    'no-dht': true,
    'dht-router': ['none'],
    encryption: 'require',
    'ip-filter': ['/a', '/b'],
    'no-lsd': true,
  } as const
  assert.equal(ownEngineBecause(wish, fulfilled), undefined)
  const other = parseProxy('socks5://ana:secret@10.0.0.1:1080')
  assert.equal(ownEngineBecause({ ...wish, proxy: other }, fulfilled), '--proxy')
})
