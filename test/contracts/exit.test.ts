// The contracts of Tcp and Udp, kept through each way out: proxies of both kinds, with and without a login.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pause } from '../../lab/netns/until.ts'
import { SocketError } from '../../src/base/ports.ts'
import { type ProxyAddress, parseProxy } from '../../src/platform/exit/proxy-address.ts'
import { ProxyExit } from '../../src/platform/exit/proxy-exit.ts'
import { NodeTcp } from '../../src/platform/tcp.ts'
import { NodeUdp } from '../../src/platform/udp.ts'
import { NOBODY_ANSWERS, PretendedProxy, type PretendedProxyOptions } from '../doubles/pretended-proxy.ts'
import { tcpContract } from './tcp-contract.ts'
import { udpContract } from './udp-contract.ts'

const LOGIN = { user: 'ana', password: 's3cret with: colon' }

for (const options of [
  { protocol: 'socks5', login: LOGIN },
  { protocol: 'http', login: LOGIN },
] as const satisfies readonly PretendedProxyOptions[]) {
  const name = `${options.protocol}${'login' in options ? ' with a login' : ''}`
  tcpContract(`through ${name}`, async (body) => {
    await using proxy = await PretendedProxy.start(options)
    const exit = await ProxyExit.open(addressOf(proxy))
    try {
      await body({
        near: new NodeTcp(exit),
        far: new NodeTcp(),
        farHosts: ['127.0.0.1'],
        relayed: true,
        silent: async () => ({ host: NOBODY_ANSWERS, port: 9 }),
        pass: pause,
      })
      assert.deepEqual(proxy.faults, [])
    } finally {
      exit.close()
    }
  })
}

udpContract('through socks5', async (body) => {
  await using proxy = await PretendedProxy.start({ protocol: 'socks5', login: LOGIN })
  const exit = await ProxyExit.open(addressOf(proxy))
  try {
    await body({
      near: new NodeUdp(exit),
      far: new NodeUdp(),
      farHosts: ['127.0.0.1', '::1'],
      groups: [],
      relayed: true,
      pass: pause,
    })
    assert.deepEqual(proxy.faults, [])
  } finally {
    exit.close()
  }
})

test('behind a proxy nobody is listened for, and no group is joined', async () => {
  await using proxy = await PretendedProxy.start({ protocol: 'socks5' })
  const exit = await ProxyExit.open(addressOf(proxy))
  await assert.rejects(
    new NodeTcp(exit).listen({ host: '127.0.0.1', port: 0 }, () => {}),
    { code: 'DENIED' },
  )
  const group = { at: { host: '0.0.0.0', port: 0 }, multicastGroup: '239.192.152.143' }
  await assert.rejects(new NodeUdp(exit).bind(group), { code: 'DENIED' })
  exit.close()
})

for (const options of [
  { protocol: 'socks5', udp: 'says-no' },
  { protocol: 'socks5', udp: 'closes' },
  { protocol: 'http' },
] as const satisfies readonly PretendedProxyOptions[]) {
  test(`where ${JSON.stringify(options)} relays no datagrams there are none`, async () => {
    await using proxy = await PretendedProxy.start(options)
    const exit = await ProxyExit.open(addressOf(proxy))
    assert.equal(exit.relays, false)
    assert.equal(exit.trouble(), undefined)
    await assert.rejects(new NodeUdp(exit).bind({ at: { host: '0.0.0.0', port: 0 } }), { code: 'DENIED' })
    exit.close()
  })
}

test('a name is given to the relay as it is, and its answer comes under that name', async () => {
  await using proxy = await PretendedProxy.start({
    protocol: 'socks5',
    names: { 'tracker.example': '127.0.0.1' },
  })
  const exit = await ProxyExit.open(addressOf(proxy))
  const far = await new NodeUdp().bind({ at: { host: '127.0.0.1', port: 0 } })
  far.onMessage = (bytes, from) => far.send(bytes.slice().reverse(), from)
  const near = await new NodeUdp(exit).bind({ at: { host: '0.0.0.0', port: 0 } })
  const heard = new Promise((resolve) => {
    near.onMessage = (bytes, from) => {
      if (from.host === 'tracker.example') resolve({ bytes: [...bytes], port: from.port })
    }
  })
  near.send(Uint8Array.of(1, 2), { host: 'tracker.example', port: far.local.port })
  assert.deepEqual(await heard, { bytes: [2, 1], port: far.local.port })
  assert.deepEqual(proxy.relayed, [`tracker.example:${far.local.port}`])
  near.close()
  far.close()
  exit.close()
})

test('a relay that ends is asked for again', async () => {
  await using proxy = await PretendedProxy.start({ protocol: 'socks5' })
  const exit = await ProxyExit.open(addressOf(proxy))
  const far = await new NodeUdp().bind({ at: { host: '127.0.0.1', port: 0 } })
  const near = await new NodeUdp(exit).bind({ at: { host: '0.0.0.0', port: 0 } })
  const heard = async () => {
    const got = new Promise<number>((resolve) => {
      far.onMessage = (bytes) => resolve(bytes[0] as number)
    })
    near.send(Uint8Array.of(7), far.local)
    return got
  }
  assert.equal(await heard(), 7)
  const before = proxy.associations
  proxy.endStreams()
  while (proxy.associations === before) await pause(20)
  assert.equal(await heard(), 7)
  near.close()
  far.close()
  exit.close()
})

test('a proxy may have an IPv6 address, and what is reached through it may too', async () => {
  await using proxy = await PretendedProxy.start({ protocol: 'socks5', host: '::1' })
  const exit = await ProxyExit.open(addressOf(proxy))
  const listener = await new NodeTcp().listen({ host: '::1', port: 0 }, (connection) => connection.close())
  const connection = await new NodeTcp(exit).dial(listener.local, 5_000).result
  assert.ok(!(connection instanceof SocketError), String(connection))
  connection.close()
  await listener.close()
  const far = await new NodeUdp().bind({ at: { host: '::1', port: 0 } })
  const near = await new NodeUdp(exit).bind({ at: { host: '::', port: 0 } })
  const heard = new Promise((resolve) => {
    far.onMessage = (bytes) => resolve(bytes[0])
  })
  near.send(Uint8Array.of(7), far.local)
  assert.equal(await heard, 7)
  for (const socket of [near, far]) socket.close()
  exit.close()
  assert.deepEqual(proxy.faults, [])
})

test('while the proxy is down dials wait, and go on when it is back', async () => {
  await using proxy = await PretendedProxy.start({ protocol: 'socks5' })
  const exit = await ProxyExit.open(addressOf(proxy))
  const tcp = new NodeTcp(exit)
  const listener = await new NodeTcp().listen({ host: '127.0.0.1', port: 0 }, (connection) =>
    connection.close(),
  )
  await proxy.stop()
  const first = await tcp.dial(listener.local, 5_000).result
  assert.equal((first as SocketError).code, 'NO_WAY_OUT')
  assert.deepEqual(exit.trouble(), { code: 'PROXY_DOWN', data: { proxy: `127.0.0.1:${proxy.port}` } })
  const short = await tcp.dial(listener.local, 100).result
  assert.equal((short as SocketError).code, 'NO_WAY_OUT')
  const waiting = tcp.dial(listener.local, 30_000).result
  await proxy.start()
  const connection = await waiting
  assert.ok(!(connection instanceof SocketError), String(connection))
  assert.equal(exit.trouble(), undefined)
  connection.close()
  await listener.close()
  exit.close()
})

test('a proxy that is not there, not one, or takes nobody like us says so when it is opened', async () => {
  await using proxy = await PretendedProxy.start({ protocol: 'socks5', login: LOGIN })
  const { port } = proxy
  const opened = (url: string) => ProxyExit.open(parseProxy(url) as ProxyAddress)
  await assert.rejects(opened(`socks5://127.0.0.1:${port}`), { code: 'PROXY_LOGIN' })
  await assert.rejects(opened(`socks5://ana:wrong@127.0.0.1:${port}`), { code: 'PROXY_LOGIN' })
  await assert.rejects(opened(`http://127.0.0.1:${port}`), { code: 'PROXY_NOT_ONE' })
  await proxy.stop()
  await assert.rejects(opened(`socks5://127.0.0.1:${port}`), { code: 'PROXY_DOWN' })
  await using web = await PretendedProxy.start({ protocol: 'http', login: LOGIN })
  await assert.rejects(opened(`http://127.0.0.1:${web.port}`), { code: 'PROXY_LOGIN' })
})

function addressOf(proxy: PretendedProxy): ProxyAddress {
  const address = parseProxy(proxy.url)
  assert.ok(address !== undefined)
  return address
}
