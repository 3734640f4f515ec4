// Text of XML parts of documents: lines at paragraphs and rows, tabs at cells. Entities are not expanded, a broken end is what it is.

import { SaxesParser } from 'saxes'
import { MAX_TEXT_CHARS } from './extracted.ts'

const LINES = new Set([
  'w:p',
  'w:tr',
  'a:p',
  'text:p',
  'text:h',
  'table:table-row',
  'p',
  'div',
  'li',
  'tr',
  'h1',
  'h2',
  'h3',
  'title',
  'w:br',
  'text:line-break',
])
const CELLS = new Set(['w:tc', 'w:tab', 'table:table-cell', 'td', 'th', 'text:tab', 'a:tc'])
/** In a sheet of numbers and formulas only these hold what is seen. */
const FORMULA = new Set(['table:formula', 'f'])

export function xmlText(xml: string): string {
  const out: string[] = []
  let length = 0
  let silent = 0
  const parser = new SaxesParser({ fragment: true })
  const push = (text: string): void => {
    if (length > MAX_TEXT_CHARS) return
    out.push(text)
    length += text.length
  }
  parser.on('opentag', ({ name, isSelfClosing }) => {
    if (FORMULA.has(name) && !isSelfClosing) silent++
    if (name === 'w:tab' || name === 'text:tab') push('\t')
    if (name === 'w:br' || name === 'text:line-break') push('\n')
    if (name === 'text:s') push(' ')
  })
  parser.on('closetag', ({ name }) => {
    if (FORMULA.has(name) && silent > 0) silent--
    if (name === 'w:p' || name === 'text:p') push('\n')
    else if (CELLS.has(name)) joinCell(out)
    else if (LINES.has(name)) push('\n')
  })
  parser.on('text', (text) => {
    if (silent === 0) push(text)
  })
  parser.on('cdata', push)
  // Damaged markup: what was read until there counts.
  parser.on('error', () => undefined)
  try {
    for (let at = 0; at < xml.length && length <= MAX_TEXT_CHARS; at += 65_536)
      parser.write(xml.slice(at, at + 65_536))
  } catch {
    // The same.
  }
  return out.join('')
}

/** The paragraphs of a cell are one cell. */
function joinCell(out: string[]): void {
  if (out[out.length - 1] === '\n') out[out.length - 1] = '\t'
  else out.push('\t')
}

/** Rows of a sheet, with the texts that cells refer to. */
export function sheetText(xml: string, shared: readonly string[]): string {
  const out: string[] = []
  let type = ''
  let value: string | undefined
  let length = 0
  const parser = new SaxesParser({ fragment: true })
  parser.on('opentag', ({ name, attributes }) => {
    if (name === 'c') type = String(attributes.t ?? '')
    if (name === 'v' || name === 't') value = ''
  })
  parser.on('text', (text) => {
    if (value !== undefined) value += text
  })
  parser.on('closetag', ({ name }) => {
    if (name === 'v' || name === 't') {
      const shown = type === 's' ? (shared[Number(value)] ?? '') : (value ?? '')
      out.push(shown)
      length += shown.length
      value = undefined
    } else if (name === 'c') out.push('\t')
    else if (name === 'row') out.push('\n')
  })
  parser.on('error', () => undefined)
  try {
    for (let at = 0; at < xml.length && length < MAX_TEXT_CHARS; at += 65_536)
      parser.write(xml.slice(at, at + 65_536))
  } catch {
    // Damaged markup: what was read until there counts.
  }
  return out.join('')
}

/** Texts that cells of a workbook refer to by number. */
export function sharedStrings(xml: string): string[] {
  const strings: string[] = []
  let now = ''
  let inText = false
  const parser = new SaxesParser({ fragment: true })
  parser.on('opentag', ({ name }) => {
    if (name === 'si') now = ''
    if (name === 't') inText = true
  })
  parser.on('text', (text) => {
    if (inText) now += text
  })
  parser.on('closetag', ({ name }) => {
    if (name === 't') inText = false
    if (name === 'si') strings.push(now)
  })
  parser.on('error', () => undefined)
  try {
    parser.write(xml)
  } catch {
    // Damaged markup: what was read until there counts.
  }
  return strings
}
