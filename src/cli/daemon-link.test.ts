import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { serve } from '../../test/doubles/served.ts'
import { explain } from '../api/errors.ts'
import { CodedError } from '../base/errors.ts'
import { HttpError } from '../daemon/http/http-error.ts'
import { writeRunFile } from '../daemon/life/run-file.ts'
import { takeStateLock } from '../daemon/life/state-lock.ts'
import { VERSION } from '../daemon/version.ts'
import { findLink, needLink } from './daemon-link.ts'

/** A state folder that this process has, as a daemon that answers there. */
async function running(t: TestContext, options: Parameters<typeof serve>[1] = {}, version = VERSION) {
  const state = mkdtempSync(join(tmpdir(), 'shoal-link-'))
  mkdirSync(state, { recursive: true })
  const lock = takeStateLock(state)
  t.after(() => {
    lock.release()
    rmSync(state, { recursive: true, force: true })
  })
  const served = await serve(t, { ...options, stateFolder: state })
  writeRun(state, served.server.url, served.server.port, version)
  return { state, served, lock }
}

function writeRun(state: string, url: string, port: number, version = VERSION): void {
  writeRunFile(state, { pid: process.pid, url, port, startedAt: '', version, kept: 'foreground' })
}

test('a call reaches the daemon of the folder, as its owner', async (t) => {
  const { state, served } = await running(t)
  const link = await needLink(state)
  await link.call('pauseAll', { until: 'told' })
  const [heard] = served.heard
  assert.deepEqual(
    [heard?.name, heard?.input, heard?.caller],
    ['pauseAll', { until: 'told' }, { kind: 'owner' }],
  )
})

test('an error comes with the daemon’s own sentence and code', async (t) => {
  class Refused extends CodedError<'NOT_ENOUGH_SPACE'> {}
  const data = { name: 'film', path: '/media', neededBytes: 4_200_000_000, freeBytes: 1_100_000_000 }
  const { state } = await running(t, {
    handlers: {
      addTransfer: () => {
        throw new Refused('NOT_ENOUGH_SPACE', data)
      },
    },
  })
  const link = await needLink(state)
  await assert.rejects(link.call('addTransfer', { source: { link: 'magnet:?x' } }), (error) => {
    assert.ok(error instanceof CodedError)
    assert.deepEqual(explain(error), explain(new Refused('NOT_ENOUGH_SPACE', data)))
    return true
  })
})

test('no daemon, and one that cannot be spoken to, are each said', async (t) => {
  const empty = mkdtempSync(join(tmpdir(), 'shoal-link-'))
  t.after(() => rmSync(empty, { recursive: true }))
  assert.equal(await findLink(empty), undefined)
  await assert.rejects(needLink(empty), { code: 'DAEMON_NOT_RUNNING' })

  const { state } = await running(t)
  writeFileSync(join(state, 'api-token'), '')
  await assert.rejects(needLink(state), { code: 'DAEMON_DOOR' })
})

test('the token goes to no other computer, whatever the run file says', async (t) => {
  const { state } = await running(t)
  for (const url of [
    'http://192.0.2.1:80',
    'http://example.org',
    'http://[2001:db8::1]:1',
    'http://localhost.evil.test',
  ]) {
    writeRun(state, url, 1)
    await assert.rejects(needLink(state), { code: 'DAEMON_ELSEWHERE' }, url)
  }
})

test('a daemon that ended meanwhile is lost, one whose process is there is silent', async (t) => {
  const { state, lock } = await running(t)
  writeRun(state, 'http://127.0.0.1:1', 1)
  const link = await needLink(state)
  await assert.rejects(link.call('status', {}), { code: 'DAEMON_SILENT' })
  lock.release()
  await assert.rejects(link.call('status', {}), { code: 'DAEMON_LOST' })
})

test('another version is known, and a call that it does not know is said as that', async (t) => {
  const unknown = (): never => {
    throw new HttpError('ROUTE_UNKNOWN')
  }
  const { state } = await running(t, { handlers: { doctor: unknown } }, '9.9.9')
  const other = await needLink(state)
  assert.equal(other.otherVersion, '9.9.9')
  await other.call('status', {})
  await assert.rejects(other.call('doctor', {}), {
    code: 'DAEMON_OTHER_VERSION',
    data: { running: '9.9.9', own: VERSION },
  })
  const same = await running(t, { handlers: { doctor: unknown } })
  await assert.rejects((await needLink(same.state)).call('doctor', {}), { code: 'ROUTE_UNKNOWN' })
})

test('changes are read as they come, until they are not wanted any more', async (t) => {
  const { state, served } = await running(t)
  const link = await needLink(state)
  const stop = new AbortController()
  const seen: unknown[] = []
  for await (const change of link.changes({ epoch: 'e1', cursor: 0 }, stop.signal)) {
    seen.push(change)
    if (seen.length === 1) served.feed.change({ removed: ['9c0f'.padEnd(40, '0')] })
    else stop.abort()
  }
  assert.deepEqual(seen, [{ cursor: 0 }, { cursor: 1, removed: ['9c0f'.padEnd(40, '0')] }])
  assert.deepEqual(served.feed.asked, [{ epoch: 'e1', cursor: 0 }])
})

test('when the daemon ends, so does the reading, and says why', async (t) => {
  const { state, served } = await running(t)
  const link = await needLink(state)
  const reading = (async () => {
    for await (const _ of link.changes(undefined, new AbortController().signal)) await served.server.close()
  })()
  await assert.rejects(reading, { code: 'DAEMON_LOST' })
})
