import assert from 'node:assert/strict'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { hostileMedia } from '../../../test/doubles/hostile-media.ts'
import { exif, jpeg, mp3, mp4, vorbis, wave } from '../../../test/doubles/made-media.ts'
import { ScanDatabase } from '../../../test/doubles/scan-database.ts'
import { SystemClock } from '../../platform/clock.ts'
import { FolderScan } from '../scan/folder-scan.ts'
import { pause } from '../scan/yielding.ts'
import { boundedFacts } from './bounded-facts.ts'
import { BoundedFile } from './bounded-file.ts'
import { FactQueue } from './fact-queue.ts'
import type { FactsAnswer } from './facts-messages.ts'
import { FactsReader } from './facts-reader.ts'

const clock = new SystemClock()
const LONG_AGO = new Date('2020-01-02T03:04:05.678Z')

function scene(t: TestContext, options: { readonly program?: URL; readonly deadlineMs?: number } = {}) {
  const folder = fs.mkdtempSync(path.join(tmpdir(), 'shoal-facts-'))
  const reader = new FactsReader({ clock, ...options })
  t.after(() => {
    reader.close()
    fs.rmSync(folder, { recursive: true })
  })
  const write = (name: string, bytes: Uint8Array | string) => {
    fs.writeFileSync(path.join(folder, name), bytes)
    fs.utimesSync(path.join(folder, name), LONG_AGO, LONG_AGO)
  }
  return {
    folder,
    reader,
    write,
    learn(name: string, bytes: Uint8Array | string): Promise<FactsAnswer> {
      write(name, bytes)
      return reader.read({ path: path.join(folder, name), identity: identityOf(path.join(folder, name)) })
    },
  }
}

function identityOf(file: string) {
  const stats = fs.statSync(file, { bigint: true })
  return {
    lengthBytes: Number(stats.size),
    modifiedMs: Number(stats.mtimeNs) / 1e6,
    inode: String(stats.ino),
  }
}

const learned = (mediaType: string | undefined, facts: object) => ({ kind: 'learned', mediaType, facts })

test('media are known by their content, whatever they are named, and say what they are', async (t) => {
  const { learn } = scene(t)
  assert.deepEqual(
    await learn('x.txt', mp3({ TIT2: 'Söng', TPE1: 'Bänd', TALB: 'Älbum', TRCK: '3/12', TYER: '1999' })),
    learned('audio/mpeg', {
      durationSeconds: 2.612,
      bitrate: 128_000,
      artist: 'Bänd',
      album: 'Älbum',
      title: 'Söng',
      track: 3,
      year: 1999,
      codec: 'MPEG 1 Layer 3',
    }),
  )
  const sound = { durationSeconds: 2, bitrate: 64_000, artist: 'Ana', title: 'Sea', codec: 'PCM' }
  assert.deepEqual(await learn('a.wav', wave(2, { INAM: 'Sea', IART: 'Ana' })), learned('audio/wav', sound))
  const ogg = { durationSeconds: 10, bitrate: 128_000, artist: 'Ana', title: 'Sea', codec: 'Vorbis I' }
  assert.deepEqual(await learn('a.ogg', vorbis(10, ['TITLE=Sea', 'ARTIST=Ana'])), learned('audio/ogg', ogg))
  const film = await learn('a.mp4', mp4(90))
  assert.ok(film.kind === 'learned' && film.mediaType === 'video/mp4')
  assert.equal(film.facts.durationSeconds, 90)
  assert.equal(film.facts.width, 1_920)
  assert.equal(film.facts.height, 1_080)
  const photo = { width: 4_000, height: 3_000, camera: 'Ana One', takenAt: '2024-05-01T12:30:00' }
  assert.deepEqual(await learn('a.jpg', jpeg()), learned('image/jpeg', photo))
})

test('a file that nothing recognises has no type and no trouble', async (t) => {
  const { learn } = scene(t)
  assert.deepEqual(await learn('a.mp3', 'only words'), learned(undefined, {}))
  assert.deepEqual(await learn('b', new Uint8Array(1)), learned(undefined, {}))
})

test('nothing of where a photo or film was taken passes, in any field of any kind', async (t) => {
  const { learn } = scene(t)
  const placed = [
    ['a.jpg', jpeg({ place: true })],
    ['a.tiff', exif({ place: true })],
    ['a.mp4', mp4(1)],
    ['a.mp3', mp3({ TIT2: 'x', TXXX: 'location\0Paris 48.8577', TDRC: '2024-05-01T12:30:00+05:45' })],
    ['a.ogg', vorbis(1, ['TITLE=x', 'LOCATION=Paris', 'GEO_LOCATION=48.8577;2.2947'])],
  ] as const
  for (const [name, bytes] of placed) {
    const answer = await learn(name, bytes)
    assert.equal(answer.kind, 'learned')
    const said = JSON.stringify(answer)
    assert.doesNotMatch(
      said,
      /gps|paris|latitude|longitude|48[.,°]|2[.,]29|wgs|05:45|altitude|\bcity\b/i,
      name,
    )
    assert.ok(said.length > 60, 'something was learned')
  }
})

test('whatever a parser hands over, only the named fields pass, each within its bounds', () => {
  const allowed = [
    ...['durationSeconds', 'bitrate', 'width', 'height', 'artist', 'album', 'title', 'track', 'year'],
    ...['codec', 'camera', 'takenAt'],
  ]
  const key = fc.oneof(
    fc.constantFrom(...allowed),
    fc.constantFrom('GPSLatitude', 'location', '__proto__', 'toString'),
  )
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 2_000 }),
    fc.double(),
    fc.integer(),
    fc.anything({ maxDepth: 1 }),
  )
  fc.assert(
    fc.property(fc.dictionary(key, value), (found) => {
      const facts: Record<string, unknown> = { ...boundedFacts(found) }
      for (const [field, fact] of Object.entries(facts)) {
        assert.ok(allowed.includes(field))
        if (typeof fact === 'number') assert.ok(Number.isFinite(fact) && fact > 0)
        else assert.ok(typeof fact === 'string' && isOneLine(fact))
      }
    }),
    { seed: 20_261_128, numRuns: 500 },
  )
  assert.equal(boundedFacts({ title: '💙'.repeat(300) }).title?.length, 254)
  assert.equal(boundedFacts({ title: 'a\u0000b\u001b[31m\nc\u2028d' }).title, 'a b [31m c d')
  assert.equal(boundedFacts({ takenAt: '2024:05:01 12:30:00+05:45' }).takenAt, '2024-05-01T12:30:00')
})

function isOneLine(text: string): boolean {
  return text.length > 0 && text.length <= 255 && text.isWellFormed() && !/[\p{Cc}\u2028\u2029]/u.test(text)
}

test('of a file of any length only so much is read', (t) => {
  const { folder } = scene(t)
  const at = path.join(folder, 'long')
  const fd = fs.openSync(at, 'w+')
  t.after(() => fs.closeSync(fd))
  const lengthBytes = 8_589_934_592
  fs.ftruncateSync(fd, lengthBytes)
  assert.throws(() => new BoundedFile(fd, lengthBytes).bytes(0, lengthBytes), { code: 'READS_TOO_MUCH' })
  const hopping = new BoundedFile(fd, lengthBytes)
  let hops = 0
  assert.throws(
    () => {
      for (; ; hops++) hopping.bytes(hops * 1_000_000, 8)
    },
    { code: 'READS_TOO_MUCH' },
  )
  assert.equal(hops, 33_554_432 / 16_384)
  const standing = new BoundedFile(fd, lengthBytes)
  assert.throws(
    () => {
      for (;;) standing.bytes(0, 0)
    },
    { code: 'READS_TOO_MUCH' },
  )
})

test('hostile media neither hang nor kill the reader, and it reads on', async (t) => {
  const { learn } = scene(t)
  for (const [name, bytes] of hostileMedia()) {
    const answer = await learn(name, bytes)
    assert.equal(answer.kind, 'learned', name)
    if (answer.kind === 'learned') {
      assert.ok(answer.trouble !== 'DEADLINE' && answer.trouble !== 'KILLED', name)
      for (const fact of Object.values(answer.facts))
        assert.ok(typeof fact === 'number' || isOneLine(fact), name)
    }
    // Cut off anywhere.
    const cut = await learn(`cut ${name}`, bytes.subarray(0, Math.floor(bytes.length * 0.6)))
    assert.equal(cut.kind, 'learned', name)
  }
  assert.equal((await learn('a.wav', wave(1))).kind, 'learned')
})

const hangs = "import { parentPort as p } from 'node:worker_threads'; p.on('message', ({ path }) => {"
const answers = "p.postMessage({ kind: 'learned', mediaType: 'x/y', facts: {} }) })"

function program(ifBad: string): URL {
  return new URL(
    `data:text/javascript,${encodeURIComponent(`${hangs} if (path.includes('bad')) { ${ifBad} } else ${answers}`)}`,
  )
}

test('a worker that hangs, dies or eats memory is ended, and the next file is read by another one', async (t) => {
  const cases = [
    ['for (;;);', 'DEADLINE'],
    ['', 'DEADLINE'],
    ['process.exit(3)', 'KILLED'],
    ['throw new Error("x")', 'KILLED'],
    ['const all = []; for (;;) all.push(new Array(1e5).fill({}))', 'KILLED'],
  ] as const
  for (const [ifBad, trouble] of cases) {
    const { learn } = scene(t, { program: program(ifBad), deadlineMs: trouble === 'KILLED' ? 20_000 : 300 })
    assert.deepEqual(await learn('bad', 'x'), { ...learned(undefined, {}), trouble })
    assert.deepEqual(await learn('good', 'x'), learned('x/y', {}))
  }
})

test('a file that is no longer the one that was asked about is not read', async (t) => {
  const { folder, reader, write } = scene(t)
  write('a.wav', wave(1))
  const at = path.join(folder, 'a.wav')
  const identity = identityOf(at)
  for (const other of [{ lengthBytes: 1 }, { modifiedMs: 1 }, { inode: '1' }])
    assert.deepEqual(await reader.read({ path: at, identity: { ...identity, ...other } }), {
      kind: 'changed',
    })
  fs.symlinkSync(at, path.join(folder, 'link'))
  assert.deepEqual(await reader.read({ path: path.join(folder, 'link'), identity }), { kind: 'changed' })
  assert.equal((await reader.read({ path: at, identity: { ...identity, inode: '' } })).kind, 'learned')
})

test('the queue reads every waiting file once; one in trouble is not tried again until it changes', async (t) => {
  const { folder, write, reader } = scene(t, { program: program('process.exit(1)') })
  const store = new ScanDatabase()
  let asked = 0
  const read = reader.read.bind(reader)
  reader.read = (request) => {
    asked++
    return read(request)
  }
  const queue = new FactQueue({
    store,
    reader,
    clock,
    pressure: () => 0,
    pathOf: () => folder,
    stale: () => {},
    recorded: () => {},
    failed: (error) => {
      throw error
    },
  })
  t.after(() => {
    queue.close()
    store.close()
  })
  const scan = () => {
    const times = { now: () => performance.now(), wallMs: Date.now }
    const walk = new FolderScan({ folder: { id: 'f', path: folder }, store, ...times, room: 100, never: [] })
    while (walk.advance() === undefined);
  }
  const idle = async () => {
    queue.wake()
    while (!queue.isIdle) await pause(clock, 5)
  }
  for (const name of ['a', 'bad', 'c']) write(name, name)
  write('empty', '')
  scan()
  await idle()
  assert.equal(asked, 3)
  assert.deepEqual(
    store.files('f').map(({ path: name, trouble }) => [name, trouble]),
    [
      ['a', null],
      ['bad', 'KILLED'],
      ['c', null],
      ['empty', null],
    ],
  )
  scan()
  await idle()
  assert.equal(asked, 3)
  write('bad', 'changed')
  scan()
  await idle()
  assert.equal(asked, 4)
})
