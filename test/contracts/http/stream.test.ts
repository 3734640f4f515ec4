// Real and simulated HTTP hand a body on alike; what only a real server can do comes after.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { pause, until } from '../../../lab/netns/until.ts'
import { SimNetwork } from '../../../lab/sim/network.ts'
import { World } from '../../../lab/sim/world.ts'
import { NodeHttp } from '../../../src/platform/http.ts'
import { selfSigned } from '../../doubles/self-signed.ts'
import { type Answer, WebServer } from './server.ts'
import { bytesUpTo, open, RecordingHttpSink, streamContract } from './stream-contract.ts'

const bytesAnswer: Answer = (request, response) => {
  const lengthBytes = /^\/bytes\/(\d+)$/.exec(request.url ?? '')?.[1]
  if (lengthBytes === undefined) return
  response.writeHead(200, { 'content-length': lengthBytes })
  response.end(bytesUpTo(Number(lengthBytes)))
}

streamContract('node:http', async (body) => {
  await using server = await WebServer.start(bytesAnswer)
  const gone = createServer()
  gone.listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const { port } = gone.address() as AddressInfo
  gone.close()
  await body({
    http: new NodeHttp(),
    base: `http://127.0.0.1:${server.port}`,
    closed: `http://127.0.0.1:${port}`,
    pass: pause,
  })
})

streamContract('simulated', async (body) => {
  const world = new World(1)
  const network = new SimNetwork(world)
  const near = network.addHost('near', { addresses: ['10.0.0.1'], downloadRate: 20e6 })
  const far = network.addHost('far', { addresses: ['10.0.0.2'], uploadRate: 20e6 })
  network.web.serve(far, 80, ({ url }) => {
    const lengthBytes = Number(/^\/bytes\/(\d+)$/.exec(url.pathname)?.[1] ?? Number.NaN)
    if (Number.isNaN(lengthBytes)) return new Promise(() => {})
    return { status: 200, headers: { 'content-length': String(lengthBytes) }, body: bytesUpTo(lengthBytes) }
  })
  // No program of ours on it, but a computer that answers.
  const ground = {
    http: near.ports({} as never).http,
    base: 'http://10.0.0.2',
    closed: 'http://10.0.0.2:81',
    pass: (ms: number) => world.sleep(ms),
  }
  await world.run('the contract', () => body(ground), 600_000)
})

test('connections are kept: many bodies need one, and two at a time need two', async () => {
  const sockets = new Set<unknown>()
  await using server = await WebServer.start((request, response) => {
    sockets.add(request.socket)
    bytesAnswer(request, response)
  })
  const http = new NodeHttp()
  const fetch = async (): Promise<void> => {
    const sink = new RecordingHttpSink()
    open(http, `http://127.0.0.1:${server.port}/bytes/200000`, sink)
    await sink.finished
    assert.equal(sink.receivedBytes, 200_000)
  }
  for (let i = 0; i < 10; i++) await fetch()
  assert.equal(sockets.size, 1)
  await Promise.all([fetch(), fetch()])
  await Promise.all([fetch(), fetch()])
  assert.equal(sockets.size, 2)
})

test('a redirect keeps its connection when its body is short, and is done with when it is not', async () => {
  await using inner = await WebServer.start(bytesAnswer)
  const sockets = new Set<unknown>()
  await using outer = await WebServer.start((request, response) => {
    sockets.add(request.socket)
    const body = request.url === '/short' ? 'elsewhere' : 'x'.repeat(100_000)
    response.writeHead(302, {
      location: `http://127.0.0.1:${inner.port}/bytes/5`,
      'content-length': String(body.length),
    })
    response.end(body)
  })
  const http = new NodeHttp()
  for (const path of ['/short', '/long']) {
    for (let i = 0; i < 3; i++) {
      const sink = new RecordingHttpSink()
      open(http, `http://127.0.0.1:${outer.port}${path}`, sink)
      await sink.finished
      assert.equal(sink.receivedBytes, 5)
    }
    assert.equal(sockets.size === 1, path === '/short', path)
  }
})

test('a kept connection that the server had closed meanwhile is no failure', async () => {
  let served = 0
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', () => {
      served++
      // The first request of each connection is answered; a second one finds it closed.
      if (socket.bytesWritten > 0) socket.resetAndDestroy()
      else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const http = new NodeHttp()
  try {
    for (let i = 0; i < 4; i++) {
      const sink = new RecordingHttpSink()
      open(http, `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`, sink)
      await sink.finished
      assert.equal(sink.outcome, 'complete', `request ${i}`)
    }
    assert.equal(served, 6, 'every second one was sent twice')
  } finally {
    server.close()
  }
})

test('what is not read is not sent: a hundred megabytes stop at a paused stream, and end with a cancelled one', async () => {
  let sentBytes = 0
  let over = false
  await using server = await WebServer.start((_, response) => {
    response.writeHead(200)
    response.on('close', () => {
      over = true
    })
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
  const sink = new RecordingHttpSink()
  const stream = open(new NodeHttp(), `http://127.0.0.1:${server.port}/`, sink)
  sink.onData = () => stream.pause()
  await until('something came', () => sink.receivedBytes > 0)
  await pause(300)
  assert.ok(sentBytes < 40_000_000, `the server could send ${sentBytes} bytes`)
  stream.cancel()
  await until('the server sees the end', () => over)
  assert.ok(sentBytes < 40_000_000)
})

test('nothing is unpacked: a gzip bomb stays as small as it is', async () => {
  const bomb = gzipSync(new Uint8Array(8_000_000))
  await using server = await WebServer.start((request, response) => {
    assert.equal(request.headers['accept-encoding'], 'identity')
    response.writeHead(200, { 'content-encoding': 'gzip' })
    response.end(bomb)
  })
  const sink = new RecordingHttpSink()
  open(new NodeHttp(), `http://127.0.0.1:${server.port}/`, sink)
  await sink.finished
  assert.equal(sink.head_?.headers.get('content-encoding'), 'gzip')
  assert.equal(sink.receivedBytes, bomb.length)
})

test('a body that is cut off says so, whatever had come of it', async () => {
  await using server = await WebServer.start((_, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half')
    setTimeout(() => response.socket?.destroy(), 20)
  })
  const sink = new RecordingHttpSink()
  open(new NodeHttp(), `http://127.0.0.1:${server.port}/`, sink)
  await sink.finished
  assert.equal(sink.failure, 'BAD_RESPONSE')
  assert.equal(sink.receivedBytes, 4)
})

test('redirects and TLS follow the rules of whole answers', async () => {
  const own = selfSigned('files.test')
  await using inner = await WebServer.start(bytesAnswer, '127.0.0.1', own)
  await using outer = await WebServer.start((_, response) => {
    response.writeHead(302, { location: `https://127.0.0.1:${inner.port}/bytes/5` })
    response.end()
  })
  const url = `http://127.0.0.1:${outer.port}/`
  const trusted = new RecordingHttpSink()
  open(new NodeHttp({ certificates: own.certificate }), url, trusted)
  await trusted.finished
  assert.equal(trusted.receivedBytes, 5)
  const untrusted = new RecordingHttpSink()
  open(new NodeHttp(), url, untrusted)
  await untrusted.finished
  assert.equal(untrusted.failure, 'TLS')
  const refused = new RecordingHttpSink()
  open(new NodeHttp(), url, refused, { mayConnect: (_, { redirectedBy }) => redirectedBy === undefined })
  await refused.finished
  assert.equal(refused.failure, 'ADDRESS_REFUSED')
})
