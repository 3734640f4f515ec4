import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { needs } from '../../../test/doubles/require-program.ts'
import { CodedError } from '../../base/errors.ts'
import type { Millis } from '../../base/ids.ts'
import type { Allowance } from '../../engine/peer/host.ts'
import { RateLimiter } from '../../engine/session/rate-limiter.ts'
import { MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS } from './page-room.ts'
import type { PagedShare } from './paged-share.ts'
import { openSharePages, type PageAddress, type SharePages, type SharePagesOptions } from './share-pages.ts'

const UNLIMITED: Allowance = {
  take: (bytes) => bytes,
  give() {},
  satisfied() {},
  nextAt: (now) => now,
  unlimited: true,
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

interface Scene {
  readonly pages: SharePages
  readonly folder: string
  readonly given: { bytes: number }
  /** Files by their path, as a share in the folder of the test. */
  share(files: Record<string, Buffer | string>, parts?: Partial<PagedShare>): Promise<PagedShare>
}

async function scene(t: TestContext, options: Partial<SharePagesOptions> = {}): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-page-'))
  const given = { bytes: 0 }
  const pages = openSharePages({
    allowance: () => UNLIMITED,
    now: () => performance.now() as Millis,
    given: (_, bytes) => (given.bytes += bytes),
    address: async () => '127.0.0.1',
    ...options,
  })
  t.after(async () => {
    await pages.closeAll()
    await rm(folder, { recursive: true, force: true })
  })
  return {
    pages,
    folder,
    given,
    async share(files, parts = {}) {
      const listed: PagedShare['files'][number][] = []
      for (const [path, content] of Object.entries(files)) {
        const components = path.split('/')
        const diskPath = join(folder, ...components)
        await mkdir(dirname(diskPath), { recursive: true })
        await writeFile(diskPath, content)
        listed.push({ path: components, lengthBytes: Buffer.byteLength(content), diskPath })
      }
      return { id: 'a'.repeat(40), name: listed[0]?.path[0] ?? '', files: listed, ...parts }
    },
  }
}

function ask(
  page: PageAddress | string,
  suffix = '',
  options: { method?: string; headers?: Record<string, string>; path?: string } = {},
): Promise<Answer> {
  const url = new URL(typeof page === 'string' ? page : page.url)
  return new Promise((resolve, reject) => {
    const asked = httpRequest(
      {
        host: url.hostname,
        port: url.port,
        path: options.path ?? `${url.pathname}${suffix}`,
        method: options.method ?? 'GET',
        headers: options.headers ?? {},
        agent: false,
      },
      (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(parts),
          }),
        )
      },
    )
    asked.on('error', reject)
    asked.end()
  })
}

/** A connection of bytes; resolves with everything once the other side ends it. */
async function dial(page: PageAddress): Promise<{ socket: Socket; ended: Promise<string> }> {
  const { hostname, port } = new URL(page.url)
  const socket = connect(Number(port), hostname)
  let heard = ''
  socket.on('data', (bytes: Buffer) => (heard += bytes.toString('latin1')))
  socket.on('error', () => undefined)
  const ended = new Promise<string>((resolve) => socket.once('close', () => resolve(heard)))
  await new Promise((resolve) => socket.once('connect', resolve))
  return { socket, ended }
}

test('the page says what is shared in plain words, lists it, and loads nothing', async (t) => {
  const { pages, share } = await scene(t)
  const page = await pages.open(await share({ 'Trip/a.jpg': 'aaa', 'Trip/day 2/b.jpg': 'bb' }))
  const { status, headers, body } = await ask(page)
  const html = body.toString()
  assert.equal(status, 200)
  assert.equal(headers['content-type'], 'text/html; charset=utf-8')
  assert.match(html, /<h1>Trip<\/h1>/)
  assert.match(html, /2 files/)
  assert.match(html, /day 2 \/ b\.jpg/)
  assert.match(html, /all\.zip/)
  assert.doesNotMatch(html, /<script|<img|<iframe|src=/)
  assert.match(String(headers['content-security-policy']), /^default-src 'none'; style-src 'sha256-/)
  assert.deepEqual(
    [
      headers['x-content-type-options'],
      headers['referrer-policy'],
      headers['set-cookie'],
      headers['cache-control'],
    ],
    ['nosniff', 'no-referrer', undefined, 'no-store'],
  )
})

test('a file is saved under its name, whole or from where it broke off', async (t) => {
  const { pages, share, given } = await scene(t)
  const content = randomBytes(300_000)
  const page = await pages.open(await share({ 'Trip/one.bin': content, 'Trip/two': 'x' }))
  const whole = await ask(page, '/0')
  assert.equal(whole.status, 200)
  assert.deepEqual(whole.body, content)
  assert.equal(given.bytes, content.length)
  assert.match(String(whole.headers['content-disposition']), /^attachment; filename="one.bin"/)
  assert.equal(whole.headers['content-type'], 'application/octet-stream')
  const tag = String(whole.headers.etag)
  const rest = await ask(page, '/0', { headers: { range: 'bytes=299990-', 'if-range': tag } })
  assert.deepEqual([rest.status, rest.headers['content-range']], [206, 'bytes 299990-299999/300000'])
  assert.deepEqual(rest.body, content.subarray(299_990))
  const other = await ask(page, '/0', { headers: { range: 'bytes=299990-', 'if-range': '"another"' } })
  assert.deepEqual([other.status, other.body.length], [200, 300_000])
  const dated = await ask(page, '/0', {
    headers: { range: 'bytes=1-', 'if-range': 'Sat, 01 Jan 2028 00:00:00 GMT' },
  })
  assert.equal(dated.status, 200)
  const several = await ask(page, '/0', { headers: { range: 'bytes=0-1,5-6' } })
  assert.deepEqual([several.status, several.body.length], [200, 300_000])
  const beyond = await ask(page, '/0', { headers: { range: 'bytes=300000-' } })
  assert.deepEqual(
    [beyond.status, beyond.headers['content-range'], beyond.body.length],
    [416, 'bytes */300000', 0],
  )
})

test('HEAD tells the same as GET, without bytes', async (t) => {
  const { pages, share, given } = await scene(t)
  const page = await pages.open(await share({ 'T/a': 'aaaa', 'T/b': 'bb' }))
  for (const suffix of ['', '/0', '/all.zip']) {
    const head = await ask(page, suffix, { method: 'HEAD' })
    const get = await ask(page, suffix)
    assert.equal(head.body.length, 0)
    assert.equal(Number(head.headers['content-length']), get.body.length)
    delete head.headers.date
    delete get.headers.date
    assert.deepEqual(head.headers, get.headers)
  }
  const part = await ask(page, '/0', { method: 'HEAD', headers: { range: 'bytes=1-2' } })
  assert.deepEqual([part.status, part.headers['content-length']], [206, '2'])
  assert.ok(given.bytes > 0)
})

test('an empty file is given as one', async (t) => {
  const { pages, share } = await scene(t)
  const page = await pages.open(await share({ 'T/a': '', 'T/b': 'x' }))
  const { status, body, headers } = await ask(page, '/0')
  assert.deepEqual([status, body.length, headers['content-length']], [200, 0, '0'])
})

test('a single file has no ZIP', async (t) => {
  const { pages, share } = await scene(t)
  const page = await pages.open(await share({ 'one.bin': 'x' }))
  assert.equal((await ask(page, '/all.zip')).status, 404)
  assert.doesNotMatch((await ask(page)).body.toString(), /zip/)
})

test('the ZIP has the announced length and the bytes of every file, whatever their names', async (t) => {
  if (!needs(t, 'unzip', 'unzip')) return
  const { pages, share, folder } = await scene(t)
  const files: Record<string, Buffer> = {}
  const names = [
    'plain.txt',
    'ä ö/日本語.bin',
    'deep/er/and/deeper',
    '<script>.html',
    'it\'s "q".txt',
    '-rf',
    'empty',
  ]
  for (const [at, name] of names.entries())
    files[`Everything/${name}`] = name === 'empty' ? Buffer.alloc(0) : randomBytes(at * 50_000 + 1)
  const page = await pages.open(await share(files))
  const { headers, body, status } = await ask(page, '/all.zip')
  assert.deepEqual([status, Number(headers['content-length'])], [200, body.length])
  assert.match(String(headers['content-disposition']), /filename="Everything.zip"/)
  const archive = join(folder, 'got.zip')
  await writeFile(archive, body)
  execFileSync('unzip', ['-tqq', archive])
  execFileSync('unzip', ['-qq', archive, '-d', join(folder, 'out')], {
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  })
  for (const [name, content] of Object.entries(files))
    assert.deepEqual(await readFile(join(folder, 'out', name)), content, name)
})

test('a ZIP of so many files that its directory passes 64 KiB has the announced length', async (t) => {
  if (!needs(t, 'unzip', 'unzip')) return
  const { pages, share, folder } = await scene(t)
  const files = Object.fromEntries(
    Array.from({ length: 1_500 }, (_, at) => [`Many/${'n'.repeat(40)}${at}`, `${at}`]),
  )
  const page = await pages.open(await share(files))
  const { headers, body } = await ask(page, '/all.zip')
  assert.equal(Number(headers['content-length']), body.length)
  await writeFile(join(folder, 'got.zip'), body)
  assert.equal(spawnSync('unzip', ['-tqq', join(folder, 'got.zip')]).status, 0)
})

test('names are text in the page and one name on the phone', async (t) => {
  const { pages, share } = await scene(t)
  const plain = await share({ 'T/a': 'x' })
  const names = [
    '<script>alert(1)</script>',
    '"onload="x',
    'a\r\nSet-Cookie: b',
    'x\u202Egpj.exe',
    'n'.repeat(300),
    '\u0000',
  ]
  const files = names.map((name) => ({ ...(plain.files[0] as (typeof plain.files)[0]), path: ['T', name] }))
  const page = await pages.open({ ...plain, name: '</title><script>', files })
  const html = (await ask(page)).body.toString()
  assert.ok(!html.includes('\0'))
  assert.doesNotMatch(html, /<script|[\p{Cf}\p{Cs}]|"onload/u)
  for (const index of names.keys()) {
    const { status, headers } = await ask(page, `/${index}`)
    assert.equal(status, 200)
    assert.deepEqual(
      [headers['set-cookie'], headers['content-type']],
      [undefined, 'application/octet-stream'],
    )
  }
})

test('everything else is the same 404: wrong keys, other paths, methods, hosts and closed pages', async (t) => {
  const { pages, share } = await scene(t)
  const page = await pages.open(await share({ 'T/a': 'x', 'T/b': 'y' }))
  const key = new URL(page.url).pathname.slice(1)
  const shape = ({ status, headers, body }: Answer): unknown => [
    status,
    { ...headers, date: '' },
    body.toString(),
  ]
  const expected = shape(await ask(page, '', { path: '/' }))
  const paths = [
    '/favicon.ico',
    '/robots.txt',
    '/api/v1/status',
    '/transmission/rpc',
    `/${'A'.repeat(24)}`,
    `/${key.slice(1)}`,
    `/${key}/`,
    `/${key}/2`,
    `/${key}/00`,
    `/${key}/-1`,
    `/${key}/0/`,
    `/${key}/0?x`,
    `/${key}?x=1`,
    `/${key}#`,
    `/${key}/../${key}`,
    `//${key}`,
    `/%2e%2e/%2e%2e/etc/passwd`,
    `/${key}/%30`,
    `/${key}/all.zip.`,
    `/${key.toUpperCase()}x`,
    `http://${page.address}/${key}`,
    '*',
    '/__proto__',
  ]
  for (const path of paths) assert.deepEqual(shape(await ask(page, '', { path })), expected, path)
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'])
    assert.deepEqual(shape(await ask(page, '', { method })), expected, method)
  for (const host of ['evil.example', 'localhost', '127.0.0.1', `x${page.address}`])
    assert.deepEqual(shape(await ask(page, '', { headers: { host } })), expected, host)
  const other = await pages.open(await share({ 'U/a': 'x' }, { id: 'b'.repeat(40) }))
  await pages.close('b'.repeat(40))
  assert.deepEqual(shape(await ask(other)), expected)
  assert.equal((await ask(page)).status, 200)
})

test('what is no HTTP gets no answer', async (t) => {
  const { pages, share } = await scene(t)
  const page = await pages.open(await share({ 'T/a': 'x' }))
  const path = new URL(page.url).pathname
  const hostile = [
    'GARBAGE\r\n\r\n',
    '\x16\x03\x01\x02\x00',
    `GET ${path} HTTP/1.1\r\nHost: ${page.address}\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
    `GET ${path} HTTP/1.1\r\nHost: ${page.address}\r\nX: ${'x'.repeat(10_000)}\r\n\r\n`,
    `CONNECT ${page.address} HTTP/1.1\r\nHost: ${page.address}\r\n\r\n`,
    `GET ${path} HTTP/1.1\r\nHost: ${page.address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
  ]
  for (const bytes of hostile) {
    const { socket, ended } = await dial(page)
    socket.write(bytes, 'latin1')
    assert.equal(await ended, '', bytes.slice(0, 40))
  }
})

test('requests that come before the last one is answered end the connection', async (t) => {
  const { pages, share, given } = await scene(t)
  const size = 20_000_000
  const page = await pages.open(await share({ 'big.bin': Buffer.alloc(size) }))
  const { socket, ended } = await dial(page)
  const asked = `GET ${new URL(page.url).pathname}/0 HTTP/1.1\r\nHost: ${page.address}\r\n\r\n`
  socket.write(asked.repeat(1_000))
  await ended
  assert.ok(given.bytes < size)
  // One after the other by the same connection is how browsers do it.
  const polite = await dial(page)
  const document = `GET ${new URL(page.url).pathname} HTTP/1.1\r\nHost: ${page.address}\r\n`
  let heard = ''
  polite.socket.on('data', (bytes: Buffer) => {
    const before = heard.includes('</html>')
    heard += bytes.toString()
    if (!before && heard.includes('</html>')) polite.socket.write(`${document}Connection: close\r\n\r\n`)
  })
  polite.socket.write(`${document}\r\n`)
  await polite.ended
  assert.equal(heard.match(/HTTP\/1\.1 200 OK/g)?.length, 2)
})

test('a head that trickles in is cut, and so is one that never comes', async (t) => {
  const { pages, share } = await scene(t, { limits: { headersMs: 100 } })
  const page = await pages.open(await share({ 'T/a': 'x' }))
  const silent = await dial(page)
  const slow = await dial(page)
  slow.socket.write(`GET ${new URL(page.url).pathname} HTTP/1.1\r\nHo`)
  const [first, second] = await Promise.all([silent.ended, slow.ended])
  for (const heard of [first, second]) assert.doesNotMatch(heard, /200 OK/)
})

test('more connections of one address than may be are refused, and room comes back', async (t) => {
  const { pages, share } = await scene(t)
  const page = await pages.open(await share({ 'T/a': 'x' }))
  const open = await Promise.all(Array.from({ length: MAX_CONNECTIONS_PER_ADDRESS }, () => dial(page)))
  const refused = await dial(page)
  assert.equal(await refused.ended, '')
  open[0]?.socket.destroy()
  await open[0]?.ended
  // Its end reaches the other side in its own time.
  for (let answer: Answer | undefined; answer?.status !== 200; )
    answer = await ask(page).catch(() => undefined)
  for (const { socket } of open) socket.destroy()
  assert.ok(MAX_CONNECTIONS_PER_ADDRESS < MAX_CONNECTIONS)
})

test('a file that changed, shrank, went away or became a link is not given any more', async (t) => {
  const { pages, share, folder } = await scene(t)
  const page = await pages.open(
    await share({
      'T/shrunk': 'xxxx',
      'T/gone': 'x',
      'T/link': 'x',
      'T/touched': 'x',
      'T/swapped': 'x',
      'T/fine': 'x',
    }),
  )
  await truncate(join(folder, 'T/shrunk'), 2)
  await rm(join(folder, 'T/gone'))
  await rm(join(folder, 'T/link'))
  await symlink('/etc/hostname', join(folder, 'T/link'))
  await utimes(join(folder, 'T/touched'), 1, 1)
  await writeFile(join(folder, 'other'), 'y')
  await rename(join(folder, 'other'), join(folder, 'T/swapped'))
  for (const index of [0, 1, 2, 3, 4]) assert.equal((await ask(page, `/${index}`)).status, 404, String(index))
  assert.equal((await ask(page, '/5')).status, 200)
  // Its length is announced before: the archive breaks off where the file is missing.
  await assert.rejects(ask(page, '/all.zip'))
})

test('a file that changes while it is being sent breaks the answer instead of completing it', async (t) => {
  const { pages, share, folder } = await scene(t)
  const page = await pages.open(await share({ 'big.bin': Buffer.alloc(30_000_000) }))
  const { hostname, port, pathname } = new URL(page.url)
  const outcome = await new Promise<string>((resolve) => {
    httpRequest({ host: hostname, port, path: `${pathname}/0`, agent: false }, (response) => {
      let got = 0
      let cut = false
      response.on('data', async (part: Buffer) => {
        got += part.length
        if (cut) return
        cut = true
        response.pause()
        await truncate(join(folder, 'big.bin'), 20_000_000)
        response.resume()
      })
      response.on('error', (error) =>
        resolve(`error ${(error as NodeJS.ErrnoException).code} ${got < 30_000_000}`),
      )
      response.on('end', () => resolve(`complete ${got}`))
    }).end()
  })
  assert.equal(outcome, 'error ECONNRESET true')
})

test('a file that was changed since it was shared, or is not whole, is not offered', async (t) => {
  const { pages, share } = await scene(t)
  const plain = await share({ 'T/a': 'x', 'T/b': 'y', 'T/c': 'z' })
  const [a, b, c] = plain.files as [PagedShare['files'][0], PagedShare['files'][0], PagedShare['files'][0]]
  const files = [{ ...a, modifiedMs: 1_000 }, { ...b, lengthBytes: 7 }, c, c]
  const page = await pages.open({ ...plain, files, whole: (index) => index !== 3 })
  assert.deepEqual(
    await Promise.all([0, 1, 2, 3].map(async (index) => (await ask(page, `/${index}`)).status)),
    [404, 404, 200, 404],
  )
  assert.equal((await ask(page, '/all.zip')).status, 404)
  await assert.rejects(
    pages.open({ ...plain, id: 'c'.repeat(40), files: [{ ...b, lengthBytes: 7 }] }),
    (error) => error instanceof CodedError && error.code === 'PAGE_NOTHING_WHOLE',
  )
})

test('closing a page cuts downloads under way and frees the port; its address changes nothing while it is open', async (t) => {
  const { pages, share } = await scene(t)
  const big = await share({ 'big.bin': Buffer.alloc(30_000_000) })
  const page = await pages.open(big)
  assert.deepEqual(await pages.open(big), page)
  assert.deepEqual(pages.addressOf(big.id), page)
  const second = await pages.open(await share({ 'U/a': 'x' }, { id: 'b'.repeat(40) }))
  assert.equal(second.address, page.address)
  const { hostname, port, pathname } = new URL(page.url)
  const broken = new Promise<unknown>((resolve, reject) => {
    httpRequest({ host: hostname, port, path: `${pathname}/0`, agent: false }, (response) => {
      response.once('data', async () => {
        response.pause()
        await pages.close(big.id)
        response.resume()
      })
      response.on('error', resolve)
      response.on('end', () => reject(new Error('it was completed')))
    }).end()
  })
  await broken
  assert.equal((await ask(second)).status, 200)
  await pages.close('b'.repeat(40))
  await assert.rejects(ask(second), { code: 'ECONNREFUSED' })
  assert.equal(pages.addressOf(big.id), undefined)
})

test('downloads keep to the upload limit together', async (t) => {
  const limiter = new RateLimiter(() => 1_000_000)
  const { pages, share, given } = await scene(t, { allowance: () => limiter.asker() })
  const page = await pages.open(await share({ 'T/a': Buffer.alloc(400_000), 'T/b': Buffer.alloc(400_000) }))
  const before = performance.now()
  const [a, b] = await Promise.all([ask(page, '/0'), ask(page, '/1')])
  const seconds = (performance.now() - before) / 1_000
  assert.deepEqual([a.body.length, b.body.length, given.bytes], [400_000, 400_000, 800_000])
  // 800,000 bytes less the first burst of 250,000 take at least 0.55 s; never less, whatever the load.
  assert.ok(seconds >= 0.5, `${seconds} s`)
})
