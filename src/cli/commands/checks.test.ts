import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryRow } from '../../../test/doubles/memory-daemon.ts'
import { servedCommands } from '../../../test/doubles/served-command.ts'
import type { Checks } from '../../api/schemas/checks.ts'

const ID = 'ab'.repeat(20)
const CONTENT = `${'c'.repeat(64)}-1000`
const AT = '2026-11-28T10:00:00.000Z'

const CHECKS: Checks = {
  scanner: {
    state: 'ready',
    name: 'ClamAV',
    version: '1.4.3',
    signatures: '27500',
    signaturesAt: null,
    largestBytes: 100_000_000,
    problem: null,
    waitingFiles: 2,
  },
  counts: { clean: 3, locked: 1, 'plain-not-scanned': 5 },
  locked: [
    {
      transfer: ID,
      index: 4,
      name: 'a.exe',
      lengthBytes: 68,
      found: 'Eicar',
      by: 'ClamAV',
      at: AT,
      deleted: false,
    },
  ],
}

test('what was checked, what was not, and what is kept locked is said apart', async (t) => {
  const { run } = await servedCommands(t, { checks: () => CHECKS })
  const { code, out } = await run(['checks'])
  assert.equal(code, 0)
  assert.match(out, /ClamAV 1\.4\.3 is ready, signatures 27500; files over 100 MB are not scanned\./)
  assert.match(
    out,
    /3 files: checked, nothing found\n {2}5 files: nothing seen that runs code or pretends; not virus-checked/,
  )
  assert.match(out, /abababab 4 {2}a\.exe \(68 B\): Eicar, found by ClamAV/)
  assert.deepEqual((await run(['checks', '--json'])).objects, [CHECKS])
})

test('without a scanner nothing is said to be checked', async (t) => {
  for (const state of ['none', 'stopped', 'no-signatures'] as const) {
    const scanner = { ...CHECKS.scanner, state, signatures: null }
    const { run } = await servedCommands(t, {
      checks: () => ({ ...CHECKS, scanner, counts: {}, locked: [] }),
    })
    assert.match((await run(['checks'])).out, /nothing is virus-checked/)
  }
})

test('a locked file is deleted after a yes, never without one', async (t) => {
  const { run, heard, feed } = await servedCommands(t, {
    checks: () => CHECKS,
    deleteLocked: () => ({}),
    scanTransfers: ({ ids }) => ({ done: ids, failed: [] }),
  })
  feed.held.push(memoryRow(ID))
  const called = () => heard.filter(({ name }) => name === 'deleteLocked').map(({ input }) => input)
  assert.equal((await run(['checks', 'delete', 'abab', '4'])).error?.code, 'ANSWER_NEEDED')
  assert.equal((await run(['checks', 'delete', 'abab', '4'], ['no'])).error?.code, 'ANSWERED_NO')
  assert.deepEqual(called(), [])
  assert.match((await run(['checks', 'delete', 'abab', '4', '--yes'])).out, /Deleted: a\.exe/)
  assert.deepEqual(called(), [{ id: ID, index: 4 }])
  assert.equal((await run(['checks', 'scan', 'abab'])).code, 0)
  assert.equal((await run(['checks', 'scan'])).error?.code, 'OPERAND_MISSING')
  assert.equal((await run(['checks', 'frob'])).error?.code, 'OPERAND_MISSING')
})

const LIST = {
  id: 'l1',
  kind: 'content' as const,
  name: 'Bad things',
  url: 'https://example.org/list',
  key: 'd'.repeat(64),
  entries: 12,
  addedAt: AT,
  updatedAt: AT,
  problem: null,
}

test('lists are taken, shown and given back, contents blocked and unblocked', async (t) => {
  const { run, heard } = await servedCommands(t, {
    blocklists: () => ({ lists: [LIST] }),
    addBlocklist: () => LIST,
    removeBlocklist: () => ({}),
    refreshBlocklist: () => LIST,
    blockContent: () => ({}),
    unblockContent: () => ({}),
    blockedContent: () => ({
      total: 1,
      contents: [{ content: CONTENT, name: 'x', why: 'spam', who: 'me', at: AT }],
    }),
    blockLog: () => ({
      events: [{ at: AT, kind: 'peer' as const, what: '192.0.2.1', why: 'listed', list: 'Bad things' }],
    }),
  })
  const input = () => heard.at(-1)?.input
  assert.match((await run(['blocklist'])).out, /l1 {2}Bad things: 12 contents, as of/)
  const key = 'E'.repeat(64)
  await run(['blocklist', 'add', 'https://example.org/list', '--key', key])
  assert.deepEqual(input(), { url: 'https://example.org/list', key: key.toLowerCase() })
  await run(['blocklist', 'add', 'list.txt'])
  assert.deepEqual(input(), { path: '/home/a/list.txt' })
  await run(['blocklist', 'remove', 'Bad things'])
  assert.deepEqual(input(), { id: 'l1' })
  await run(['blocklist', 'refresh', 'l'])
  assert.deepEqual(input(), { id: 'l1' })
  await run(['blocklist', 'block', CONTENT, '--why', 'spam'])
  assert.deepEqual(input(), { content: CONTENT, why: 'spam' })
  await run(['blocklist', 'unblock', CONTENT])
  assert.deepEqual(input(), { content: CONTENT })
  assert.match((await run(['blocklist', 'contents'])).out, /x: spam \(me,/)
  assert.match((await run(['blocklist', 'log'])).out, /address 192\.0\.2\.1: listed \(Bad things\)/)
  assert.equal((await run(['blocklist', 'block', 'x'])).error?.code, 'OPTION_VALUE')
  assert.equal((await run(['blocklist', 'add'])).error?.code, 'OPERAND_MISSING')
  assert.equal((await run(['blocklist', 'list', 'x'])).error?.code, 'OPERAND_TOO_MANY')
})
