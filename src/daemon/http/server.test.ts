// The server as a whole, asked over real sockets: calls of the table, errors, the stream, the page, its end.

import assert from 'node:assert/strict'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { PretendedSettings } from '../../../test/doubles/pretended-daemon.ts'
import { codeIn, serve } from '../../../test/doubles/served.ts'
import { requestOf } from '../../api/client.ts'
import { ROUTES, type RouteName } from '../../api/routes.ts'
import { CodedError } from '../../base/errors.ts'

const ID = 'ab'.repeat(20)
const FOLDER = 'ab'.repeat(8)
const KEY = 'a'.repeat(52)
const ROOM = '0f'.repeat(16)
const MESSAGE = '0f'.repeat(32)
const TALK = `room:${KEY}:${ROOM}`
const CONTENT = `${'cd'.repeat(32)}-1000`

test('every call of the table reaches its handler with what its path, query and body say', async (t) => {
  const served = await serve(t)
  const inputs: Partial<Record<RouteName, object>> = {
    listTransfers: {},
    inspect: { source: { link: 'magnet:?xt=urn:btih:x' } },
    addTransfer: { source: { link: 'magnet:?xt=urn:btih:x' }, tags: ['a'] },
    changeFiles: { id: ID, priorities: [{ index: 0, priority: 7 }] },
    renameFile: { id: ID, to: ['new name'] },
    addPeers: { id: ID, peers: ['192.0.2.1:6881'] },
    changeTransfers: { ids: [ID], change: { upLimit: 1_000 } },
    moveTransfers: { ids: [ID], folder: '/srv' },
    survey: { path: '/srv' },
    addShare: { path: '/srv' },
    changeAudience: { id: ID, audience: 'everyone' },
    liftBan: { reason: 'BANNED' },
    pauseAll: { until: 'told' },
    makeFolder: { path: '/srv/new' },
    setCategory: { name: 'film', saveFolder: null },
    removeCategory: { name: 'film' },
    changeSettings: { values: { 'speed.down': null } },
    addLibraryFolder: { path: '/srv' },
    removeLibraryFolder: { id: FOLDER },
    scanLibrary: { id: FOLDER },
    changeFolderAudience: { id: FOLDER, audience: 'me' },
    folderProposals: { id: FOLDER, offset: 50 },
    acceptProposals: { id: FOLDER, review: 'r1' },
    dismissProposals: { id: FOLDER },
    browseLibrary: { folder: FOLDER, path: 'a/b' },
    search: { words: 'two words', sort: 'size', limit: 7 },
    libraryEntry: { content: CONTENT },
    libraryMediaLink: { content: CONTENT },
    duplicates: { offset: 200 },
    seenBy: { audience: 'everyone' },
    startReview: { path: '/srv' },
    review: { id: 'r1', after: 3 },
    answerReview: { id: 'r1', answers: [{ class: 'tax', answer: 'leave-out' }] },
    rememberedAnswers: { limit: 9 },
    forgetAnswers: { path: '/srv' },
    deleteLocked: { id: ID, index: 2 },
    addBlocklist: { path: '/srv/list' },
    blockedContent: { offset: 3 },
    blockContent: { content: CONTENT, why: 'spam' },
    unblockContent: { content: CONTENT },
    blockLog: { last: 9 },
    changeMe: { name: 'Ana', visible: 'off' },
    restoreMe: { words: Array(12).fill('abandon') },
    linkDevice: { link: 'shoal:device' },
    removeDevice: { id: KEY },
    addContact: { link: 'shoal:contact' },
    changePerson: { id: KEY, blocked: true },
    removeContact: { id: KEY },
    comparisonWords: { id: KEY },
    peopleLinkFacts: { link: 'shoal:invite' },
    nearbyFiles: { id: KEY, path: 'a/b' },
    send: { to: `person:${KEY}`, paths: ['/srv'] },
    acceptOffer: { id: ROOM },
    declineOffer: { id: ROOM },
    newCircle: { name: 'Band' },
    circle: { id: KEY },
    changeCircle: { id: KEY, keepCopies: 3 },
    leaveCircle: { id: KEY },
    setRole: { id: KEY, person: KEY, role: 'moderator' },
    removeMember: { id: KEY, person: KEY },
    muteMember: { id: KEY, person: KEY, muted: true },
    invites: { id: KEY },
    newInvite: { id: KEY, uses: 5 },
    revokeInvite: { id: KEY, invite: KEY },
    joinCircle: { link: 'shoal:invite' },
    endJoining: { id: KEY },
    joinRequests: { id: KEY },
    answerJoin: { id: KEY, person: KEY, let: true },
    newRoom: { id: KEY, name: 'Songs' },
    changeRoom: { id: KEY, room: ROOM, archived: true },
    personFiles: { id: KEY, path: 'a/b' },
    circleFiles: { id: KEY, person: KEY, path: 'a/b' },
    searchOthers: { in: 'circles', words: 'two words' },
    getShared: { from: `circle:${KEY}`, contents: [{ content: CONTENT, path: 'a/b' }] },
    addWish: { words: 'two words', in: 'circles' },
    wish: { id: FOLDER },
    changeWish: { id: FOLDER, seen: true },
    removeWish: { id: FOLDER },
    messages: { id: TALK, limit: 7 },
    writeMessage: { id: TALK, text: 'hello' },
    offerFiles: { id: TALK, paths: ['/srv'] },
    editMessage: { id: TALK, message: MESSAGE, text: 'hello' },
    deleteMessage: { id: TALK, message: MESSAGE },
    react: { id: TALK, message: MESSAGE, emoji: '👍', on: true },
    getMessageFile: { id: TALK, message: MESSAGE },
    readConversation: { id: TALK, message: MESSAGE },
    changeConversation: { id: TALK, quiet: true },
    typing: { id: TALK },
    searchMessages: { words: 'two words' },
  }
  // Who may come in is answered by the server itself.
  const own: readonly RouteName[] = [
    'tokens',
    'addToken',
    'removeToken',
    'pageLink',
    'mediaLink',
    'libraryMediaLink',
  ]
  for (const name of (Object.keys(ROUTES) as RouteName[]).filter((name) => !own.includes(name))) {
    const route = ROUTES[name]
    const input = inputs[name] ?? (route.path.includes(':id') ? { id: ID } : { ids: [ID] })
    const { method, path, body } = requestOf(route, input)
    const answer = await served.ask(method, path, body === undefined ? {} : { body })
    assert.equal(answer.status, 200, `${name}: ${answer.body}`)
    if (name === 'listTransfers') continue
    const last = served.heard.at(-1)
    assert.equal(last?.name, name)
    for (const [key, value] of Object.entries(inputs[name] ?? {}))
      assert.deepEqual((last?.input as Record<string, unknown> | undefined)?.[key], value, `${name} ${key}`)
    assert.deepEqual(last?.caller, { kind: 'owner' })
  }
})

test('a field that is wrong is named, and no handler hears of the call', async (t) => {
  const served = await serve(t)
  const wrong = [
    { method: 'POST', path: '/api/v1/transfers/pause', body: { ids: ['x'] }, field: 'ids.0' },
    { method: 'POST', path: '/api/v1/transfers/pause', body: {}, field: 'ids' },
    { method: 'POST', path: '/api/v1/transfers/pause', body: [ID], field: 'The body' },
    { method: 'POST', path: '/api/v1/transfers/pause', body: '{"ids":', field: 'The body' },
    { method: 'GET', path: '/api/v1/transfers/x', body: undefined, field: 'id' },
    { method: 'GET', path: '/api/v1/log?last=0', body: undefined, field: 'last' },
    { method: 'GET', path: '/api/v1/log?last=1&last=2', body: undefined, field: 'last' },
  ]
  for (const { method, path, body, field } of wrong) {
    const answer = await served.ask(method, path, body === undefined ? {} : { body })
    assert.equal(answer.status, 400, path)
    assert.equal(codeIn(answer), 'INPUT_INVALID')
    assert.ok((JSON.parse(answer.body) as { error: { message: string } }).error.message.includes(field))
  }
  assert.deepEqual(served.heard, [])
})

test('what the path says cannot be said otherwise by the body', async (t) => {
  const served = await serve(t)
  const other = 'cd'.repeat(20)
  const body = { id: other, audience: 'everyone' }
  assert.equal((await served.ask('POST', `/api/v1/shares/${ID}/audience`, { body })).status, 200)
  assert.equal((served.heard[0]?.input as { id: string } | undefined)?.id, ID)
})

test('JSON that would change prototypes is refused', async (t) => {
  const served = await serve(t)
  for (const body of [
    '{"values":{"__proto__":{"admin":true}}}',
    '{"__proto__":{"ids":[]}}',
    '{"values":{"constructor":{"prototype":{"admin":true}}}}',
  ]) {
    const answer = await served.ask('PATCH', '/api/v1/settings', { body })
    assert.equal(answer.status, 400)
    assert.equal(codeIn(answer), 'INPUT_INVALID')
  }
  assert.equal(({} as { admin?: boolean }).admin, undefined)
  assert.deepEqual(served.heard, [])
})

test('only JSON is taken, and no more of it than the call needs', async (t) => {
  const served = await serve(t)
  const form = await served.ask('POST', '/api/v1/pause-all', {
    body: 'until=told',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  assert.equal(form.status, 415)
  assert.equal(codeIn(form), 'BODY_NOT_JSON')
  const text = await served.ask('POST', '/api/v1/pause-all', {
    body: '{"until":"told"}',
    headers: { 'content-type': 'text/plain' },
  })
  assert.equal(text.status, 415)
  const large = await served.ask('POST', '/api/v1/pause-all', {
    body: { until: 'told', pad: 'x'.repeat(65_536) },
  })
  assert.equal(large.status, 413)
  assert.equal(codeIn(large), 'BODY_TOO_LARGE')
  const ids = Array.from({ length: 20_000 }, (_, i) => i.toString(16).padStart(40, '0'))
  assert.equal((await served.ask('POST', '/api/v1/transfers/pause', { body: { ids } })).status, 200)
  const torrent = Buffer.alloc(10_000_000).toString('base64')
  assert.equal((await served.ask('POST', '/api/v1/inspect', { body: { source: { torrent } } })).status, 200)
  const priorities = Array.from({ length: 100_000 }, (_, index) => ({ index, priority: 7 }))
  const files = await served.ask('PATCH', `/api/v1/transfers/${ID}/files`, { body: { priorities } })
  assert.equal(files.status, 200, files.body.slice(0, 200))
})

test('an error of a handler is its sentence, code and status; a mistake of ours tells nothing of itself', async (t) => {
  class SceneError extends CodedError {}
  const served = await serve(t, {
    handlers: {
      doctor: () => {
        throw new SceneError('NOT_ENOUGH_SPACE', { name: 'X', neededBytes: 4.2e9, path: '/media' })
      },
      leakTest: () => {
        throw new Error('secret/path of somebody')
      },
    },
  })
  const full = await served.ask('POST', '/api/v1/network/doctor')
  assert.equal(full.status, 507)
  assert.equal(codeIn(full), 'NOT_ENOUGH_SPACE')
  assert.match(full.body, /X needs 4\.2 GB/)
  const mistake = await served.ask('POST', '/api/v1/network/leak-test')
  assert.equal(mistake.status, 500)
  assert.equal(codeIn(mistake), 'INTERNAL')
  assert.doesNotMatch(mistake.body, /secret/)
})

test('without a token nothing is answered but the page', async (t) => {
  const served = await serve(t)
  const bare = await served.ask('GET', '/api/v1/status', { anonymous: true })
  assert.equal(bare.status, 401)
  assert.equal(codeIn(bare), 'TOKEN_MISSING')
  const wrong = await served.ask('GET', '/api/v1/status', { headers: { authorization: 'Bearer x' } })
  assert.equal(wrong.status, 401)
  assert.equal(codeIn(wrong), 'TOKEN_WRONG')
  const basic = Buffer.from(`any:${served.token}`).toString('base64')
  const given = await served.ask('GET', '/api/v1/status', { headers: { authorization: `Basic ${basic}` } })
  assert.equal(given.status, 200)
  assert.equal((await served.ask('GET', '/', { anonymous: true })).status, 200)
  assert.equal(served.heard.length, 1)
  assert.deepEqual(
    served.guard.rows().map(({ reason, count }) => [reason, count]),
    [['TOKEN_WRONG', 1]],
  )
})

test('ten wrong tokens make a pause of a minute, in which a right one of that kind waits too', async (t) => {
  let now = 0
  const served = await serve(t, { now: () => now })
  const wrong = { headers: { authorization: 'Bearer x' } }
  for (let i = 0; i < 10; i++) assert.equal((await served.ask('GET', '/api/v1/status', wrong)).status, 401)
  const right = await served.ask('GET', '/api/v1/status')
  assert.equal(right.status, 429)
  assert.match(right.body, /in 60 seconds/)
  const basic = Buffer.from(`any:${served.token}`).toString('base64')
  const other = await served.ask('GET', '/api/v1/status', { headers: { authorization: `Basic ${basic}` } })
  assert.equal(other.status, 200, 'another kind of credential from there is not slowed down')
  now += 60_000
  assert.equal((await served.ask('GET', '/api/v1/status')).status, 200)
})

test('the stream begins where a reader left off and brings what changes', async (t) => {
  const served = await serve(t)
  const socket = await served.dial()
  let text = ''
  const seen = async (what: RegExp): Promise<void> => {
    while (!what.test(text)) text += String(await new Promise((resolve) => socket.once('data', resolve)))
  }
  socket.write(
    `GET /api/v1/events?epoch=e1&cursor=0 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${served.token}\r\n\r\n`,
  )
  await seen(/id: e1\.0\ndata: \{"cursor":0\}\n\n/)
  assert.match(text, /content-type: text\/event-stream/i)
  assert.match(text, /x-content-type-options: nosniff/i)
  assert.deepEqual(served.feed.asked, [{ epoch: 'e1', cursor: 0 }])
  served.feed.change({ removed: [ID] })
  await seen(new RegExp(`id: e1\\.1\ndata: \\{"removed":\\["${ID}"\\],"cursor":1\\}\n\n`))
  socket.destroy()
  while (served.feed.followers > 0) await new Promise((resolve) => setImmediate(resolve))
})

test('a reader of the browser itself resumes by Last-Event-ID, and an unreadable one begins anew', async (t) => {
  const served = await serve(t)
  for (const [id, asked] of [
    ['e1.7', { epoch: 'e1', cursor: 7 }],
    ['nonsense', undefined],
  ] as const) {
    const socket = await served.dial()
    const head = new Promise((resolve) => socket.once('data', resolve))
    socket.write(
      `GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: ${id}\r\nAuthorization: Bearer ${served.token}\r\n\r\n`,
    )
    await head
    assert.deepEqual(served.feed.asked.at(-1), asked)
    socket.destroy()
  }
})

test('the page is served with a policy that lets nothing foreign in', async (t) => {
  const served = await serve(t)
  const page = await served.ask('GET', '/', { anonymous: true })
  assert.equal(page.status, 200)
  const policy = String(page.headers['content-security-policy'])
  const nonce = /'nonce-([^']+)'/.exec(policy)?.[1]
  assert.ok(nonce !== undefined && page.body.includes(`<meta property="csp-nonce" nonce="${nonce}" />`))
  assert.match(policy, /default-src 'none'/)
  assert.match(policy, /frame-ancestors 'none'/)
  assert.doesNotMatch(policy, /unsafe|\*|https?:|data:/)
  assert.notEqual((await served.ask('GET', '/')).headers['content-security-policy'], policy)
  const script = await served.ask('GET', '/assets/main-1.js', { headers: { 'accept-encoding': 'gzip' } })
  assert.equal(script.headers['content-type'], 'text/javascript; charset=utf-8')
  assert.equal(script.headers['content-encoding'], 'gzip')
  assert.match(String(script.headers['cache-control']), /immutable/)
  for (const [name, value] of Object.entries(page.headers)) {
    assert.doesNotMatch(name, /access-control/i, String(value))
  }
  for (const answer of [page, script, await served.ask('GET', '/api/v1/status')]) {
    assert.equal(answer.headers['x-content-type-options'], 'nosniff')
    assert.equal(answer.headers['referrer-policy'], 'no-referrer')
    assert.equal(answer.headers['cross-origin-resource-policy'], 'same-origin')
    assert.equal(answer.headers['cross-origin-opener-policy'], 'same-origin')
  }
})

test('a page that was not built says so', async (t) => {
  const pageFolder = await mkdtemp(join(tmpdir(), 'shoal-no-page-'))
  t.after(() => rm(pageFolder, { recursive: true, force: true }))
  const served = await serve(t, { pageFolder })
  const answer = await served.ask('GET', '/', { anonymous: true })
  assert.equal(answer.status, 503)
  assert.equal(codeIn(answer), 'PAGE_MISSING')
})

test('the owner’s token stays over a restart, is for the account alone, and is made anew when it was not', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-token-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const first = await serve(t, { stateFolder: folder })
  assert.equal((await stat(join(folder, 'api-token'))).mode & 0o777, 0o600)
  const second = await serve(t, { stateFolder: folder })
  assert.equal(second.token, first.token)
  await rm(join(folder, 'api-token'))
  await writeFile(join(folder, 'api-token'), `${first.token}\n`, { mode: 0o644 })
  const third = await serve(t, { stateFolder: folder })
  assert.notEqual(third.token, first.token)
  assert.equal((await stat(join(folder, 'api-token'))).mode & 0o777, 0o600)
})

test('a port that is taken is replaced by a free one, unless a person chose it', async (t) => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  t.after(() => other.close())
  const port = (other.address() as { port: number }).port
  const chosen = new PretendedSettings().set('server.port', port)
  await assert.rejects(serve(t, { settings: chosen }), { code: 'IN_USE' })
  const byDefault = new PretendedSettings().preset('server.port', port)
  const served = await serve(t, { settings: byDefault })
  assert.notEqual(served.server.port, port)
  assert.equal((await served.ask('GET', '/api/v1/status')).status, 200)
})

test('no other computer reaches it unless that is said', async (t) => {
  const settings = new PretendedSettings().set('server.host', '0.0.0.0')
  await assert.rejects(serve(t, { settings }), { code: 'SERVER_NOT_LOCAL' })
  const served = await serve(t, { settings: settings.set('server.remote', true) })
  assert.equal((await served.ask('GET', '/api/v1/status')).status, 200)
})

test('heard on one address of the network, it is known by it to programs, and to no page', async (t) => {
  const settings = new PretendedSettings().set('server.host', '127.0.0.7').set('server.remote', true)
  const served = await serve(t, { settings })
  const at = `127.0.0.7:${served.server.port}`
  assert.equal(served.server.url, `http://${at}`)
  const bearer = `Authorization: Bearer ${served.token}\r\nConnection: close`
  const request = (host: string) => `GET /api/v1/status HTTP/1.1\r\nHost: ${host}\r\n${bearer}\r\n\r\n`
  assert.match(await served.raw(request(at), '127.0.0.7'), /^HTTP\/1\.1 200/)
  assert.match(await served.raw(request('127.0.0.7'), '127.0.0.7'), /^HTTP\/1\.1 421/)
})

test('whoever followed a link reads a sentence', async (t) => {
  const served = await serve(t)
  const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document' }
  const answer = await served.ask('GET', '/', { headers, anonymous: true })
  assert.equal(answer.status, 403)
  assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8')
  assert.match(answer.body, /^Another site sent this request.*\n.*type the address.*\n\[ORIGIN_FOREIGN\]\n$/)
})

test('when it ends, streams end and answers on their way arrive', async (t) => {
  let finish = (): void => {}
  const asked = Promise.withResolvers<void>()
  const served = await serve(t, {
    handlers: {
      doctor: () => {
        asked.resolve()
        return new Promise((resolve) => {
          finish = () => resolve({ findings: [] })
        })
      },
    },
  })
  const stream = served.raw(
    `GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${served.token}\r\n\r\n`,
  )
  while (served.feed.followers === 0) await new Promise((resolve) => setImmediate(resolve))
  const answer = served.ask('POST', '/api/v1/network/doctor')
  await asked.promise
  const closed = served.server.close()
  finish()
  assert.equal((await answer).status, 200)
  assert.match(await stream, /\r\n0\r\n\r\n$/)
  await closed
})
