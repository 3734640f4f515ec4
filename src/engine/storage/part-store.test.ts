import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SAVE, StorageRig } from '../../../test/doubles/storage-rig.ts'

/** Pieces 0 … 9 with a boundary in the middle of piece 4: `a` is wanted, `b` is not. */
const PAIR = {
  pieceLengthBytes: 32_768,
  files: [
    { path: ['t', 'a'], lengthBytes: 4 * 32_768 + 10_000 },
    { path: ['t', 'b'], lengthBytes: 5 * 32_768 },
  ],
}
const BOUNDARY = 4

for (const how of ['kill', 'crash'] as const) {
  test(`after a ${how}, a piece with bytes of a file that is not wanted is still had`, async () => {
    const rig = await StorageRig.make(PAIR)
    const options = { wanted: [true, false] }
    await rig.open(options)
    for (let piece = 0; piece <= BOUNDARY; piece++) rig.feed(piece)
    await rig.advance(10_000)
    assert.ok(rig.news().includes('finished'))
    assert.equal(rig.disk.peek(`${SAVE}/t/b`), undefined)
    assert.equal(rig.disk.peek(`${SAVE}/t/b.part`), undefined)
    rig.stop(how)
    await rig.open(options)
    assert.equal(rig.storage.needsCheck, false)
    assert.deepEqual([...rig.storage.have.ones()], [0, 1, 2, 3, 4])
    assert.equal(await rig.readAllHad(), BOUNDARY + 1)
  })
}
