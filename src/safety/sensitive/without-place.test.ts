import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import exifreader from 'exifreader'
import { utf8 } from '../../../test/corpus/formats.ts'
import * as make from '../../../test/corpus/pictures.ts'
import { placeIn, videoPlace } from './detectors/photo-place.ts'
import { memoryBytes } from './file-bytes.ts'
import { bytesWithoutPlace, withoutPlace } from './without-place.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'shoal-place-'))
after(() => rmSync(folder, { recursive: true }))
const place = make.exif({ north: 48.2, east: 11.5 })

const photos: readonly (readonly [string, Uint8Array])[] = [
  ['a.jpg', make.jpeg(place, Uint8Array.of(1, 2, 3))],
  ['a.png', make.png(place)],
  ['a.webp', make.webp(place)],
  ['a.heic', make.heic(place)],
  ['a.tif', place],
]

test('a photo of each kind that says where it was taken is told, and one that does not is not', () => {
  for (const [name, bytes] of photos) assert.equal(placeIn(bytes), true, name)
  for (const bytes of [make.jpeg(make.exif()), make.png(), make.webp(make.exif()), make.heic(make.exif())]) {
    assert.equal(placeIn(bytes), false)
  }
  assert.equal(placeIn(make.jpeg(make.exif({ north: 0, east: 0 }))), false, 'a camera without reception')
})

test('the copy has no place and every other byte where it was', async () => {
  for (const [name, bytes] of photos) {
    const input = path.join(folder, name)
    writeFileSync(input, bytes)
    assert.equal(await withoutPlace(input, `${input}.copy`), true, name)
    const copy = readFileSync(`${input}.copy`)
    assert.equal(placeIn(copy), false, name)
    assert.equal(copy.length, bytes.length)
    assert.ok(copy.includes('Camera'), 'what else it says stays')
    assert.deepEqual([...readFileSync(input)], [...bytes], 'the original is untouched')
  }
})

test('another reader of metadata sees the camera and no place in the copy', () => {
  const [, jpeg] = photos[0] as (typeof photos)[number]
  const before = exifreader.load(Buffer.from(jpeg), { expanded: true })
  assert.ok(Math.abs((before.gps?.Latitude ?? 0) - 48.2) < 0.01)
  const tags = exifreader.load(Buffer.from(bytesWithoutPlace(jpeg) as Uint8Array), { expanded: true })
  assert.equal(tags.gps, undefined)
  assert.match(String(tags.exif?.Make?.description), /Camera/)
})

test('a place in XMP goes as well', () => {
  const xmp = Buffer.from(
    `http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><rdf:Description exif:GPSLatitude="48,12.0N" exif:GPSLongitude="11,30.0E" tiff:Make="Camera"/></x:xmpmeta>`,
  )
  const plain = Buffer.from(make.jpeg())
  const head = Buffer.from([0xff, 0xe1, (xmp.length + 2) >> 8, (xmp.length + 2) & 0xff])
  const bytes = Buffer.concat([plain.subarray(0, 2), head, xmp, plain.subarray(2)])
  assert.equal(placeIn(bytes), true)
  const freed = Buffer.from(bytesWithoutPlace(bytes) as Uint8Array).toString('latin1')
  assert.doesNotMatch(freed, /48,12|11,30/)
  assert.match(freed, /tiff:Make="Camera"/)
})

test('what cannot be freed is said, and nothing is written', async () => {
  const video = path.join(folder, 'clip.mp4')
  writeFileSync(video, make.mp4('+48.8577+002.2950/'))
  assert.equal((await videoPlace(memoryBytes(readFileSync(video)))).length, 1)
  assert.equal(await withoutPlace(video, `${video}.copy`), false)
  assert.equal(existsSync(`${video}.copy`), false)
  assert.equal(bytesWithoutPlace(utf8('no photo')), undefined)
})

test('damaged metadata are neither read beyond their end nor loops', () => {
  for (let at = 0; at < place.length; at++) {
    placeIn(make.jpeg(Buffer.from(place.subarray(0, at))))
    const broken = Buffer.from(place)
    broken[at] = 0xff
    placeIn(make.jpeg(broken))
    bytesWithoutPlace(make.jpeg(broken))
  }
})
