// Small media files made by hand, byte by byte, with every kind of tag.

/** Text as bytes of one each. */
export function latin(text: string): number[] {
  return [...text].map((character) => character.charCodeAt(0) & 0xff)
}

export function big(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) % 256)
}

export function little(value: number, bytes: number): number[] {
  return big(value, bytes).reverse()
}

/** A second of silence in WAVE (PCM, 8 bit mono), with names in its INFO list. */
export function wave(seconds = 1, names: Readonly<Record<string, string>> = {}): Uint8Array {
  const rate = 8_000
  const info = Object.entries(names).flatMap(([id, text]) => {
    const bytes = [...new TextEncoder().encode(text), 0]
    return [...latin(id), ...little(bytes.length, 4), ...bytes, ...(bytes.length % 2 === 1 ? [0] : [])]
  })
  const list =
    info.length === 0 ? [] : [...latin('LIST'), ...little(info.length + 4, 4), ...latin('INFO'), ...info]
  const format = [
    ...little(1, 2),
    ...little(1, 2),
    ...little(rate, 4),
    ...little(rate, 4),
    ...little(1, 2),
    ...little(8, 2),
  ]
  const head = [...latin('WAVE'), ...latin('fmt '), ...little(16, 4), ...format, ...list]
  const data = rate * seconds
  const bytes = new Uint8Array(8 + head.length + 8 + data)
  bytes.set([
    ...latin('RIFF'),
    ...little(head.length + 8 + data, 4),
    ...head,
    ...latin('data'),
    ...little(data, 4),
  ])
  return bytes
}

export function frame(id: string, body: readonly number[]): number[] {
  return [...latin(id), ...big(body.length, 4), 0, 0, ...body]
}

/** MP3 of constant bitrate (128 kbit/s, 44.1 kHz) with ID3v2.3 tags. */
export function mp3(frames: Readonly<Record<string, string>>, soundFrames = 100): Uint8Array {
  const tags = Object.entries(frames).flatMap(([id, text]) =>
    frame(id, [3, ...new TextEncoder().encode(text)]),
  )
  return withId3(tags, soundFrames)
}

/** Any body of an ID3v2.3 tag, and its length as it is or as it pretends to be. */
export function withId3(body: readonly number[], soundFrames: number, claimed = body.length): Uint8Array {
  const size = [21, 14, 7, 0].map((shift) => Math.floor(claimed / 2 ** shift) & 0x7f)
  const sound = [0xff, 0xfb, 0x90, 0x00]
  const bytes = new Uint8Array(10 + body.length + soundFrames * 417)
  bytes.set([...latin('ID3'), 3, 0, 0, ...size, ...body])
  for (let i = 0; i < soundFrames; i++) bytes.set(sound, 10 + body.length + i * 417)
  return bytes
}

/** Ogg with a Vorbis head, names in its comment, and a last page that counts the samples. */
export function vorbis(seconds: number, comments: readonly string[]): Uint8Array {
  const rate = 44_100
  const page = (flags: number, samples: number, sequence: number, body: readonly number[]): number[] => {
    const segments: number[] = []
    for (let left = body.length; ; left -= 255) {
      segments.push(Math.min(255, left))
      if (left < 255) break
    }
    return [
      ...latin('OggS'),
      0,
      flags,
      ...little(samples, 8),
      ...little(7, 4),
      ...little(sequence, 4),
      ...little(0, 4),
      segments.length,
      ...segments,
      ...body,
    ]
  }
  const text = (value: string) => {
    const bytes = [...new TextEncoder().encode(value)]
    return [...little(bytes.length, 4), ...bytes]
  }
  const head = [
    1,
    ...latin('vorbis'),
    ...little(0, 4),
    2,
    ...little(rate, 4),
    ...little(0, 4),
    ...little(128_000, 4),
    ...little(0, 4),
    0xb8,
    1,
  ]
  const comment = [
    3,
    ...latin('vorbis'),
    ...text('made'),
    ...little(comments.length, 4),
    ...comments.flatMap(text),
    1,
  ]
  const pages = [page(2, 0, 0, head), page(0, 0, 1, comment)]
  for (let i = 2; i < 20; i++)
    pages.push(page(0, Math.floor((seconds * rate * i) / 20), i, new Array<number>(200).fill(0)))
  pages.push(page(4, seconds * rate, 20, new Array<number>(200).fill(0)))
  return Uint8Array.from(pages.flat())
}

interface Entry {
  readonly tag: number
  readonly type: number
  readonly value: readonly number[]
  readonly count: number
}

export function ascii(tag: number, text: string): Entry {
  return { tag, type: 2, value: [...latin(text), 0], count: text.length + 1 }
}

function long(tag: number, value: number): Entry {
  return { tag, type: 4, value: big(value, 4), count: 1 }
}

function rationals(tag: number, values: readonly number[]): Entry {
  return {
    tag,
    type: 5,
    value: values.flatMap((value) => [...big(value, 4), ...big(1, 4)]),
    count: values.length,
  }
}

/** Directories of TIFF in big-endian order, one after another; pointers are patched in by `links`. */
function directory(entries: readonly Entry[], at: number): number[] {
  const sorted = [...entries].sort((a, b) => a.tag - b.tag)
  const heap: number[] = []
  const heapAt = at + 2 + sorted.length * 12 + 4
  const rows = sorted.flatMap(({ tag, type, value, count }) => {
    const row = [...big(tag, 2), ...big(type, 2), ...big(count, 4)]
    if (value.length <= 4) return [...row, ...value, ...new Array<number>(4 - value.length).fill(0)]
    const offset = heapAt + heap.length
    heap.push(...value, ...(value.length % 2 === 1 ? [0] : []))
    return [...row, ...big(offset, 4)]
  })
  return [...big(sorted.length, 2), ...rows, ...big(0, 4), ...heap]
}

export interface MadePhoto {
  readonly make?: string
  readonly model?: string
  readonly taken?: string
  /** Whether it says where it was taken, in every field that there is for it. */
  readonly place?: boolean
  readonly width?: number
  readonly height?: number
}

/** EXIF as it stands in a JPEG, PNG or WebP. */
export function exif({
  make = 'Ana',
  model = 'Ana One',
  taken = '2024:05:01 12:30:00',
  place = true,
}: MadePhoto): Uint8Array {
  const gps = [
    ascii(1, 'N'),
    rationals(2, [48, 51, 29]),
    ascii(3, 'E'),
    rationals(4, [2, 17, 40]),
    rationals(6, [35]),
    rationals(7, [10, 30, 0]),
    ascii(0x12, 'WGS-84'),
    ascii(0x1d, '2024:05:01'),
  ]
  const taking = [ascii(0x9003, taken), ascii(0x9011, '+05:45'), ascii(0x9291, '123')]
  const build = (exifAt: number, gpsAt: number) => {
    const main = [
      ascii(0x10f, make),
      ascii(0x110, model),
      long(0x8769, exifAt),
      ...(place ? [long(0x8825, gpsAt)] : []),
    ]
    const first = directory(main, 8)
    const second = directory(taking, 8 + first.length)
    const third = place ? directory(gps, 8 + first.length + second.length) : []
    return { first, second, third }
  }
  const { first, second } = build(0, 0)
  const { first: a, second: b, third: c } = build(8 + first.length, 8 + first.length + second.length)
  return Uint8Array.from([...latin('MM'), 0, 42, ...big(8, 4), ...a, ...b, ...c])
}

function segment(marker: number, body: readonly number[]): number[] {
  return [0xff, marker, ...big(body.length + 2, 2), ...body]
}

/** A JPEG without a picture: head, EXIF, XMP and IPTC with a place in each, and the size. */
export function jpeg(photo: MadePhoto = {}): Uint8Array {
  const { place = true, width = 4_000, height = 3_000 } = photo
  const xmp =
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
    '<rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" ' +
    'exif:GPSLatitude="48,51.5N" exif:GPSLongitude="2,17.7E" photoshop:City="Paris"/></rdf:RDF></x:xmpmeta>'
  return Uint8Array.from([
    0xff,
    0xd8,
    ...segment(0xe1, [...latin('Exif'), 0, 0, ...exif(photo)]),
    ...(place ? segment(0xe1, [...latin('http://ns.adobe.com/xap/1.0/'), 0, ...latin(xmp)]) : []),
    ...segment(0xc0, [8, ...big(height, 2), ...big(width, 2), 1, 1, 0x11, 0]),
    ...segment(0xda, [1, 1, 0, 0, 63, 0]),
    0xff,
    0xd9,
  ])
}

export function box(type: string, body: readonly number[], claimed = body.length + 8): number[] {
  return [...big(claimed, 4), ...latin(type), ...body]
}

/** A video track of H.264, without a single picture. */
function videoTrack(seconds: number, width: number, height: number): number[] {
  const mdhd = box('mdhd', [...big(0, 12), ...big(1_000, 4), ...big(seconds * 1_000, 4), ...big(0, 4)])
  const hdlr = box('hdlr', [...big(0, 8), ...latin('vide'), ...big(0, 12), 0])
  const avc1 = box('avc1', [
    ...big(0, 6),
    ...big(1, 2),
    ...big(0, 16),
    ...big(width, 2),
    ...big(height, 2),
    ...big(0, 50),
  ])
  const stsd = box('stsd', [...big(0, 4), ...big(1, 4), ...avc1])
  const tkhd = box('tkhd', [
    ...big(0, 12),
    ...big(1, 4),
    ...big(0, 4),
    ...big(seconds * 1_000, 4),
    ...big(0, 60),
  ])
  return box('trak', [...tkhd, ...box('mdia', [...mdhd, ...hdlr, ...box('minf', box('stbl', stsd))])])
}

/** An MP4 that says where it was filmed (as phones do) and how long it is; `boxes` further ones after its head. */
export function mp4(seconds = 90, boxes: readonly number[] = []): Uint8Array {
  const matrix = [1, 0, 0, 0, 1, 0, 0, 0, 16_384].flatMap((value) => big(value * 65_536, 4))
  const mvhd = [
    ...big(0, 4),
    ...big(0, 8),
    ...big(1_000, 4),
    ...big(seconds * 1_000, 4),
    ...big(65_536, 4),
    ...new Array<number>(12).fill(0),
    ...matrix,
    ...new Array<number>(24).fill(0),
    ...big(2, 4),
  ]
  const place = [...big(18, 2), ...big(5_575, 2), ...latin('+48.8577+002.295/')]
  const udta = box('udta', [...big(place.length + 8, 4), 0xa9, ...latin('xyz'), ...place])
  return Uint8Array.from([
    ...box('ftyp', [...latin('isom'), ...big(512, 4), ...latin('isomiso2mp41')]),
    ...box('moov', [...box('mvhd', mvhd), ...videoTrack(seconds, 1_920, 1_080), ...udta]),
    ...boxes,
  ])
}
