// Mails as they travel: headers, bodies out of base64 and quoted-printable, and attachments by name and bytes.
// Bounded: parts, depth and bytes; linear, by index.

import { decodeText } from './decode.ts'
import { cut, type Extracted, type Member } from './extracted.ts'
import { htmlText } from './markup.ts'

const MAX_PARTS = 100
const MAX_DEPTH = 6
const MAX_HEADER_CHARS = 65_536

interface Part {
  readonly headers: string
  readonly body: string
}

/** @param source as latin1: bytes stay bytes */
export function mailText(source: string): Extracted {
  const out: string[] = []
  const members: Member[] = []
  walk(split(source), out, members, 0)
  return { text: cut(out.join('\n')), members }
}

function split(source: string): Part {
  const crlf = source.indexOf('\r\n\r\n')
  const lf = source.indexOf('\n\n')
  const end = crlf !== -1 && (lf === -1 || crlf < lf) ? crlf : lf
  if (end === -1 || end > MAX_HEADER_CHARS) return { headers: source.slice(0, MAX_HEADER_CHARS), body: '' }
  return {
    headers: source.slice(0, end).replace(/\r?\n[ \t]/g, ' '),
    body: source.slice(end + (end === crlf ? 4 : 2)),
  }
}

function header(part: Part, name: string): string {
  const line = part.headers.split('\n').find((each) => each.toLowerCase().startsWith(`${name}:`))
  return line?.slice(name.length + 1).trim() ?? ''
}

function walk(part: Part, out: string[], members: Member[], depth: number): void {
  if (depth > MAX_DEPTH || members.length > MAX_PARTS || out.length > MAX_PARTS * 4) return
  const type = header(part, 'content-type')
  if (depth === 0)
    for (const name of ['subject', 'from', 'to', 'date']) out.push(encodedWords(header(part, name)))
  const boundary = /boundary="?([^";\s]{1,200})/i.exec(type)?.[1]
  if (/^multipart\//i.test(type) && boundary !== undefined) {
    for (const piece of part.body.split(`--${boundary}`).slice(1, MAX_PARTS)) {
      if (piece.startsWith('--')) break
      walk(split(piece.replace(/^\r?\n/, '')), out, members, depth + 1)
    }
    return
  }
  if (/^message\//i.test(type)) {
    walk(split(part.body), out, members, depth + 1)
    return
  }
  const bytes = transferDecoded(part.body, header(part, 'content-transfer-encoding').toLowerCase())
  const name = encodedWords(
    /(?:file)?name\*?="?(?:utf-8'')?([^";\r\n]{1,250})/i.exec(
      `${header(part, 'content-disposition')};${type}`,
    )?.[1] ?? '',
  )
  if (name !== '') members.push({ name: safeDecodeUri(name), bytes })
  else if (/^text\/html/i.test(type)) out.push(htmlText(inCharset(bytes, type)))
  else if (type === '' || /^text\//i.test(type)) out.push(inCharset(bytes, type))
}

function safeDecodeUri(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    // Written otherwise: as it is.
    return name
  }
}

function inCharset(bytes: Uint8Array, type: string): string {
  const charset = /charset="?([\w-]{1,40})/i.exec(type)?.[1]
  if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset)) {
    try {
      return new TextDecoder(charset).decode(bytes)
    } catch {
      // A name nobody knows: found out from the bytes.
    }
  }
  return decodeText(bytes)
}

function transferDecoded(body: string, encoding: string): Uint8Array {
  if (encoding === 'base64') return Buffer.from(body.replace(/[^A-Za-z0-9+/=]/g, ''), 'base64')
  if (encoding === 'quoted-printable') return quotedPrintable(body)
  return Buffer.from(body, 'latin1')
}

export function quotedPrintable(body: string): Uint8Array {
  const joined = body.replace(/=\r?\n/g, '')
  return Buffer.from(
    joined.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}

function encodedWords(text: string): string {
  const plain = text.replace(
    /=\?([\w-]{1,40})\?([bqBQ])\?([^?]{0,400})\?=/g,
    (whole, charset: string, kind: string, data: string) => {
      try {
        const bytes =
          kind.toLowerCase() === 'b'
            ? Buffer.from(data, 'base64')
            : quotedPrintable(data.replaceAll('_', ' '))
        return new TextDecoder(charset).decode(bytes)
      } catch {
        // A charset nobody knows.
        return whole
      }
    },
  )
  return [...plain].some((sign) => sign > '\x7f' && sign <= '\xff')
    ? decodeText(Buffer.from(plain, 'latin1'))
    : plain
}
