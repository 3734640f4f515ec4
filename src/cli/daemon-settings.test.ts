import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settingsIn } from './daemon-settings.ts'

test('options in the environment are settings of a daemon started there', () => {
  assert.deepEqual(settingsIn({}, '/here'), {})
  const environment = {
    SHOAL_PROXY: 'socks5://ana:secret@10.0.0.1:1080',
    SHOAL_DHT_ROUTER: 'none',
    SHOAL_NO_LSD: '1',
    SHOAL_PORT: '51733',
    SHOAL_BIND: '127.0.0.1',
    SHOAL_IP_FILTER: 'a.dat\n/b.dat',
    SHOAL_UP: '2M',
    SHOAL_ENCRYPTION: 'require',
  }
  assert.deepEqual(settingsIn(environment, '/here'), {
    'network.proxy': 'socks5://ana:secret@10.0.0.1:1080',
    'network.bind': '127.0.0.1',
    'network.port': 51_733,
    'network.lan': false,
    'network.dhtRouters': [],
    'network.encryption': 'require',
    'network.ipFilters': ['/here/a.dat', '/b.dat'],
    'speed.up': 2_000_000,
  })
})

test('what no option could be starts no daemon', () => {
  assert.throws(() => settingsIn({ SHOAL_PROXY: 'ftp://x' }, '/'), { code: 'OPTION_VALUE' })
  assert.throws(() => settingsIn({ SHOAL_PROXY: 'socks5://10.0.0.1:1', SHOAL_INTERFACE: 'tun0' }, '/'), {
    code: 'OPTION_CONFLICT',
  })
})
