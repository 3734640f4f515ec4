// What is inside of files: archives in archives, macros, documents that run something. Every file is made here, byte by byte or by yazl.

import assert from 'node:assert/strict'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { ZipFile } from 'yazl'
import { randomInt, SeededRandom } from '../../base/random.ts'
import { type FileLook, lookAtFile } from './file-look.ts'

const MZ = Buffer.from('MZ\x90\0and so on', 'latin1')
const HARMLESS = Buffer.from('only words')

let folder = ''
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'shoal-look-'))
})
after(() => rm(folder, { recursive: true }))

async function look(name: string, bytes: Uint8Array): Promise<FileLook> {
  const file = path.join(folder, 'looked-at')
  await writeFile(file, bytes)
  return await lookAtFile(file, name)
}

async function zip(entries: Readonly<Record<string, Uint8Array>>): Promise<Buffer> {
  const made = new ZipFile()
  for (const [name, bytes] of Object.entries(entries)) made.addBuffer(Buffer.from(bytes), name)
  made.end()
  const chunks: Buffer[] = []
  for await (const chunk of made.outputStream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function tar(entries: Readonly<Record<string, Uint8Array>>): Buffer {
  const blocks = Object.entries(entries).flatMap(([name, bytes]) => {
    const header = Buffer.alloc(512)
    header.write(name, 0)
    header.write(`${bytes.length.toString(8).padStart(11, '0')} `, 124)
    header.write('0ustar', 156)
    header.write('ustar', 257)
    const padded = Buffer.alloc(Math.ceil(bytes.length / 512) * 512)
    padded.set(bytes)
    return [header, padded]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1_024)])
}

/** Flags of every entry, in both of the places where they stand. */
function withPassword(plain: Buffer): Buffer {
  const bytes = Buffer.from(plain)
  for (let at = 0; at + 10 < bytes.length; at++) {
    const mark = bytes.readUInt32LE(at)
    if (mark === 0x04034b50) bytes.writeUInt16LE(bytes.readUInt16LE(at + 6) | 1, at + 6)
    if (mark === 0x02014b50) bytes.writeUInt16LE(bytes.readUInt16LE(at + 8) | 1, at + 8)
  }
  return bytes
}

test('an archive with a program in it is told, by its name or by what it is', async () => {
  for (const entries of [{ 'a/setup.exe': HARMLESS }, { 'holiday.mp4': MZ }, { 'x/run.bat': HARMLESS }]) {
    for (const [name, bytes] of [
      ['a.zip', await zip(entries)],
      ['a.tar', tar(entries)],
      ['a.tar.gz', gzipSync(tar(entries))],
      ['a.tar.zst', zstdCompressSync(tar(entries))],
    ] as const)
      assert.ok((await look(name, bytes)).dangers.includes('holds-programs'), name)
  }
  const { kind, named, dangers, unseen } = await look('a.zip', await zip({ 'a.txt': HARMLESS }))
  assert.deepEqual([kind, named, dangers, unseen], ['archive', 'archive', [], null])
  assert.deepEqual((await look('a.tgz', gzipSync(tar({ 'a.txt': HARMLESS })))).dangers, [])
})

test('a single packed program is told, also below a file name that is no tar', async () => {
  assert.ok((await look('setup.exe.gz', gzipSync(HARMLESS))).dangers.includes('holds-programs'))
  assert.ok((await look('film.gz', gzipSync(MZ))).dangers.includes('holds-programs'))
  assert.deepEqual((await look('words.txt.gz', gzipSync(HARMLESS))).dangers, [])
})

test('three archives deep is looked into, the fourth is not, and that is said', async () => {
  const one = await zip({ 'setup.exe': MZ })
  const two = await zip({ 'one.zip': one })
  const three = gzipSync(tar({ 'two.zip': two }))
  assert.deepEqual((await look('three.tgz', three)).dangers, ['holds-programs'])
  const calm = await zip({ 'a.zip': await zip({ 'b.zip': await zip({ 'c.txt': HARMLESS }) }) })
  assert.equal((await look('calm.zip', calm)).unseen, null)
  const four = await zip({ 'calm.zip': calm })
  const { dangers, unseen } = await look('four.zip', four)
  assert.deepEqual([dangers, unseen], [[], 'too-deep'])
})

test('a password is told wherever it is, and the names that can be read are looked at', async () => {
  const locked = withPassword(await zip({ 'setup.exe': HARMLESS }))
  for (const bytes of [locked, await zip({ 'locked.zip': locked })]) {
    const seen = await look('a.zip', bytes)
    assert.equal(seen.unseen, 'password')
    assert.deepEqual(seen.dangers, ['holds-programs'])
  }
})

test('what unpacks to too much, or has too many entries, is not unpacked, and that is said', async () => {
  const bomb = gzipSync(tar({ a: Buffer.alloc(64 * 1_048_576) }))
  assert.equal((await look('bomb.tgz', bomb)).unseen, 'too-deep')
  assert.equal(
    (await look('bomb.zip', await zip({ 'a.bin': Buffer.alloc(32 * 1_048_576) }))).unseen,
    'too-deep',
  )
  const many = Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`${i}`, Buffer.alloc(0)]))
  assert.equal((await look('many.tar', tar(many))).unseen, 'too-deep')
})

test('a zip that lies about how much is in it is not measured by its word', async () => {
  const honest = await zip({ 'a.txt': Buffer.from('words '.repeat(5_000)) })
  assert.equal((await look('a.zip', honest)).inside.opaque, false)
  const lying = Buffer.from(honest)
  const central = lying.indexOf('PK\x01\x02', 0, 'latin1')
  lying.writeUInt32LE(100, central + 24)
  assert.equal((await look('a.zip', lying)).inside.opaque, true)
  const packedOtherwise = Buffer.from(honest)
  packedOtherwise.writeUInt16LE(14, central + 10)
  assert.equal((await look('a.zip', packedOtherwise)).inside.opaque, true)
})

test('names in archives that cannot be unpacked here are read from their headers', async () => {
  const rar4 = (name: string, flags: number) => {
    const file = Buffer.alloc(32 + name.length)
    file[2] = 0x74
    file.writeUInt16LE(flags, 3)
    file.writeUInt16LE(32 + name.length, 5)
    file.writeUInt16LE(name.length, 26)
    file.write(name, 32)
    const main = Buffer.alloc(13)
    main[2] = 0x73
    main.writeUInt16LE(13, 5)
    return Buffer.concat([Buffer.from('Rar!\x1a\x07\0', 'latin1'), main, file])
  }
  assert.deepEqual((await look('a.rar', rar4('setup.exe', 0))).dangers, ['holds-programs'])
  assert.equal((await look('a.rar', rar4('notes.txt', 4))).unseen, 'password')
  assert.deepEqual((await look('a.rar', rar4('notes.txt', 0))).dangers, [])
  const rar5 = (type: number, body: readonly number[]) =>
    Buffer.from([
      ...Buffer.from('Rar!\x1a\x07\x01\0', 'latin1'),
      0,
      0,
      0,
      0,
      body.length + 2,
      type,
      0,
      ...body,
    ])
  const name = [...Buffer.from('setup.exe')]
  assert.deepEqual((await look('a.rar', rar5(2, [0, 1, 0, 0, 0, name.length, ...name]))).dangers, [
    'holds-programs',
  ])
  assert.equal((await look('a.rar', rar5(4, [0, 0, 0]))).unseen, 'password')
  const sevenZip = (header: Buffer) => {
    const start = Buffer.alloc(32)
    start.write('7z\xbc\xaf\x27\x1c', 'latin1')
    start.writeBigUInt64LE(0n, 12)
    start.writeBigUInt64LE(BigInt(header.length), 20)
    return Buffer.concat([start, header])
  }
  const wide = Buffer.from('setup.exe\0', 'utf16le')
  const names = Buffer.concat([Buffer.from([1, 5, 1, 0x11, wide.length + 1, 0]), wide, Buffer.from([0, 0])])
  assert.deepEqual((await look('a.7z', sevenZip(names))).dangers, ['holds-programs'])
  assert.equal((await look('a.7z', sevenZip(Buffer.from([0x17, 6, 6, 0xf1, 7, 1])))).unseen, 'password')
})

test('macros are told in every spelling of a document', async () => {
  const office = await zip({ '[Content_Types].xml': HARMLESS, 'word/vbaProject.bin': HARMLESS })
  assert.deepEqual((await look('letter.docx', office)).dangers, ['macros'])
  const open = await zip({ mimetype: HARMLESS, 'Basic/Standard/Module1.xml': HARMLESS })
  assert.deepEqual((await look('letter.odt', open)).dangers, ['macros'])
  const old = Buffer.concat([
    Buffer.from('d0cf11e0a1b11ae1', 'hex'),
    Buffer.alloc(2_000_000),
    Buffer.from('_VBA_PROJECT', 'utf16le'),
  ])
  assert.deepEqual((await look('letter.doc', old)).dangers, ['macros'])
  assert.ok((await look('letter.docm', await zip({ a: HARMLESS }))).dangers.includes('runs-code'))
  assert.deepEqual((await look('letter.docx', await zip({ 'word/document.xml': HARMLESS }))).dangers, [])
})

test('an installer is a program, whatever it is called', async () => {
  const clsid = Buffer.from('84100c0000000000c000000000000046', 'hex')
  const msi = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600), clsid])
  const seen = await look('letter.doc', msi)
  assert.equal(seen.kind, 'program')
  assert.deepEqual(seen.dangers, ['runs-code', 'pretends'])
})

test('documents, pages and drawings that run something are told, and plain ones are calm', async () => {
  const packed = deflateSync(Buffer.from('<< /S /JavaScript /JS (app.alert) >>'))
  const stream = (bytes: Buffer) =>
    Buffer.concat([
      Buffer.from('%PDF-1.7\n1 0 obj << /Type /ObjStm >>\nstream\n'),
      bytes,
      Buffer.from('\nendstream'),
    ])
  for (const [name, bytes] of [
    ['a.pdf', Buffer.from('%PDF-1.4\n<< /OpenAction << /S /Launch /F (x) >> >>')],
    ['a.pdf', Buffer.from('%PDF-1.4\n<< /S /J#61vaScript >>')],
    ['a.pdf', stream(packed)],
    ['a.pdf', Buffer.from('%PDF-1.4\n<< /Names << /EmbeddedFiles 3 0 R >> >>')],
    ['a.rtf', Buffer.from('{\\rtf1 {\\object\\objemb\\objupdate }}')],
    ['a.svg', Buffer.from('<?xml version="1.0"?><svg xmlns="x"><script>alert(1)</script></svg>')],
    ['a.svg', Buffer.from('<svg onload = "alert(1)"/>')],
    ['a.html', Buffer.from('<!doctype html><a href="javascript:x">x</a>')],
    ['a.chm', Buffer.from('ITSF\x03\0\0\0')],
    ['a.one', Buffer.from('e4525c7b8cd8a74daeb15378d02996d3', 'hex')],
  ] as const)
    assert.deepEqual(
      (await look(name, bytes)).dangers,
      ['active-content'],
      `${name} ${bytes.toString('latin1', 0, 40)}`,
    )
  for (const [name, bytes] of [
    ['a.pdf', Buffer.from('%PDF-1.4\n<< /Type /Catalog >>')],
    ['a.pdf', stream(deflateSync(Buffer.from('<< /Type /Page >>')))],
    ['a.rtf', Buffer.from('{\\rtf1 The objects of my life}')],
    ['a.svg', Buffer.from('<svg xmlns="x"><path d="M0 0"/></svg>')],
    ['a.html', Buffer.from('<!doctype html><p>once on = a time</p>')],
  ] as const)
    assert.deepEqual((await look(name, bytes)).dangers, [], `${name} ${bytes}`)
})

test('a disk image with programs in it is told as that', async () => {
  const image = (directory: Buffer) => {
    const bytes = Buffer.alloc(0x9000)
    bytes.write('CD001', 0x8001)
    directory.copy(bytes, 0x8800)
    return bytes
  }
  assert.deepEqual((await look('a.iso', image(Buffer.from('SETUP.EXE;1')))).dangers, [
    'disk-image',
    'holds-programs',
  ])
  assert.ok(
    (await look('a.iso', image(Buffer.from('setup.exe;1', 'utf16le').swap16()))).dangers.includes(
      'holds-programs',
    ),
  )
  assert.deepEqual((await look('a.iso', image(Buffer.from('FILM.MKV;1')))).dangers, ['disk-image'])
})

test('a file of many gigabytes costs no more than a small one', async () => {
  const file = path.join(folder, 'large')
  await writeFile(file, MZ)
  await truncate(file, 20 * 2 ** 30)
  assert.deepEqual((await lookAtFile(file, 'film.mkv')).dangers, ['runs-code', 'pretends'])
})

test('whatever is broken in a file, the look ends and says what it saw', { timeout: 60_000 }, async () => {
  const random = new SeededRandom(11)
  const samples = [
    await zip({ 'a/setup.exe': MZ, 'b.zip': await zip({ 'c.txt': HARMLESS }) }),
    gzipSync(tar({ 'a.exe': MZ, 'b.txt': HARMLESS })),
    tar({ 'a.exe': MZ, 'b.zip': await zip({ x: HARMLESS }) }),
    zstdCompressSync(tar({ 'a.exe': MZ })),
    Buffer.from('Rar!\x1a\x07\x01\0\0\0\0\0\x12\x02\0\0\x01\0\0\0\x09setup.exe', 'latin1'),
    Buffer.from('%PDF-1.7 /ObjStm stream\n xxxx endstream #4a #zz'),
    Buffer.concat([Buffer.from('377abcaf271c0004', 'hex'), Buffer.alloc(40, 0x11)]),
    Buffer.from('{\\rtf1\\object'),
  ]
  for (let round = 0; round < 400; round++) {
    const sample = samples[randomInt(random, samples.length)] as Buffer
    let bytes = Buffer.from(sample)
    for (let i = randomInt(random, 12); i >= 0; i--)
      bytes[randomInt(random, bytes.length)] = randomInt(random, 256)
    if (randomInt(random, 3) === 0) bytes = bytes.subarray(0, randomInt(random, bytes.length) + 1)
    const seen = await look('a.zip', bytes)
    assert.ok(seen.unseen === null || seen.unseen === 'password' || seen.unseen === 'too-deep')
  }
})
