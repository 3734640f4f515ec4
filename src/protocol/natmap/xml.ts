// A strict reader for the little XML that routers speak: elements and their text. Attributes are checked and dropped,
// prefixes are cut off names. Promise: never throws, never expands anything but the five named and the numeric
// references, and refuses what is larger, deeper or more than the limits, a DOCTYPE, and whatever is not well formed.

/** A description of a router with all its services has 3 to 10 kB. */
export const MAX_XML_CHARACTERS = 65_536
/** A description is at most 9 deep. */
export const MAX_XML_DEPTH = 32
/** Some routers list a hundred services in one document. */
export const MAX_XML_ELEMENTS = 2_000
const MAX_NAME_CHARACTERS = 100

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string
  readonly children: readonly XmlElement[]
  /** All text directly inside, unescaped, white space at both ends cut off. */
  readonly text: string
}

const NAME = '[A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?'
const ATTRIBUTES = `(?:\\s+${NAME}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*`
/** One thing at a time, from where the last one ended. */
const TOKEN = new RegExp(
  [
    `<(?<open>${NAME})${ATTRIBUTES}\\s*(?<empty>/?)>`,
    `</(?<close>${NAME})\\s*>`,
    '<!\\[CDATA\\[(?<cdata>[\\s\\S]*?)\\]\\]>',
    '<!--(?:(?!--)[\\s\\S])*-->',
    '<\\?[\\s\\S]*?\\?>',
    '(?<text>[^<]+)',
  ].join('|'),
  'y',
)

interface Open {
  readonly qualified: string
  readonly children: XmlElement[]
  text: string
}

/** The root element, or undefined. */
export function readXml(document: string): XmlElement | undefined {
  if (document.length > MAX_XML_CHARACTERS) return undefined
  // Some routers begin with a byte order mark, or end with zero bytes.
  const source = document.replace(/^\uFEFF/, '').replace(/[\0\s]+$/, '')
  const open: Open[] = []
  let root: XmlElement | undefined
  let elements = 0
  const end = (): boolean => {
    const done = open.pop() as Open
    const element = { name: localName(done.qualified), children: done.children, text: done.text.trim() }
    const parent = open.at(-1)
    if (parent !== undefined) parent.children.push(element)
    else if (root === undefined) root = element
    else return false
    return true
  }
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < source.length) {
    const token = TOKEN.exec(source)?.groups
    if (token === undefined) return undefined
    if (token.open !== undefined) {
      if (++elements > MAX_XML_ELEMENTS || open.length >= MAX_XML_DEPTH) return undefined
      if (token.open.length > MAX_NAME_CHARACTERS) return undefined
      open.push({ qualified: token.open, children: [], text: '' })
      if (token.empty === '/' && !end()) return undefined
    } else if (token.close !== undefined) {
      if (open.at(-1)?.qualified !== token.close || !end()) return undefined
    } else {
      const text = token.cdata ?? (token.text === undefined ? '' : unescapeXml(token.text))
      const inside = open.at(-1)
      if (text === undefined || (inside === undefined && text.trim() !== '')) return undefined
      if (inside !== undefined) inside.text += text
    }
  }
  return open.length === 0 ? root : undefined
}

/** The text of the first child of that name. */
export function childText(element: XmlElement, name: string): string | undefined {
  return element.children.find((child) => child.name === name)?.text
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Undefined for a reference to anything that is not one character of XML 1.0. */
function unescapeXml(text: string): string | undefined {
  let wrong = false
  const plain = text.replace(/&([^;&]{0,10});?/g, (whole, reference: string) => {
    const character = whole.endsWith(';') ? characterOf(reference) : undefined
    if (character === undefined) wrong = true
    return character ?? ''
  })
  return wrong ? undefined : plain
}

function characterOf(reference: string): string | undefined {
  if (Object.hasOwn(NAMED, reference)) return NAMED[reference]
  const number = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(reference)
  if (number === null) return undefined
  const point = number[1] === undefined ? Number(number[2]) : Number.parseInt(number[1], 16)
  const surrogate = point >= 0xd800 && point <= 0xdfff
  const control = point < 0x20 && point !== 0x9 && point !== 0xa && point !== 0xd
  return surrogate || control || point > 0x10ffff ? undefined : String.fromCodePoint(point)
}

function localName(qualified: string): string {
  return qualified.slice(qualified.indexOf(':') + 1)
}
