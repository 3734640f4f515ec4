import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JOURNAL, SAVE, StorageRig, sameBytes } from '../../../test/doubles/storage-rig.ts'
import type { DiskCode } from '../../base/ports.ts'

const PIECE = 65_536
const ONE_FILE = { pieceLengthBytes: PIECE, files: [{ path: ['film'], lengthBytes: 10 * PIECE }] }
const FILM = `${SAVE}/film`
const PART = `${FILM}.part`

function quiet(lines: readonly string[]): string[] {
  return lines.filter((line) => line !== 'memory' && !line.startsWith('durable'))
}

async function half(options = ONE_FILE): Promise<StorageRig> {
  const rig = await StorageRig.make(options)
  await rig.open()
  for (let piece = 0; piece < 5; piece++) rig.feed(piece)
  await rig.advance(5_000)
  rig.news()
  return rig
}

async function seed(options = ONE_FILE): Promise<StorageRig> {
  const rig = await StorageRig.make(options)
  await rig.open()
  rig.feedAll()
  await rig.advance(10_000)
  assert.ok(rig.news().includes('finished'))
  return rig
}

// ── G4: fsync and I/O errors ──

test('after a failed fsync what was not synced is not had until it was read, hashed and written again', async () => {
  const rig = await half()
  let fail = true
  rig.disk.fault = (operation, path) => (fail && operation === 'sync' && path === PART ? 'EIO' : undefined)
  rig.feed(5)
  rig.feed(6)
  await rig.advance(4_500)
  const lines = quiet(rig.news())
  assert.deepEqual(lines.slice(0, 2).sort(), ['verified 5', 'verified 6'])
  assert.equal(lines[2], 'lost 5 6')
  assert.equal(lines[3], 'trouble SYNC_FAILED')
  assert.equal(await rig.read(5), 'changed', 'not offered')
  assert.ok(sameBytes(await rig.read(1), rig.torrent.piece(rig.piece(1))), 'what was durable is')
  assert.equal(rig.block(7, 0), false, 'no more blocks are taken')
  fail = false
  await rig.advance(6_000)
  assert.ok(quiet(rig.news()).includes('recovered'))
  rig.feedAll()
  await rig.advance(10_000)
  rig.stop('crash', 3)
  await rig.open()
  assert.equal(await rig.readAllHad(), 10)
})

test('a length that a failed fsync loses is no change by somebody else', async () => {
  const rig = await half({ pieceLengthBytes: PIECE, files: [{ path: ['film'], lengthBytes: 10 * PIECE }] })
  let fail = true
  rig.disk.fault = (operation, path) => {
    if (!fail || operation !== 'sync' || path !== PART) return undefined
    void rig.disk.open(PART, 'write').then((file) => file.truncate(6 * PIECE))
    return 'EIO'
  }
  rig.feed(5)
  rig.feed(6)
  await rig.advance(4_500)
  assert.ok(rig.news().includes('trouble SYNC_FAILED'))
  fail = false
  await rig.advance(12_000)
  assert.equal(rig.storage.problem, undefined)
  rig.feedAll()
  await rig.advance(10_000)
  assert.ok(rig.news().includes('finished'))
  assert.equal(await rig.readAllHad(), 10)
})

for (const operation of ['truncate', 'allocate'] as const) {
  test(`a file that cannot be made ready (${operation}) is not in the way of the next attempt`, async () => {
    const rig = await StorageRig.make(ONE_FILE)
    await rig.open({ preallocate: 'full' })
    let fail = true
    rig.disk.fault = (what, path) => (fail && what === operation && path === PART ? 'ENOSPC' : undefined)
    rig.feed(0)
    await rig.advance(3_000)
    assert.deepEqual(quiet(rig.news()), ['trouble NO_SPACE'])
    assert.ok(rig.disk.peek(PART) === undefined, 'what could not be made ready is taken away')
    fail = false
    await rig.advance(6_000)
    rig.feedAll()
    await rig.advance(10_000)
    assert.ok(rig.news().includes('finished'))
  })
}

test('a file is where it was renamed to, also when the look behind the renaming fails', async () => {
  const rig = await half()
  let fail = true
  rig.disk.fault = (operation, path) =>
    fail && operation === 'stat' && path === FILM && rig.disk.peek(FILM) !== undefined ? 'EIO' : undefined
  rig.feedAll()
  await rig.advance(10_000)
  fail = false
  await rig.advance(6_000)
  assert.equal(rig.storage.problem, undefined)
  assert.ok(rig.news().includes('finished'))
  assert.equal(await rig.readAllHad(), 10)
})

for (const code of ['EIO', 'ENOSPC', 'EDQUOT', 'EROFS', 'EACCES'] as const satisfies readonly DiskCode[]) {
  test(`${code} while writing stops the download, keeps seeding, and goes on by itself`, async () => {
    const rig = await half()
    rig.disk.fault = (operation, path) =>
      (operation === 'write' || operation === 'open') &&
      path.endsWith('.part') &&
      !path.includes('journal') &&
      failing
        ? operation === 'write'
          ? code
          : undefined
        : undefined
    let failing = true
    rig.feed(5)
    await rig.advance(500)
    assert.equal(quiet(rig.news()).filter((line) => line.startsWith('trouble')).length, 1)
    assert.equal(rig.storage.have.has(5), false)
    assert.equal(rig.block(6, 0), false)
    assert.equal(await rig.readAllHad(), 5)
    await rig.advance(6_000)
    assert.equal(quiet(rig.news()).includes('recovered'), false)
    failing = false
    await rig.advance(6_000)
    assert.deepEqual(
      quiet(rig.news()),
      ['verified 5', 'recovered'],
      'the block that could not be written was kept',
    )
    rig.feedAll()
    await rig.advance(10_000)
    assert.ok(rig.news().includes('finished'))
  })
}

test('blocks that cannot be written for long give their memory back and are asked for again', async () => {
  const rig = await half()
  rig.disk.fault = (operation, path) => (operation === 'write' && path === PART ? 'EIO' : undefined)
  rig.feed(5)
  await rig.advance(40_000)
  assert.ok(quiet(rig.news()).includes('blocks lost 5: 0 1 2 3'))
  assert.equal(rig.pool.lentBytes, 0)
  rig.disk.fault = undefined
  await rig.advance(6_000)
  assert.equal(rig.storage.problem, undefined)
  rig.feed(5)
  await rig.advance(500)
  assert.ok(rig.storage.have.has(5))
})

test('a journal that cannot be written stops the download with its own word', async () => {
  const rig = await half()
  rig.disk.fault = (operation, path) =>
    operation === 'write' && path.startsWith(JOURNAL) ? 'ENOSPC' : undefined
  rig.feed(5)
  await rig.advance(4_500)
  assert.equal(rig.storage.problem?.code, 'STATE_UNWRITABLE')
  rig.disk.fault = undefined
  await rig.advance(6_000)
  assert.equal(rig.storage.problem, undefined)
  rig.stop('crash', 1)
  await rig.open()
  assert.ok(rig.storage.have.has(5))
})

// ── G6: free space ──

test('what does not fit beside the reserve is not begun, and begins when there is room', async () => {
  const rig = await StorageRig.make(ONE_FILE)
  rig.disk.capacityBytes = 600_000
  await rig.open()
  const { problem } = rig.storage
  assert.equal(problem?.code, 'NO_SPACE')
  assert.equal(problem?.bytesMissing, 10 * PIECE - 594_000)
  assert.deepEqual(rig.news(), ['trouble NO_SPACE'])
  assert.equal(rig.block(0, 0), false)
  rig.disk.capacityBytes = 10_000_000
  await rig.advance(6_000)
  assert.ok(rig.news().includes('recovered'))
  assert.ok(rig.block(0, 0))
})

test('when others fill the disk a hundredth of it stays free', async () => {
  const rig = await StorageRig.make({ ...ONE_FILE, files: [{ path: ['film'], lengthBytes: 100 * PIECE }] })
  rig.disk.capacityBytes = 10_000_000
  await rig.open()
  rig.disk.poke('/data/other', new Uint8Array(7_000_000))
  for (let piece = 0; piece < 100; piece++) {
    rig.feed(piece)
    await rig.advance(500)
  }
  assert.equal(rig.storage.problem?.code, 'NO_SPACE')
  const free = 10_000_000 - rig.disk.usedBytes
  assert.ok(free > 50_000 && free < 500_000, `${free} bytes left`)
  assert.ok((await rig.readAllHad()) > 20)
  rig.disk.drop('/data/other')
  await rig.advance(6_000)
  assert.equal(rig.storage.problem, undefined)
})

test('a full disk is trouble even when the look at free space was wrong', async () => {
  const rig = await half()
  rig.disk.capacityBytes = rig.disk.usedBytes + 8_192
  rig.feed(5)
  await rig.advance(500)
  assert.equal(rig.storage.problem?.code, 'NO_SPACE')
  assert.equal(await rig.readAllHad(), 5)
})

// ── G7: files that somebody else touches ──

test('a file that is cut while seeding gives no bad block; what is left of it is still given', async () => {
  const rig = await seed()
  rig.disk.cut(FILM, 7 * PIECE + 5)
  assert.equal(await rig.read(9), 'changed')
  await rig.advance(1_000)
  const lines = quiet(rig.news())
  assert.deepEqual(lines.slice(0, 2), ['lost 0 1 2 3 4 5 6 7 8 9', 'trouble FILE_CHANGED'])
  assert.equal(await rig.readAllHad(), 7)
  assert.equal(rig.block(9, 0), false, 'not repaired without the person')
})

test('a byte changed in place is never given', async () => {
  const rig = await seed()
  rig.disk.poke(FILM, Uint8Array.of(1, 2, 3), 3 * PIECE)
  assert.equal(await rig.read(3), 'changed')
  assert.equal(await rig.read(4), 'changed', 'nothing of the file is believed until it was hashed')
  await rig.advance(1_000)
  assert.equal(rig.storage.have.has(3), false)
  assert.equal(await rig.readAllHad(), 9)
  assert.equal(rig.storage.problem?.code, 'FILE_CHANGED')
})

test('a file that is put back as it was ends the trouble by itself', async () => {
  const rig = await seed()
  const before = rig.disk.peek(FILM) as Uint8Array
  rig.disk.drop(FILM)
  await rig.advance(6_000)
  await rig.read(0)
  await rig.advance(6_000)
  assert.equal(rig.storage.problem?.code, 'FILE_MISSING')
  assert.equal(rig.storage.have.count, 0)
  rig.disk.poke(FILM, before)
  await rig.advance(6_000)
  assert.equal(rig.storage.problem, undefined)
  assert.equal(await rig.readAllHad(), 10)
  assert.ok(rig.news().includes('recovered'))
})

test('a file that is only touched is hashed again and goes on', async () => {
  const rig = await seed()
  rig.disk.poke(FILM, rig.torrent.piece(rig.piece(0)).subarray(0, 1))
  assert.equal(await rig.read(2), 'changed')
  await rig.advance(1_000)
  assert.deepEqual(
    quiet(rig.news()).filter((line) => !line.startsWith('verified')),
    ['lost 0 1 2 3 4 5 6 7 8 9', 'trouble FILE_CHANGED', 'recovered', 'finished'],
  )
  assert.equal(await rig.readAllHad(), 10)
})

test('a touched file that cannot be read for a moment is looked at until it is known', async () => {
  const rig = await seed()
  rig.disk.poke(FILM, rig.torrent.piece(rig.piece(0)).subarray(0, 1))
  assert.equal(await rig.read(2), 'changed')
  let reads = 0
  rig.disk.fault = (operation, path) =>
    operation === 'read' && path === FILM && ++reads % 3 === 0 ? 'EIO' : undefined
  await rig.advance(1_000)
  assert.ok(reads > 3)
  rig.disk.fault = undefined
  await rig.advance(20_000)
  assert.equal(rig.storage.problem, undefined)
  assert.equal(await rig.readAllHad(), 10)
})

test('a replaced file is noticed by its path', async () => {
  const rig = await seed()
  await rig.read(0)
  rig.disk.drop(FILM)
  rig.disk.poke(FILM, new Uint8Array(10 * PIECE))
  await rig.advance(6_000)
  assert.equal(await rig.read(0), 'changed')
  await rig.advance(1_000)
  assert.equal(rig.storage.have.count, 0)
})

test('an incomplete file removed underneath loses its pieces and makes no new file without the person', async () => {
  const rig = await half()
  rig.disk.drop(PART)
  rig.feed(5)
  await rig.advance(5_000)
  assert.equal(rig.storage.problem?.code, 'FILE_MISSING')
  assert.equal(rig.storage.have.count, 0)
  assert.equal(rig.disk.peek(PART), undefined)
  await rig.storage.agree()
  await rig.advance(1_000)
  assert.equal(rig.storage.problem, undefined)
  rig.feedAll()
  await rig.advance(10_000)
  assert.ok(rig.news().includes('finished'))
  assert.ok(sameBytes(rig.disk.peek(FILM), rig.torrent.file(0)))
})

test('with the person’s word a changed file is completed again, what was good in it being kept', async () => {
  const rig = await seed()
  rig.disk.poke(FILM, Uint8Array.of(1, 2, 3), 3 * PIECE)
  await rig.read(3)
  await rig.advance(1_000)
  rig.news()
  await rig.storage.agree()
  await rig.advance(500)
  assert.equal(rig.storage.have.count, 9)
  rig.feedAll()
  await rig.advance(10_000)
  assert.ok(rig.news().includes('finished'))
  assert.ok(sameBytes(rig.disk.peek(FILM), rig.torrent.file(0)))
  rig.stop('kill')
  await rig.open()
  assert.equal(await rig.readAllHad(), 10)
})

// ── G8: volumes ──

async function mounted(): Promise<StorageRig> {
  const rig = await StorageRig.make(ONE_FILE)
  rig.disk.mount(SAVE)
  await rig.open()
  for (let piece = 0; piece < 5; piece++) rig.feed(piece)
  await rig.advance(5_000)
  rig.news()
  return rig
}

test('nothing is written into an empty mount point, and the download goes on when the volume is back', async () => {
  const rig = await mounted()
  const { remount } = rig.disk.unmount(SAVE)
  for (let piece = 5; piece < 10; piece++) rig.feed(piece)
  await rig.advance(10_000)
  assert.equal(rig.storage.problem?.code, 'MISSING_VOLUME')
  assert.deepEqual(await rig.disk.list(SAVE), [])
  assert.equal(rig.storage.have.count >= 5, true, 'pieces are not forgotten')
  remount()
  await rig.advance(10_000)
  assert.equal(rig.storage.problem, undefined)
  await rig.readAllHad()
  rig.feedAll()
  await rig.advance(10_000)
  assert.ok(sameBytes(rig.disk.peek(FILM), rig.torrent.file(0)))
})

test('a torrent started without its volume waits for it and trusts nothing new', async () => {
  const rig = await mounted()
  await rig.close()
  const { remount } = rig.disk.unmount(SAVE)
  rig.stop('kill')
  await rig.open()
  assert.equal(rig.storage.problem?.code, 'MISSING_VOLUME')
  assert.equal(rig.block(5, 0), false)
  assert.equal(typeof (await rig.read(0)), 'string')
  assert.deepEqual(await rig.disk.list(SAVE), [])
  remount()
  await rig.advance(6_000)
  assert.equal(rig.storage.problem, undefined)
  assert.equal(await rig.readAllHad(), 5)
  assert.equal(rig.hasher.filePieces, 0)
})

test('another volume in its place is not ours', async () => {
  const rig = await mounted()
  await rig.close()
  rig.disk.unmount(SAVE)
  rig.disk.mount(SAVE)
  rig.stop('kill')
  await rig.open()
  assert.equal(rig.storage.problem?.code, 'MISSING_VOLUME')
})

// ── G9: what was there before ──

test('a file of the right name and length is checked, reading only, and used when it is right', async () => {
  const rig = await StorageRig.make(ONE_FILE)
  rig.disk.poke(FILM, rig.torrent.file(0))
  await rig.open()
  assert.ok(rig.storage.needsCheck)
  assert.equal(rig.block(0, 0), false, 'nothing is taken before the check')
  let last = 0
  assert.ok(await rig.storage.check('pending', (done) => (last = done)))
  await rig.advance(1_000)
  assert.equal(last, 10)
  assert.equal(await rig.readAllHad(), 10)
  assert.ok(rig.news().includes('finished'))
})

test('a different file of the same length stops the download and stays as it is', async () => {
  const rig = await StorageRig.make(ONE_FILE)
  const theirs = rig.torrent.file(0)
  theirs.fill(7, 2 * PIECE, 2 * PIECE + 9)
  rig.disk.poke(FILM, theirs)
  await rig.open()
  await rig.storage.check('pending')
  await rig.advance(6_000)
  assert.equal(rig.storage.problem?.code, 'FILE_DIFFERS')
  assert.equal(rig.storage.have.count, 9, 'what is right is given')
  assert.equal(rig.block(2, 0), false)
  assert.ok(sameBytes(rig.disk.peek(FILM), theirs))
})

test('a file of another length is refused at once, whatever the person said', async () => {
  for (const agreed of [false, true]) {
    const rig = await StorageRig.make(ONE_FILE)
    const theirs = new Uint8Array(10 * PIECE + 1).fill(5)
    rig.disk.poke(FILM, theirs)
    const refused = await rig.tryOpen({ agreed })
    assert.ok('refused' in refused)
    assert.deepEqual(refused.refused, { code: 'FILE_DIFFERS', path: FILM })
    assert.ok(sameBytes(rig.disk.peek(FILM), theirs))
    assert.equal(rig.claims.size, 0)
  }
})

test('with the person’s word an unfinished file of another program is completed', async () => {
  const rig = await StorageRig.make(ONE_FILE)
  rig.disk.poke(FILM, rig.torrent.file(0).subarray(0, 4 * PIECE + 100))
  await rig.open({ agreed: true })
  await rig.storage.check('pending')
  await rig.advance(500)
  assert.equal(rig.storage.have.count, 4)
  rig.feedAll()
  await rig.advance(10_000)
  assert.ok(rig.news().includes('finished'))
  assert.ok(sameBytes(rig.disk.peek(FILM), rig.torrent.file(0)))
})

test('somebody’s file under our part name is not touched', async () => {
  const rig = await StorageRig.make(ONE_FILE)
  rig.disk.poke(PART, Uint8Array.of(1, 2, 3))
  const refused = await rig.tryOpen()
  assert.ok('refused' in refused && refused.refused.code === 'FILE_DIFFERS')
  assert.deepEqual(rig.disk.peek(PART), Uint8Array.of(1, 2, 3))
})

test('a file that appears under the final name while downloading is not replaced', async () => {
  const rig = await half()
  rig.disk.poke(FILM, Uint8Array.of(9))
  rig.feedAll()
  await rig.advance(10_000)
  assert.equal(rig.storage.problem?.code, 'NAME_TAKEN')
  assert.deepEqual(rig.disk.peek(FILM), Uint8Array.of(9))
  assert.equal(await rig.readAllHad(), 10, 'it is seeded from its part name')
  rig.disk.drop(FILM)
  await rig.advance(10_000)
  assert.ok(rig.news().includes('finished'))
})

for (const kind of ['link', 'other'] as const) {
  test(`a planted ${kind} in the target is refused`, async () => {
    const rig = await StorageRig.make(ONE_FILE)
    rig.disk.plant(FILM, kind, '/etc/passwd')
    const refused = await rig.tryOpen()
    assert.ok('refused' in refused && refused.refused.code === 'UNSAFE_PATH')
  })
}

test('a folder that becomes a link while downloading leads nowhere', async () => {
  const rig = await StorageRig.make({
    pieceLengthBytes: PIECE,
    files: [{ path: ['t', 'a'], lengthBytes: PIECE }],
  })
  await rig.open()
  await rig.disk.makeDirectory('/elsewhere')
  rig.disk.plant(`${SAVE}/t`, 'link', '/elsewhere')
  rig.feed(0)
  await rig.advance(1_000)
  assert.equal(rig.storage.problem?.code, 'UNSAFE_PATH')
  assert.deepEqual(await rig.disk.list('/elsewhere'), [])
})

test('two torrents never write the same path, but may read the same file', async () => {
  const first = await StorageRig.make(ONE_FILE)
  await first.open()
  const second = await StorageRig.make({ ...ONE_FILE, pieceLengthBytes: 32_768 })
  const claim = { claims: first.claims, journalPath: '/state/second' }
  const refused = await second.tryOpen(claim)
  assert.ok('refused' in refused && refused.refused.code === 'PATH_IN_USE')
  first.feedAll()
  await first.advance(10_000)
  second.disk.poke(FILM, second.torrent.file(0))
  await second.open(claim)
  await second.storage.check('pending')
  assert.equal(await second.readAllHad(), 20)
})

test('a download shares a piece with somebody’s complete file without overwriting it', async () => {
  const files = [
    { path: ['t', 'a'], lengthBytes: PIECE + 100 },
    { path: ['t', 'b'], lengthBytes: PIECE },
  ]
  for (const same of [true, false]) {
    const rig = await StorageRig.make({ pieceLengthBytes: PIECE, files })
    const theirs = rig.torrent.file(0)
    if (!same) theirs[PIECE + 5] = (theirs[PIECE + 5] as number) ^ 1
    await rig.disk.makeDirectory(`${SAVE}/t`)
    rig.disk.poke(`${SAVE}/t/a`, theirs)
    await rig.open()
    await rig.storage.check('pending')
    assert.equal(rig.storage.have.count, 1)
    assert.equal(rig.storage.problem, undefined)
    rig.feedAll()
    await rig.advance(10_000)
    assert.ok(sameBytes(rig.disk.peek(`${SAVE}/t/a`), theirs))
    if (same) assert.ok(rig.news().includes('finished'))
    else assert.ok(rig.news().includes('trouble FILE_DIFFERS'))
  }
})

// ── resuming ──

test('a complete file that changed while we were away is hashed, and only it', async () => {
  const files = [
    { path: ['t', 'a'], lengthBytes: 4 * PIECE },
    { path: ['t', 'b'], lengthBytes: 4 * PIECE },
  ]
  const rig = await seed({ pieceLengthBytes: PIECE, files })
  await rig.close()
  rig.disk.poke(`${SAVE}/t/b`, Uint8Array.of(0, 0, 0), 2 * PIECE)
  rig.stop('kill')
  await rig.open()
  assert.ok(rig.storage.needsCheck)
  assert.deepEqual(
    rig.storage.report.changed.map(({ file, standing }) => [file, standing]),
    [[1, 'changed']],
  )
  await rig.storage.check('pending')
  await rig.advance(1_000)
  assert.equal(rig.hasher.filePieces, 4)
  assert.equal(rig.storage.have.count, 7)
  assert.equal(rig.storage.problem?.code, 'FILE_CHANGED')
})

test('a complete file removed while we were away is missed, not downloaded again', async () => {
  const rig = await seed()
  await rig.close()
  rig.disk.drop(FILM)
  rig.stop('kill')
  await rig.open()
  assert.equal(rig.storage.problem?.code, 'FILE_MISSING')
  assert.equal(rig.storage.have.count, 0)
  assert.equal(rig.block(0, 0), false)
  await rig.storage.agree()
  await rig.advance(500)
  assert.ok(rig.block(0, 0))
})

test('a flipped byte anywhere in the journal costs a check at most, and the file is kept', async () => {
  const rig = await seed()
  await rig.close()
  const journal = rig.disk.peek(JOURNAL) as Uint8Array
  for (let at = 0; at < journal.length; at++) {
    const flipped = journal.slice()
    flipped[at] = (flipped[at] as number) ^ (1 << (at % 8))
    rig.stop('kill')
    for (const name of await rig.disk.list('/state')) rig.disk.drop(`/state/${name}`)
    rig.disk.poke(JOURNAL, flipped)
    await rig.open()
    const { damage, setAside } = rig.storage.report.journal
    assert.notEqual(damage, 'none', `byte ${at}`)
    if (damage === 'corrupt') assert.deepEqual(rig.disk.peek(setAside ?? ''), flipped)
    if (rig.storage.needsCheck) await rig.storage.check('pending')
    await rig.advance(1_000)
    await rig.readAllHad()
    assert.equal(rig.storage.problem, undefined, `byte ${at}`)
    if (damage === 'corrupt') assert.equal(rig.storage.have.count, 10, `byte ${at}`)
  }
})

test('a check of everything finds what the journal did not know, and can be stopped', async () => {
  const rig = await half()
  rig.storage.cancelCheck()
  const checking = rig.storage.check('all', () => rig.storage.cancelCheck())
  assert.equal(await checking, false)
  assert.equal(await rig.readAllHad(), 5)
  rig.disk.poke(PART, rig.torrent.piece(rig.piece(8)), 8 * PIECE)
  rig.disk.poke(PART, Uint8Array.of(0, 0, 0), 2 * PIECE)
  assert.ok(await rig.storage.check('all'))
  assert.deepEqual([...rig.storage.have.ones()], [0, 1, 3, 4, 8])
  assert.equal(rig.block(2, 0), false, 'a lost piece is written again only after its loss is in the journal')
  rig.feedAll()
  await rig.advance(1_000)
  rig.feedAll()
  await rig.advance(10_000)
  assert.ok(rig.news().includes('finished'))
})
