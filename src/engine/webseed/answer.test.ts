import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PieceIndex } from '../../base/ids.ts'
import type { HttpHead } from '../../base/ports.ts'
import { judgeHead, retryOfBody } from './answer.ts'
import type { FileFetch, PieceFetch } from './fetches.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z')

const middle: FileFetch = { kind: 'file', file: 3, first: 1_000, lengthBytes: 500, fileBytes: 5_000 }
const front: FileFetch = { ...middle, first: 0 }
const whole: FileFetch = { ...middle, first: 0, lengthBytes: 5_000 }
const piece: PieceFetch = {
  kind: 'piece',
  piece: 1 as PieceIndex,
  ranges: [{ first: 0, last: 499 }],
  lengthBytes: 500,
}

function judged(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  fetch: FileFetch | PieceFetch = middle,
): string {
  const head: HttpHead = { status, headers: new Map(Object.entries(headers)), remote: '203.0.113.1' }
  const answer = judgeHead(head, fetch, NOW)
  if ('longer' in answer) return answer.longer ? 'take the front' : 'take'
  return `${answer.kind} ${answer.code}${answer.kind === 'later' && answer.retryMs !== undefined ? ` ${answer.retryMs}` : ''}`
}

const range = (text: string, more = {}) => ({ 'content-range': text, ...more })

test('the range that was asked for is taken', () => {
  assert.equal(judged(206, range('bytes 1000-1499/5000')), 'take')
  assert.equal(judged(206, range('bytes 1000-1499/*', { 'content-length': '500' })), 'take')
})

test('another range than was asked for ends it', () => {
  for (const text of [
    'bytes 0-499/5000',
    'bytes 1000-1498/5000',
    'bytes 1000-1500/5000',
    '',
    'bytes */5000',
    'x',
    'bytes 1e3-1499/5000',
  ])
    assert.equal(judged(206, range(text)), 'never WRONG_RANGE', text)
  assert.equal(judged(206, range('bytes 1000-1499/5000', { 'content-length': '501' })), 'never WRONG_RANGE')
})

test('a file of another length is not the file', () => {
  assert.equal(judged(206, range('bytes 1000-1499/5001')), 'missing LENGTH_DIFFERS')
  assert.equal(judged(200, { 'content-length': '4999' }, front), 'missing LENGTH_DIFFERS')
  assert.equal(judged(416), 'missing LENGTH_DIFFERS')
})

test('a page that says sorry with status 200 is no file', () => {
  assert.equal(judged(200, { 'content-type': 'text/html' }, whole), 'missing LENGTH_DIFFERS')
  assert.equal(
    judged(200, { 'content-type': 'text/html', 'content-length': '812' }, whole),
    'missing LENGTH_DIFFERS',
  )
})

test('whole files from a server that knows no ranges are good from their front only', () => {
  assert.equal(judged(200, { 'content-length': '5000' }, whole), 'take')
  assert.equal(judged(200, { 'content-length': '5000' }, front), 'take the front')
  assert.equal(judged(200, { 'content-length': '5000' }, middle), 'never RANGES_IGNORED')
})

test('what is packed is refused before a byte of it is read', () => {
  for (const encoding of ['gzip', 'br', 'deflate', 'zstd', 'identity, gzip'])
    assert.equal(
      judged(206, range('bytes 1000-1499/5000', { 'content-encoding': encoding })),
      'never ENCODED',
    )
  assert.equal(judged(206, range('bytes 1000-1499/5000', { 'content-encoding': 'Identity' })), 'take')
})

test('what is not there or not for us is missing', () => {
  assert.equal(judged(404), 'missing NOT_FOUND')
  assert.equal(judged(410), 'missing NOT_FOUND')
  assert.equal(judged(403), 'missing FORBIDDEN')
  assert.equal(judged(401), 'missing FORBIDDEN')
})

test('who is busy is asked later, when it says and within bounds', () => {
  assert.equal(judged(503), 'later BUSY')
  assert.equal(judged(503, { 'retry-after': '120' }), 'later BUSY 120000')
  assert.equal(judged(429, { 'retry-after': '0' }), 'later TOO_MANY_REQUESTS 1000')
  assert.equal(judged(429, { 'retry-after': '999999999' }), 'later TOO_MANY_REQUESTS 3600000')
  assert.equal(judged(503, { 'retry-after': 'Thu, 01 Jan 2026 00:10:00 GMT' }), 'later BUSY 600000')
  assert.equal(judged(503, { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }), 'later BUSY 1000')
  assert.equal(judged(503, { 'retry-after': 'soon' }), 'later BUSY')
  assert.equal(judged(503, { 'retry-after': '-5' }).split(' ')[0], 'later')
  assert.equal(judged(500), 'later STATUS')
  assert.equal(judged(302), 'later STATUS')
  assert.equal(judged(100), 'later STATUS')
})

test('a piece is taken with status 200 or 206 when it has the right length or none (BEP 17)', () => {
  assert.equal(judged(200, {}, piece), 'take')
  assert.equal(judged(206, { 'content-length': '500' }, piece), 'take')
  assert.equal(judged(200, { 'content-length': '499' }, piece), 'later LENGTH_DIFFERS')
  assert.equal(judged(404, {}, piece), 'missing NOT_FOUND')
  assert.equal(judged(200, { 'content-encoding': 'gzip' }, piece), 'never ENCODED')
})

test('the body of a 503 may say after how many seconds to come back (BEP 17)', () => {
  assert.equal(retryOfBody('30'), 30_000)
  assert.equal(retryOfBody(' 86400000\n'), 3_600_000)
  for (const text of ['', 'x', '1.5', '-1', '12345678901', '<html>'])
    assert.equal(retryOfBody(text), undefined, text)
})
