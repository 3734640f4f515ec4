// The web through each way out: bodies, TLS, redirects and kept connections, and which names are asked of a proxy.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpRequest, HttpResult } from '../../../src/base/ports.ts'
import { BoundExit } from '../../../src/platform/exit/bound-exit.ts'
import { DeviceSockets } from '../../../src/platform/exit/device-sockets.ts'
import type { Exit } from '../../../src/platform/exit/exit.ts'
import { type ProxyAddress, parseProxy } from '../../../src/platform/exit/proxy-address.ts'
import { ProxyExit } from '../../../src/platform/exit/proxy-exit.ts'
import { NodeHttp } from '../../../src/platform/http.ts'
import { PretendedProxy, type PretendedProxyOptions } from '../../doubles/pretended-proxy.ts'
import { selfSigned } from '../../doubles/self-signed.ts'
import { WebServer } from './server.ts'

const NAME = 'web.example'

function request(url: string, changes: Partial<HttpRequest> = {}): HttpRequest {
  return {
    url,
    timeoutMs: 5_000,
    limitBytes: 10_000,
    limitUnpackedBytes: 50_000,
    maxRedirects: 3,
    mayConnect: () => true,
    ...changes,
  }
}

function told(result: HttpResult): string {
  return result.ok ? new TextDecoder().decode(result.body) : result.failure
}

interface Way {
  readonly exit: Exit & { close(): void }
  readonly proxy: PretendedProxy | undefined
}

async function through(options: PretendedProxyOptions): Promise<Way> {
  const proxy = await PretendedProxy.start({ names: { [NAME]: '127.0.0.1' }, ...options })
  return { exit: await ProxyExit.open(parseProxy(proxy.url) as ProxyAddress), proxy }
}

const WAYS: Readonly<Record<string, () => Promise<Way>>> = {
  socks5: () => through({ protocol: 'socks5' }),
  http: () => through({ protocol: 'http', login: { user: 'ana', password: 'pw' } }),
  ...(DeviceSockets.load() === undefined
    ? {}
    : { 'one interface': async () => ({ exit: BoundExit.open('lo') as Way['exit'], proxy: undefined }) }),
}

for (const [name, open] of Object.entries(WAYS)) {
  const way = async (body: (way: Way) => Promise<void>): Promise<void> => {
    const opened = await open()
    try {
      await body(opened)
      assert.deepEqual(opened.proxy?.faults ?? [], [])
    } finally {
      opened.exit.close()
      await opened.proxy?.stop()
    }
  }

  test(`${name}: an answer comes, redirects are followed, and every hop is asked about`, () =>
    way(async ({ exit, proxy }) => {
      await using server = await WebServer.start((incoming, response) => {
        if (incoming.url === '/a') response.writeHead(302, { location: '/b' }).end()
        else response.end(`${incoming.url} ${incoming.headers.host}`)
      })
      const hops: string[] = []
      const mayConnect: HttpRequest['mayConnect'] = (host, hop) => {
        hops.push(`${host} ${new URL(hop.url).pathname} ${hop.redirectedBy}`)
        return true
      }
      const host = `127.0.0.1:${server.port}`
      assert.equal(
        told(await new NodeHttp({ exit }).get(request(`http://${host}/a`, { mayConnect })).result),
        `/b ${host}`,
      )
      assert.deepEqual(hops, ['127.0.0.1 /a undefined', '127.0.0.1 /b 127.0.0.1'])
      if (proxy !== undefined) assert.deepEqual(proxy.asked.slice(-2), [host, host])
    }))

  test(`${name}: TLS is verified for the host, whoever carries it`, () =>
    way(async ({ exit }) => {
      const certificate = selfSigned('127.0.0.1')
      await using server = await WebServer.start(
        (_, response) => response.end('safe'),
        '127.0.0.1',
        certificate,
      )
      const url = `https://127.0.0.1:${server.port}/`
      const trusting = new NodeHttp({ exit, certificates: certificate.certificate })
      assert.equal(told(await trusting.get(request(url)).result), 'safe')
      assert.equal(told(await new NodeHttp({ exit }).get(request(url)).result), 'TLS')
    }))

  test(`${name}: a server that is not there refuses, and what is forbidden is not connected to`, () =>
    way(async ({ exit, proxy }) => {
      const server = await WebServer.start((_, response) => response.end(''))
      const url = `http://127.0.0.1:${server.port}/`
      await server[Symbol.asyncDispose]()
      const http = new NodeHttp({ exit })
      assert.equal(told(await http.get(request(url)).result), 'REFUSED')
      const before = proxy?.asked.length
      assert.equal(told(await http.get(request(url, { mayConnect: () => false })).result), 'ADDRESS_REFUSED')
      assert.equal(proxy?.asked.length, before)
    }))

  test(`${name}: one connection serves one range after another`, () =>
    way(async ({ exit, proxy }) => {
      await using server = await WebServer.start((_, response) => response.end('part'))
      const http = new NodeHttp({ exit })
      const asked = proxy?.asked.length ?? 0
      for (let i = 0; i < 3; i++) {
        await new Promise<void>((ended) => {
          const { url, maxRedirects, mayConnect } = request(`http://127.0.0.1:${server.port}/${i}`)
          const sink = { head: () => {}, data: () => {}, ended: () => ended() }
          http.open({ url, maxRedirects, mayConnect, headTimeoutMs: 5_000 }, sink)
        })
      }
      assert.deepEqual(server.asked, ['/0', '/1', '/2'])
      if (proxy !== undefined) assert.equal(proxy.asked.length - asked, 1)
    }))
}

test('a name is resolved by the proxy, in either family; one that means something near is asked of nobody', async () => {
  const { exit, proxy } = await through({ protocol: 'socks5' })
  await using server = await WebServer.start((incoming, response) => response.end(incoming.headers.host))
  const http = new NodeHttp({ exit })
  const hosts: string[] = []
  const mayConnect: HttpRequest['mayConnect'] = (host) => {
    hosts.push(host)
    return true
  }
  const url = `http://${NAME}:${server.port}/`
  for (const family of [undefined, 4, 6] as const)
    assert.equal(told(await http.get(request(url, { mayConnect }), family).result), `${NAME}:${server.port}`)
  assert.deepEqual(hosts, [NAME, NAME, NAME])
  assert.equal(proxy?.asked.at(-1), `${NAME}:${server.port}`)
  const before = proxy?.asked.length
  for (const near of ['localhost', 'router', 'nas.local', 'a.internal'])
    assert.equal(told(await http.get(request(`http://${near}/`, { mayConnect })).result), 'NAME_NOT_FOUND')
  assert.equal(proxy?.asked.length, before)
  exit.close()
  await proxy?.stop()
})

test('while the proxy is down nothing is asked, within the time that was given', async () => {
  const { exit, proxy } = await through({ protocol: 'socks5' })
  await proxy?.stop()
  const http = new NodeHttp({ exit })
  const first = await http.get(request('http://192.0.2.7/', { timeoutMs: 3_000 })).result
  assert.equal(first.ok, false)
  assert.equal(exit.kind === 'proxy' && exit.trouble()?.code, 'PROXY_DOWN')
  assert.equal(told(await http.get(request('http://192.0.2.7/', { timeoutMs: 200 })).result), 'TIMEOUT')
  exit.close()
})
