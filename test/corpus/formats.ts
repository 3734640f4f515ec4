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
