import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { NodeDisk } from '../../platform/disk.ts'
import { NO_LOG } from '../log.ts'
import { BLANK, type TransferRecord } from './record.ts'
import { RecordStore } from './record-store.ts'

const id = (n: number): string => n.toString(16).padStart(40, '0')
const record = (n: number, fields: Partial<TransferRecord> = {}): TransferRecord => ({
  ...BLANK,
  id: id(n),
  role: 'get',
  journalFolder: '/data',
  saveFolder: '/data',
  addedAt: 1_000 - n,
  ...fields,
})

function ground(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-records-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return { folder, open: () => new RecordStore(new NodeDisk(), folder, NO_LOG, () => 0) }
}

test('what was written is read in the order it was added, the last of several writes', async (t) => {
  const { open } = ground(t)
  const store = open()
  await store.readAll()
  await Promise.all([
    store.write(record(1)),
    store.write(record(2)),
    store.write(record(1, { paused: true })),
  ])
  const records = await open().readAll()
  assert.deepEqual(
    records.map((each) => [each.id, each.paused]),
    [
      [id(2), false],
      [id(1), true],
    ],
  )
})

test('a removal asked for after a write holds, and takes the torrent file along', async (t) => {
  const { folder, open } = ground(t)
  const store = open()
  await store.readAll()
  const { torrentCrc, written } = store.writeTorrent(id(1), new Uint8Array([1, 2, 3]))
  await Promise.all([written, store.write(record(1, { torrentCrc }))])
  assert.deepEqual(await store.readTorrent(record(1, { torrentCrc })), new Uint8Array([1, 2, 3]))
  void store.write(record(1, { torrentCrc }))
  await store.remove(id(1))
  await store.settled()
  assert.deepEqual(readdirSync(join(folder, 'transfers')), [])
})

test('fields that a record does not have get their usual value', async (t) => {
  const { open } = ground(t)
  const store = open()
  await store.readAll()
  const { tags: _, ...older } = record(1)
  await store.write(older as TransferRecord)
  assert.deepEqual((await open().readAll())[0]?.tags, [])
})

test('many that change at once are durable as one file, which the next start finishes from', async (t) => {
  const { folder, open } = ground(t)
  const store = open()
  await store.readAll()
  const together = join(folder, 'transfers', 'together')
  let kept: Buffer | undefined
  const writes = Array.from({ length: 100 }, (_, n) => store.write(record(n, { paused: true })))
  void writes[0]?.then(() => {
    kept = readFileSync(together)
  })
  await Promise.all(writes)
  await store.settled()
  assert.equal(existsSync(together), false)
  assert.equal((await open().readAll()).length, 100)
  // Killed right after the answer: only the one file is there.
  const other = ground(t)
  mkdirSync(join(other.folder, 'transfers'))
  writeFileSync(join(other.folder, 'transfers', 'together'), kept as Buffer)
  const records = await other.open().readAll()
  assert.equal(records.filter(({ paused }) => paused).length, 100)
  // Damaged since: set aside, and the records that there are load.
  writeFileSync(join(other.folder, 'transfers', 'together'), (kept as Buffer).subarray(0, 5_000))
  assert.equal((await other.open().readAll()).length, 100)
  const aside = readdirSync(join(other.folder, 'transfers')).filter((name) => name.includes('.corrupt-'))
  assert.equal(aside.length, 1)
})

test('what was answered from that one file and could not be spread is never put over what came later', async (t) => {
  const { folder, open } = ground(t)
  const store = open()
  await store.readAll()
  const inTheWay = join(folder, 'transfers', `${id(5)}.json.new`)
  mkdirSync(inTheWay)
  await Promise.all(Array.from({ length: 40 }, (_, n) => store.write(record(n))))
  await store.settled()
  rmSync(inTheWay, { recursive: true })
  await store.write(record(1, { paused: true }))
  await store.remove(id(2))
  const records = new Map((await open().readAll()).map((each) => [each.id, each]))
  assert.equal(records.size, 39)
  assert.equal(records.get(id(1))?.paused, true)
  assert.equal(records.has(id(2)), false)
  assert.ok(records.has(id(5)))
})
