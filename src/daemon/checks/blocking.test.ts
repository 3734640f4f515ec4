// Lists of what is not wanted, in a real daemon that fetches them from a real server: who signs them, which edition, and what they do.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { until } from '../../../lab/netns/until.ts'
import { WebServer } from '../../../test/contracts/http/server.ts'
import { Ground, pattern, seen, shared } from '../../../test/doubles/real-daemon.ts'
import { Merkle, rootLayer } from '../../metainfo/merkle.ts'
import { SystemDigest } from '../../platform/digest.ts'
import { SystemSignatures } from '../../platform/signatures.ts'
import { writeSignedList } from '../../safety/blocklists/signed-list.ts'

const signatures = new SystemSignatures()
const [ANA, EVE] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]

function edition(sequence: number, contents: readonly string[], seed = ANA): Uint8Array {
  const entries = new Map(contents.map((content) => [content, 'A strain']))
  return writeSignedList({ name: 'Ana’s list', sequence, expiresMs: null, entries }, seed, signatures)
}

test('a subscribed list locks what it names wherever it is; another key, an older edition and a broken one change nothing', async (t) => {
  const ground = await Ground.make(t)
  const giver = await ground.start('giver')
  const { link } = await shared(giver, await ground.file('film.mp4', 90_000))
  const getter = await ground.start('getter')
  const { transfer } = await getter.handlers.addTransfer({ source: { link } })
  const { id } = transfer
  await seen(getter, id, 'giving')
  const root = getter.transfers.get(id).metainfo?.files[0]?.root ?? new Uint8Array(0)
  const content = `${Buffer.from(root).toString('hex')}-90000`
  const stateOf = async (): Promise<string | undefined> =>
    (await getter.handlers.transferFiles({ id })).files[0]?.check?.state

  let answer = edition(5, [content])
  await using web = await WebServer.start((_, response) => response.end(answer))
  const url = `http://127.0.0.1:${web.port}/list.txt`
  await assert.rejects(async () => getter.handlers.addBlocklist({ url, key: 'ab'.repeat(32) }), {
    code: 'BLOCKLIST_OTHER_KEY',
  })
  const list = await getter.handlers.addBlocklist({ url })
  assert.deepEqual([list.name, list.entries, list.kind, list.problem], ['Ana’s list', 1, 'content', null])
  assert.equal(await stateOf(), 'locked')

  for (const [next, code] of [
    [edition(6, [], EVE), 'BLOCKLIST_OTHER_KEY'],
    [edition(4, []), 'BLOCKLIST_OLDER'],
    [Buffer.from('<html>not found</html>'), 'BLOCKLIST_NOT_ONE'],
  ] as const) {
    answer = next
    await assert.rejects(async () => getter.handlers.refreshBlocklist({ id: list.id }), { code })
    assert.equal((await getter.handlers.blocklists({})).lists[0]?.problem?.code, code)
    assert.equal(await stateOf(), 'locked')
  }
  await ground.end(getter)
  const again = await ground.start('getter')
  await seen(again, id, 'giving')
  assert.equal((await again.handlers.blocklists({})).lists[0]?.entries, 1)
  assert.equal((await again.handlers.transferFiles({ id })).files[0]?.check?.state, 'locked')
  answer = edition(6, [])
  assert.equal((await again.handlers.refreshBlocklist({ id: list.id })).problem, null)
  assert.equal((await again.handlers.transferFiles({ id })).files[0]?.check?.state, 'plain-not-scanned')
  answer = edition(7, [content])
  await again.handlers.refreshBlocklist({ id: list.id })
  await again.handlers.removeBlocklist({ id: list.id })
  assert.equal((await again.handlers.transferFiles({ id })).files[0]?.check?.state, 'plain-not-scanned')
  assert.deepEqual((await again.handlers.blocklists({})).lists, [])
  await assert.rejects(async () => again.handlers.removeBlocklist({ id: list.id }), {
    code: 'BLOCKLIST_UNKNOWN',
  })
  assert.ok((await again.handlers.blockLog({ last: 10 })).events.length >= 1)
})

test('a file is taken as what it is: a signed list of contents, or a list of addresses beside it', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const contents = path.join(ground.folder, 'contents.txt')
  await writeFile(contents, edition(1, [`${'ab'.repeat(32)}-5`]))
  const addresses = path.join(ground.folder, 'addresses.p2p')
  await writeFile(addresses, 'Somebody:192.0.2.1-192.0.2.9\nOthers:198.51.100.0-198.51.100.255\n')
  const first = await daemon.handlers.addBlocklist({ path: contents })
  assert.deepEqual([first.kind, first.entries, first.url], ['content', 1, null])
  const second = await daemon.handlers.addBlocklist({ path: addresses })
  assert.deepEqual([second.kind, second.entries], ['peers', 2])
  assert.deepEqual(
    (await daemon.handlers.blocklists({})).lists.map(({ kind }) => kind),
    ['content', 'peers'],
  )
  await daemon.handlers.removeBlocklist({ id: second.id })
  assert.deepEqual(daemon.settings.values['network.ipFilters'], [])
  const noList = path.join(ground.folder, 'words.txt')
  await writeFile(noList, pattern(5_000))
  await assert.rejects(async () => daemon.handlers.addBlocklist({ path: noList }))
})

test('a file of a torrent that tells no hash of it is hashed where its length is on a list, and stays locked over a restart', async (t) => {
  const ground = await Ground.make(t)
  const giver = await ground.start('giver')
  const bytes = pattern(90_000)
  const { link } = await shared(giver, await ground.file('film.mp4', bytes.length), { format: 'v1' })
  const merkle = new Merkle(new SystemDigest())
  const root = merkle.root(merkle.leaves(bytes), 0, rootLayer(bytes.length))
  const content = `${Buffer.from(root).toString('hex')}-${bytes.length}`
  const getter = await ground.start('getter')
  await getter.handlers.blockContent({ content, why: 'A fake' })
  const { transfer } = await getter.handlers.addTransfer({ source: { link } })
  const { id } = transfer
  await seen(getter, id, 'locked', ({ check }) => check === 'locked')
  const file = path.join(ground.saveFolder('getter'), 'film.mp4.locked')
  await until('put away', async () => (await stat(file).catch(() => undefined))?.isFile())
  await ground.end(getter)
  const again = await ground.start('getter')
  await seen(again, id, 'giving')
  assert.equal((await again.handlers.transferFiles({ id })).files[0]?.check?.state, 'locked')
  await again.handlers.unblockContent({ content })
  await until('it is back', async () => (await stat(file).catch(() => undefined)) === undefined)
  assert.deepEqual(new Uint8Array(await readFile(path.join(ground.saveFolder('getter'), 'film.mp4'))), bytes)
})

test('a list is read from a plain file only: a pipe is not waited for, and a device is not read to its end', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const pipe = path.join(ground.folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  await mkdir(path.join(ground.folder, 'folder'))
  for (const at of [pipe, '/dev/zero', path.join(ground.folder, 'folder')])
    await assert.rejects(async () => daemon.handlers.addBlocklist({ path: at }), {
      code: 'BLOCKLIST_NOT_ONE',
    })
})
