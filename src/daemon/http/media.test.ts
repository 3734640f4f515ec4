// Files to play: what is signed, for how long, with which ranges, as which kind.

import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { codeIn, type ServeOptions, serve } from '../../../test/doubles/served.ts'
import { byteRange } from './byte-range.ts'
import { MediaLinks } from './media-links.ts'
import { mediaTypeOf } from './media-types.ts'

const ID = 'ab'.repeat(20)
const FILM = '0123456789'

async function scene(t: TestContext, options: ServeOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-media-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'got'))
  const names = ['film.mp4', 'page.html', 'partial.mp4', 'link.mp4', 'gone.mp4']
  for (const name of names.slice(0, 3)) await writeFile(join(folder, 'got', name), FILM)
  await writeFile(join(folder, 'secret'), FILM)
  await symlink(join(folder, 'secret'), join(folder, 'got', 'link.mp4'))
  const served = await serve(t, {
    ...options,
    wholeFile: async ({ index }) => {
      const name = names[index]
      if (name === undefined || name === 'partial.mp4') return undefined
      return { path: join(folder, 'got', name), folder: join(folder, 'got'), name, lengthBytes: 10 }
    },
  })
  const link = async (index: number): Promise<string> => {
    const answer = await served.ask('POST', `/api/v1/transfers/${ID}/media`, { body: { index } })
    assert.equal(answer.status, 200, answer.body)
    return (JSON.parse(answer.body) as { path: string }).path
  }
  const play = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    served.ask(method, path, { headers, anonymous: true })
  return { served, folder, link, play }
}

test('a whole file is played by its signed address, without a session', async (t) => {
  const { link, play } = await scene(t)
  const path = await link(0)
  assert.match(path, /^\/media\/[\w-]{43}\/\d+\/(ab){20}\/0\/film\.mp4$/)
  const answer = await play(path)
  assert.equal(answer.status, 200)
  assert.equal(answer.body, FILM)
  assert.equal(answer.headers['content-type'], 'video/mp4')
  assert.equal(answer.headers['accept-ranges'], 'bytes')
  assert.match(String(answer.headers['content-security-policy']), /sandbox/)
  assert.equal(answer.headers['x-content-type-options'], 'nosniff')
  const head = await play(path, {}, 'HEAD')
  assert.deepEqual([head.status, head.body, head.headers['content-length']], [200, '', '10'])
})

test('ranges are answered with exactly their bytes', async (t) => {
  const { link, play } = await scene(t)
  const path = await link(0)
  for (const [range, status, body] of [
    ['bytes=0-3', 206, '0123'],
    ['bytes=4-', 206, '456789'],
    ['bytes=-2', 206, '89'],
    ['bytes=8-99', 206, '89'],
    ['bytes=0-1,4-5', 200, FILM],
    ['bytes=5-2', 200, FILM],
    ['lines=1-2', 200, FILM],
  ] as const) {
    const answer = await play(path, { range })
    assert.deepEqual([answer.status, answer.body], [status, body], range)
    if (status === 206) assert.match(String(answer.headers['content-range']), /^bytes \d+-\d+\/10$/)
  }
  const beyond = await play(path, { range: 'bytes=10-' })
  assert.deepEqual([beyond.status, beyond.headers['content-range']], [416, 'bytes */10'])
  const tag = String((await play(path)).headers.etag)
  assert.equal((await play(path, { range: 'bytes=0-0', 'if-range': tag })).status, 206)
  assert.equal((await play(path, { range: 'bytes=0-0', 'if-range': '"other"' })).status, 200)
})

test('an address that was not signed, was changed, or is older than ten minutes opens nothing', async (t) => {
  let wallMs = Date.UTC(2026, 0, 1)
  const { link, play } = await scene(t, { wallMs: () => wallMs })
  const path = await link(0)
  const [, , signature = '', until = ''] = path.split('/')
  for (const changed of [
    path.replace('/0/film', '/1/film'),
    path.replace(`/${until}/`, `/${Number(until) + 1}/`),
    path.replace(ID, 'cd'.repeat(20)),
    path.replace(signature, signature.slice(0, -1)),
    path.replace(signature, ''.padEnd(43, 'A')),
    path.replace('/0/film', '/0x0/film'),
    path.replace(`/${until}/`, '/NaN/'),
  ]) {
    const answer = await play(changed)
    assert.equal(answer.status, 403, changed)
    assert.equal(codeIn(answer), 'MEDIA_EXPIRED')
  }
  assert.equal((await play(path)).status, 200)
  wallMs += 10 * 60_000 + 1
  assert.equal((await play(path)).status, 403)
})

test('signatures of one run mean nothing to another', () => {
  const file = { id: ID, index: 0 }
  const [one, other] = [new MediaLinks(() => 0), new MediaLinks(() => 0)]
  const [, , signature = '', until = '', id = '', index = ''] = one.sign(file, 'a').path.split('/')
  assert.deepEqual(one.verify(signature, until, id, index), file)
  assert.equal(other.verify(signature, until, id, index), undefined)
})

test('what is not whole, not what was verified, or behind a link is not given', async (t) => {
  const { served, folder, link, play } = await scene(t)
  const partial = await served.ask('POST', `/api/v1/transfers/${ID}/media`, { body: { index: 2 } })
  assert.equal(codeIn(partial), 'MEDIA_NOT_WHOLE')
  const linked = await play(await link(3))
  assert.ok(linked.status >= 400)
  assert.doesNotMatch(linked.body, /0123456789/)
  assert.equal((await play(await link(4))).status, 404)
  const path = await link(0)
  await writeFile(join(folder, 'got', 'film.mp4'), 'changed, and longer')
  assert.equal(codeIn(await play(path)), 'MEDIA_NOT_WHOLE')
})

test('what could run in a page is bytes to be saved', async (t) => {
  const { link, play } = await scene(t)
  const page = await play(await link(1))
  assert.equal(page.headers['content-type'], 'application/octet-stream')
  assert.match(String(page.headers['content-disposition']), /^attachment; /)
  for (const name of [
    'a.html',
    'a.svg',
    'a.xml',
    'a.js',
    'a.pdf',
    'a.mp4.html',
    'mp4',
    'a.constructor',
    'a.',
    '',
  ])
    assert.deepEqual(mediaTypeOf(name), { type: 'application/octet-stream', attachment: true }, name)
  assert.deepEqual(mediaTypeOf('A.MKV'), { type: 'video/x-matroska', attachment: false })
})

test('a range of nothing is none', () => {
  assert.equal(byteRange('bytes=-0', 10), 'none')
  assert.equal(byteRange('bytes=0-', 0), 'none')
  assert.equal(byteRange('bytes=-5', 0), 'none')
  assert.equal(byteRange('bytes=-', 10), 'whole')
  assert.equal(byteRange(undefined, 10), 'whole')
  assert.equal(byteRange('bytes=9999999999999999-', 10), 'whole')
})
