import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CodedError, type ErrorData } from '../base/errors.ts'
import { entryFor, explain, mistake, publicCode } from './errors.ts'
import { ERROR_ALIASES } from './errors-system.ts'

class SampleError extends CodedError {}

function told(code: string, data: ErrorData = {}): string {
  const { message, help } = explain(new SampleError(code, data)).report
  return help === undefined ? message : `${message} ${help}`
}

test('the sentences of the table say what happened, to what, and what to do', () => {
  const sentences: [string, ErrorData, string][] = [
    [
      'LINK_INVALID',
      { reason: 'the hash has 39 characters, 40 were expected' },
      'This is not a link Shoal understands: the hash has 39 characters, 40 were expected. Copy it again, all of it.',
    ],
    [
      'NO_SOURCES',
      { name: 'holiday.mp4', seconds: 600 },
      'Nobody who has holiday.mp4 answered in 10 min. Nothing is lost; run the same command to go on.',
    ],
    [
      'NOT_ENOUGH_SPACE',
      { name: 'holiday.mp4', neededBytes: 4_200_000_000, path: '/media', freeBytes: 1_100_000_000 },
      'holiday.mp4 needs 4.2 GB, /media has 1.1 GB. Choose another folder with -o, or part of it with --select.',
    ],
    [
      'FILE_DIFFERS',
      { path: './X' },
      './X exists with other contents. It was not touched. Use -o, or verify it with `shoal verify`.',
    ],
    [
      'SHARE_REFUSED_ROOT',
      { path: '/home/a', why: 'HOME' },
      'Your home folder cannot be shared whole. Choose a folder inside it.',
    ],
    [
      'SHARE_NEEDS_ANSWER',
      { count: 3, files: 'id_rsa (private key), tax.pdf (tax paper)' },
      '3 files look private, so nothing was shared: id_rsa (private key), tax.pdf (tax paper). Use --dry-run to see all, --leave-out or --allow to answer.',
    ],
    [
      'PROXY_DOWN',
      { proxy: '10.0.0.1:1080' },
      'The proxy at 10.0.0.1:1080 does not answer. Everything waits; nothing went around it.',
    ],
    [
      'DAEMON_RUNNING',
      { pid: 4121 },
      'Shoal is already running on this state folder (process 4121). Use it, or give --state-dir.',
    ],
    [
      'INVITE_USED',
      { from: 'Ana' },
      'This invite was for one person and has been used. Ask Ana for a new one.',
    ],
  ]
  for (const [code, data, sentence] of sentences) assert.equal(told(code, data), sentence)
})

test('a sentence without its facts is still a sentence', () => {
  const codes = [
    ...[
      'LINK_INVALID',
      'NO_SOURCES',
      'NOT_ENOUGH_SPACE',
      'FILE_DIFFERS',
      'SHARE_REFUSED_ROOT',
      'PORT_IN_USE',
    ],
    ...[
      'PROXY_DOWN',
      'DAEMON_RUNNING',
      'INVITE_USED',
      'TOO_LARGE',
      'TOO_MANY_FILES',
      'BAD_PIECE_LENGTH',
      'NO_SPACE',
    ],
    ...['INTERRUPTED', 'PERMISSION', 'STATE_UNWRITABLE', 'NOTHING_SELECTED', 'HYBRID_DISAGREES'],
  ]
  for (const code of codes) {
    const sentence = told(code)
    assert.doesNotMatch(sentence, /undefined|NaN|null| {2}|\( ?\)/, code)
    assert.match(sentence, /[.?)]$/, code)
  }
})

test('invalid input exits with 2, failure with 1, an interruption with 130', () => {
  assert.equal(explain(new SampleError('LINK_INVALID')).exit, 2)
  assert.equal(explain(new SampleError('NO_SOURCES')).exit, 1)
  assert.equal(explain(new SampleError('INTERRUPTED')).exit, 130)
})

test('what may work later says so', () => {
  assert.equal(explain(new SampleError('NO_SOURCES')).report.retry, true)
  assert.equal(explain(new SampleError('LINK_INVALID')).report.retry, false)
})

test('a code without an entry is told in its own words and facts', () => {
  const { report, exit } = explain(new SampleError('TAIL_TOO_WET', { scales: 3, fin: undefined }))
  assert.equal(report.message, 'This did not work: tail too wet (scales 3).')
  assert.equal(report.code, 'TAIL_TOO_WET')
  assert.equal(exit, 1)
})

test('names of Object are not codes', () => {
  assert.equal(entryFor('constructor'), undefined)
  assert.equal(entryFor('__proto__'), undefined)
  assert.equal(publicCode('constructor', 'X'), 'X')
})

test('a mistake of ours says that files are untouched, and gives no details away', () => {
  const { report, exit } = mistake('E-7F3A')
  assert.equal(exit, 1)
  assert.equal(report.code, 'INTERNAL')
  assert.match(report.message, /E-7F3A/)
})

test("the system's codes reach people as ours", () => {
  class DiskError extends CodedError {}
  const { report, exit } = explain(new DiskError('ENOENT', { path: 'a.torrent', errno: 'ENOENT' }))
  assert.deepEqual([report.code, report.message, exit], ['FILE_NOT_FOUND', 'a.torrent does not exist.', 2])
  assert.equal(explain(new SampleError('ENOENT')).report.code, 'ENOENT')
})

test('every alias leads to a sentence', () => {
  for (const [key, code] of Object.entries(ERROR_ALIASES)) assert.notEqual(entryFor(code), undefined, key)
})
