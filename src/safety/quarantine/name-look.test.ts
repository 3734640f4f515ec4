import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomInt, SeededRandom } from '../../base/random.ts'
import { natureOf } from '../file-nature.ts'

const NOTHING = new Uint8Array(0)
const dangersOf = (name: string) => natureOf(name, NOTHING).dangers

test('characters that nobody sees, or that turn a name around, are told', () => {
  for (const name of [
    'holiday\u202e4pm.exe',
    'invoice\u200b.pdf',
    'a\u2066b\u2069.txt',
    'film\u00ad.mp4',
    'x\u{e0041}.mp3',
    'bell\u0007.txt',
    'left\u200eright.mkv',
    'zero\u200djoined.doc',
  ])
    assert.ok(dangersOf(name).includes('hidden-characters'), JSON.stringify(name))
})

test('letters of one script that pretend to be of another are told', () => {
  for (const name of [
    'раypal.exe',
    'micrоsoft update.zip',
    'film.mр4',
    'setup.ехе',
    'photo．exe',
    'photo․jpg',
    'photo\uff0ejpg',
    'holiday.\u{1d41e}\u{1d431}\u{1d41e}',
    'Αdobe.pdf',
  ])
    assert.ok(dangersOf(name).includes('look-alike-name'), name)
})

test('an ending in letters that look like another one is read as what it looks like', () => {
  assert.ok(dangersOf('setup.ехе').includes('look-alike-name'))
})

test('names in the languages of the world are calm', () => {
  for (const name of [
    'Полковнику никто не пишет.mp3',
    'Ο Νίκος.mp4',
    'Wi-Fi сеть.txt',
    '진격의 거인 01.mkv',
    '進撃の巨人 第１話.mkv',
    'ＤＶＤ第１巻.mkv',
    'שלום עולם.mp3',
    'שלום\u200f.mp3',
    'می\u200cخواهم.mp3',
    'क्\u200dष.txt',
    '\u{1f468}\u200d\u{1f469}\u200d\u{1f467} family.jpg',
    '❤️ songs.mp3',
    'Ångström naïve café.flac',
    'μTorrent notes.txt',
    'Ты и я (feat. Anna).mp3',
    '2001: A Space Odyssey (1968) [1080p].mkv',
    'S.W.A.T. S01E01.mkv',
    'Հայաստան.mp4',
    'İstanbul ışık.mp3',
  ])
    assert.deepEqual(dangersOf(name), [], name)
})

test('any name at all is read, and told of with known words', () => {
  const random = new SeededRandom(7)
  const pool = [
    'а',
    'a',
    '.',
    ' ',
    '\u202e',
    '．',
    'exe',
    '\u{1f468}',
    '\ud800',
    '\u200d',
    'jpg',
    '\0',
    '/',
    'ё',
  ]
  for (let round = 0; round < 300; round++) {
    let name = ''
    for (let i = randomInt(random, 2_000); i > 0; i--) name += pool[randomInt(random, pool.length)]
    for (const danger of dangersOf(name)) assert.match(danger, /^[a-z-]+$/)
  }
})
