// SAFETY.md, *API and page*: what somebody hostile sends, byte by byte over real sockets, where a client library would refuse to.
// What only a browser can do is in test/e2e/page-door.test.ts.

import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Served, serve } from '../../../test/doubles/served.ts'

const lines = (...all: readonly string[]): string => `${all.join('\r\n')}\r\n\r\n`

/** Status and code of the answer to these lines, with the owner's token and an end after it. */
async function ask(served: Served, first: string, ...headers: readonly string[]): Promise<string> {
  const authorization = `Authorization: Bearer ${served.token}`
  const answer = await served.raw(lines(first, ...headers, authorization, 'Connection: close'))
  const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]
  const code = /"code":"([A-Z_]+)"/.exec(answer)?.[1]
  assert.doesNotMatch(answer, /access-control-/i)
  return code === undefined ? String(status) : `${status} ${code}`
}

const STATUS = 'GET /api/v1/status HTTP/1.1'

test('a foreign, duplicate, missing, 0.0.0.0 or trailing-dot Host is answered with nothing of ours', async (t) => {
  const served = await serve(t)
  const { port } = served.server
  assert.equal(await ask(served, STATUS, `Host: 127.0.0.1:${port}`), '200')
  assert.equal(await ask(served, STATUS, 'Host: evil.example'), '421 HOST_FOREIGN')
  assert.equal(await ask(served, STATUS, `Host: 0.0.0.0:${port}`), '421 HOST_FOREIGN')
  assert.equal(await ask(served, STATUS, `Host: localhost.:${port}`), '421 HOST_FOREIGN')
  assert.equal(await ask(served, STATUS, `Host: localhost:${port}@evil.example`), '421 HOST_FOREIGN')
  assert.equal(await ask(served, STATUS), '400 HOST_MISSING')
  assert.equal(await ask(served, STATUS, 'Host:'), '400 HOST_MISSING')
  assert.equal(await ask(served, STATUS, 'Host: localhost', 'Host: localhost'), '400 HEADER_TWICE')
  assert.equal(await ask(served, STATUS, 'Host: localhost', 'Host: evil.example'), '400 HEADER_TWICE')
  assert.equal(await ask(served, 'GET /api/v1/status HTTP/1.0'), '400 HOST_MISSING')
  assert.equal(served.heard.length, 1)
  const turnedAway = new Map(served.guard.rows().map(({ reason, examples }) => [reason, examples]))
  assert.ok(turnedAway.get('HOST_FOREIGN')?.includes('evil.example'), 'the guard shows who asked')
})

test('a host folded into two lines, or with a space before its colon, is no request', async (t) => {
  const served = await serve(t)
  for (const header of [
    'Host: localhost\r\n evil.example',
    'Host : localhost',
    ' Host: localhost',
    'Host\0: localhost',
  ])
    assert.equal(await ask(served, STATUS, header), '400', header)
  assert.equal(served.heard.length, 0)
})

test('an absolute-form target reaches nothing, whatever its Host', async (t) => {
  const served = await serve(t)
  const { port } = served.server
  for (const target of [
    `http://127.0.0.1:${port}/api/v1/status`,
    'http://evil.example/api/v1/status',
    `//127.0.0.1:${port}/api/v1/status`,
    '*',
  ]) {
    assert.equal(await ask(served, `GET ${target} HTTP/1.1`, 'Host: localhost'), '400 TARGET_INVALID', target)
  }
  // Node ends a connection that wants to be a tunnel, without an answer.
  const tunnel = await served.raw(lines(`CONNECT 127.0.0.1:${port} HTTP/1.1`, 'Host: localhost'))
  assert.equal(tunnel, '')
  assert.equal(served.heard.length, 0)
})

test('a null Origin, a foreign one, a form and an image of another site are not looked at', async (t) => {
  const served = await serve(t)
  const post = 'POST /api/v1/pause-all HTTP/1.1'
  const json = ['Host: localhost', 'Content-Type: application/json', 'Content-Length: 0']
  for (const header of [
    'Origin: null',
    'Origin: http://evil.example',
    'Sec-Fetch-Site: cross-site',
    'Sec-Fetch-Site: same-site',
  ])
    assert.equal(await ask(served, post, ...json, header), '403 ORIGIN_FOREIGN', header)
  const image = ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Dest: image', 'Sec-Fetch-Mode: no-cors']
  assert.equal(
    await ask(served, 'GET /media/a/1/b/0/c HTTP/1.1', 'Host: localhost', ...image),
    '403 ORIGIN_FOREIGN',
  )
  assert.equal(served.heard.length, 0)
})

test('a preflight is told nothing that a browser could take for leave', async (t) => {
  const served = await serve(t)
  const asked = ['Host: localhost', 'Origin: http://evil.example', 'Access-Control-Request-Method: POST']
  assert.equal(await ask(served, 'OPTIONS /api/v1/transfers HTTP/1.1', ...asked), '405 METHOD_UNKNOWN')
})

test('a WebSocket is not opened', async (t) => {
  const served = await serve(t)
  const upgrade = [
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ]
  const answer = await served.raw(
    lines(
      'GET /api/v1/events HTTP/1.1',
      'Host: localhost',
      'Connection: Upgrade',
      ...upgrade,
      'Origin: http://evil.example',
    ),
  )
  assert.match(answer, /^HTTP\/1\.1 400 .*UPGRADE_UNKNOWN/s)
})

test('no path of a request leaves the page, the dropped files or the media', async (t) => {
  const served = await serve(t)
  await writeFile(join(served.folder, 'secret'), 'secret')
  await mkdir(join(served.folder, 'page', 'inside'))
  for (const target of [
    '/../secret',
    '/assets/../../secret',
    '/assets/..%2f..%2fsecret',
    '/%2e%2e/secret',
    '/..%5csecret',
    '/assets/%00main-1.js',
    '/assets/main-1.js%00.html',
    '/assets//main-1.js',
    '/./assets/main-1.js',
    '/assets',
    '/assets/',
    '/inside',
    '/index.html/../../secret',
    '/api/v1/../../secret',
    '/api/v1/transfers/..%2f..%2fsecret/files',
    '/%',
    '/%zz',
    '/%c0%ae%c0%ae/secret',
    '/media/../../secret',
  ]) {
    const answer = await ask(served, `GET ${target} HTTP/1.1`, 'Host: localhost')
    assert.match(answer, /^(404 ROUTE_UNKNOWN|400 INPUT_INVALID)$/, `${target}: ${answer}`)
  }
})

test('two lengths, or a length and chunks, are no request', async (t) => {
  const served = await serve(t)
  const smuggled = ['Content-Length: 5', 'Transfer-Encoding: chunked']
  for (const headers of [
    smuggled,
    ['Content-Length: 5', 'Content-Length: 6'],
    ['Transfer-Encoding: chunked, identity'],
  ])
    assert.equal(await ask(served, 'POST /api/v1/pause-all HTTP/1.1', 'Host: localhost', ...headers), '400')
})

test('heads that are larger than any of ours are refused', async (t) => {
  const served = await serve(t)
  assert.equal(await ask(served, STATUS, 'Host: localhost', `X-Long: ${'x'.repeat(20_000)}`), '431')
  assert.equal(await ask(served, `GET /${'x'.repeat(20_000)} HTTP/1.1`, 'Host: localhost'), '431')
})

test('a body that says to be larger than it may is refused before it comes', async (t) => {
  const served = await serve(t)
  const headers = ['Host: localhost', 'Content-Type: application/json', 'Content-Length: 1000000000']
  assert.equal(await ask(served, 'POST /api/v1/pause-all HTTP/1.1', ...headers), '413 BODY_TOO_LARGE')
})

test('a body that says nothing of its size is cut at what it may have', async (t) => {
  const served = await serve(t)
  const socket = await served.dial()
  const answer = heard(socket)
  socket.write(
    lines(
      'POST /api/v1/pause-all HTTP/1.1',
      'Host: localhost',
      `Authorization: Bearer ${served.token}`,
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
    ),
  )
  const chunk = `8000\r\n${' '.repeat(0x8000)}\r\n`
  for (let i = 0; i < 64 && !socket.destroyed; i++) {
    socket.write(chunk)
    await new Promise(setImmediate)
  }
  assert.match(await answer, /BODY_TOO_LARGE|^$/)
  assert.equal(served.heard.length, 0)
})

/** All that comes until the other side ends. */
function heard(socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', (part: Buffer) => {
    text += part.toString('latin1')
  })
  return new Promise((resolve) => socket.once('close', () => resolve(text)))
}

test('a head that drips, and a body that drips, are not waited for', async (t) => {
  const served = await serve(t, { patience: { headersMs: 100, bodyMs: 100 } })
  const [head, body] = [await served.dial(), await served.dial()]
  const ends = [heard(head), heard(body)]
  head.write('GET /api/v1/status HTTP/1.1\r\nHost: local')
  body.write(
    `${lines(
      'POST /api/v1/pause-all HTTP/1.1',
      'Host: localhost',
      `Authorization: Bearer ${served.token}`,
      'Content-Type: application/json',
      'Content-Length: 1000',
    )}{`,
  )
  const dripping = setInterval(() => {
    for (const socket of [head, body]) if (socket.writable) socket.write(' ')
  }, 10)
  t.after(() => clearInterval(dripping))
  assert.match((await Promise.all(ends))[0] ?? '', /^(HTTP\/1\.1 408 |$)/)
  assert.equal(served.heard.length, 0)
})

test('a thousand silent connections keep no real request out', async (t) => {
  const served = await serve(t)
  const silent: Socket[] = []
  for (let i = 0; i < 1_000; i += 100)
    silent.push(...(await Promise.all(Array.from({ length: 100 }, served.dial))))
  assert.equal((await served.ask('GET', '/api/v1/status')).status, 200)
  const left = () => silent.filter((socket) => !socket.destroyed).length
  while (left() > 32) await new Promise((resolve) => setTimeout(resolve, 10))
  assert.equal((await served.ask('GET', '/api/v1/status')).status, 200)
})

test('a stream whose reader does not read is let go when a mebibyte waits for it', async (t) => {
  const served = await serve(t)
  const socket = await served.dial()
  socket.pause()
  const authorization = `Authorization: Bearer ${served.token}`
  socket.write(lines('GET /api/v1/events HTTP/1.1', 'Host: localhost', authorization))
  while (served.feed.followers === 0) await new Promise(setImmediate)
  const removed = Array.from({ length: 5_000 }, (_, i) => i.toString(16).padStart(40, '0'))
  let sent = 0
  // The system's own buffers take some megabytes first.
  for (; served.feed.followers > 0 && sent < 500; sent++) {
    served.feed.change({ removed })
    await new Promise(setImmediate)
  }
  assert.ok(sent > 4 && sent < 500, `${sent} changes of 215 kB`)
})

test('as many streams as are allowed leave room for calls, and one more is refused', async (t) => {
  const served = await serve(t)
  const events = lines(
    'GET /api/v1/events HTTP/1.1',
    'Host: localhost',
    `Authorization: Bearer ${served.token}`,
  )
  for (let i = 0; i < 16; i++) (await served.dial()).write(events)
  while (served.feed.followers < 16) await new Promise(setImmediate)
  const more = await served.ask('GET', '/api/v1/events')
  assert.equal(more.status, 503)
  assert.equal((await served.ask('GET', '/api/v1/status')).status, 200)
})
