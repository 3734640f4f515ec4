// Text of office documents (Open XML and OpenDocument) and e-books, which are ZIP archives of XML parts.

import type { FileBytes } from '../file-bytes.ts'
import { decodeText } from './decode.ts'
import { cut, type Extracted, MAX_TEXT_CHARS } from './extracted.ts'
import { htmlText } from './markup.ts'
import { sharedStrings, sheetText, xmlText } from './xml-text.ts'
import type { ZipEntry } from './zip-entries.ts'

export type OfficeForm = 'word' | 'sheet' | 'slides' | 'opendocument' | 'ebook'

export function officeForm(entries: readonly ZipEntry[]): OfficeForm | undefined {
  const names = new Set(entries.map(({ name }) => name))
  if (names.has('word/document.xml')) return 'word'
  if (names.has('xl/workbook.xml') || entries.some(({ name }) => name.startsWith('xl/worksheets/')))
    return 'sheet'
  if (names.has('ppt/presentation.xml') || entries.some(({ name }) => name.startsWith('ppt/slides/')))
    return 'slides'
  if (names.has('META-INF/container.xml') || names.has('OEBPS/content.opf')) return 'ebook'
  if (names.has('content.xml')) return 'opendocument'
  return undefined
}

const PARTS: Readonly<Record<OfficeForm, RegExp>> = {
  word: /^word\/(document|header\d*|footer\d*|footnotes|comments)\.xml$/,
  sheet: /^xl\/(worksheets\/[^/]+\.xml|comments\d*\.xml)$/,
  slides: /^ppt\/(slides|notesSlides)\/[^/]+\.xml$/,
  opendocument: /^content\.xml$/,
  ebook: /\.(xhtml|html|htm)$/,
}

export async function officeText(entries: readonly ZipEntry[], form: OfficeForm): Promise<Extracted> {
  const parts = entries.filter(({ name }) => PARTS[form].test(name))
  if (form === 'opendocument') {
    const manifest = await entries.find(({ name }) => name === 'META-INF/manifest.xml')?.bytes()
    if (manifest !== undefined && decodeText(manifest).includes('encryption-data'))
      return { text: '', unreadable: 'password' }
  }
  if (parts.some(({ encrypted }) => encrypted)) return { text: '', unreadable: 'password' }
  const strings = await entries.find(({ name }) => name === 'xl/sharedStrings.xml')?.bytes()
  const shared = strings === undefined ? [] : sharedStrings(decodeText(strings))
  let text = ''
  let missing = 0
  for (const part of parts) {
    if (text.length > MAX_TEXT_CHARS) break
    const bytes = await part.bytes()
    if (bytes === undefined) missing++
    else {
      const xml = decodeText(bytes)
      const isSheet = part.name.startsWith('xl/worksheets/')
      text += `${isSheet ? sheetText(xml, shared) : form === 'ebook' ? htmlText(xml) : xmlText(xml)}\n`
    }
  }
  if (text.trim() === '' && missing > 0) return { text: '', unreadable: 'damaged' }
  return { text: cut(text) }
}

/** Of a file that is one: a document that is encrypted hides in the older container with these streams. */
export const ENCRYPTED_STREAMS = /E\0n\0c\0r\0y\0p\0t\0(?:e\0d\0P\0a\0c\0k\0a\0g\0e|i\0o\0n\0I\0n\0f\0o)/

export type { FileBytes }
