// SAFETY.md, *API and page*, where a browser is meant: pages of other sites, rebound names, frames, forms, images and sockets
// against a person who is logged in; and what the page's own policy holds back. The door is real, behind it every call is heard.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { needs } from '../doubles/require-program.ts'
import { type Served, type ServeOptions, serve } from '../doubles/served.ts'

const ID = 'ab'.repeat(20)
/** The smallest picture that a browser draws. */
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

interface Scene {
  readonly served: Served
  readonly context: BrowserContext
  /** Our page, logged in. */
  readonly ours: Page
  /** A page of somebody else at this host, with this body, and by this policy of its own. */
  evil(host: string, body?: string, policy?: string): Promise<Page>
  /** Of the other site's server. */
  readonly evilPort: number
  /** What came through the door since the scene began. */
  reached(): string[]
}

async function scene(t: TestContext, options: ServeOptions = {}): Promise<Scene> {
  const served = await serve(t, options)
  let [body, policy] = ['', '']
  const other = createServer((_, response) => {
    response.setHeader('content-security-policy', policy)
    response.setHeader('content-type', 'text/html').end(`<!doctype html><title>evil</title>${body}`)
  })
  const evilPort = await listening(t, other)
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--host-resolver-rules=MAP rebound.example 127.0.0.2, MAP *.example 127.0.0.1'],
  })
  t.after(() => browser.close())
  const context = await browser.newContext()
  const ours = await logIn(served, context)
  const before = served.heard.length
  return {
    served,
    context,
    ours,
    evilPort,
    reached: () => served.heard.slice(before).map(({ name }) => name),
    evil: async (host, shown = '', itsPolicy = '') => {
      body = shown
      policy = itsPolicy
      const page = await context.newPage()
      await page.goto(`http://${host}:${evilPort}/`)
      return page
    },
  }
}

async function listening(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** As the page does it: the code out of the fragment, for a cookie and a key that the tab keeps. */
async function logIn(served: Served, context: BrowserContext): Promise<Page> {
  const link = await served.ask('POST', '/api/v1/page-link', { body: {} })
  const page = await context.newPage()
  await page.goto((JSON.parse(link.body) as { url: string }).url)
  const status = await inPage(
    page,
    `const made = await fetch('/api/v1/session', {
       method: 'POST',
       headers: { 'content-type': 'application/json' },
       body: JSON.stringify({ code: location.hash.replace('#code=', '') }),
     })
     sessionStorage.setItem('key', (await made.json()).key)
     return made.status`,
  )
  assert.equal(status, 200)
  assert.equal(await statusOf(page), 200)
  return page
}

/** Runs JavaScript, as text, in a page: what it is given is `given` there. */
function inPage<Outcome>(page: Page, script: string, given: unknown = null): Promise<Outcome> {
  return page.evaluate(`(async (given) => { ${script} })(${JSON.stringify(given)})`)
}

/** Of a call with the key that this tab keeps. */
function statusOf(page: Page): Promise<number> {
  return inPage(
    page,
    `const key = sessionStorage.getItem('key')
     return (await fetch('/api/v1/status', key === null ? {} : { headers: { 'x-shoal-key': key } })).status`,
  )
}

test('a session is of its tab: it stays over a reload, and another tab has the cookie and nothing more', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const { served, context, ours } = await scene(t)
  await ours.reload()
  assert.equal(await statusOf(ours), 200)
  const other = await context.newPage()
  await other.goto(served.server.url)
  assert.equal(await statusOf(other), 401)
  assert.deepEqual(
    await context.cookies().then((all) => all.map(({ httpOnly, sameSite }) => [httpOnly, sameSite])),
    [[true, 'Strict']],
  )
  assert.equal(await inPage(ours, 'return document.cookie'), '')
})

/** What a script of another site can try. */
const EVERY_WAY = `
  const failed = (asked) => asked.then(
    async (response) => (response.type === 'opaque' ? 'opaque' : 'read ' + (await response.text())),
    () => 'failed',
  )
  const event = (target, good) => new Promise((resolve) => {
    target.addEventListener(good, () => resolve('opened'))
    target.addEventListener('error', () => resolve('failed'))
  })
  const image = new Image()
  const script = document.createElement('script')
  const shown = [event(image, 'load'), event(script, 'load')]
  image.src = given + '/api/v1/status'
  script.src = given + '/api/v1/status'
  document.body.append(image, script)
  const told = { method: 'POST', credentials: 'include', body: '{"until":"told"}' }
  const json = { 'content-type': 'application/json' }
  const keyed = { credentials: 'include', headers: { 'x-shoal-key': 'guessed' } }
  return {
    read: await failed(fetch(given + '/api/v1/status', { credentials: 'include' })),
    blind: await failed(fetch(given + '/api/v1/pause-all', { ...told, mode: 'no-cors' })),
    asked: await failed(fetch(given + '/api/v1/pause-all', { ...told, headers: json })),
    keyed: await failed(fetch(given + '/api/v1/status', keyed)),
    dropped: await failed(fetch(given + '/api/v1/dropped/a.txt', { ...told, method: 'PUT' })),
    image: await shown[0],
    script: await shown[1],
    events: await event(new EventSource(given + '/api/v1/events', { withCredentials: true }), 'open'),
    socket: await event(new WebSocket(given.replace('http', 'ws') + '/api/v1/events'), 'open'),
  }`

test('a page of another site neither reads nor does anything, whichever way it asks', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const { served, evil, reached } = await scene(t)
  // Another name; the same name, where cookies go along; and a name that is loopback, too.
  for (const host of ['evil.example', '127.0.0.1', 'localhost']) {
    const page = await evil(host)
    const outcome = await inPage<Record<string, string>>(page, EVERY_WAY, served.server.url)
    assert.deepEqual(
      outcome,
      {
        read: 'failed',
        blind: outcome.blind === 'opaque' ? 'opaque' : 'failed',
        asked: 'failed',
        keyed: 'failed',
        dropped: 'failed',
        image: 'failed',
        script: 'failed',
        events: 'failed',
        socket: 'failed',
      },
      host,
    )
  }
  assert.deepEqual(reached(), [])
  assert.equal(served.feed.followers, 0)
})

test('a form of another site, also from nowhere, is not looked at', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const { served, evil, reached } = await scene(t)
  const form = `<form method="post" action="${served.server.url}/api/v1/pause-all" enctype="text/plain"><input name='{"until":"told","x":"' value='"}'></form>`
  // As itself, and as a sandboxed page, whose origin is none.
  for (const policy of ['', 'sandbox allow-scripts allow-forms']) {
    const page = await evil('127.0.0.1', form, policy)
    const [answer] = await Promise.all([
      page.waitForNavigation(),
      inPage(page, `document.querySelector('form').submit()`),
    ])
    assert.equal(answer?.status(), 403)
  }
  assert.deepEqual(reached(), [])
  assert.ok(served.guard.rows().some(({ examples }) => examples.includes('null')))
})

test('the page is shown in no frame of another site', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const { served, evil } = await scene(t)
  const page = await evil('127.0.0.1', `<iframe src="${served.server.url}/"></iframe>`)
  const inside = page.frames().filter((frame) => frame !== page.mainFrame())
  assert.equal(inside.length, 1)
  assert.equal(await inside[0]?.locator('#ours').count(), 0)
})

test('a link from another site opens nothing; the same address typed opens the page', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const { served, context, evil } = await scene(t)
  const page = await evil('evil.example', `<a href="${served.server.url}/">go</a>`)
  const [answer] = await Promise.all([page.waitForNavigation(), page.click('a')])
  assert.equal(answer?.status(), 403)
  const typed = await context.newPage()
  assert.equal((await typed.goto(served.server.url))?.status(), 200)
})

test('a name that was rebound to this computer is foreign', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const { served, context, reached } = await scene(t)
  const { port } = served.server
  // At first the name leads to its own server; then, at the same address as the browser sees it, to ours.
  const own = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>evil</title>')
  })
  let leadsTo = await listening(t, own)
  const relay = createTcpServer((socket) => {
    const onward = connect(leadsTo, '127.0.0.1')
    socket.pipe(onward).pipe(socket)
    for (const side of [socket, onward]) side.on('error', () => side.destroy())
  })
  await new Promise<void>((resolve) => relay.listen(port, '127.0.0.2', resolve))
  t.after(() => relay.close())
  const page = await context.newPage()
  assert.equal((await page.goto(`http://rebound.example:${port}/`))?.status(), 200)
  leadsTo = port
  own.closeAllConnections()
  const statuses = await inPage(
    page,
    `return [
       (await fetch('/')).status,
       (await fetch('/api/v1/status')).status,
       (await fetch('/api/v1/pause-all', { method: 'POST', body: '{}' })).status,
     ]`,
  )
  assert.deepEqual(statuses, [421, 421, 421])
  assert.deepEqual(reached(), [])
})

/** What somebody could try whose text got into the page. Later, since a browser's own tools are let past the policy. */
const EVERY_TRICK = `
  const later = (what) => new Promise((resolve) => setTimeout(() => {
    try {
      what()
      resolve('done')
    } catch (error) {
      resolve(error.name)
    }
  }))
  const violated = new Set()
  document.addEventListener('securitypolicyviolation', (event) => violated.add(event.effectiveDirective))
  const styled = (nonce) => {
    const element = document.createElement('style')
    if (nonce !== undefined) element.nonce = nonce
    element.textContent = '#ours { color: rgb(1, 2, 3) }'
    document.head.append(element)
    const { color } = getComputedStyle(document.querySelector('#ours'))
    element.remove()
    return color
  }
  const outcome = {
    inline: String(globalThis.ranInline),
    styled: styled(document.querySelector('meta[property="csp-nonce"]').nonce),
    unstyled: styled(undefined),
    leave: await fetch('http://127.0.0.1:' + given + '/', { mode: 'no-cors' }).then(() => 'sent', () => 'held'),
    eval: await later(() => (0, eval)('1')),
    markup: await later(() => {
      document.body.innerHTML = '<img src=x onerror="globalThis.ranInline = true">'
    }),
  }
  return { ...outcome, violated: [...violated] }`

test('in the page nothing runs or leaves but what was built into it', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const { ours, evilPort } = await scene(t)
  const held = await inPage<Record<string, unknown> & { violated: string[] }>(ours, EVERY_TRICK, evilPort)
  const { violated, ...outcome } = held
  assert.deepEqual(outcome, {
    inline: 'undefined',
    eval: 'EvalError',
    markup: 'TypeError',
    leave: 'held',
    styled: 'rgb(1, 2, 3)',
    unstyled: 'rgb(0, 0, 0)',
  })
  for (const directive of ['connect-src', 'style-src-elem'])
    assert.ok(violated.includes(directive), directive)
})

test('a file that was got is shown in the page by its signed address', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  let folder = ''
  const { served, ours } = await scene(t, {
    wholeFile: async () => ({
      path: join(folder, 'a.gif'),
      folder,
      name: 'a.gif',
      lengthBytes: PIXEL.length,
    }),
  })
  folder = served.folder
  await writeFile(join(folder, 'a.gif'), PIXEL)
  const width = await inPage(
    ours,
    `const made = await fetch('/api/v1/transfers/' + given + '/media', {
       method: 'POST',
       headers: { 'content-type': 'application/json', 'x-shoal-key': sessionStorage.getItem('key') },
       body: '{"index":0}',
     })
     const image = new Image()
     image.src = (await made.json()).path
     await image.decode()
     return image.naturalWidth`,
    ID,
  )
  assert.equal(width, 1)
})

test('whoever logs out is out, whatever their tab still holds', async (t) => {
  if (!needs(t, 'chromium', 'chromium')) return
  const { context, ours } = await scene(t)
  const headers = `{ 'x-shoal-key': sessionStorage.getItem('key') }`
  await inPage(ours, `await fetch('/api/v1/session', { method: 'DELETE', headers: ${headers} })`)
  assert.deepEqual(await context.cookies(), [])
  assert.equal(await statusOf(ours), 401)
})
