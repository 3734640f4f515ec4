// A file that is kept locked is not read, not missed and not fetched, and what it shares a piece with stays whole.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SAVE, StorageRig, sameBytes } from '../../../test/doubles/storage-rig.ts'

/** `a` ends in the middle of the piece in which `b` begins. */
const PAIR = {
  pieceLengthBytes: 32_768,
  files: [
    { path: ['t', 'a'], lengthBytes: 2 * 32_768 + 10_000 },
    { path: ['t', 'b'], lengthBytes: 60_000 },
  ],
}
const LOCKED = { wanted: [false, true], withheld: new Set([0]) }

async function fetched(): Promise<StorageRig> {
  const rig = await StorageRig.make(PAIR)
  await rig.open()
  rig.feedAll()
  await rig.advance(10_000)
  assert.ok(rig.news().includes('finished'))
  return rig
}

test('a locked file under its other name is neither missing nor checked, however often it is asked', async () => {
  const rig = await fetched()
  await rig.storage.setWanted(LOCKED.wanted, LOCKED.withheld)
  assert.deepEqual(await rig.storage.renameFile(0, ['t', 'a.locked']), { moved: true })
  await rig.close()
  await rig.open({ ...LOCKED, refetch: true })
  assert.equal(rig.storage.have.complete, true)
  const before = rig.hasher.filePieces
  assert.equal(await rig.storage.check('all'), true)
  assert.equal(rig.storage.problem, undefined)
  assert.equal(rig.hasher.filePieces - before, 2, 'only pieces that lie in the other file')
  await rig.advance(10_000)
  assert.ok(rig.news().includes('finished'))
})

test('a locked file that was deleted for good is not missed, and the piece that it shared is not fetched again', async () => {
  const rig = await fetched()
  await rig.storage.setWanted(LOCKED.wanted, LOCKED.withheld)
  await rig.close()
  await rig.disk.remove(`${SAVE}/t/a`)
  await rig.open({ ...LOCKED, refetch: true })
  assert.equal(rig.storage.problem, undefined)
  await rig.advance(10_000)
  assert.ok(rig.news().includes('finished'))
  assert.equal(await rig.disk.stat(`${SAVE}/t/a`), undefined)
  assert.ok(sameBytes(rig.disk.peek(`${SAVE}/t/b`), rig.torrent.file(1)))
})

test('what is withheld no more is wanted and checked as everything else', async () => {
  const rig = await fetched()
  await rig.storage.setWanted(LOCKED.wanted, LOCKED.withheld)
  await rig.close()
  await rig.disk.remove(`${SAVE}/t/a`)
  await rig.open(LOCKED)
  await rig.storage.setWanted([true, true], new Set())
  rig.feedAll()
  await rig.advance(10_000)
  assert.ok(rig.news().includes('finished'))
  assert.ok(sameBytes(rig.disk.peek(`${SAVE}/t/a`), rig.torrent.file(0)))
})
