// Real files of many forms, made small: archives, office documents, PDF, mail, pictures, databases. Only what a scan must open.

import { crc32, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

export function utf16(text: string): Uint8Array {
  return Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
}

export function zip(
  entries: readonly { readonly name: string; readonly bytes: Uint8Array; readonly locked?: boolean }[],
): Uint8Array {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const { name, bytes, locked = false } of entries) {
    const packed = deflateRawSync(bytes)
    const nameBytes = Buffer.from(name)
    const fixed = Buffer.alloc(26)
    fixed.writeUInt16LE(20, 0)
    fixed.writeUInt16LE(0x800 | (locked ? 1 : 0), 2)
    fixed.writeUInt16LE(8, 4)
    fixed.writeUInt32LE(crc32(bytes), 10)
    fixed.writeUInt32LE(packed.length, 14)
    fixed.writeUInt32LE(bytes.length, 18)
    fixed.writeUInt16LE(nameBytes.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fixed, nameBytes, packed])
    const entry = Buffer.alloc(16)
    entry.writeUInt32LE(at, 12)
    directory.push(
      Buffer.concat([
        Buffer.from('PK\x01\x02\x14\x00', 'latin1'),
        fixed,
        Buffer.alloc(2),
        entry.subarray(2, 16),
        nameBytes,
      ]),
    )
    parts.push(local)
    at += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...parts, central, end])
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

export function docx(text: string): Uint8Array {
  const body = text
    .split('\n')
    .map((line) => `<w:p><w:r><w:t xml:space="preserve">${escaped(line)}</w:t></w:r></w:p>`)
    .join('')
  return zip([
    {
      name: '[Content_Types].xml',
      bytes: utf8(
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
      ),
    },
    {
      name: 'word/document.xml',
      bytes: utf8(
        `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="w"><w:body>${body}</w:body></w:document>`,
      ),
    },
  ])
}

export function xlsx(rows: readonly (readonly string[])[]): Uint8Array {
  const strings: string[] = []
  const cells = rows
    .map((row) => {
      const shown = row.map((cell) =>
        /^\d+(\.\d+)?$/.test(cell) && cell.length < 12
          ? `<c><v>${cell}</v></c>`
          : `<c t="s"><v>${strings.push(cell) - 1}</v></c>`,
      )
      return `<row>${shown.join('')}</row>`
    })
    .join('')
  return zip([
    { name: 'xl/workbook.xml', bytes: utf8('<?xml version="1.0"?><workbook/>') },
    {
      name: 'xl/sharedStrings.xml',
      bytes: utf8(
        `<?xml version="1.0"?><sst>${strings.map((text) => `<si><t>${escaped(text)}</t></si>`).join('')}</sst>`,
      ),
    },
    {
      name: 'xl/worksheets/sheet1.xml',
      bytes: utf8(`<?xml version="1.0"?><worksheet><sheetData>${cells}</sheetData></worksheet>`),
    },
  ])
}

export function odt(text: string): Uint8Array {
  const body = text
    .split('\n')
    .map((line) => `<text:p>${escaped(line)}</text:p>`)
    .join('')
  return zip([
    { name: 'mimetype', bytes: utf8('application/vnd.oasis.opendocument.text') },
    {
      name: 'META-INF/manifest.xml',
      bytes: utf8('<?xml version="1.0"?><manifest:manifest xmlns:manifest="m"/>'),
    },
    {
      name: 'content.xml',
      bytes: utf8(
        `<?xml version="1.0"?><office:document-content xmlns:office="o" xmlns:text="t">${body}</office:document-content>`,
      ),
    },
  ])
}

export function pptx(text: string): Uint8Array {
  const body = text
    .split('\n')
    .map((line) => `<a:p><a:r><a:t>${escaped(line)}</a:t></a:r></a:p>`)
    .join('')
  return zip([
    { name: 'ppt/presentation.xml', bytes: utf8('<?xml version="1.0"?><p/>') },
    {
      name: 'ppt/slides/slide1.xml',
      bytes: utf8(`<?xml version="1.0"?><p:sld xmlns:p="p" xmlns:a="a">${body}</p:sld>`),
    },
  ])
}

/** Any script: a composite font whose letters are told by a ToUnicode map. */
export function pdf(text: string): Uint8Array {
  const signs = [...new Set(text.replaceAll('\n', ''))]
  const code = new Map(signs.map((sign, i) => [sign, (i + 1).toString(16).padStart(4, '0')]))
  const shown = text
    .split('\n')
    .map((line) => `<${[...line].map((sign) => code.get(sign)).join('')}> Tj 0 -14 Td`)
    .join('\n')
  const map = signs.map(
    (sign) => `<${code.get(sign)}> <${Buffer.from(sign, 'utf16le').swap16().toString('hex')}>`,
  )
  const groups: string[] = []
  for (let at = 0; at < map.length; at += 100) {
    const some = map.slice(at, at + 100)
    groups.push(`${some.length} beginbfchar\n${some.join('\n')}\nendbfchar`)
  }
  const unicode = `/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def 1 begincodespacerange <0000> <ffff> endcodespacerange\n${groups.join('\n')}\nendcmap end end`
  const stream = (content: string): Buffer => {
    const packed = deflateSync(Buffer.from(content, 'latin1'))
    return Buffer.concat([
      Buffer.from(`<< /Length ${packed.length} /Filter /FlateDecode >>\nstream\n`),
      packed,
      Buffer.from('\nendstream'),
    ])
  }
  const objects = [
    Buffer.from('<< /Type /Catalog /Pages 2 0 R >>'),
    Buffer.from('<< /Type /Pages /Kids [3 0 R] /Count 1 >>'),
    Buffer.from(
      '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    ),
    stream(`BT /F1 11 Tf 50 800 Td\n${shown}\nET`),
    Buffer.from(
      '<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [6 0 R] /ToUnicode 7 0 R >>',
    ),
    Buffer.from(
      '<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 8 0 R /DW 500 >>',
    ),
    stream(unicode),
    Buffer.from(
      '<< /Type /FontDescriptor /FontName /X /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>',
    ),
  ]
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')]
  const offsets: number[] = []
  let at = (parts[0] as Buffer).length
  objects.forEach((object, i) => {
    offsets.push(at)
    const part = Buffer.concat([Buffer.from(`${i + 1} 0 obj\n`), object, Buffer.from('\nendobj\n')])
    parts.push(part)
    at += part.length
  })
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  parts.push(
    Buffer.from(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${at}\n%%EOF\n`,
    ),
  )
  return Buffer.concat(parts)
}

export function rtf(text: string): Uint8Array {
  const body = [...text.replaceAll('\n', '\\par\n')]
    .map((sign) =>
      sign > '\x7f'
        ? `\\u${sign.charCodeAt(0) > 32_767 ? sign.charCodeAt(0) - 65_536 : sign.charCodeAt(0)}?`
        : sign,
    )
    .join('')
  return utf8(`{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}}\\f0\\fs22 ${body}}`)
}

export function html(title: string, text: string): Uint8Array {
  return utf8(
    `<!doctype html>\n<html><head><meta charset="utf-8"><title>${escaped(title)}</title></head><body>${text
      .split('\n')
      .map((line) => `<p>${escaped(line)}</p>`)
      .join('\n')}</body></html>`,
  )
}

/** A body in base64, and an attachment. */
export function eml(
  subject: string,
  text: string,
  attachment?: { readonly name: string; readonly bytes: Uint8Array },
): Uint8Array {
  const parts = [
    `--b1\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(text).toString('base64')}`,
  ]
  if (attachment !== undefined) {
    parts.push(
      `--b1\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="${attachment.name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(attachment.bytes).toString('base64')}`,
    )
  }
  return utf8(
    `Return-Path: <ana@lists.invalid>\r\nReceived: from mx.invalid by mail.invalid; Tue, 12 Mar 2024 09:14:55 +0100\r\nMessage-ID: <1@mail.invalid>\r\nDate: Tue, 12 Mar 2024 09:14:55 +0100\r\nFrom: Ana <ana@mail.invalid>\r\nTo: Ben <ben@mail.invalid>\r\nSubject: =?utf-8?B?${Buffer.from(subject).toString('base64')}?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b1"\r\n\r\n${parts.join('\r\n')}\r\n--b1--\r\n`,
  )
}

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

/** The old container of office files, as far as readers of words look: its mark, streams' names, and text in 16 bits. */
export function oldOffice(text: string, stream = 'WordDocument'): Uint8Array {
  const mark = Buffer.from('d0cf11e0a1b11ae1', 'hex')
  const noise = Buffer.alloc(504, 0xff)
  return Buffer.concat([
    mark,
    noise,
    Buffer.from([1, 2, 3, 4]),
    Buffer.from(text, 'utf16le'),
    Buffer.alloc(64),
    Buffer.from(stream, 'utf16le'),
    Buffer.alloc(512),
  ])
}

export function tar(entries: readonly { readonly name: string; readonly bytes: Uint8Array }[]): Uint8Array {
  const parts: Buffer[] = []
  for (const { name, bytes } of entries) {
    const head = Buffer.alloc(512)
    head.write(name.slice(0, 99))
    head.write('0000644\0', 100)
    head.write(bytes.length.toString(8).padStart(11, '0'), 124)
    head.write('0', 156)
    head.write('ustar\x0000', 257, 'latin1')
    parts.push(head, Buffer.from(bytes), Buffer.alloc((512 - (bytes.length % 512)) % 512))
  }
  return Buffer.concat([...parts, Buffer.alloc(1_024)])
}

export const gzip = (bytes: Uint8Array): Uint8Array => gzipSync(bytes)
