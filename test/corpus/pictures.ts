// Photos and videos of a pixel, with and without a place; only what a reader of metadata must find.

import { crc32, deflateSync } from 'node:zlib'

/** The EXIF block of a photo; with degrees, minutes and seconds, or only a camera's name. */
export function exif(place?: { readonly north: number; readonly east: number }): Buffer {
  const make = Buffer.from('Camera\0\0')
  const entries = place === undefined ? 1 : 2
  const block = Buffer.alloc(
    8 + 2 + entries * 12 + 4 + make.length + (place === undefined ? 0 : 2 + 4 * 12 + 4 + 48),
  )
  block.write('II*\0', 'latin1')
  block.writeUInt32LE(8, 4)
  block.writeUInt16LE(entries, 8)
  const makeAt = 10 + entries * 12 + 4
  const entry = (at: number, tag: number, type: number, count: number, value: number): void => {
    block.writeUInt16LE(tag, at)
    block.writeUInt16LE(type, at + 2)
    block.writeUInt32LE(count, at + 4)
    block.writeUInt32LE(value, at + 8)
  }
  entry(10, 0x010f, 2, make.length, makeAt)
  make.copy(block, makeAt)
  if (place === undefined) return block
  const gps = makeAt + make.length
  entry(22, 0x8825, 4, 1, gps)
  block.writeUInt16LE(4, gps)
  const values = gps + 2 + 48 + 4
  entry(gps + 2, 1, 2, 2, 'N'.charCodeAt(0))
  entry(gps + 14, 2, 5, 3, values)
  entry(gps + 26, 3, 2, 2, 'E'.charCodeAt(0))
  entry(gps + 38, 4, 5, 3, values + 24)
  for (const [i, degrees] of [place.north, place.east].entries()) {
    const at = values + i * 24
    const minutes = (degrees % 1) * 60
    for (const [j, value] of [
      Math.floor(degrees),
      Math.floor(minutes),
      Math.round((minutes % 1) * 60),
    ].entries()) {
      block.writeUInt32LE(value, at + j * 8)
      block.writeUInt32LE(1, at + j * 8 + 4)
    }
  }
  return block
}

/** One grey pixel, as every reader takes it. */
const PIXEL = Buffer.from(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=',
  'base64',
)

export function jpeg(block?: Buffer, noise: Uint8Array = new Uint8Array()): Uint8Array {
  const app1 =
    block === undefined
      ? Buffer.alloc(0)
      : segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), block]))
  // Noise as a comment: pictures differ, pixels do not matter.
  return Buffer.concat([PIXEL.subarray(0, 2), app1, segment(0xfe, Buffer.from(noise)), PIXEL.subarray(2)])
}

export function segment(marker: number, content: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(content.length + 2, 2)
  return Buffer.concat([head, content])
}

export function png(block?: Buffer, text?: string): Uint8Array {
  const chunk = (kind: string, content: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(kind, 'latin1'), content])
    const out = Buffer.alloc(8)
    out.writeUInt32BE(content.length, 0)
    out.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([out.subarray(0, 4), body, out.subarray(4)])
  }
  const size = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', size),
    ...(block === undefined ? [] : [chunk('eXIf', block)]),
    ...(text === undefined ? [] : [chunk('tEXt', Buffer.from(`Comment\0${text}`, 'latin1'))]),
    chunk('IDAT', deflateSync(Buffer.from([0, 128]))),
    chunk('IEND', new Uint8Array()),
  ])
}

export function webp(block?: Buffer): Uint8Array {
  const chunk = (kind: string, content: Buffer): Buffer => {
    const head = Buffer.alloc(8)
    head.write(kind, 'latin1')
    head.writeUInt32LE(content.length, 4)
    return Buffer.concat([head, content, Buffer.alloc(content.length % 2)])
  }
  const body = Buffer.concat([
    Buffer.from('WEBP'),
    chunk('VP8X', Buffer.alloc(10)),
    chunk('VP8 ', Buffer.alloc(30, 7)),
    ...(block === undefined ? [] : [chunk('EXIF', block)]),
  ])
  const head = Buffer.alloc(8)
  head.write('RIFF', 'latin1')
  head.writeUInt32LE(body.length, 4)
  return Buffer.concat([head, body])
}

export function heic(block?: Buffer): Uint8Array {
  const box = (kind: string, content: Buffer): Buffer => {
    const head = Buffer.alloc(8)
    head.writeUInt32BE(content.length + 8, 0)
    head.write(kind, 4, 'latin1')
    return Buffer.concat([head, content])
  }
  const item =
    block === undefined
      ? Buffer.alloc(0)
      : Buffer.concat([Buffer.from([0, 0, 0, 6]), Buffer.from('Exif\0\0', 'latin1'), block])
  return Buffer.concat([
    box('ftyp', Buffer.from('heic\0\0\0\0mif1heic', 'latin1')),
    box('meta', Buffer.alloc(40)),
    box('mdat', Buffer.concat([item, Buffer.alloc(300, 9)])),
  ])
}

export function mp4(place?: string): Uint8Array {
  const box = (kind: string, content: Buffer): Buffer => {
    const head = Buffer.alloc(8)
    head.writeUInt32BE(content.length + 8, 0)
    head.write(kind, 4, 'latin1')
    return Buffer.concat([head, content])
  }
  const udta =
    place === undefined
      ? Buffer.alloc(0)
      : box(
          'udta',
          box('\xa9xyz', Buffer.concat([Buffer.from([0, place.length, 0x15, 0xc7]), Buffer.from(place)])),
        )
  return Buffer.concat([
    box('ftyp', Buffer.from('isom\0\0\x02\0isomiso2', 'latin1')),
    box('mdat', Buffer.alloc(2_000, 3)),
    box('moov', Buffer.concat([box('mvhd', Buffer.alloc(100)), udta])),
  ])
}
