import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SAVE, StorageRig, sameBytes, settle } from '../../../test/doubles/storage-rig.ts'
import { SeededRandom } from '../../base/random.ts'

const PIECE = 65_536
/** b lies between two pieces that it shares with a and c. */
const TREE = {
  pieceLengthBytes: PIECE,
  files: [
    { path: ['t', 'a'], lengthBytes: 2 * PIECE + 1000 },
    { path: ['t', 'b'], lengthBytes: 3 * PIECE },
    { path: ['t', 'deep', 'c'], lengthBytes: PIECE + 500 },
  ],
}
const OTHER = '/data/elsewhere'

async function complete(wanted?: readonly boolean[]): Promise<StorageRig> {
  const rig = await StorageRig.make(TREE)
  await rig.open(wanted === undefined ? {} : { wanted })
  rig.feedAll()
  await rig.advance(10_000)
  assert.ok(rig.news().includes('finished'))
  return rig
}

function whole(rig: StorageRig, root = SAVE): boolean {
  return rig.torrent.metainfo.files.every((file) =>
    sameBytes(rig.disk.peek(`${root}/${file.path.join('/')}`), rig.torrent.file(file.index)),
  )
}

async function partStores(rig: StorageRig, folder = SAVE): Promise<string[]> {
  return (await rig.disk.list(folder)).filter((name) => name.startsWith('.shoal-'))
}

// ── wanted files ──

async function withoutB(): Promise<StorageRig> {
  const rig = await StorageRig.make(TREE)
  await rig.open({ wanted: [true, false, true] })
  for (const piece of [0, 1, 2, 5, 6]) rig.feed(piece)
  await rig.advance(10_000)
  assert.ok(rig.news().includes('finished'))
  return rig
}

test('an unwanted file is not made; its bytes of shared pieces are kept aside and given to others', async () => {
  const rig = await withoutB()
  assert.deepEqual((await rig.disk.list(`${SAVE}/t`)).sort(), ['a', 'deep'])
  assert.equal((await partStores(rig)).length, 1)
  assert.equal(await rig.readAllHad(), 5)
  await rig.close()
  rig.stop('kill')
  await rig.open()
  assert.equal(rig.storage.isWanted(1), false, 'the journal remembers')
  assert.equal(await rig.readAllHad(), 5)
  assert.equal(rig.hasher.filePieces, 0)
})

test('when it becomes wanted, what was kept aside becomes part of it', async () => {
  const rig = await withoutB()
  await rig.storage.setWanted([true, true, true])
  await rig.advance(1_000)
  assert.equal(await rig.readAllHad(), 5)
  assert.equal((await partStores(rig)).length, 0)
  rig.feed(3)
  rig.feed(4)
  await rig.advance(10_000)
  assert.ok(rig.news().includes('finished'))
  assert.ok(whole(rig))
})

test('a crash while it moves out of the store leaves it whole in one of the two', async () => {
  for (let k = 1; k < 60; k++) {
    const rig = await withoutB()
    let left = k
    rig.disk.watch = (operation) => {
      if (
        ['write', 'sync', 'truncate', 'open', 'syncDirectory', 'remove'].includes(operation) &&
        --left === 0
      )
        rig.disk.crash()
    }
    void rig.storage.setWanted([true, true, true])
    await rig.advance(1_000)
    rig.disk.watch = undefined
    if (left > 0) {
      assert.ok(k > 10, 'there were crashes')
      break
    }
    rig.stop('kill')
    await rig.open()
    assert.equal(rig.storage.needsCheck, false, `operation ${k}`)
    assert.equal(await rig.readAllHad(), 5, `operation ${k}`)
    await rig.storage.setWanted([true, true, true])
    await rig.advance(1_000)
    assert.equal(await rig.readAllHad(), 5, `operation ${k}`)
    rig.feedAll()
    await rig.advance(10_000)
    assert.ok(whole(rig), `operation ${k}`)
  }
})

test('unfinished shared pieces move with their blocks', async () => {
  const rig = await StorageRig.make(TREE)
  await rig.open({ wanted: [false, true, false] })
  for (let block = 0; block < 3; block++) rig.block(2, block)
  await rig.advance(5_000)
  await rig.storage.setWanted([true, true, true])
  assert.equal(rig.block(2, 1), false, 'still known')
  rig.feedAll()
  await rig.advance(10_000)
  assert.ok(rig.news().includes('finished'))
  assert.ok(whole(rig))
})

test('a file that is not wanted any more keeps what it has', async () => {
  const rig = await StorageRig.make(TREE)
  await rig.open()
  rig.feed(3)
  await rig.advance(5_000)
  await rig.storage.setWanted([true, false, true])
  for (const piece of [0, 1, 2, 5, 6]) rig.feed(piece)
  await rig.advance(10_000)
  assert.ok(rig.news().includes('finished'))
  assert.equal(await rig.readAllHad(), 6)
  assert.ok(rig.disk.peek(`${SAVE}/t/b.part`))
})

// ── moving ──

test('a finished torrent moves by renaming, and goes on giving from there', async () => {
  const rig = await complete()
  assert.deepEqual(await rig.storage.move(OTHER), { moved: true })
  assert.equal(rig.storage.saveFolder, OTHER)
  assert.equal(await rig.readAllHad(), rig.geometry.pieceCount)
  assert.ok(whole(rig, OTHER))
  assert.deepEqual(await rig.disk.list(SAVE), [], 'no empty folder stays behind')
  rig.stop('crash', 1)
  await rig.open()
  assert.equal(rig.storage.saveFolder, OTHER)
  assert.equal(rig.hasher.filePieces, 0)
  assert.equal(await rig.readAllHad(), rig.geometry.pieceCount)
})

test('an unfinished torrent moves and finishes there, part store and all', async () => {
  const rig = await StorageRig.make(TREE)
  await rig.open({ wanted: [true, false, true] })
  rig.feed(2)
  rig.block(0, 1)
  await rig.advance(5_000)
  assert.deepEqual(await rig.storage.move(OTHER), { moved: true })
  assert.equal((await partStores(rig, OTHER)).length, 1)
  assert.equal(await rig.readAllHad(), 1)
  await rig.storage.setWanted([true, true, true])
  rig.feedAll()
  await rig.advance(10_000)
  assert.ok(whole(rig, OTHER))
})

test('to another volume files are copied, compared and only then removed', async () => {
  const rig = await complete()
  await rig.disk.makeDirectory(OTHER)
  rig.disk.mount(OTHER)
  const steps: number[] = []
  assert.deepEqual(await rig.storage.move(OTHER, (bytes) => steps.push(bytes)), { moved: true })
  assert.equal(
    steps.at(-1),
    TREE.files.reduce((sum, file) => sum + file.lengthBytes, 0),
  )
  assert.ok(whole(rig, OTHER))
  assert.deepEqual(await rig.disk.list(SAVE), [])
  assert.equal(await rig.readAllHad(), rig.geometry.pieceCount)
})

test('a crash at any moment of a move loses nothing, and the move can go on', async () => {
  for (const copying of [false, true]) {
    for (let k = 1; ; k++) {
      const rig = await complete()
      await rig.disk.makeDirectory(OTHER)
      for (const folder of ['/', '/data', SAVE]) await rig.disk.syncDirectory(folder)
      if (copying) rig.disk.mount(OTHER)
      let left = k
      rig.disk.watch = (operation) => {
        if (
          ['write', 'sync', 'rename', 'replace', 'remove', 'syncDirectory'].includes(operation) &&
          --left === 0
        ) {
          rig.disk.crash()
        }
      }
      void rig.storage.move(OTHER)
      await rig.advance(1_000)
      rig.disk.watch = undefined
      if (left > 0) {
        assert.ok(k > 8, `${k} crashes`)
        break
      }
      rig.stop('kill')
      await rig.open()
      const where = `copying ${copying}, operation ${k}`
      assert.equal(rig.storage.problem, undefined, where)
      if (rig.storage.needsCheck) assert.ok(await rig.storage.check('pending'), where)
      assert.equal(await rig.readAllHad(), rig.geometry.pieceCount, where)
      const { pendingMove } = rig.storage
      if (pendingMove !== undefined)
        assert.deepEqual(await rig.storage.move(pendingMove), { moved: true }, where)
      const root = rig.storage.saveFolder
      assert.ok(whole(rig, root), where)
      if (pendingMove !== undefined) assert.deepEqual(await rig.disk.list(SAVE), [], where)
      assert.equal(await rig.readAllHad(), rig.geometry.pieceCount, where)
    }
  }
})

test('a move that failed half way goes on after a restart, also when writing failed in between', async () => {
  const rig = await StorageRig.make(TREE)
  await rig.open()
  for (const piece of [0, 1, 6]) rig.feed(piece)
  await rig.advance(5_000)
  let fail: 'rename' | 'write' | undefined = 'rename'
  rig.disk.fault = (operation, path) =>
    operation === fail && (fail === 'write' ? path.endsWith('.part') : path === `${OTHER}/t/deep/c.part`)
      ? 'EACCES'
      : undefined
  assert.deepEqual(await rig.storage.move(OTHER), {
    refused: { code: 'PERMISSION', path: `${OTHER}/t/deep/c.part` },
  })
  fail = undefined
  rig.stop('kill')
  await rig.open()
  fail = 'write'
  rig.feedAll()
  await rig.advance(5_000)
  assert.equal(rig.storage.problem?.code, 'PERMISSION')
  fail = undefined
  await rig.advance(10_000)
  assert.equal(rig.storage.problem, undefined)
  rig.feedAll()
  await rig.advance(10_000)
  assert.deepEqual(await rig.storage.move(OTHER), { moved: true })
  assert.ok(whole(rig, OTHER))
})

test('a new folder whose sync failed is not moved into before it is durable', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const rig = await complete()
    const there = (path: string) => rig.disk.names.find(path, false) !== undefined
    let fail = true
    rig.disk.fault = (operation, path) =>
      fail && operation === 'syncDirectory' && path === `${OTHER}/t` && there(`${OTHER}/t/deep`)
        ? 'EIO'
        : undefined
    assert.ok('refused' in (await rig.storage.move(OTHER)))
    fail = false
    rig.disk.watch = (operation) => {
      if (operation === 'syncDirectory' && there(`${OTHER}/t/deep/c`)) rig.disk.crash(new SeededRandom(seed))
    }
    await Promise.race([rig.storage.move(OTHER), rig.advance(5_000)])
    rig.disk.watch = undefined
    rig.stop('crash', seed)
    await rig.open()
    assert.equal(rig.storage.problem, undefined, `seed ${seed}`)
    assert.equal(await rig.readAllHad(), 7, `seed ${seed}`)
  }
})

test('nothing that exists is replaced by a move', async () => {
  const rig = await complete()
  await rig.disk.makeDirectory(`${OTHER}/t`)
  rig.disk.poke(`${OTHER}/t/b`, Uint8Array.of(1))
  assert.deepEqual(await rig.storage.move(OTHER), { refused: { code: 'NAME_TAKEN', path: `${OTHER}/t/b` } })
  assert.ok(whole(rig))
  assert.equal(rig.storage.saveFolder, SAVE)
  assert.ok(sameBytes(rig.disk.peek(`${OTHER}/t/b`), Uint8Array.of(1)))
})

test('reads go on while a move copies', async () => {
  const rig = await complete()
  await rig.disk.makeDirectory(OTHER)
  rig.disk.mount(OTHER)
  const moving = rig.storage.move(OTHER)
  const reads = await Promise.all(
    Array.from({ length: 40 }, (_, at) => rig.read(at % rig.geometry.pieceCount)),
  )
  assert.ok(reads.every((bytes) => typeof bytes === 'object'))
  assert.deepEqual(await moving, { moved: true })
})

// ── renaming ──

test('a file gets another name, before it is complete and after', async () => {
  const rig = await StorageRig.make(TREE)
  await rig.open()
  rig.feed(0)
  await rig.advance(5_000)
  assert.deepEqual(await rig.storage.renameFile(0, ['t', 'new', 'name']), { moved: true })
  rig.feedAll()
  await rig.advance(10_000)
  assert.ok(sameBytes(rig.disk.peek(`${SAVE}/t/new/name`), rig.torrent.file(0)))
  assert.deepEqual(await rig.storage.renameFile(2, ['c']), { moved: true })
  assert.ok(sameBytes(rig.disk.peek(`${SAVE}/c`), rig.torrent.file(2)))
  assert.equal((await rig.disk.list(`${SAVE}/t`)).includes('deep'), false, 'its empty folder is gone')
  rig.stop('crash', 3)
  await rig.open()
  assert.equal(rig.storage.path(2), `${SAVE}/c`)
  assert.equal(await rig.readAllHad(), rig.geometry.pieceCount)
  assert.equal(rig.hasher.filePieces, 0)
})

test('a name that is taken is refused', async () => {
  const rig = await complete()
  assert.deepEqual(await rig.storage.renameFile(0, ['t', 'b']), {
    refused: { code: 'NAME_TAKEN', path: `${SAVE}/t/b` },
  })
  assert.ok(whole(rig))
})

test('a crash at any moment of a renaming leads to one of the two names', async () => {
  for (let k = 1; ; k++) {
    const rig = await complete()
    let left = k
    rig.disk.watch = (operation) => {
      if (['write', 'sync', 'rename', 'syncDirectory'].includes(operation) && --left === 0) rig.disk.crash()
    }
    void rig.storage.renameFile(0, ['t', 'other'])
    await rig.advance(1_000)
    rig.disk.watch = undefined
    if (left > 0) {
      assert.ok(k > 4)
      break
    }
    rig.stop('kill')
    await rig.open()
    assert.equal(rig.storage.needsCheck, false)
    assert.equal(await rig.readAllHad(), rig.geometry.pieceCount, `operation ${k}`)
  }
})

// ── removing ──

test('an empty file whose new name a crash takes away is made again, not called missing', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const rig = await StorageRig.make({
      pieceLengthBytes: PIECE,
      files: [
        { path: ['t', 'a'], lengthBytes: PIECE },
        { path: ['t', 'b'], lengthBytes: PIECE },
        { path: ['t', 'empty'], lengthBytes: 0 },
      ],
    })
    await rig.open({ wanted: [true, false, true] })
    rig.disk.watch = (operation, path) => {
      if (operation === 'rename' && path === `${SAVE}/t/empty`) rig.disk.kill()
    }
    rig.feed(0)
    await rig.advance(10_000)
    rig.disk.watch = undefined
    rig.stop('kill')
    // Gets its name now, and the journal is written before that name is durable.
    await rig.open({ wanted: [true, true, true] })
    rig.feed(1)
    await rig.storage.setWanted([true, true, true])
    for (let turn = 0; turn < 20 && rig.disk.peek(`${SAVE}/t/b.part`) === undefined; turn++) await settle()
    rig.stop('crash', seed)
    await rig.open({ wanted: [true, true, true] })
    assert.equal(rig.storage.problem, undefined, `seed ${seed}`)
    rig.feedAll()
    await rig.advance(10_000)
    assert.ok(rig.news().includes('finished'), `seed ${seed}`)
    assert.ok(whole(rig), `seed ${seed}`)
  }
})

test('deleting removes what is ours and nothing else', async () => {
  const rig = await complete()
  rig.disk.poke(`${SAVE}/t/theirs`, Uint8Array.of(1))
  rig.disk.drop(`${SAVE}/t/a`)
  rig.disk.poke(`${SAVE}/t/a`, Uint8Array.of(2))
  await rig.storage.delete()
  assert.deepEqual((await rig.disk.list(`${SAVE}/t`)).sort(), ['a', 'theirs'])
  assert.deepEqual(await rig.disk.list('/state'), [])
  assert.equal(rig.claims.size, 0)
  assert.equal(rig.pool.lentBytes, 0)
})

test('deleting an unfinished torrent leaves no trace', async () => {
  const rig = await StorageRig.make(TREE)
  await rig.open({ wanted: [true, false, true] })
  rig.feed(2)
  rig.block(0, 0)
  rig.storage.reserve(rig.piece(0), 1)
  await rig.advance(1_000)
  await rig.storage.delete()
  assert.deepEqual(await rig.disk.list(SAVE), [])
  assert.deepEqual(await rig.disk.list('/state'), [])
  assert.equal(rig.pool.lentBytes, 0)
})

// ── odd shares ──

test('files that have other names on disk are given from there', async () => {
  const rig = await StorageRig.make(TREE)
  await rig.disk.makeDirectory('/home/odd')
  const diskPaths = ['/home/odd/A?', undefined, '/home/odd/C:'] as const
  const places = [diskPaths[0], `${SAVE}/t/b`, diskPaths[2]]
  await rig.disk.makeDirectory(`${SAVE}/t`)
  for (const [index, path] of places.entries()) rig.disk.poke(path, rig.torrent.file(index))
  await rig.open({ diskPaths, trusted: true })
  assert.equal(rig.storage.needsCheck, false)
  assert.equal(await rig.readAllHad(), rig.geometry.pieceCount)
  await rig.advance(5_000)
  assert.ok(rig.news().includes('finished'))
  assert.equal(rig.hasher.filePieces, 0)
})
