import assert from 'node:assert/strict'
import { test } from 'node:test'
import { natureOf } from './file-nature.ts'

const head = (...bytes: number[]) => Uint8Array.from(bytes)
const MZ = head(0x4d, 0x5a, 0x90)
const MP4 = head(0, 0, 0, 0x20, 0x66, 0x74, 0x79, 0x70)

test('a video that is named like one is plain and gets no warning', () => {
  assert.deepEqual(natureOf('holiday.mp4', MP4), {
    kind: 'video',
    dangers: [],
    sentence: 'A video, as its name says',
  })
})

test('a program says that it can run code', () => {
  assert.deepEqual(natureOf('setup.exe', MZ).dangers, ['runs-code'])
})

test('a program named like a video pretends, whatever the ending', () => {
  const nature = natureOf('holiday.mp4', MZ)
  assert.deepEqual(nature.dangers, ['runs-code', 'pretends'])
  assert.match(nature.sentence, /^Careful: this is a program that pretends/)
})

test('a double extension pretends even before its bytes are known', () => {
  assert.deepEqual(natureOf('photo.jpg.scr', head()).dangers, ['runs-code', 'pretends'])
  assert.deepEqual(natureOf('shoal-1.2.tar.gz', head()).dangers, [])
  assert.deepEqual(natureOf('lib-1.2.js', head()).dangers, ['runs-code'])
})

test('a right-to-left override in a name is shown as a danger', () => {
  assert.ok(natureOf('holiday\u202e4pm.exe', MZ).dangers.includes('hidden-characters'))
})

test('an archive named like a picture pretends, a document that is a zip inside does not', () => {
  const zip = head(0x50, 0x4b, 3, 4)
  assert.ok(natureOf('cat.png', zip).dangers.includes('pretends'))
  assert.deepEqual(natureOf('paper.docx', zip).dangers, [])
})

test('a script without an ending is recognised by its first line, and by its executable bit', () => {
  assert.deepEqual(natureOf('install', head(0x23, 0x21)).dangers, ['runs-code'])
  assert.deepEqual(natureOf('install', head(1, 2, 3), true).dangers, ['runs-code'])
})

test('names that JavaScript objects know are only names', () => {
  assert.equal(natureOf('x.constructor', head()).kind, 'file')
  assert.equal(natureOf('x.__proto__', head()).kind, 'file')
})
