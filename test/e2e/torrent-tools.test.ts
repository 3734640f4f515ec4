// create, inspect and verify as people and scripts run them: bin/shoal in a process of its own, from another folder.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { readTorrent } from '../../src/metainfo/read.ts'
import { digest } from '../doubles/digest.ts'
import { contentOf } from '../doubles/torrents.ts'

const SHOAL = join(import.meta.dirname, '..', '..', 'bin', 'shoal')

let folder = ''

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-tools-'))
  await mkdir(join(folder, 'photos', 'Üse'), { recursive: true })
  await writeFile(join(folder, 'photos', 'a.jpg'), contentOf(100_000))
  await writeFile(join(folder, 'photos', 'Üse', 'b.jpg'), contentOf(20_000, 1))
  await writeFile(join(folder, 'photos', 'empty'), '')
})

after(() => rm(folder, { recursive: true }))

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function shoal(words: readonly string[], stdin: Uint8Array | string = ''): Promise<Ended> {
  const environment = { PATH: process.env.PATH, HOME: folder, LANG: 'C.UTF-8' }
  const child = spawn(process.execPath, [SHOAL, ...words], { cwd: folder, env: environment })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.stdin.on('error', () => undefined).end(stdin)
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
}

/** The lines of --json, and that there is nothing else. */
async function json(words: readonly string[], stdin?: Uint8Array | string) {
  const { code, stdout, stderr } = await shoal([...words, '--json'], stdin)
  const lines = stdout.split('\n').filter((line) => line !== '')
  return { code, objects: lines.map((line) => JSON.parse(line) as Record<string, unknown>), stderr }
}

type Seen = Record<string, unknown> | undefined

function filesOf(
  seen: Seen,
): { path: string; lengthBytes: number; contentId: string | null; state: string }[] {
  assert.ok(Array.isArray(seen?.files))
  return seen.files
}

function errorCode(seen: Seen): unknown {
  const error = seen?.error
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}

test('a folder is made into a torrent, inspected and verified', async () => {
  const made = await json([
    'create',
    'photos',
    '--tracker',
    'http://t.example/announce',
    '--comment',
    'ours',
    '-o',
    'p.torrent',
  ])
  assert.deepEqual([made.code, made.stderr, made.objects.length], [0, '', 1])
  assert.equal(made.objects[0]?.output, join(folder, 'p.torrent'))
  const { metainfo } = readTorrent(await readFile(join(folder, 'p.torrent')), digest)

  const { code, objects } = await json(['inspect', 'p.torrent'])
  assert.equal(code, 0)
  const [seen] = objects
  assert.ok(seen !== undefined)
  const { name, infohashV1, infohashV2, pieceLengthBytes, totalBytes, trackers, magnet } = seen
  const files = filesOf(seen)
  assert.deepEqual(
    { name, infohashV1, infohashV2, pieceLengthBytes, totalBytes, trackers, private: seen.private },
    {
      name: 'photos',
      infohashV1: metainfo.infohashV1,
      infohashV2: metainfo.infohashV2,
      pieceLengthBytes: 16_384,
      totalBytes: 120_000,
      trackers: ['http://t.example/announce'],
      private: false,
    },
  )
  assert.equal(
    magnet,
    `magnet:?xt=urn:btih:${infohashV1}&xt=urn:btmh:1220${infohashV2}&dn=photos&tr=http%3A%2F%2Ft.example%2Fannounce`,
  )
  assert.deepEqual(
    files.map((file) => [file.path, file.lengthBytes]),
    [
      ['photos/a.jpg', 100_000],
      ['photos/empty', 0],
      ['photos/Üse/b.jpg', 20_000],
    ],
  )
  assert.match(String(files[0]?.contentId), /^[0-9a-f]{64}-100000$/)
  assert.equal(files[1]?.contentId, null)

  const right = await json(['verify', 'p.torrent', '.'])
  assert.deepEqual([right.code, right.objects[0]?.complete, right.objects.length], [0, true, 1])
})

test('v1 and v2 alone leave the other half null', async () => {
  await json(['create', 'photos/a.jpg', '--v1', '-o', 'v1.torrent'])
  await json(['create', 'photos/a.jpg', '--v2', '--private', '--piece-length', '1M', '-o', 'v2.torrent'])
  const v1 = (await json(['inspect', 'v1.torrent'])).objects[0]
  const v2 = (await json(['inspect', 'v2.torrent'])).objects[0]
  assert.deepEqual([v1?.infohashV2, typeof v1?.infohashV1, v1?.private], [null, 'string', false])
  assert.deepEqual(
    [v2?.infohashV1, typeof v2?.infohashV2, v2?.private, v2?.pieceLengthBytes],
    [null, 'string', true, 1_048_576],
  )
  assert.equal(filesOf(v1)[0]?.contentId, null)
})

test('verify names what is wrong and ends with 1, without touching it', async () => {
  await json(['create', 'photos', '-o', 'damage.torrent'])
  const victim = join(folder, 'photos', 'a.jpg')
  await truncate(victim, 99_999)
  const { code, objects } = await json(['verify', 'damage.torrent', 'photos'])
  await writeFile(victim, contentOf(100_000))
  assert.equal(code, 1)
  assert.deepEqual(
    filesOf(objects[0]).map(({ path, state }) => [path, state]),
    [
      ['photos/a.jpg', 'shorter'],
      ['photos/empty', 'right'],
      ['photos/Üse/b.jpg', 'right'],
    ],
  )
  assert.equal(errorCode(objects.at(-1)), 'VERIFY_FAILED')
  const text = await shoal(['verify', 'damage.torrent', '.'])
  assert.deepEqual([text.code, text.stdout], [0, '✓ photos: 3 files, 120 kB, all right.\n'])
})

test('a link is inspected without its files, a torrent also from standard input', async () => {
  const hash = '9c0f3a1b2c4d5e6f708192a3b4c5d6e7f8091a2b'
  const link = `magnet:?xt=urn:btih:${hash}&dn=A%20film&tr=udp%3A%2F%2Ft%3A1`
  for (const { code, objects } of [
    await json(['inspect', link]),
    await json(['inspect', '-'], `${link}\n`),
  ]) {
    assert.equal(code, 0)
    const [seen] = objects
    assert.deepEqual(
      [seen?.name, seen?.infohashV1, seen?.infohashV2, seen?.totalBytes],
      ['A film', hash, null, null],
    )
    assert.deepEqual([seen?.files, seen?.trackers, seen?.magnet], [[], ['udp://t:1'], link])
  }
  await json(['create', 'photos/a.jpg', '-o', 'stdin.torrent'])
  const piped = await json(['inspect', '-'], await readFile(join(folder, 'stdin.torrent')))
  assert.deepEqual([piped.code, piped.objects[0]?.name], [0, 'a.jpg'])
})

test('invalid input is one sentence with a stable code and exit 2, never a stack trace', async () => {
  await writeFile(join(folder, 'junk'), 'this is no torrent')
  await writeFile(join(folder, 'string.torrent'), '10:libtorrent')
  await writeFile(join(folder, 'huge.torrent'), new Uint8Array(10_000_001).fill(0x6c))
  await mkdir(join(folder, 'hollow'))
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['NOT_BENCODED', ['inspect', 'junk']],
    ['NOT_A_TORRENT', ['inspect', 'string.torrent']],
    ['TOO_LARGE', ['inspect', 'huge.torrent']],
    ['FILE_NOT_FOUND', ['inspect', 'nowhere.torrent']],
    ['FILE_UNREADABLE', ['inspect', 'hollow']],
    ['LINK_INVALID', ['inspect', 'magnet:?xt=urn:btih:39']],
    ['LINK_INVALID', ['inspect', 'https://example.com/x.torrent']],
    ['NOT_BENCODED', ['inspect', '-']],
    ['OPERAND_MISSING', ['inspect']],
    ['NOT_BENCODED', ['verify', 'junk', '.']],
    ['FILE_NOT_FOUND', ['verify', 'nowhere.torrent', '.']],
    ['FILE_NOT_FOUND', ['create', 'nowhere']],
    ['CREATE_EMPTY', ['create', 'hollow']],
    ['OPTION_VALUE', ['create', 'photos', '--piece-length', '3000']],
    ['OPTION_VALUE', ['create', 'photos', '--tracker', 'nonsense']],
    ['OPTION_VALUE', ['create', 'photos', '--web-seed', 'ftp://x/']],
    ['OPTION_CONFLICT', ['create', 'photos', '--v1', '--v2']],
    ['FILE_EXISTS', ['create', 'photos', '-o', 'junk']],
  ]
  const check = async ([code, words]: (typeof cases)[number]): Promise<void> => {
    const ended = await json(words)
    assert.deepEqual([ended.code, errorCode(ended.objects.at(-1))], [2, code], words.join(' '))
    assert.match(ended.stderr, new RegExp(`^[^\\n]+\\[${code}\\]\\n$`), words.join(' '))
    assert.doesNotMatch(ended.stderr, /\bat .*:\d+|node:internal/)
  }
  for (let at = 0; at < cases.length; at += 3) await Promise.all(cases.slice(at, at + 3).map(check))
  assert.equal(await readFile(join(folder, 'junk'), 'utf8'), 'this is no torrent')
})

test('--yes replaces, and nothing half-written is left anywhere', async () => {
  await writeFile(join(folder, 'old.torrent'), 'old')
  const { code } = await shoal(['create', 'photos', '-o', 'old.torrent', '--yes', '--quiet'])
  assert.equal(code, 0)
  assert.equal(readTorrent(await readFile(join(folder, 'old.torrent')), digest).metainfo.name, 'photos')
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.includes('.new')),
    [],
  )
  assert.ok(!existsSync(join(folder, 'photos.torrent')))
})

test('hostile names are shown harmless', async () => {
  const name = 'a\u001b[31m\u202egpj'
  const info = `d6:lengthi1e4:name${new TextEncoder().encode(name).length}:${name}12:piece lengthi16384e6:pieces20:${'p'.repeat(20)}e`
  await writeFile(join(folder, 'hostile.torrent'), `d7:comment8:\u001b]0;x\u0007zz4:info${info}e`)
  const { code, stdout } = await shoal(['inspect', 'hostile.torrent'])
  assert.equal(code, 0)
  assert.match(stdout, /^a_\[31m_gpj \(1 file/)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none may get through
  assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u202e]/)
})
