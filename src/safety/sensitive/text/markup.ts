// Text of HTML and RTF: tags and controls away, lines and cells kept apart. Linear, by index, no nested expressions.

import { cut } from './extracted.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  euro: '€',
  pound: '£',
  yen: '¥',
  szlig: 'ß',
  oslash: 'ø',
  Oslash: 'Ø',
  aelig: 'æ',
  AElig: 'Æ',
  lstrok: 'ł',
  Lstrok: 'Ł',
  dstrok: 'đ',
  Dstrok: 'Đ',
  inodot: 'ı',
  ndash: '–',
  mdash: '—',
  deg: '°',
  micro: 'µ',
  shy: '',
}
/** `&odblac;` is an o with that accent: one rule for all letters. */
const ACCENTS: Readonly<Record<string, string>> = {
  acute: '\u0301',
  grave: '\u0300',
  circ: '\u0302',
  uml: '\u0308',
  tilde: '\u0303',
  ring: '\u030a',
  cedil: '\u0327',
  caron: '\u030c',
  dblac: '\u030b',
  ogon: '\u0328',
  macr: '\u0304',
  breve: '\u0306',
  dot: '\u0307',
}

function named(name: string): string | undefined {
  const accent = ACCENTS[name.slice(1)]
  return ENTITIES[name] ?? (accent === undefined ? undefined : (name.charAt(0) + accent).normalize('NFC'))
}

export function unescapeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(#x[0-9a-f]{1,6}|#[0-9]{1,7}|[a-z]{2,8});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return named(name) ?? whole
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

const BREAKS =
  /^\/?(p|div|br|tr|li|h[1-6]|table|ul|ol|dl|dt|dd|section|header|title|hr|blockquote|pre|option)\b/i
const CELLS = /^\/?(td|th)\b/i
const SILENT = ['script', 'style'] as const

export function htmlText(html: string): string {
  const out: string[] = []
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    if (open === -1) {
      out.push(html.slice(at))
      break
    }
    out.push(html.slice(at, open))
    const close = html.startsWith('<!--', open) ? html.indexOf('-->', open + 4) : html.indexOf('>', open + 1)
    if (close === -1) break
    const tag = html.slice(open + 1, Math.min(close, open + 400))
    if (BREAKS.test(tag)) out.push('\n')
    else if (CELLS.test(tag)) out.push('\t')
    // What a form was filled with.
    const value = /\bvalue="([^"]{1,200})"/i.exec(tag)?.[1]
    if (value !== undefined && /^input\b/i.test(tag) && !/type="?(submit|button|hidden)/i.test(tag))
      out.push(` ${value} `)
    at = close + 1
    const silent = SILENT.find((name) => tag.toLowerCase().startsWith(name))
    if (silent !== undefined) {
      const end = html.indexOf(`</${silent}`, at)
      at = end === -1 ? html.length : end
    }
  }
  return cut(unescapeEntities(out.join('')))
}

const RTF_BREAKS = new Set(['par', 'line', 'row', 'sect', 'page'])
const RTF_HIDDEN = new Set([
  'fonttbl',
  'colortbl',
  'stylesheet',
  'info',
  'pict',
  'themedata',
  'datastore',
  'generator',
])

export function rtfText(rtf: string): string {
  const codePage = /\\ansicpg(\d{3,5})/.exec(rtf.slice(0, 400))?.[1] ?? '1252'
  const decoder = new TextDecoder(
    codePage === '932'
      ? 'shift_jis'
      : codePage === '936'
        ? 'gb18030'
        : codePage === '949'
          ? 'euc-kr'
          : codePage === '950'
            ? 'big5'
            : /^125[0-8]$/.test(codePage)
              ? `windows-${codePage}`
              : 'windows-1252',
  )
  const out: string[] = []
  let bytes: number[] = []
  const flush = (): void => {
    if (bytes.length > 0) out.push(decoder.decode(Uint8Array.from(bytes)))
    bytes = []
  }
  let depth = 0
  let hiddenFrom = Number.POSITIVE_INFINITY
  let skip = 0
  const token =
    /\\u(-?\d{1,6}) ?|\\'([0-9a-f]{2})|\\([a-z]{1,32})(-?\d{1,10})? ?|\\([^a-z])|([{}])|([^\\{}\r\n]{1,4096})/gi
  for (const [, unicode, hex, word, , sign, brace, plain] of rtf.matchAll(token)) {
    if (brace === '{') depth++
    else if (brace === '}') {
      depth--
      if (depth < hiddenFrom) hiddenFrom = Number.POSITIVE_INFINITY
    } else if (depth >= hiddenFrom) continue
    else if (word !== undefined) {
      if (RTF_HIDDEN.has(word)) hiddenFrom = depth
      flush()
      if (RTF_BREAKS.has(word)) out.push('\n')
      else if (word === 'tab' || word === 'cell') out.push('\t')
    } else if (sign === '*') hiddenFrom = depth
    else if (unicode !== undefined) {
      flush()
      out.push(String.fromCharCode((Number(unicode) + 65_536) % 65_536))
      skip = 1
    } else if (hex !== undefined) {
      if (skip > 0) skip = 0
      else bytes.push(Number.parseInt(hex, 16))
    } else if (plain !== undefined) {
      flush()
      const said = inUtf8(plain)
      out.push(skip > 0 && said.startsWith('?') ? said.slice(1) : said)
      skip = 0
    } else if (sign !== undefined) out.push(sign === '~' ? ' ' : sign)
  }
  flush()
  return cut(out.join(''))
}

/** Not of the format, but written by programs: bytes of UTF-8 as they are. */
function inUtf8(plain: string): string {
  if (!/[\x80-\xff]/.test(plain)) return plain
  return Buffer.from(plain, 'latin1').toString('utf8')
}
