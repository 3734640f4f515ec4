// nginx with TLS in front, by the very lines of docs/api.md: the page and its session, calls, the event stream as it comes,
// a dropped file; and what a foreign name gets.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { Program } from '../../lab/netns/program.ts'
import { until } from '../../lab/netns/until.ts'
import { freePort } from '../doubles/free-port.ts'
import { needs } from '../doubles/require-program.ts'
import { selfSigned } from '../doubles/self-signed.ts'
import { type Served, serve } from '../doubles/served.ts'

const DOCUMENT = join(import.meta.dirname, '..', '..', 'docs', 'api.md')
const NAME = 'shoal.example'
const run = promisify(execFile)

interface Proxied {
  readonly served: Served
  readonly origin: string
  /** curl by the name, trusting the certificate. @returns status and body */
  curl(path: string, ...options: readonly string[]): Promise<{ status: number; body: string }>
}

async function behindNginx(t: TestContext): Promise<Proxied> {
  const served = await serve(t)
  const port = await freePort()
  served.settings.set('server.names', [`${NAME}:${port}`])
  const folder = join(served.folder, 'nginx')
  await mkdir(join(folder, 'temp'), { recursive: true })
  const { certificate, key } = selfSigned(NAME)
  await writeFile(join(folder, 'certificate.pem'), certificate)
  await writeFile(join(folder, 'key.pem'), key)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/temp/${name};`)
    .join('\n')
  const config = `daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
    events { worker_connections 64; }
    http { access_log off; ${temporary} ${await documented(folder, port, served.server.port)} }`
  await writeFile(join(folder, 'nginx.conf'), config)
  const nginx = new Program('nginx', ['nginx', '-p', folder, '-c', join(folder, 'nginx.conf')])
  t.after(() => nginx.stop('SIGKILL'))
  await until(
    'nginx hears',
    async () => (await readFile(join(folder, 'nginx.pid'), 'utf8').catch(() => '')) !== '',
    {
      program: nginx,
    },
  )
  const trust = ['--cacert', join(folder, 'certificate.pem'), '--resolve', `${NAME}:${port}:127.0.0.1`]
  return {
    served,
    origin: `https://${NAME}:${port}`,
    curl: async (path, ...options) => {
      const form = ['-s', '-w', '\n%{http_code}', ...trust, ...options, `https://${NAME}:${port}${path}`]
      const { stdout } = await run('curl', form, { maxBuffer: 64 * 1_048_576 })
      const end = stdout.lastIndexOf('\n')
      return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, end) }
    },
  }
}

/** The server of docs/api.md with the addresses of this test. */
async function documented(folder: string, port: number, ours: number): Promise<string> {
  const lines = /```nginx\n([\s\S]*?)```/.exec(await readFile(DOCUMENT, 'utf8'))?.[1] ?? ''
  const replaced: readonly (readonly [string, string])[] = [
    ['listen 443 ssl', `listen 127.0.0.1:${port} ssl`],
    ['shoal.example.org', NAME],
    ['/etc/ssl/shoal.pem', join(folder, 'certificate.pem')],
    ['/etc/ssl/shoal.key', join(folder, 'key.pem')],
    ['127.0.0.1:7417', `127.0.0.1:${ours}`],
  ]
  return replaced.reduce((text, [from, to]) => {
    assert.ok(text.includes(from), `docs/api.md says ${from}`)
    return text.replaceAll(from, to)
  }, lines)
}

function all(t: TestContext): boolean {
  return needs(t, 'nginx', 'nginx-light') && needs(t, 'curl', 'curl')
}

test('calls, torrent files and dropped files come through nginx', async (t) => {
  if (!all(t)) return
  const { served, curl } = await behindNginx(t)
  const token = ['-H', `Authorization: Bearer ${served.token}`]
  assert.equal((await curl('/api/v1/status', ...token)).status, 200)
  assert.equal((await curl('/api/v1/status')).status, 401)
  assert.equal((await curl('/')).status, 200)
  assert.equal((await curl('/health')).status, 503, 'a pretended daemon knows nothing of its network')
  const torrent = join(served.folder, 'torrent.json')
  await writeFile(
    torrent,
    JSON.stringify({ source: { torrent: Buffer.alloc(5_000_000).toString('base64') } }),
  )
  const json = ['-H', 'Content-Type: application/json']
  assert.equal((await curl('/api/v1/inspect', ...token, ...json, '-d', `@${torrent}`)).status, 200)
  const film = join(served.folder, 'film.mp4')
  await writeFile(film, Buffer.alloc(20_000_000, 7))
  const { status, body } = await curl('/api/v1/dropped/film.mp4', ...token, '-T', film)
  assert.equal(status, 200, body)
  const copy = await readFile((JSON.parse(body) as { path: string }).path)
  assert.ok(copy.equals(await readFile(film)))
})

test('a name that is not listed is foreign behind nginx, too', async (t) => {
  if (!all(t)) return
  const { served, curl } = await behindNginx(t)
  const token = ['-H', `Authorization: Bearer ${served.token}`]
  assert.equal((await curl('/api/v1/status', ...token, '-H', 'Host: evil.example')).status, 421)
  assert.equal((await curl('/api/v1/status', ...token, '-H', 'Origin: https://evil.example')).status, 403)
  assert.equal((await curl('/api/v1/status', ...token, '-H', `Origin: http://${NAME}`)).status, 403)
})

test('wrong tokens are counted by who asks nginx, and a right one elsewhere still works', async (t) => {
  if (!all(t)) return
  const { served, curl } = await behindNginx(t)
  for (let i = 0; i < 10; i++) await curl('/api/v1/status', '-H', 'Authorization: Bearer wrong')
  assert.equal((await curl('/api/v1/status', '-H', `Authorization: Bearer ${served.token}`)).status, 429)
  assert.equal((await served.ask('GET', '/api/v1/status')).status, 200)
})

test('the page holds a Secure session behind nginx, and its stream comes as it is written', async (t) => {
  if (!all(t) || !needs(t, 'chromium', 'chromium')) return
  const { served, origin } = await behindNginx(t)
  const link = await served.ask('POST', '/api/v1/page-link', { body: {} })
  const { elsewhere } = JSON.parse(link.body) as { elsewhere: string[] }
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', `--host-resolver-rules=MAP ${NAME} 127.0.0.1`],
  })
  t.after(() => browser.close())
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  const page = await context.newPage()
  assert.equal((await page.goto(elsewhere[0] ?? ''))?.status(), 200)
  const begin = `(async () => {
    const made = await fetch('/api/v1/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: location.hash.replace('#code=', '') }),
    })
    const headers = { 'x-shoal-key': (await made.json()).key }
    const stream = await fetch('/api/v1/events', { headers })
    globalThis.reader = stream.body.pipeThrough(new TextDecoderStream()).getReader()
    return [made.status, (await fetch('/api/v1/status', { headers })).status, stream.status]
  })()`
  assert.deepEqual(await page.evaluate(begin), [200, 200, 200])
  const next = () => page.evaluate(`reader.read().then(({ value }) => value)`)
  assert.match(String(await next()), /^id: e1\.0\n/)
  served.feed.change({ removed: ['ab'.repeat(20)] })
  assert.match(String(await next()), /"removed":\["(ab){20}"\]/)
  const [cookie] = await context.cookies(origin)
  assert.deepEqual(
    [cookie?.secure, cookie?.httpOnly, cookie?.sameSite, cookie?.name.replace(/\d+$/, '')],
    [true, true, 'Strict', '__Host-shoal-'],
  )
})
