import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PretendedProxy } from '../../test/doubles/pretended-proxy.ts'
import { BoundExit } from '../platform/exit/bound-exit.ts'
import { DeviceSockets } from '../platform/exit/device-sockets.ts'
import { DIRECT } from '../platform/exit/exit.ts'
import { ProxyExit } from '../platform/exit/proxy-exit.ts'
import { localAddresses } from '../platform/interfaces.ts'
import { optionsBy, ownAddressesBy, type ProxyAddress, parseProxy, withheldBy } from './way-out.ts'

const tied = DeviceSockets.load() === undefined ? { skip: 'sockets cannot be tied to an interface here' } : {}

test('without a way out nothing is withheld, and every address is told', () => {
  assert.deepEqual([withheldBy(DIRECT), optionsBy(withheldBy(DIRECT))], [[], {}])
  assert.deepEqual(ownAddressesBy(DIRECT), localAddresses())
})

test('behind a proxy no address is told, nobody is listened for and no router asked', async () => {
  for (const [protocol, datagrams] of [
    ['socks5', true],
    ['http', false],
  ] as const) {
    await using proxy = await PretendedProxy.start({ protocol })
    const exit = await ProxyExit.open(parseProxy(proxy.url) as ProxyAddress)
    exit.close()
    assert.deepEqual(ownAddressesBy(exit), [])
    const off = { listen: undefined, lan: false, portMapping: false }
    assert.deepEqual(optionsBy(withheldBy(exit)), datagrams ? off : { ...off, dht: false, utp: false })
  }
})

test('by an interface only its own addresses are told', tied, () => {
  for (const [to, addresses] of [
    ['lo', localAddresses().includes('::1') ? ['127.0.0.1', '::1'] : undefined],
    ['127.0.0.1', ['127.0.0.1']],
  ] as const) {
    const exit = BoundExit.open(to)
    const told = ownAddressesBy(exit)
    exit.close()
    if (addresses !== undefined) assert.deepEqual(told, addresses)
    assert.ok(
      told.every((host) => host === '127.0.0.1' || host === '::1'),
      told.join(),
    )
  }
})
