import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimDisk } from '../../../lab/sim/disk.ts'
import { storedTorrent } from '../../../test/doubles/stored-torrent.ts'
import { crc32c } from '../../base/crc32c.ts'
import { randomInt, SeededRandom } from '../../base/random.ts'
import { Journal } from './journal.ts'
import { decodeRecord, encodeRecord, type JournalRecord } from './journal-record.ts'

const PATH = '/state/journal'
const MARK = { wallMs: 5, writing: false }
const { metainfo } = storedTorrent({
  pieceLengthBytes: 32_768,
  files: [{ path: ['x'], lengthBytes: 3_000_000 }],
})
const FACTS = { lengthBytes: 2 ** 40, modifiedMs: 1.5, identity: '1:2', device: '1' }

const RECORDS: readonly JournalRecord[] = [
  { type: 'header', version: 1, torrent: 'a/b', pieceCount: 7, fileCount: 300 },
  { type: 'have', bits: Uint8Array.of(1, 2, 255) },
  { type: 'had', pieces: [0, 127, 128, 2_000_000] },
  { type: 'lost', pieces: [] },
  { type: 'partial', piece: 9, blocks: Uint8Array.of(0x80) },
  { type: 'file', file: 0, home: 'absent', inStore: true, facts: undefined },
  { type: 'file', file: 99_999, home: 'final', inStore: false, facts: FACTS },
  { type: 'slot', piece: 3, slot: 0 },
  { type: 'slot', piece: 3, slot: undefined },
  { type: 'wanted', bits: new Uint8Array(0) },
  { type: 'place', folder: '/a/ü', volume: { device: '1', mountRoot: '/a' }, movingTo: undefined },
  { type: 'place', folder: '/a', volume: { device: '1', mountRoot: '/' }, movingTo: '/b' },
  { type: 'name', file: 1, components: ['x', 'y z'], settled: false },
  { type: 'moved', file: 1 },
  { type: 'mark', batch: 2 ** 40, wallMs: 1_700_000_000_000.25, writing: true },
]

async function fresh(): Promise<SimDisk> {
  const disk = new SimDisk({ random: new SeededRandom(1), wallMs: () => 1 })
  await disk.makeDirectory('/state')
  await disk.syncDirectory('/')
  return disk
}

test('CRC-32C is the one of RFC 3720', () => {
  assert.equal(crc32c(new TextEncoder().encode('123456789')), 0xe3069283)
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa)
})

test('every record is read as it was written', () => {
  for (const record of RECORDS) {
    const bytes = encodeRecord(record)
    assert.deepEqual(decodeRecord(bytes, 0), { record, next: bytes.length })
  }
})

test('a record that is cut or changed anywhere is none', () => {
  for (const record of RECORDS) {
    const bytes = encodeRecord(record)
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(decodeRecord(bytes.subarray(0, length), 0), undefined)
    }
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const flipped = bytes.slice()
        flipped[at] = (flipped[at] as number) ^ (1 << bit)
        assert.equal(decodeRecord(flipped, 0), undefined, `${record.type}, byte ${at}, bit ${bit}`)
      }
    }
  }
  assert.equal(decodeRecord(new Uint8Array(64), 0), undefined, 'zeros are no record')
})

test('random bytes are never a record, and never an exception', () => {
  const seed = Math.floor(Math.random() * 2 ** 32)
  const random = new SeededRandom(seed)
  for (let round = 0; round < 2_000; round++) {
    const bytes = random.bytes(randomInt(random, 60))
    if (bytes.length > 3) bytes.fill(0, 0, 3)
    assert.equal(decodeRecord(bytes, 0), undefined, `seed ${seed}`)
  }
})

test('what was appended is there after a crash', async () => {
  const disk = await fresh()
  const { journal } = await Journal.open(disk, PATH, metainfo)
  await journal.append([{ type: 'had', pieces: [1, 2] }], MARK)
  await journal.append([{ type: 'partial', piece: 4, blocks: Uint8Array.of(0xc0) }], MARK)
  await journal.append([{ type: 'lost', pieces: [2] }], { wallMs: 9, writing: true })
  disk.crash(new SeededRandom(3))
  disk.start()
  const again = await Journal.open(disk, PATH, metainfo)
  assert.deepEqual(again.read, { damage: 'none', setAside: undefined, existed: true })
  const { state } = again.journal
  assert.deepEqual([...state.have.ones()], [1])
  assert.deepEqual([...state.partials], [[4, Uint8Array.of(0xc0)]])
  assert.equal(state.writing, true)
  assert.equal(state.wallMs, 9)
})

test('a torn tail is cut off, and what comes after it is whole', async () => {
  const disk = await fresh()
  const { journal } = await Journal.open(disk, PATH, metainfo)
  await journal.append([{ type: 'had', pieces: [1] }], MARK)
  const good = disk.peek(PATH) as Uint8Array
  await journal.append([{ type: 'had', pieces: [2, 3] }], MARK)
  const whole = disk.peek(PATH) as Uint8Array
  const betweenRecords = good.length + encodeRecord({ type: 'had', pieces: [2, 3] }).length
  for (let length = good.length + 1; length < whole.length; length++) {
    disk.drop(PATH)
    disk.poke(PATH, whole.subarray(0, length))
    const cut = await Journal.open(disk, PATH, metainfo)
    // Cut between two records of the batch there is no damage to see.
    if (length !== betweenRecords) assert.equal(cut.read.damage, 'cut', `${length}`)
    assert.ok(cut.journal.state.have.has(1))
    await cut.journal.append([{ type: 'had', pieces: [5] }], MARK)
    const after = await Journal.open(disk, PATH, metainfo)
    assert.equal(after.read.damage, 'none')
    assert.ok(after.journal.state.have.has(1) && after.journal.state.have.has(5))
  }
})

test('a journal of another torrent, version or shape is set aside, each time under another name', async () => {
  const disk = await fresh()
  for (const changes of [{ version: 2 }, { torrent: 'x/' }, { pieceCount: 5 }, { fileCount: 2 }]) {
    const { journal } = await Journal.open(disk, PATH, metainfo)
    disk.poke(PATH, encodeRecord({ ...journal.state.header, ...changes }))
    const { read } = await Journal.open(disk, PATH, metainfo)
    assert.equal(read.damage, 'corrupt')
    assert.equal(await disk.stat(PATH), undefined)
  }
  assert.equal((await disk.list('/state')).length, 4)
})

test('it stays small however much happens', async () => {
  const disk = await fresh()
  const { journal } = await Journal.open(disk, PATH, metainfo)
  let longest = 0
  for (let round = 0; round < 5_000; round++) {
    await journal.append([{ type: round % 2 === 0 ? 'had' : 'lost', pieces: [round % 90] }], MARK)
    longest = Math.max(longest, (await disk.stat(PATH))?.lengthBytes ?? 0)
  }
  assert.ok(longest < 70_000, `${longest} bytes`)
  const again = await Journal.open(disk, PATH, metainfo)
  assert.deepEqual([...again.journal.state.have.ones()], [...journal.state.have.ones()])
})

test('an append that failed is part of the next', async () => {
  const disk = await fresh()
  const { journal } = await Journal.open(disk, PATH, metainfo)
  await journal.append([{ type: 'had', pieces: [1] }], MARK)
  for (const operation of ['open', 'write', 'sync'] as const) {
    disk.fault = (asked) => (asked === operation ? 'EIO' : undefined)
    await assert.rejects(journal.append([{ type: 'had', pieces: [2] }], MARK), { code: 'EIO' })
    disk.fault = undefined
    await journal.append([{ type: 'had', pieces: [3] }], MARK)
    disk.crash(new SeededRandom(1))
    disk.start()
    const again = await Journal.open(disk, PATH, metainfo)
    assert.deepEqual([...again.journal.state.have.ones()], [1, 2, 3], operation)
  }
})

test('a snapshot says the same as the records it replaces', async () => {
  const disk = await fresh()
  const { journal } = await Journal.open(disk, PATH, metainfo)
  const { state } = journal
  const records = RECORDS.filter(({ type }) => !['header', 'have', 'wanted'].includes(type))
  for (const record of records) state.apply(record)
  const other = (await Journal.open(disk, '/state/other', metainfo)).journal.state
  for (const record of state.snapshot()) other.apply(record)
  assert.deepEqual(other.snapshot(), state.snapshot())
  assert.deepEqual([...other.moved], [...state.moved])
  assert.deepEqual([...other.names], [...state.names])
})
