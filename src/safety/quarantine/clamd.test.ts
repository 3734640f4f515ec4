// A real clamd with signatures made by the test: what is found, what is said of everything else, and what becomes of a scan when
// clamd is stopped, killed or slow. Never "clean" without a scan of all of it.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { appendFile, mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { ZipFile } from 'yazl'
import { until } from '../../../lab/netns/until.ts'
import { BAD_WORDS, RealClamd } from '../../../test/doubles/real-clamd.ts'
import { needs } from '../../../test/doubles/require-program.ts'
import { parseVersion, verdictOf } from './clamd.ts'
import { sizeOf } from './clamd-config.ts'
import { askClamd } from './clamd-socket.ts'
import { lookAtFile } from './file-look.ts'
import { testFile } from './probe-files.ts'
import { Scanner, type ScanOutcome } from './scanner.ts'

const MIB = 1_048_576
const SMALL = ['StreamMaxLength 8M', 'MaxFileSize 4M', 'MaxScanSize 6M']
const EICAR = testFile()

let folder = ''
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'shoal-scan-'))
})
after(() => rm(folder, { recursive: true }))

async function fileOf(name: string, bytes: Uint8Array): Promise<string> {
  const file = path.join(folder, name)
  await writeFile(file, bytes)
  return file
}

async function zip(entries: Readonly<Record<string, Uint8Array>>): Promise<Buffer> {
  const made = new ZipFile()
  for (const [name, bytes] of Object.entries(entries)) made.addBuffer(Buffer.from(bytes), name)
  made.end()
  const chunks: Buffer[] = []
  for await (const chunk of made.outputStream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

async function scan(scanner: Scanner, file: string): Promise<ScanOutcome> {
  return await scanner.scan(file, await lookAtFile(file, path.basename(file)))
}

/** In short: `clean`, the name of what was found, or why it was not scanned. */
async function say(scanner: Scanner, file: string): Promise<string> {
  const outcome = await scan(scanner, file)
  if (outcome.state === 'found') return outcome.name.replace('.UNOFFICIAL', '')
  return outcome.state === 'clean' ? 'clean' : outcome.reason
}

async function scannerOf(clamd: RealClamd, noProgressMs = 20_000): Promise<Scanner> {
  const scanner = new Scanner({ where: () => clamd.socket, noProgressMs })
  assert.equal((await scanner.refresh()).state, 'ready')
  return scanner
}

test('the test file is found plain, zipped, packed twice and under another name', async (t) => {
  if (!needs(t, 'clamd', 'clamav-daemon')) return
  await using clamd = await RealClamd.start({ settings: SMALL })
  const scanner = await scannerOf(clamd)
  for (const [name, bytes] of [
    ['plain.com', EICAR],
    ['photo.jpg', EICAR],
    ['zipped.zip', await zip({ 'a.txt': EICAR })],
    ['twice.zip', await zip({ 'a.zip': await zip({ 'a.txt': EICAR }) })],
    ['behind.bin', Buffer.concat([randomBytes(3 * MIB), EICAR])],
  ] as const)
    assert.match(await say(scanner, await fileOf(name, bytes)), /^Shoal\.TestFile/, name)
  assert.equal(await say(scanner, await fileOf('words.txt', Buffer.from(BAD_WORDS))), 'Shoal.Words')
  assert.equal(await say(scanner, await fileOf('calm.txt', Buffer.from('only words'))), 'clean')
  assert.equal(
    await say(scanner, await fileOf('calm.zip', await zip({ 'a.txt': Buffer.from('x') }))),
    'clean',
  )
})

test('the test file at the end of 3 GiB is not scanned, and nothing is sent for it', async (t) => {
  if (!needs(t, 'clamd', 'clamav-daemon')) return
  await using clamd = await RealClamd.start()
  const scanner = await scannerOf(clamd)
  const large = path.join(folder, 'large.mkv')
  await writeFile(large, '')
  await truncate(large, 3 * 2 ** 30)
  await appendFile(large, EICAR)
  // Stopped: whatever was sent would wait.
  clamd.signal('SIGSTOP')
  assert.equal(await say(scanner, large), 'too-large')
  clamd.signal('SIGCONT')
  await rm(large)
})

test('what clamd passes over in silence is not called clean', async (t) => {
  if (!needs(t, 'clamd', 'clamav-daemon')) return
  for (const settings of [SMALL, [...SMALL, 'AlertExceedsMax yes']]) {
    await using clamd = await RealClamd.start({ settings })
    const scanner = await scannerOf(clamd)
    assert.equal(scanner.status.tells, settings.includes('AlertExceedsMax yes'))
    const behind = Buffer.concat([randomBytes(5 * MIB), EICAR])
    // An entry larger than MaxFileSize: clamd says OK, and did not get to its end.
    const trap = await fileOf('trap.zip', await zip({ 'a.bin': behind }))
    assert.equal(await say(scanner, trap), 'too-large')
    // Files that are each small enough, and together are not.
    const two = await zip({ a: randomBytes(3 * MIB), b: randomBytes(2 * MIB), c: EICAR })
    assert.notEqual(await say(scanner, await fileOf('sum.zip', two)), 'clean')
    assert.equal(await say(scanner, await fileOf('film.mkv', behind)), 'too-large')
    // Nobody here knows how much is in it.
    assert.equal(await say(scanner, await fileOf('a.7z', Buffer.from('377abcaf271c0004', 'hex'))), 'too-deep')
    // A document of 100 kB may hold a hundred megabytes.
    const document = Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.alloc(100_000, 32)])
    const said = await say(scanner, await fileOf('a.pdf', document))
    assert.equal(said, scanner.status.tells ? 'clean' : 'too-deep')
    const deep = await zip({
      'a.zip': await zip({ 'b.zip': await zip({ 'c.zip': await zip({ d: EICAR }) }) }),
    })
    assert.notEqual(await say(scanner, await fileOf('deep.zip', deep)), 'clean')
  }
})

test('a clamd that is stopped in the middle of a file is slow; going on, it scans', async (t) => {
  if (!needs(t, 'clamd', 'clamav-daemon')) return
  await using clamd = await RealClamd.start({ settings: SMALL })
  const [scanner, patient] = [await scannerOf(clamd, 700), await scannerOf(clamd)]
  const file = await fileOf('slow.bin', randomBytes(3 * MIB))
  clamd.signal('SIGSTOP')
  assert.equal((await patient.glance()).state, 'ready', 'nobody waits for it to say how it is')
  assert.equal(await say(scanner, file), 'scanner-slow')
  clamd.signal('SIGCONT')
  await until('it scans again', async () => (await say(scanner, file)) === 'clean')
})

test('a clamd that is killed in the middle of a file has not scanned it; started again, it does', async (t) => {
  if (!needs(t, 'clamd', 'clamav-daemon')) return
  await using clamd = await RealClamd.start({ settings: SMALL })
  let changes = 0
  const scanner = new Scanner({ where: () => clamd.socket, noProgressMs: 20_000, changed: () => changes++ })
  await scanner.refresh()
  const file = await fileOf('killed.bin', randomBytes(3 * MIB))
  clamd.signal('SIGSTOP')
  const scanning = say(scanner, file)
  await clamd.kill()
  assert.equal(await scanning, 'scanner-stopped')
  assert.equal((await scanner.refresh()).state, 'stopped')
  assert.equal(await say(scanner, file), 'scanner-stopped')
  await clamd.run()
  assert.equal((await scanner.refresh()).state, 'ready')
  assert.equal(await say(scanner, file), 'clean')
  assert.equal(changes, 3, 'ready, stopped, ready: whoever waits is told')
})

test('a scanner that is stopped between the chunks of a stream gives no answer', async (t) => {
  if (!needs(t, 'clamd', 'clamav-daemon')) return
  await using clamd = await RealClamd.start()
  const stream = async function* () {
    yield Buffer.alloc(1_000)
    await clamd.kill()
    yield Buffer.alloc(1_000)
  }
  const said = await askClamd({
    socket: clamd.socket,
    command: 'INSTREAM',
    stream: stream(),
    noProgressMs: 10_000,
  })
  assert.deepEqual(verdictOf(said), { state: 'not-scanned', reason: 'scanner-stopped' })
})

test('a file that changes while it is scanned was not scanned', async (t) => {
  if (!needs(t, 'clamd', 'clamav-daemon')) return
  await using clamd = await RealClamd.start({ settings: SMALL })
  const scanner = await scannerOf(clamd)
  const file = await fileOf('changing.bin', randomBytes(3 * MIB))
  const look = await lookAtFile(file, 'changing.bin')
  clamd.signal('SIGSTOP')
  const scanning = scanner.scan(file, look)
  const changed = await open(file, 'r+')
  await changed.write(Buffer.from('!'), 0, 1, 2 * MIB)
  await changed.close()
  clamd.signal('SIGCONT')
  assert.deepEqual(await scanning, { state: 'not-scanned', reason: 'changed' })
})

test('a limit that no configuration told is learned from the first refusal', async (t) => {
  if (!needs(t, 'clamd', 'clamav-daemon')) return
  await using clamd = await RealClamd.start({ settings: ['StreamMaxLength 1M'], hidden: true })
  const scanner = await scannerOf(clamd)
  assert.equal(scanner.status.largestBytes, 25 * MIB)
  const file = await fileOf('refused.bin', randomBytes(3 * MIB))
  assert.equal(await say(scanner, file), 'too-large')
  clamd.signal('SIGSTOP')
  assert.equal(await say(scanner, file), 'too-large', 'and not sent again')
  clamd.signal('SIGCONT')
  assert.equal(await say(scanner, await fileOf('small.bin', randomBytes(1_000))), 'clean')
})

test('a scanner without signatures, and none at all, scan nothing', async (t) => {
  if (!needs(t, 'clamd', 'clamav-daemon')) return
  await using clamd = await RealClamd.start({ unable: true })
  const scanner = new Scanner({ where: () => clamd.socket })
  assert.equal((await scanner.refresh()).state, 'no-signatures')
  const file = await fileOf('calm.txt', Buffer.from('only words'))
  assert.equal(await say(scanner, file), 'no-signatures')
  const off = new Scanner({ where: () => 'off' })
  assert.equal((await off.refresh()).state, 'none')
  assert.equal(await say(off, file), 'no-scanner')
})

test('other signatures are noticed, and then find what they did not before', async (t) => {
  if (!needs(t, 'clamd', 'clamav-daemon')) return
  await using clamd = await RealClamd.start()
  const scanner = await scannerOf(clamd)
  const file = await fileOf('new.txt', Buffer.from('a new strain'))
  assert.equal(await say(scanner, file), 'clean')
  const before = scanner.status.signatures
  await clamd.sign('n', 'a new strain', 'Shoal.New')
  await askClamd({ socket: clamd.socket, command: 'RELOAD', noProgressMs: 10_000 })
  await until('it is found', async () => (await say(scanner, file)) === 'Shoal.New')
  assert.notEqual((await scanner.refresh()).signatures, before)
})

test('at most two files are scanned at a time, and whoever waits has its turn', async (t) => {
  if (!needs(t, 'clamd', 'clamav-daemon')) return
  await using clamd = await RealClamd.start()
  const scanner = await scannerOf(clamd)
  const files = await Promise.all(
    Array.from({ length: 7 }, (_, i) => fileOf(`${i}.txt`, Buffer.from(i === 3 ? BAD_WORDS : 'words'))),
  )
  const said = await Promise.all(files.map((file) => say(scanner, file)))
  assert.deepEqual(said, ['clean', 'clean', 'clean', 'Shoal.Words', 'clean', 'clean', 'clean'])
})

test('whatever answers at the socket, only the exact words are believed', async () => {
  for (const [answer, state] of [
    ['stream: OK\0', 'clean'],
    ['stream: OK', 'not-scanned'],
    ['stream: O', 'not-scanned'],
    ['', 'not-scanned'],
    ['OK\0', 'not-scanned'],
    ['stream: OK, or not\0', 'not-scanned'],
    ['stream: Some.Strain FOUND\0', 'found'],
    ['stream: Some.Strain FOUN\0', 'not-scanned'],
    ['COMMAND READ TIMED OUT\0', 'not-scanned'],
    ['INSTREAM size limit exceeded. ERROR\0', 'not-scanned'],
    ['stream: Can’t allocate memory ERROR\0', 'not-scanned'],
    ['stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0', 'not-scanned'],
    ['stream: Heuristics.Encrypted.Zip FOUND\0', 'not-scanned'],
    ['x'.repeat(200_000), 'not-scanned'],
  ] as const) {
    const socket = path.join(folder, 'pretended.sock')
    const server = createServer((connection) => {
      connection.on('error', () => undefined)
      connection.resume()
      connection.end(answer)
    })
    await new Promise<void>((resolve) => server.listen(socket, resolve))
    const stream = async function* () {
      yield Buffer.from('words')
    }
    const said = await askClamd({ socket, command: 'INSTREAM', stream: stream(), noProgressMs: 10_000 })
    assert.equal(verdictOf(said).state, state, answer.slice(0, 80))
    await new Promise((resolve) => server.close(resolve))
  }
  const nobody = { socket: path.join(folder, 'nobody.sock'), command: 'VERSION', noProgressMs: 1_000 }
  assert.deepEqual(await askClamd(nobody), { failed: 'refused', sentBytes: 0 })
})

test('versions and sizes are read as ClamAV writes them', () => {
  assert.deepEqual(parseVersion('ClamAV 1.4.6/27500/Fri Nov 27 09:25:03 2026'), {
    version: '1.4.6',
    signatures: '27500',
    signaturesAtMs: Date.UTC(2026, 10, 27, 9, 25, 3),
  })
  assert.deepEqual(parseVersion('ClamAV 1.4.6'), { version: '1.4.6', signatures: null, signaturesAtMs: null })
  assert.equal(parseVersion('Another 1.4.6'), undefined)
  assert.deepEqual(['25M', '4096K', '100', '0', '1G', ''].map(sizeOf), [
    25 * MIB,
    4 * MIB,
    100,
    2_048 * MIB - 2,
    undefined,
    undefined,
  ])
})
