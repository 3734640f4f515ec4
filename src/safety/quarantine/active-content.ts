// What in documents and pages runs by itself: macros, scripts, launches, embedded files. Looked for as words in bounded stretches.
// Promise: a document that cannot be understood is no error here; its words are looked for all the same.

import { promisify } from 'node:util'
import { inflate } from 'node:zlib'
import type { Danger } from '../file-nature.ts'
import { type ByteSource, overlapping } from './byte-source.ts'
import { asLatin, type Format } from './content-kind.ts'

/** Of a document; larger ones are pictures for the most part, and these words stand in the small objects. */
const DOCUMENT_BYTES = 128 * 1_048_576
/** Longer than any word that is looked for, with room for how they can be spelled. */
const OVERLAP_BYTES = 512
/** Pages and drawings: scripts stand near the beginning, or are large themselves. */
const MARKUP_BYTES = 16 * 1_048_576
/** Packed streams of objects in a PDF that are unpacked, and how far. */
const MAX_OBJECT_STREAMS = 500
const OBJECT_STREAM_BYTES = 4 * 1_048_576

/** What was found; `password` when the document is locked by one, `installer` when it is none at all. */
export type Finding = Danger | 'password' | 'installer'

export async function activeContentOf(source: ByteSource, format: Format): Promise<ReadonlySet<Finding>> {
  switch (format) {
    case 'pdf':
      return await inPdf(source)
    case 'rtf':
      return await findWords(source, DOCUMENT_BYTES, RTF)
    case 'ole':
      return await findWords(source, DOCUMENT_BYTES, OLE)
    case 'markup':
      return await findWords(source, MARKUP_BYTES, MARKUP)
    default:
      return new Set()
  }
}

type Words = readonly (readonly [RegExp | string, Finding])[]

/** Names of streams and storages: UTF-16. Searched as one character a byte. */
const wide = (text: string): string => [...text].map((letter) => `${letter}\0`).join('')

const OLE: Words = [
  [wide('_VBA_PROJECT'), 'macros'],
  [wide('_VBA_PROJECT_CUR'), 'macros'],
  ['Attribut\0e VB_', 'macros'],
  [wide('Ole10Native'), 'active-content'],
  [wide('Equation Native'), 'active-content'],
  [wide('EncryptedPackage'), 'password'],
  // The class of an installation database of Windows.
  ['\x84\x10\x0c\0\0\0\0\0\xc0\0\0\0\0\0\0\x46', 'installer'],
]
const RTF: Words = [[/\\(object|objdata|objocx|objemb|objupdate|objautlink)\b|DDEAUTO/, 'active-content']]
const MARKUP: Words = [
  [/<\s*(script|iframe|object|embed|applet|foreignobject)[\s>/]/i, 'active-content'],
  [/javascript:|vbscript:|data:text\/html|[\s"'/]on[a-z]{3,20}\s*=/i, 'active-content'],
  [/<hta:application/i, 'runs-code'],
]
const PDF: Words = [
  [/\/(JavaScript|JS|Launch|RichMedia|XFA)[\s/<([\])]/, 'active-content'],
  [/\/(EmbeddedFiles?|Filespec)[\s/<([\])]/, 'active-content'],
]

async function findWords(source: ByteSource, limitBytes: number, words: Words): Promise<Set<Finding>> {
  const found = new Set<Finding>()
  for await (const bytes of overlapping(source, OVERLAP_BYTES, limitBytes))
    search(asLatin(bytes), words, found)
  return found
}

function search(text: string, words: Words, found: Set<Finding>): void {
  for (const [word, finding] of words) {
    if (found.has(finding)) continue
    if (typeof word === 'string' ? text.includes(word) : word.test(text)) found.add(finding)
  }
}

const unpack = promisify(inflate) as (
  bytes: Uint8Array,
  options: { maxOutputLength: number; finishFlush?: number },
) => Promise<Buffer>

async function inPdf(source: ByteSource): Promise<Set<Finding>> {
  const found = new Set<Finding>()
  let streams = 0
  for await (const bytes of overlapping(source, OVERLAP_BYTES, DOCUMENT_BYTES)) {
    const text = asLatin(bytes)
    search(spelledOut(text), PDF, found)
    for (const { index } of text.matchAll(/\/ObjStm\b/g)) {
      if (found.size > 0 || streams >= MAX_OBJECT_STREAMS) break
      streams++
      search(spelledOut(await objectStream(bytes, text, index)), PDF, found)
    }
  }
  return found
}

/** What a stream of objects holds, as far as it lies in these bytes; empty when it is not packed in the usual way. */
async function objectStream(bytes: Uint8Array, text: string, index: number): Promise<string> {
  const begin = /stream\r?\n/g
  begin.lastIndex = index
  const found = begin.exec(text)
  if (found === null || found.index - index > OVERLAP_BYTES) return ''
  const from = found.index + found[0].length
  const end = text.indexOf('endstream', from)
  const packed = bytes.subarray(from, end < 0 ? undefined : end)
  // What is cut off at the end of the stretch unpacks as far as it goes.
  const options = { maxOutputLength: OBJECT_STREAM_BYTES, finishFlush: 2 }
  return await unpack(packed, options).then(asLatin, () => '')
}

/** `/J#61vaScript` is `/JavaScript`. */
function spelledOut(text: string): string {
  return text.replace(/#([0-9a-fA-F]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
}
