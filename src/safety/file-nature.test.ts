import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRunnableName, kindOfName, natureOf } from './file-nature.ts'

const head = (...bytes: number[]) => Uint8Array.from(bytes)
const MZ = head(0x4d, 0x5a, 0x90)
const MP4 = head(0, 0, 0, 0x20, 0x66, 0x74, 0x79, 0x70)
const ZIP = head(0x50, 0x4b, 3, 4)
const text = (words: string) => new TextEncoder().encode(words)

test('a video that is named like one is plain and gets no warning', () => {
  assert.deepEqual(natureOf('holiday.mp4', MP4), { kind: 'video', named: 'video', dangers: [] })
})

test('a program says that it can run code', () => {
  assert.deepEqual(natureOf('setup.exe', MZ), { kind: 'program', named: 'program', dangers: ['runs-code'] })
})

test('a program named like a video pretends, whatever the ending', () => {
  const nature = natureOf('holiday.mp4', MZ)
  assert.deepEqual(nature, { kind: 'program', named: 'video', dangers: ['runs-code', 'pretends'] })
})

test('a double extension pretends even before its bytes are known', () => {
  assert.deepEqual(natureOf('photo.jpg.scr', head()), {
    kind: 'program',
    named: 'image',
    dangers: ['runs-code', 'pretends'],
  })
  assert.deepEqual(natureOf('invoice.pdf      .exe', MZ).dangers, ['runs-code', 'pretends'])
  assert.deepEqual(natureOf('holiday                                  .exe', MZ).dangers, [
    'runs-code',
    'pretends',
  ])
  assert.deepEqual(natureOf('shoal-1.2.tar.gz', head()).dangers, [])
  assert.deepEqual(natureOf('lib-1.2.js', head()).dangers, ['runs-code'])
})

test('an ending that the system cuts off hides nothing', () => {
  assert.ok(isRunnableName('setup.exe. . '))
  assert.equal(kindOfName('setup.exe '), 'program')
  assert.equal(kindOfName('.bashrc'), 'file')
})

test('an archive named like a picture pretends, a document that is a zip inside does not', () => {
  assert.ok(natureOf('cat.png', ZIP).dangers.includes('pretends'))
  assert.ok(natureOf('paper.pdf', ZIP).dangers.includes('pretends'))
  assert.deepEqual(natureOf('paper.docx', ZIP), { kind: 'document', named: 'document', dangers: [] })
  assert.deepEqual(natureOf('comic.cbz', ZIP).dangers, [])
})

test('a page with whatever in it named like a film or picture pretends', () => {
  assert.ok(natureOf('film.mp4', text('<!DOCTYPE html><p>')).dangers.includes('pretends'))
  assert.ok(natureOf('film.mkv', text('%PDF-1.7')).dangers.includes('pretends'))
  assert.ok(natureOf('film.mkv', head(0xff, 0xd8, 0xff, 0xe0)).dangers.includes('pretends'))
})

test('a container says little of what is in it: sound and video are not told apart', () => {
  assert.deepEqual(natureOf('song.m4a', MP4).dangers, [])
  assert.deepEqual(natureOf('clip.ogv', text('OggS')).dangers, [])
  assert.deepEqual(natureOf('film.mka', head(0x1a, 0x45, 0xdf, 0xa3)).dangers, [])
})

test('a script without an ending is recognised by its first line, and by its executable bit', () => {
  assert.deepEqual(natureOf('install', head(0x23, 0x21)).dangers, ['runs-code'])
  assert.deepEqual(natureOf('install', head(1, 2, 3), true).dangers, ['runs-code'])
})

test('content that nobody knows is not called what its name says, and is no danger by that', () => {
  assert.deepEqual(natureOf('film.mp4', head(1, 2, 3, 4)), { kind: 'file', named: 'video', dangers: [] })
  assert.deepEqual(natureOf('notes.txt', text('Bread, milk')), { kind: 'text', named: 'text', dangers: [] })
  assert.equal(natureOf('notes.txt', head(0, 1, 2)).kind, 'file')
})

test('what opens like a drive is told, by name and by content', () => {
  assert.deepEqual(natureOf('film.iso', head(1)).dangers, ['disk-image'])
  const iso = new Uint8Array(0x8800)
  iso.set(text('CD001'), 0x8001)
  assert.deepEqual(natureOf('film.mp4', iso).dangers, ['pretends', 'disk-image'])
})

test('names that JavaScript objects know are only names', () => {
  assert.equal(natureOf('x.constructor', head()).kind, 'file')
  assert.equal(natureOf('x.__proto__', head()).kind, 'file')
})

test('what Windows and macOS run or obey without being programs by name is loud, too', () => {
  const text = new TextEncoder().encode('plain text')
  for (const ending of [
    ...['hlp', 'ws', 'shb', 'shs', 'application', 'msh', 'psc1', 'cdxml', 'accde', 'mde', 'ade'],
    ...['terminal', 'inetloc', 'fileloc', 'tool', 'mobileconfig', 'saver', 'prefPane', 'kext'],
  ])
    assert.ok(natureOf(`film.${ending}`, text).dangers.includes('runs-code'), ending)
  assert.ok(natureOf('film.mp4.terminal', text).dangers.includes('pretends'))
})
