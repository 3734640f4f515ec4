import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { scopeOf } from '../../../src/base/address.ts'
import type { HttpHop, HttpRequest, HttpResult, Names } from '../../../src/base/ports.ts'
import { NodeHttp } from '../../../src/platform/http.ts'
import { selfSigned } from '../../doubles/self-signed.ts'
import { type Answer, WebServer } from './server.ts'

const TEXT = new TextDecoder()

/** Names as tests want them, in order per look-up when there are several lists. */
class PretendedNames implements Names {
  readonly asked: string[] = []
  readonly #table: Readonly<Record<string, readonly (readonly string[])[]>>

  constructor(table: Readonly<Record<string, readonly (readonly string[])[]>>) {
    this.#table = table
  }

  resolve(name: string): Promise<readonly string[]> {
    const before = this.asked.filter((asked) => asked === name).length
    this.asked.push(name)
    const lists = this.#table[name]
    if (lists === undefined) return Promise.resolve(scopeOf(name) === 'none' ? [] : [name])
    return Promise.resolve(lists[Math.min(before, lists.length - 1)] as readonly string[])
  }
}

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

function failureOf(result: HttpResult): string {
  assert.equal(result.ok, false, JSON.stringify(result))
  return (result as { failure: string }).failure
}

function bodyOf(result: HttpResult): string {
  assert.equal(result.ok, true, JSON.stringify(result))
  return TEXT.decode((result as { body: Uint8Array }).body)
}

function say(text: string | Uint8Array, status = 200, headers: Record<string, string> = {}): Answer {
  return (_, response) => {
    response.writeHead(status, headers)
    response.end(text)
  }
}

function redirect(to: string, status = 302): Answer {
  return say('', status, { location: to })
}

async function get(
  url: string,
  changes?: Partial<HttpRequest>,
  http = new NodeHttp(),
  family?: 4 | 6,
): Promise<HttpResult> {
  return http.get(request(url, changes), family).result
}

test('an answer comes with its status, its body and the address that gave it', async () => {
  await using server = await WebServer.start((incoming, response) => {
    response.writeHead(404)
    response.end(`${incoming.headers.host} ${incoming.headers['user-agent']} ${incoming.url}`)
  })
  const result = await get(`http://127.0.0.1:${server.port}/a%00b?x=%FF`, {
    headers: { 'user-agent': 'Shoal' },
  })
  assert.equal(bodyOf(result), `127.0.0.1:${server.port} Shoal /a%00b?x=%FF`)
  assert.ok(result.ok && result.status === 404 && result.remote === '127.0.0.1')
})

test('what is posted arrives whole with its length, and is posted nowhere else', async () => {
  const arrived: string[] = []
  await using web = await WebServer.start(async (incoming, response) => {
    let body = ''
    for await (const part of incoming) body += part
    arrived.push(`${incoming.method} ${incoming.url} ${incoming.headers['content-length']} ${body}`)
    if (incoming.url === '/away') response.writeHead(307, { location: '/elsewhere' })
    else response.writeHead(500)
    response.end('said')
  })
  const post = { method: 'POST', body: new TextEncoder().encode('four') } as const
  const at = (path: string) => `http://127.0.0.1:${web.port}${path}`
  const answer = await new NodeHttp().get(request(at('/'), post)).result
  assert.equal(answer.ok && answer.status, 500)
  assert.equal(bodyOf(answer), 'said')
  assert.equal(failureOf(await new NodeHttp().get(request(at('/away'), post)).result), 'REDIRECTS')
  assert.deepEqual(arrived, ['POST / 4 four', 'POST /away 4 four'])
})

test('a packed answer is unpacked, and one in an unknown packing refused', async () => {
  await using server = await WebServer.start((incoming, response) => {
    assert.equal(incoming.headers['accept-encoding'], 'gzip')
    if (incoming.url === '/br') say('x', 200, { 'content-encoding': 'br' })(incoming, response)
    else if (incoming.url === '/broken')
      say('not gzip at all', 200, { 'content-encoding': 'gzip' })(incoming, response)
    else say(gzipSync('swarm '.repeat(1_000)), 200, { 'content-encoding': 'gzip' })(incoming, response)
  })
  assert.equal(bodyOf(await get(`http://127.0.0.1:${server.port}/`)).length, 6_000)
  assert.equal(failureOf(await get(`http://127.0.0.1:${server.port}/br`)), 'BAD_RESPONSE')
  assert.equal(failureOf(await get(`http://127.0.0.1:${server.port}/broken`)), 'BAD_RESPONSE')
})

test('a gzip bomb is stopped at the unpacked limit', async () => {
  const bomb = gzipSync(new Uint8Array(8_000_000))
  assert.ok(bomb.length < 10_000)
  await using server = await WebServer.start(say(bomb, 200, { 'content-encoding': 'gzip' }))
  assert.equal(failureOf(await get(`http://127.0.0.1:${server.port}/`)), 'TOO_LARGE')
})

test('a hundred megabytes are refused when announced, and cut off when not', async () => {
  let sentBytes = 0
  await using server = await WebServer.start((incoming, response) => {
    if (incoming.url === '/announced') {
      response.writeHead(200, { 'content-length': String(100_000_000) })
      response.write('x')
      return
    }
    const part = new Uint8Array(64 * 1024)
    const more = (): void => {
      while (sentBytes < 100_000_000 && !response.destroyed) {
        sentBytes += part.length
        if (!response.write(part)) {
          response.once('drain', more)
          return
        }
      }
      response.end()
    }
    more()
  })
  assert.equal(failureOf(await get(`http://127.0.0.1:${server.port}/announced`)), 'TOO_LARGE')
  assert.equal(failureOf(await get(`http://127.0.0.1:${server.port}/drip`)), 'TOO_LARGE')
  assert.ok(sentBytes < 20_000_000, `the server could send ${sentBytes} bytes`)
})

test('an answer of exactly the limit is taken', async () => {
  await using server = await WebServer.start(say('x'.repeat(10_000)))
  assert.equal(bodyOf(await get(`http://127.0.0.1:${server.port}/`)).length, 10_000)
})

test('an answer that ends early is no answer', async () => {
  await using server = await WebServer.start((_, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half')
    setImmediate(() => response.socket?.destroy())
  })
  assert.equal(failureOf(await get(`http://127.0.0.1:${server.port}/`)), 'BAD_RESPONSE')
})

test('what is not HTTP is no answer', async () => {
  const server = createTcpServer((socket) => socket.end('220 mail.example ESMTP\r\n'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    assert.equal(
      failureOf(await get(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)),
      'BAD_RESPONSE',
    )
  } finally {
    server.close()
  }
})

test('the time holds for the whole exchange, whether nothing comes or something drips', async () => {
  await using server = await WebServer.start((incoming, response) => {
    if (incoming.url === '/silent') return
    response.writeHead(200)
    const timer = setInterval(() => response.write('x'), 20)
    response.on('close', () => clearInterval(timer))
  })
  for (const path of ['/silent', '/drip']) {
    const began = performance.now()
    assert.equal(
      failureOf(await get(`http://127.0.0.1:${server.port}${path}`, { timeoutMs: 300 })),
      'TIMEOUT',
    )
    assert.ok(performance.now() - began < 3_000)
  }
})

test('cancelling ends it at once', async () => {
  await using server = await WebServer.start(() => {})
  const exchange = new NodeHttp().get(request(`http://127.0.0.1:${server.port}/`))
  exchange.cancel()
  assert.equal(failureOf(await exchange.result), 'OTHER')
})

test('a closed port and a name without address are told apart', async () => {
  const server = createTcpServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  assert.equal(failureOf(await get(`http://127.0.0.1:${port}/`)), 'REFUSED')
  const names = new PretendedNames({ 'nowhere.test': [[]] })
  assert.equal(failureOf(await get('http://nowhere.test/', {}, new NodeHttp({ names }))), 'NAME_NOT_FOUND')
})

test('the next address of a name is tried when one refuses', async () => {
  await using server = await WebServer.start(say('here'))
  const names = new PretendedNames({ 'two.test': [['127.0.0.2', '127.0.0.1']] })
  const result = await get(`http://two.test:${server.port}/`, {}, new NodeHttp({ names }))
  assert.equal(bodyOf(result), 'here')
  assert.ok(result.ok && result.remote === '127.0.0.1')
})

test('a family can be chosen', async () => {
  const names = new PretendedNames({ 'both.test': [['127.0.0.1', '::1']] })
  const http = new NodeHttp({ names })
  const seen: string[] = []
  const mayConnect = (host: string): boolean => {
    seen.push(host)
    return false
  }
  assert.equal(failureOf(await get('http://both.test:9/', { mayConnect }, http, 4)), 'ADDRESS_REFUSED')
  assert.equal(failureOf(await get('http://both.test:9/', { mayConnect }, http, 6)), 'ADDRESS_REFUSED')
  assert.deepEqual(seen, ['127.0.0.1', '::1'])
})

test('IPv6 works, by literal and by name', async (t) => {
  let server: WebServer
  try {
    server = await WebServer.start((incoming, response) => response.end(incoming.headers.host), '::1')
  } catch (error) {
    t.skip(`this machine has no ::1 (${(error as { code?: string }).code})`)
    return
  }
  await using _ = server
  assert.equal(bodyOf(await get(`http://[::1]:${server.port}/`)), `[::1]:${server.port}`)
  const names = new PretendedNames({ 'six.test': [['::1']] })
  assert.equal(
    bodyOf(await get(`http://six.test:${server.port}/`, {}, new NodeHttp({ names }), 6)),
    `six.test:${server.port}`,
  )
})

test('redirects are followed by hand, relative ones too, up to the limit', async () => {
  await using server = await WebServer.start((incoming, response) => {
    const hops = Number(/\d+$/.exec(incoming.url ?? '')?.[0] ?? 0)
    if (hops === 0) say('arrived')(incoming, response)
    else redirect(`/hop${hops - 1}`, [301, 302, 303, 307, 308][hops % 5])(incoming, response)
  })
  assert.equal(bodyOf(await get(`http://127.0.0.1:${server.port}/hop3`)), 'arrived')
  assert.equal(failureOf(await get(`http://127.0.0.1:${server.port}/hop4`)), 'REDIRECTS')
  assert.deepEqual(server.asked.slice(0, 4), ['/hop3', '/hop2', '/hop1', '/hop0'])
})

test('a redirect to something other than http is not followed', async () => {
  for (const target of ['file:///etc/passwd', 'ftp://127.0.0.1/', 'javascript:alert(1)', 'http://']) {
    await using server = await WebServer.start(redirect(target))
    assert.equal(failureOf(await get(`http://127.0.0.1:${server.port}/`)), 'REDIRECTS', target)
  }
})

test('every hop asks whether its address may be contacted, and says who sent it there', async () => {
  await using inner = await WebServer.start(say('secret'))
  await using outer = await WebServer.start(redirect(`http://127.0.0.1:${inner.port}/latest/meta-data`))
  const hops: [string, HttpHop][] = []
  const mayConnect = (host: string, hop: HttpHop): boolean => {
    hops.push([host, hop])
    return hop.redirectedBy === undefined
  }
  assert.equal(
    failureOf(await get(`http://127.0.0.1:${outer.port}/announce`, { mayConnect })),
    'ADDRESS_REFUSED',
  )
  assert.deepEqual(hops, [
    ['127.0.0.1', { url: `http://127.0.0.1:${outer.port}/announce`, redirectedBy: undefined }],
    ['127.0.0.1', { url: `http://127.0.0.1:${inner.port}/latest/meta-data`, redirectedBy: '127.0.0.1' }],
  ])
  assert.deepEqual(inner.asked, [], 'the inner server was never contacted')
})

test('redirects to loopback in every disguise are seen for what they are', async () => {
  await using inner = await WebServer.start(say('secret'))
  for (const host of [
    '127.0.0.1',
    'localhost',
    '[::ffff:127.0.0.1]',
    '0x7f.1',
    '2130706433',
    '127.1',
    '[::1]',
    '169.254.169.254',
  ]) {
    await using outer = await WebServer.start(redirect(`http://${host}:${inner.port}/`))
    const mayConnect = (address: string, hop: HttpHop): boolean =>
      hop.redirectedBy === undefined || scopeOf(address) === 'public'
    const failure = failureOf(await get(`http://127.0.0.1:${outer.port}/`, { mayConnect }))
    assert.ok(failure === 'ADDRESS_REFUSED' || failure === 'NAME_NOT_FOUND', `${host}: ${failure}`)
  }
  assert.deepEqual(inner.asked, [])
})

test('a name that changes between look-ups gains nothing: the checked address is the one contacted', async () => {
  await using server = await WebServer.start(say('here'))
  const names = new PretendedNames({ 'rebind.test': [['127.0.0.1'], ['169.254.169.254']] })
  const checked: string[] = []
  const mayConnect = (host: string): boolean => {
    checked.push(host)
    return true
  }
  const result = await get(`http://rebind.test:${server.port}/`, { mayConnect }, new NodeHttp({ names }))
  assert.ok(result.ok && result.remote === '127.0.0.1')
  assert.deepEqual(names.asked, ['rebind.test'], 'looked up once')
  assert.deepEqual(checked, ['127.0.0.1'])
})

test('TLS is verified: unknown signers and other names are refused', async () => {
  const own = selfSigned('tracker.test')
  await using server = await WebServer.start(say('safe'), '127.0.0.1', own)
  const names = new PretendedNames({ 'tracker.test': [['127.0.0.1']], 'other.test': [['127.0.0.1']] })
  assert.equal(
    failureOf(await get(`https://tracker.test:${server.port}/`, {}, new NodeHttp({ names }))),
    'TLS',
  )
  const trusting = new NodeHttp({ names, certificates: own.certificate })
  assert.equal(bodyOf(await get(`https://tracker.test:${server.port}/`, {}, trusting)), 'safe')
  assert.equal(bodyOf(await get(`https://127.0.0.1:${server.port}/`, {}, trusting)), 'safe')
  assert.equal(failureOf(await get(`https://other.test:${server.port}/`, {}, trusting)), 'TLS')
  assert.deepEqual(server.asked, ['/', '/'])
})

test('https is not led down to http', async () => {
  const own = selfSigned('tracker.test')
  await using plain = await WebServer.start(say('plain'))
  await using server = await WebServer.start(redirect(`http://127.0.0.1:${plain.port}/`), '127.0.0.1', own)
  const http = new NodeHttp({ certificates: own.certificate })
  assert.equal(failureOf(await get(`https://127.0.0.1:${server.port}/`, {}, http)), 'REDIRECTS')
  assert.deepEqual(plain.asked, [])
})

test('what is no http address is refused', async () => {
  for (const url of ['', 'udp://127.0.0.1:80', 'file:///etc/passwd', 'http://'])
    assert.equal((await get(url)).ok, false, url)
})
