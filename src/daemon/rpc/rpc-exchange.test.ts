import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { MemoryDaemon, memoryRow } from '../../../test/doubles/memory-daemon.ts'
import { CodedError } from '../../base/errors.ts'
import { openRpc } from './open-rpc.ts'
import { answerRpc, type RpcAnswered } from './rpc-exchange.ts'

interface Scene {
  readonly daemon: MemoryDaemon
  readonly sessionId: string
  ask(body: unknown, options?: { method?: string; sessionId?: string | undefined }): Promise<RpcAnswered>
}

function scene(t: TestContext): Scene {
  const daemon = new MemoryDaemon(memoryRow('a'.repeat(40)))
  const rpc = openRpc({ handlers: daemon.handlers, feed: daemon.feed })
  t.after(() => rpc.close())
  return {
    daemon,
    sessionId: rpc.sessionId,
    ask: (body, { method = 'POST', sessionId = rpc.sessionId } = {}) =>
      answerRpc(rpc, {
        method,
        sessionId,
        body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
      }),
  }
}

test('without the session id, GET and POST alike learn it by a 409 and do nothing', async (t) => {
  const { ask, sessionId, daemon } = scene(t)
  assert.match(sessionId, /^[\w-]{48}$/)
  for (const method of ['GET', 'POST'])
    for (const wrong of ['', 'x', `${sessionId}x`, sessionId.slice(1)]) {
      const { status, headers } = await ask({ method: 'torrent-stop' }, { method, sessionId: wrong })
      assert.deepEqual([status, headers['x-transmission-session-id']], [409, sessionId])
    }
  assert.deepEqual(daemon.calls, [])
})

test('each start has another session id', (t) => {
  assert.notEqual(scene(t).sessionId, scene(t).sessionId)
})

test('with it, JSON is answered by JSON, a notification by nothing, and anything else than POST is refused', async (t) => {
  const { ask } = scene(t)
  const { status, body } = await ask({ method: 'torrent-get', arguments: { fields: ['id'] } })
  assert.deepEqual(
    [status, JSON.parse(body)],
    [200, { arguments: { torrents: [{ id: 1 }] }, result: 'success' }],
  )
  assert.equal((await ask({ jsonrpc: '2.0', method: 'group_get' })).status, 204)
  assert.equal((await ask('', { method: 'GET' })).status, 405)
})

test('bodies that are no JSON, hold poisoned keys, or are deep are answered', async (t) => {
  const { ask } = scene(t)
  for (const body of ['', '{', 'null', '[[[', '\xff', `${'['.repeat(5_000)}${']'.repeat(5_000)}`, '"x"']) {
    const answer = await ask(body)
    assert.equal(answer.status, 200)
    assert.match((JSON.parse(answer.body) as { result: string }).result, /no request/)
  }
  const poisoned = await ask('{"method":"torrent-get","arguments":{"__proto__":{"fields":["id"]}}}')
  assert.match((JSON.parse(poisoned.body) as { result: string }).result, /fields/)
})

test('a torrent file is read by its path where programs may read, and only a plain file of a torrent’s size', async (t) => {
  const { ask, daemon } = scene(t)
  const folder = await mkdtemp(join(tmpdir(), 'shoal-rpc-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const add = async (filename: string): Promise<string> => {
    const { body } = await ask({ method: 'torrent-add', arguments: { filename } })
    return (JSON.parse(body) as { result: string }).result
  }
  await writeFile(join(folder, 'a.torrent'), 'd4:infodee')
  await writeFile(join(folder, 'big.torrent'), Buffer.alloc(11_000_000))
  assert.equal(spawnSync('mkfifo', [join(folder, 'pipe.torrent')]).status, 0)
  assert.equal(await add(join(folder, 'a.torrent')), 'success')
  for (const refused of [
    join(folder, 'none.torrent'),
    join(folder, 'big.torrent'),
    join(folder, 'pipe.torrent'),
    folder,
  ])
    assert.notEqual(await add(refused), 'success')
  daemon.forbidden = '/etc'
  assert.notEqual(await add('/etc/passwd'), 'success')
  await symlink('/etc/passwd', join(folder, 'link.torrent'))
  assert.notEqual(await add(join(folder, 'link.torrent')), 'success')
  assert.deepEqual(
    daemon.called('addTransfer').map((input) => (input as { source: unknown }).source),
    [{ torrent: Buffer.from('d4:infodee').toString('base64') }],
  )
})

test('free space is that of the folder’s file system', async (t) => {
  const { ask } = scene(t)
  const { body } = await ask({ method: 'free-space', arguments: { path: tmpdir() } })
  const { arguments: space } = JSON.parse(body) as { arguments: Record<string, number> }
  assert.ok((space.total_size ?? 0) > 1_000_000)
  const gone = await ask({
    method: 'free-space',
    arguments: { path: join(tmpdir(), 'shoal-no-such-folder') },
  })
  assert.notEqual((JSON.parse(gone.body) as { result: string }).result, 'success')
})

test('a mistake of ours is thrown, not worded as a refusal', async (t) => {
  const { ask, daemon } = scene(t)
  Object.assign(daemon.handlers, {
    shutdown: () => {
      throw new TypeError('mistake')
    },
  })
  await assert.rejects(ask({ method: 'session-close' }), (error) => !(error instanceof CodedError))
})
