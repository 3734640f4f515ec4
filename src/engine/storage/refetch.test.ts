// What a person gets who asks again for files that were removed, changed or put in the way since.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SAVE, StorageRig, sameBytes } from '../../../test/doubles/storage-rig.ts'

const PAIR = {
  pieceLengthBytes: 32_768,
  files: [
    { path: ['t', 'a'], lengthBytes: 3 * 32_768 },
    { path: ['t', 'b'], lengthBytes: 40_000 },
  ],
}

async function fetched(): Promise<StorageRig> {
  const rig = await StorageRig.make(PAIR)
  await rig.open()
  rig.feedAll()
  await rig.advance(10_000)
  await rig.close()
  assert.ok(rig.news().includes('finished'))
  return rig
}

test('a complete file that was removed is fetched again, and nothing else is', async () => {
  const rig = await fetched()
  await rig.disk.remove(`${SAVE}/t/a`)
  await rig.open({ refetch: true })
  assert.equal(rig.storage.problem?.code, undefined)
  assert.deepEqual([...rig.storage.have.ones()], [3, 4])
  rig.feedAll()
  await rig.advance(10_000)
  assert.ok(rig.news().includes('finished'))
  assert.ok(sameBytes(rig.disk.peek(`${SAVE}/t/a`), rig.torrent.file(0)))
})

test('without the person asking, a complete file that is gone stays trouble', async () => {
  const rig = await fetched()
  await rig.disk.remove(`${SAVE}/t/a`)
  await rig.open()
  assert.equal(rig.storage.problem?.code, 'FILE_MISSING')
  assert.equal(rig.block(0, 0), false)
})

test('a folder that was removed is made again and filled; its volume is there', async () => {
  const rig = await fetched()
  for (const name of ['t/a', 't/b']) await rig.disk.remove(`${SAVE}/${name}`)
  for (const name of ['/t', '']) await rig.disk.removeDirectory(SAVE + name)
  await rig.open({ refetch: true })
  assert.equal(rig.storage.problem?.code, undefined)
  rig.feedAll()
  await rig.advance(10_000)
  assert.ok(rig.news().includes('finished'))
  assert.ok(sameBytes(rig.disk.peek(`${SAVE}/t/b`), rig.torrent.file(1)))
})

test('a file that was changed since is not fetched over', async () => {
  const rig = await fetched()
  const file = await rig.disk.open(`${SAVE}/t/a`, 'write')
  await file.write(Uint8Array.of(1, 2, 3), 5)
  await file.close()
  const before = rig.disk.peek(`${SAVE}/t/a`)
  await rig.open({ refetch: true })
  await rig.storage.check('pending')
  assert.equal(rig.storage.problem?.code, 'FILE_CHANGED')
  await rig.advance(10_000)
  assert.deepEqual(rig.disk.peek(`${SAVE}/t/a`), before)
})

test('something else under the name of a removed file is refused before anything is fetched', async () => {
  const rig = await fetched()
  await rig.disk.remove(`${SAVE}/t/a`)
  await rig.open({ refetch: true })
  await rig.close()
  const file = await rig.disk.open(`${SAVE}/t/a`, 'new')
  await file.write(Uint8Array.of(1, 2, 3), 0)
  await file.close()
  const outcome = await rig.tryOpen({ refetch: true })
  assert.deepEqual(outcome, { refused: { code: 'FILE_DIFFERS', path: `${SAVE}/t/a` } })
})

test('what is in the way of a file that is not wanted is in nobody’s way', async () => {
  const rig = await StorageRig.make(PAIR)
  await rig.disk.makeDirectory(`${SAVE}/t`)
  const file = await rig.disk.open(`${SAVE}/t/b`, 'new')
  await file.write(Uint8Array.of(1, 2, 3), 0)
  await file.close()
  await rig.open({ refetch: true, wanted: [true, false] })
  rig.feedAll()
  await rig.advance(10_000)
  assert.ok(rig.news().includes('finished'))
  assert.equal(rig.disk.peek(`${SAVE}/t/b`)?.length, 3)
})
