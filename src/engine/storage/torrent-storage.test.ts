import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SAVE, StorageRig, sameBytes } from '../../../test/doubles/storage-rig.ts'

const TREE = {
  pieceLengthBytes: 65_536,
  files: [
    { path: ['tree', 'a'], lengthBytes: 150_000 },
    { path: ['tree', 'sub', 'b'], lengthBytes: 10 },
    { path: ['tree', 'empty'], lengthBytes: 0 },
    { path: ['tree', 'c'], lengthBytes: 300_001 },
  ],
}

function quiet(lines: readonly string[]): string[] {
  return lines.filter((line) => line !== 'memory')
}

test('a download ends with verified pieces, then a journal, then final names, then an empty file, then the word', async () => {
  const rig = await StorageRig.make(TREE)
  await rig.open()
  rig.feedAll()
  await rig.advance(10_000)
  const lines = quiet(rig.news())
  assert.equal(lines.filter((line) => line.startsWith('verified')).length, rig.geometry.pieceCount)
  const rest = lines.filter((line) => !line.startsWith('verified'))
  assert.equal(rest[0]?.split(' ').length, 8, 'seven pieces durable at once')
  assert.deepEqual(rest.slice(1, 4).sort(), [
    `completed 0 ${SAVE}/tree/a`,
    `completed 1 ${SAVE}/tree/sub/b`,
    `completed 3 ${SAVE}/tree/c`,
  ])
  assert.deepEqual(rest.slice(4), [`completed 2 ${SAVE}/tree/empty`, 'finished'])
  for (const file of rig.torrent.metainfo.files) {
    assert.ok(sameBytes(rig.disk.peek(`${SAVE}/${file.path.join('/')}`), rig.torrent.file(file.index)))
    assert.equal(rig.disk.peek(`${SAVE}/${file.path.join('/')}.part`), undefined)
  }
  await rig.close()
  assert.equal(rig.pool.lentBytes, 0)
  assert.equal(rig.openFiles.size, 0)
  assert.equal(rig.claims.size, 0)
})

for (const version of ['v2', 'hybrid'] as const) {
  test(`a ${version} torrent is verified by its merkle roots`, async () => {
    const files = [
      { path: ['t', 'a'], lengthBytes: 150_000 },
      ...(version === 'hybrid' ? [{ path: ['.pad', '46608'], lengthBytes: 46_608, pad: true }] : []),
      { path: ['t', 'b'], lengthBytes: 20_000 },
    ]
    const rig = await StorageRig.make({ pieceLengthBytes: 65_536, files, version })
    await rig.open()
    rig.feedAll()
    await rig.advance(10_000)
    assert.ok(rig.news().includes('finished'))
    assert.equal(await rig.readAllHad(), rig.geometry.pieceCount)
    assert.equal(rig.disk.peek(`${SAVE}/.pad/46608`), undefined, 'pads are never on disk')
  })
}

test('a wrong block makes its piece fail, and only what was reset is asked for again', async () => {
  const rig = await StorageRig.make({ ...TREE, version: 'v2' })
  await rig.open()
  for (const block of [0, 1, 2, 3]) assert.ok(rig.block(0, block, block === 2))
  await rig.advance(250)
  assert.deepEqual(quiet(rig.news()), ['failed 0 4 leaves'])
  assert.equal(rig.storage.have.has(0), false)
  assert.equal(rig.block(0, 2), false, 'blocks stay known until they are reset')
  rig.storage.resetBlocks(rig.piece(0), [2])
  assert.equal(rig.block(0, 1), false)
  assert.ok(rig.block(0, 2))
  await rig.advance(250)
  assert.deepEqual(quiet(rig.news()), ['verified 0'])
  assert.ok(sameBytes(await rig.read(0), rig.torrent.piece(rig.piece(0))))
})

test('a piece of many stretches is hashed in order, however its blocks come, with little memory', async () => {
  const rig = await StorageRig.make({
    pieceLengthBytes: 1_048_576,
    files: [{ path: ['big'], lengthBytes: 3_000_000 }],
  })
  await rig.open({ stretchBlocks: 4 })
  for (const piece of [2, 0, 1]) {
    const count = rig.geometry.blockCount(rig.piece(piece))
    for (let block = count - 1; block >= 0; block -= 2) rig.block(piece, block)
    await rig.advance(250)
    for (let block = count - 2; block >= 0; block -= 2) rig.block(piece, block)
    await rig.advance(250)
  }
  assert.deepEqual(quiet(rig.news()).slice(0, 3), ['verified 2', 'verified 0', 'verified 1'])
  assert.equal(rig.pool.lentBytes, 0)
})

test('one write and one hash job for a piece of one stretch', async () => {
  const rig = await StorageRig.make({
    pieceLengthBytes: 1_048_576,
    files: [{ path: ['x'], lengthBytes: 2_097_152 }],
  })
  let writes = 0
  await rig.open()
  rig.disk.watch = (operation, path) => {
    if (operation === 'write' && path.startsWith(SAVE)) writes++
  }
  rig.feed(0)
  await rig.advance(250)
  assert.equal(writes, 1)
  assert.equal(rig.hasher.digests, 1)
})

test('no more memory is lent than the pool has, and a refused request is told when there is some', async () => {
  const rig = await StorageRig.make({
    pieceLengthBytes: 1_048_576,
    files: [{ path: ['x'], lengthBytes: 9_000_000 }],
  })
  const { BufferPool } = await import('./buffer-pool.ts')
  rig.pool = new BufferPool(2 * 1_048_576)
  await rig.open()
  assert.ok(rig.storage.reserve(rig.piece(0), 0))
  assert.ok(rig.storage.reserve(rig.piece(0), 1))
  assert.ok(rig.storage.reserve(rig.piece(1), 0))
  assert.equal(rig.storage.reserve(rig.piece(2), 0), false)
  await rig.advance(250)
  assert.deepEqual(rig.news(), [])
  rig.storage.unreserve(rig.piece(1), 0)
  await rig.advance(250)
  assert.deepEqual(rig.news(), ['memory'])
  assert.ok(rig.storage.reserve(rig.piece(2), 0))
})

test('a dropped request with a block beside it keeps the block', async () => {
  const rig = await StorageRig.make(TREE)
  await rig.open()
  rig.block(0, 1)
  rig.storage.reserve(rig.piece(0), 2)
  rig.storage.unreserve(rig.piece(0), 2)
  rig.feed(0)
  await rig.advance(250)
  assert.deepEqual(quiet(rig.news()), ['verified 0'])
})

test('storing what was not lent is a mistake of the caller', async () => {
  const rig = await StorageRig.make(TREE)
  await rig.open()
  assert.throws(() => rig.storage.blockStored(rig.piece(0), 0), { code: 'SLOT_NOT_LENT' })
})

test('after a clean close nothing is hashed and everything is there', async () => {
  const rig = await StorageRig.make(TREE)
  await rig.open()
  rig.feedAll()
  await rig.advance(10_000)
  await rig.close()
  rig.stop('kill')
  await rig.open()
  await rig.advance(1_000)
  assert.equal(rig.storage.needsCheck, false)
  assert.equal(rig.hasher.filePieces, 0)
  assert.deepEqual(quiet(rig.news()), ['finished'])
  assert.equal(await rig.readAllHad(), rig.geometry.pieceCount)
})

test('unfinished pieces go on with the blocks they had, and are hashed from disk when complete', async () => {
  const rig = await StorageRig.make({
    pieceLengthBytes: 1_048_576,
    files: [{ path: ['x'], lengthBytes: 2_000_000 }],
  })
  await rig.open({ stretchBlocks: 4 })
  for (let block = 0; block < 30; block++) rig.block(0, block)
  await rig.advance(6_000)
  rig.stop('crash', 7)
  await rig.open({ stretchBlocks: 4 })
  const [partial] = rig.storage.partials
  assert.equal(partial?.piece, 0)
  assert.deepEqual(
    [...(partial?.blocks.ones() ?? [])],
    Array.from({ length: 30 }, (_, block) => block),
  )
  assert.equal(rig.block(0, 3), false)
  for (let block = 30; block < 64; block++)
    assert.ok(rig.block(0, block), JSON.stringify([block, rig.storage.problem, rig.news()]))
  await rig.advance(500)
  assert.ok(rig.news().includes('verified 0'))
  assert.equal(await rig.readAllHad(), 1)
})

test('closing does not wait for memory that others hold', async () => {
  const rig = await StorageRig.make({
    pieceLengthBytes: 65_536,
    files: [{ path: ['x'], lengthBytes: 65_536 }],
  })
  const { BufferPool } = await import('./buffer-pool.ts')
  await rig.open()
  rig.hasher.digest = () => new Promise(() => {})
  rig.feed(0)
  await rig.advance(5_000)
  rig.stop('kill')
  const greedy = rig.pool.share(() => {})
  while (greedy.tryTake(1_048_576) !== undefined);
  await rig.open()
  assert.deepEqual([...(rig.storage.partials[0]?.blocks.ones() ?? [])], [0, 1, 2, 3])
  await rig.close()
  rig.pool = new BufferPool()
  await rig.open()
  await rig.advance(500)
  assert.ok(rig.storage.have.has(0), 'it is hashed when there is memory')
})
