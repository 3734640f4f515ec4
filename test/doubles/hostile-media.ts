// Media files that are made to hang, fill or kill whoever reads them.

import { big, box, exif, frame, latin, mp3, mp4, vorbis, withId3 } from './made-media.ts'

/** By name. */
export function hostileMedia(): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  files.set('id3 of 256 MB in 1 kB.mp3', withId3(frame('TIT2', [3, 65]), 2, 0x0fff_ffff))
  const lyingFrame = [...latin('APIC'), ...big(0x7fff_fff0, 4), 0, 0, 3]
  files.set('a cover of 2 GB.mp3', withId3([...lyingFrame, ...new Array<number>(100).fill(0)], 2))
  const comments = Array.from({ length: 3_000 }, (_, i) =>
    frame('COMM', [3, ...latin(`eng${i}`), 0, ...latin('x'.repeat(50))]),
  )
  files.set('thousands of comments.mp3', withId3(comments.flat(), 2))
  files.set('a title of a megabyte.mp3', mp3({ TIT2: 'x'.repeat(1_000_000) }))
  const nested = (depth: number): number[] => {
    let inner: number[] = []
    for (let i = 0; i < depth; i++) inner = box('moov', inner)
    return inner
  }
  files.set('boxes in boxes.mp4', mp4(1, nested(2_000)))
  files.set('a box of nothing.mp4', mp4(1, [...big(0, 4), ...latin('moov')]))
  files.set(
    'a box of 4 bytes, again and again.mp4',
    mp4(1, Array.from({ length: 5_000 }, () => [...big(4, 4), ...latin('moov')]).flat()),
  )
  files.set(
    'a box of 2^63.mp4',
    mp4(1, [...big(1, 4), ...latin('mdat'), ...big(0x7fff_ffff, 4), ...big(0xffff_ffff, 4)]),
  )
  files.set('empty boxes.mp4', mp4(1, Array.from({ length: 60_000 }, () => box('free', [])).flat()))
  const ebml = [0x1a, 0x45, 0xdf, 0xa3, 0x8b, 0x42, 0x82, 0x88, ...latin('matroska')]
  files.set(
    'an endless segment.mkv',
    Uint8Array.from([
      ...ebml,
      0x18,
      0x53,
      0x80,
      0x67,
      0x01,
      ...new Array<number>(7).fill(0xff),
      ...Array.from({ length: 50_000 }, () => [0xec, 0x80]).flat(),
    ]),
  )
  files.set(
    'masters in masters.mkv',
    Uint8Array.from([
      ...ebml,
      ...Array.from({ length: 3_000 }, () => [
        0x18, 0x53, 0x80, 0x67, 0x01, 0, 0, 0, 0, 0xff, 0xff, 0xff,
      ]).flat(),
    ]),
  )
  const looped = exif({})
  // The pointer of the first directory to the next one leads back to itself.
  const entries = (looped[8] as number) * 256 + (looped[9] as number)
  looped.set(big(8, 4), 10 + entries * 12)
  files.set('directories in a ring.tiff', looped)
  const wide = [
    ...latin('MM'),
    0,
    42,
    ...big(8, 4),
    0xff,
    0xff,
    ...Array.from({ length: 65_535 }, (_, i) => [
      ...big(i, 2),
      ...big(7, 2),
      ...big(0x7fff_ffff, 4),
      ...big(8, 4),
    ]).flat(),
  ]
  files.set('65,535 tags of 2 GB.tiff', Uint8Array.from(wide))
  files.set('ogg without end.ogg', vorbis(10, ['TITLE=x']).slice(0, 300))
  const many = vorbis(
    10,
    Array.from({ length: 1_000 }, (_, i) => `ARTIST=${i}`),
  )
  files.set('a thousand artists.ogg', many)
  const flac = [...latin('fLaC'), 0x84, 0xff, 0xff, 0xff, ...new Array<number>(2_000).fill(0)]
  files.set('a comment of 16 MB.flac', Uint8Array.from(flac))
  files.set(
    'chunks of nothing.wav',
    Uint8Array.from([
      ...latin('RIFF'),
      ...big(0, 4),
      ...latin('WAVE'),
      ...Array.from({ length: 50_000 }, () => [...latin('fmt '), 0, 0, 0, 0]).flat(),
    ]),
  )
  const asf = [
    0x30,
    0x26,
    0xb2,
    0x75,
    0x8e,
    0x66,
    0xcf,
    0x11,
    0xa6,
    0xd9,
    0x00,
    0xaa,
    0x00,
    0x62,
    0xce,
    0x6c,
    ...new Array<number>(8).fill(0xff),
    0xff,
    0xff,
    0xff,
    0x7f,
    1,
    2,
  ]
  files.set('objects without number.wma', Uint8Array.from([...asf, ...new Array<number>(4_000).fill(0)]))
  const png = [0x89, ...latin('PNG'), 13, 10, 26, 10]
  files.set(
    'a chunk of 4 GB.png',
    Uint8Array.from([
      ...png,
      ...big(13, 4),
      ...latin('IHDR'),
      ...big(0xffff_ffff, 4),
      ...big(0xffff_ffff, 4),
      8,
      2,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...big(0xffff_ffff, 4),
      ...latin('iTXt'),
    ]),
  )
  return files
}
