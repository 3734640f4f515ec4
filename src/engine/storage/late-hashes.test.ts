import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SAVE, StorageRig } from '../../../test/doubles/storage-rig.ts'

for (const version of ['v2', 'hybrid'] as const) {
  test(`files of a ${version} torrent that were found are judged when their hashes become known, not before`, async () => {
    const files = [
      { path: ['t', 'long'], lengthBytes: 4 * 32_768 },
      { path: ['t', 'short'], lengthBytes: 20_000 },
    ]
    const rig = await StorageRig.make({ version, pieceLengthBytes: 32_768, files })
    await rig.open()
    rig.feedAll()
    await rig.advance(10_000)
    await rig.close()
    rig.news()
    await rig.disk.remove('/state/torrent.journal')

    // As from a magnet link: the layer of a file longer than a piece comes later, the root of a shorter one is there.
    let learned = false
    const { sha1, pieceRoot } = rig.torrent.expected
    const expected = {
      sha1,
      pieceRoot: (piece: Parameters<typeof pieceRoot>[0]) =>
        learned || piece === 4 ? pieceRoot(piece) : undefined,
    }
    await rig.open({ expected })
    assert.equal(rig.storage.needsCheck, true)
    assert.equal(await rig.storage.check('pending'), true)
    assert.deepEqual([...rig.storage.have.ones()], [4])
    assert.equal(rig.storage.problem?.code, undefined)
    assert.equal(rig.block(0, 0), false, 'what may be right is not fetched again')

    learned = true
    rig.storage.hashesKnown()
    await rig.advance(10_000)
    assert.deepEqual([...rig.storage.have.ones()], [0, 1, 2, 3, 4])
    assert.equal(rig.storage.problem?.code, undefined)
    assert.ok(rig.news().includes('finished'))
    assert.ok(rig.disk.peek(`${SAVE}/t/long`) !== undefined)
  })
}

test('a found file that turns out wrong when its hashes become known is told, and not touched', async () => {
  const files = [{ path: ['long'], lengthBytes: 4 * 32_768 }]
  const rig = await StorageRig.make({ version: 'v2', pieceLengthBytes: 32_768, files })
  const other = new Uint8Array(4 * 32_768).fill(7)
  const file = await rig.disk.open(`${SAVE}/long`, 'new')
  await file.write(other, 0)
  await file.close()
  let learned = false
  const { sha1, pieceRoot } = rig.torrent.expected
  const expected = {
    sha1,
    pieceRoot: (piece: Parameters<typeof pieceRoot>[0]) => (learned ? pieceRoot(piece) : undefined),
  }
  await rig.open({ expected })
  await rig.storage.check('pending')
  assert.equal(rig.storage.problem?.code, undefined)
  learned = true
  rig.storage.hashesKnown()
  await rig.advance(10_000)
  assert.equal(rig.storage.problem?.code, 'FILE_DIFFERS')
  assert.equal(Buffer.compare(rig.disk.peek(`${SAVE}/long`) as Uint8Array, other), 0)
})
