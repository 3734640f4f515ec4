// Sessions and tokens over the real server: how they come to be, what each opens, how they end, what a restart leaves.

import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Answer, codeIn, type Served, serve } from '../../../test/doubles/served.ts'
import type { Scope } from '../../api/schemas/machine.ts'

/** What a browser's page sends along. */
function page(served: Served): Readonly<Record<string, string>> {
  return { host: `127.0.0.1:${served.server.port}`, origin: served.server.url }
}

async function linkOf(served: Served): Promise<string> {
  const answer = await served.ask('POST', '/api/v1/page-link', { body: {} })
  const { url } = JSON.parse(answer.body) as { url: string }
  return new URL(url).hash.replace('#code=', '')
}

function open(served: Served, code: string, headers = page(served)): Promise<Answer> {
  return served.ask('POST', '/api/v1/session', { body: { code }, headers, anonymous: true })
}

interface Session {
  readonly cookie: string
  readonly key: string
}

async function session(served: Served): Promise<Session> {
  const answer = await open(served, await linkOf(served))
  assert.equal(answer.status, 200, answer.body)
  return sessionIn(answer)
}

function sessionIn(answer: Answer): Session {
  const [cookie = ''] = answer.headers['set-cookie'] ?? []
  return { cookie: cookie.split(';')[0] ?? '', key: (JSON.parse(answer.body) as { key: string }).key }
}

function asPage(served: Served, { cookie, key }: Partial<Session>, more: Record<string, string> = {}) {
  const headers = {
    ...page(served),
    ...(cookie === undefined ? {} : { cookie }),
    ...(key === undefined ? {} : { 'x-shoal-key': key }),
    ...more,
  }
  return served.ask('GET', '/api/v1/status', { headers, anonymous: true })
}

async function tokenOf(served: Served, scope: Scope): Promise<{ id: string; secret: string }> {
  const answer = await served.ask('POST', '/api/v1/tokens', { body: { name: `for ${scope}`, scope } })
  const { token, secret } = JSON.parse(answer.body) as { token: { id: string }; secret: string }
  return { id: token.id, secret }
}

const bearer = (secret: string) => ({ headers: { authorization: `Bearer ${secret}` } })

/** The same state folder, served again. */
function again(t: TestContext, served: Served, options = {}): Promise<Served> {
  return serve(t, { stateFolder: join(served.folder, 'state'), ...options })
}

test('a page link makes one session, once', async (t) => {
  const served = await serve(t)
  const code = await linkOf(served)
  const first = await open(served, code)
  assert.equal(first.status, 200)
  const cookie = String(first.headers['set-cookie'])
  assert.match(cookie, new RegExp(`^shoal-${served.server.port}=[\\w-]{43}; .*HttpOnly; SameSite=Strict$`))
  const second = await open(served, code)
  assert.equal(second.status, 401)
  assert.equal(codeIn(second), 'CODE_USED')
  assert.equal((await asPage(served, sessionIn(first))).status, 200)
  assert.deepEqual(served.heard.at(-1)?.caller, { kind: 'page' })
})

test('a page link is good for five minutes', async (t) => {
  let wallMs = 1_000_000
  const served = await serve(t, { wallMs: () => wallMs })
  const code = await linkOf(served)
  wallMs += 5 * 60_000 + 1
  assert.equal((await open(served, code)).status, 401)
})

test('codes are not guessed: after ten wrong ones none is looked at for a minute', async (t) => {
  let now = 0
  const served = await serve(t, { now: () => now })
  const code = await linkOf(served)
  for (let i = 0; i < 10; i++) assert.equal((await open(served, `wrong-${i}`)).status, 401)
  assert.equal((await open(served, code)).status, 429)
  now += 60_000
  assert.equal((await open(served, code)).status, 200)
})

test('the cookie alone does nothing, nor does the key alone, nor either of another session', async (t) => {
  const served = await serve(t)
  const [ours, other] = [await session(served), await session(served)]
  assert.equal((await asPage(served, ours)).status, 200)
  assert.equal((await asPage(served, { cookie: ours.cookie })).status, 401)
  assert.equal((await asPage(served, { key: ours.key })).status, 401)
  assert.equal((await asPage(served, { cookie: ours.cookie, key: other.key })).status, 401)
  assert.equal((await asPage(served, { cookie: other.cookie, key: ours.key })).status, 401)
})

test('a cookie that somebody else put beside ours makes both count for nothing', async (t) => {
  const served = await serve(t)
  const ours = await session(served)
  const twice = { ...ours, cookie: `${ours.cookie}; shoal-${served.server.port}=tossed` }
  assert.equal((await asPage(served, twice)).status, 401)
})

test('a session counts only where the browser says that our page asks', async (t) => {
  const served = await serve(t)
  const { cookie, key } = await session(served)
  const headers = { cookie, 'x-shoal-key': key }
  const bare = await served.ask('GET', '/api/v1/status', { headers, anonymous: true })
  assert.equal(codeIn(bare), 'TOKEN_MISSING')
  const foreign = await asPage(served, { cookie, key }, { origin: 'http://evil.example' })
  assert.equal(codeIn(foreign), 'ORIGIN_FOREIGN')
})

test('a program opens no session', async (t) => {
  const served = await serve(t)
  const code = await linkOf(served)
  const answer = await open(served, code, {})
  assert.equal(answer.status, 403)
  assert.equal(codeIn(answer), 'SESSION_FOR_PAGES')
  assert.equal((await open(served, code)).status, 200, 'and uses no link up')
})

test('a session outlives a restart, of the daemon and of its port', async (t) => {
  const served = await serve(t)
  const { cookie, key } = await session(served)
  await served.server.close()
  const restarted = await again(t, served)
  const moved = cookie.replace(/^shoal-\d+/, `shoal-${restarted.server.port}`)
  assert.equal((await asPage(restarted, { cookie: moved, key })).status, 200)
})

test('a session ends after 30 days without use, and is kept alive by use', async (t) => {
  let wallMs = Date.UTC(2026, 0, 1)
  const served = await serve(t, { wallMs: () => wallMs })
  const [used, unused] = [await session(served), await session(served)]
  wallMs += 29 * 86_400_000
  assert.equal((await asPage(served, used)).status, 200)
  wallMs += 2 * 86_400_000
  assert.equal((await asPage(served, used)).status, 200)
  assert.equal((await asPage(served, unused)).status, 401)
})

test('a page logs out: its session ends, and with it its stream', async (t) => {
  const served = await serve(t)
  const ours = await session(served)
  const stream = served.raw(
    `GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:${served.server.port}\r\nOrigin: ${served.server.url}\r\n` +
      `Cookie: ${ours.cookie}\r\nX-Shoal-Key: ${ours.key}\r\nConnection: close\r\n\r\n`,
  )
  while (served.feed.followers === 0) await new Promise((resolve) => setImmediate(resolve))
  const headers = { ...page(served), cookie: ours.cookie, 'x-shoal-key': ours.key }
  const out = await served.ask('DELETE', '/api/v1/session', { headers, anonymous: true })
  assert.equal(out.status, 200)
  assert.match(String(out.headers['set-cookie']), /=; Max-Age=0; /)
  assert.match(await stream, /^HTTP\/1\.1 200/)
  assert.equal(served.feed.followers, 0)
  assert.equal((await asPage(served, ours)).status, 401)
})

test('behind TLS the cookie is Secure and bound to its host', async (t) => {
  const served = await serve(t)
  served.settings.set('server.names', ['shoal.example.org'])
  const link = await served.ask('POST', '/api/v1/page-link', { body: {} })
  const { url, elsewhere } = JSON.parse(link.body) as { url: string; elsewhere: string[] }
  const { hash, origin } = new URL(url)
  assert.equal(origin, served.server.url)
  assert.deepEqual(elsewhere, [`https://shoal.example.org/${hash}`])
  const there = { host: 'shoal.example.org', origin: 'https://shoal.example.org' }
  const opened = await open(served, hash.replace('#code=', ''), there)
  assert.match(
    String(opened.headers['set-cookie']),
    /^__Host-shoal-443=.*; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
  )
  assert.equal((await asPage(served, sessionIn(opened), there)).status, 200)
})

test('each scope opens what it says and nothing else', async (t) => {
  const asked: string[] = []
  const served = await serve(t, {
    foreign: [
      {
        path: '/transmission/rpc',
        scope: 'rpc',
        maxBodyBytes: 100,
        enabled: () => true,
        answer: async ({ method, body }) => {
          asked.push(`${method} ${Buffer.from(body)}`)
          return { status: 409, headers: { 'x-transmission-session-id': 's' }, body: 'again' }
        },
      },
    ],
  })
  const opens: Readonly<Record<Scope, readonly number[]>> = {
    control: [200, 200, 409],
    read: [200, 403, 403],
    metrics: [403, 403, 403],
    rpc: [403, 403, 409],
  }
  for (const scope of Object.keys(opens) as Scope[]) {
    const { secret } = await tokenOf(served, scope)
    const answers = [
      await served.ask('GET', '/api/v1/status', bearer(secret)),
      await served.ask('POST', '/api/v1/resume-all', { body: {}, ...bearer(secret) }),
      await served.ask('POST', '/transmission/rpc/', { body: 'x', ...bearer(secret) }),
    ]
    assert.deepEqual(
      answers.map(({ status }) => status),
      opens[scope],
      scope,
    )
  }
  assert.deepEqual(served.heard.at(-1)?.caller, { kind: 'program', scope: 'read' })
  assert.deepEqual(asked, ['POST x', 'POST x'])
  const unknown = await served.ask('POST', '/transmission/rpc', { body: 'x', anonymous: true })
  assert.equal(unknown.status, 401)
  assert.match(String(unknown.headers['www-authenticate']), /^Basic /)
  const large = await served.ask('POST', '/transmission/rpc', { body: 'x'.repeat(101) })
  assert.equal(large.status, 413)
})

test('a foreign API that is switched off is not there', async (t) => {
  const served = await serve(t, {
    foreign: [
      {
        path: '/transmission/rpc',
        scope: 'rpc',
        maxBodyBytes: 100,
        enabled: () => false,
        answer: () => assert.fail('asked'),
      },
    ],
  })
  assert.equal((await served.ask('POST', '/transmission/rpc', { body: 'x' })).status, 404)
})

test('a token is shown once, kept as a digest, known after a restart, and gone at once when removed', async (t) => {
  const served = await serve(t)
  const { id, secret } = await tokenOf(served, 'read')
  assert.equal((await served.ask('GET', '/api/v1/status', bearer(secret))).status, 200)
  const file = join(served.folder, 'state', 'tokens.json')
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  assert.ok(!(await readFile(file, 'utf8')).includes(secret))
  await served.server.close()
  const restarted = await again(t, served)
  assert.equal((await restarted.ask('GET', '/api/v1/status', bearer(secret))).status, 200)
  const list = await restarted.ask('GET', '/api/v1/tokens')
  assert.ok(!list.body.includes(secret))
  const { tokens } = JSON.parse(list.body) as { tokens: { id: string; lastUsedAt: string | null }[] }
  assert.deepEqual(
    tokens.map((token) => token.id),
    [id],
  )
  assert.notEqual(tokens[0]?.lastUsedAt, null)
  const stream = restarted.raw(
    `GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${secret}\r\nConnection: close\r\n\r\n`,
  )
  while (restarted.feed.followers === 0) await new Promise((resolve) => setImmediate(resolve))
  const removed = await restarted.ask('DELETE', `/api/v1/tokens/${id}`)
  assert.equal(removed.status, 200, removed.body)
  await stream
  assert.equal((await restarted.ask('GET', '/api/v1/status', bearer(secret))).status, 401)
  assert.equal(codeIn(await restarted.ask('DELETE', `/api/v1/tokens/${id}`)), 'TOKEN_UNKNOWN')
})

test('there is room for a hundred tokens', async (t) => {
  const served = await serve(t)
  for (let i = 0; i < 100; i++) await tokenOf(served, 'metrics')
  const more = await served.ask('POST', '/api/v1/tokens', { body: { name: 'more', scope: 'metrics' } })
  assert.equal(codeIn(more), 'TOKENS_TOO_MANY')
})

test('a flipped byte in the file of tokens lets nobody in; it is set aside and the daemon starts', async (t) => {
  const served = await serve(t)
  const { secret } = await tokenOf(served, 'control')
  await served.server.close()
  const state = join(served.folder, 'state')
  const bytes = await readFile(join(state, 'tokens.json'))
  bytes[60] = (bytes[60] ?? 0) ^ 1
  await writeFile(join(state, 'tokens.json'), bytes)
  const restarted = await again(t, served)
  assert.equal((await restarted.ask('GET', '/api/v1/status', bearer(secret))).status, 401)
  assert.ok((await readdir(state)).some((name) => name.startsWith('tokens.json.corrupt-')))
})

test('while nothing can be kept the page opens all the same, and a token is refused with the reason', async (t) => {
  const served = await serve(t)
  const state = join(served.folder, 'state')
  for (const name of ['sessions', 'tokens']) await mkdir(join(state, `${name}.json.new`))
  assert.equal((await asPage(served, await session(served))).status, 200)
  const answer = await served.ask('POST', '/api/v1/tokens', { body: { name: 'x', scope: 'read' } })
  assert.notEqual(answer.status, 500)
  assert.notEqual(codeIn(answer), 'INTERNAL')
  assert.deepEqual(JSON.parse((await served.ask('GET', '/api/v1/tokens')).body), { tokens: [] })
})
