// Text of a PDF and what its forms were filled with, by pdf.js in a bounded worker; where that gives up, by unpacking streams.

import { inflateSync } from 'node:zlib'
import { asLatin1 } from '../file-kind.ts'
import { decodeText } from './decode.ts'
import { cut, type Extracted, MAX_TEXT_CHARS } from './extracted.ts'

/** A paper shows what it is in its first pages; longer ones are books. */
const MAX_PAGES = 60
/** Left for detectors out of a file's time. */
const MOST_MS = 3_000

export async function pdfText(bytes: Uint8Array): Promise<Extracted> {
  try {
    return await byPdfJs(bytes)
  } catch (error) {
    if ((error as Error).name === 'PasswordException') return { text: '', unreadable: 'password' }
    const salvaged = salvage(bytes)
    if (salvaged !== undefined) return { text: salvaged }
    return { text: '', unreadable: asLatin1(bytes).includes('/Encrypt') ? 'password' : 'damaged' }
  }
}

async function byPdfJs(bytes: Uint8Array): Promise<Extracted> {
  const { getDocumentProxy } = await import('unpdf')
  const begun = performance.now()
  const document = await getDocumentProxy(Uint8Array.from(bytes), {
    stopAtErrors: false,
    verbosity: 0,
  })
  const out: string[] = []
  let length = 0
  try {
    for (let number = 1; number <= Math.min(document.numPages, MAX_PAGES); number++) {
      if (length > MAX_TEXT_CHARS || performance.now() - begun > MOST_MS) break
      const page = await document.getPage(number)
      const { items } = await page.getTextContent()
      let lastY: number | undefined
      for (const item of items) {
        if (!('str' in item)) continue
        const y = Number(item.transform[5])
        if (lastY !== undefined && Math.abs(y - lastY) > 2 && out[out.length - 1] !== '\n') out.push('\n')
        lastY = y
        out.push(item.str)
        length += item.str.length
        if (item.hasEOL) out.push('\n')
        else if (item.str !== '' && !item.str.endsWith(' ')) out.push(' ')
      }
      out.push('\n')
      for (const field of (await page.getAnnotations()) as { fieldName?: unknown; fieldValue?: unknown }[]) {
        if (typeof field.fieldValue === 'string' && field.fieldValue.trim() !== '') {
          out.push(`${String(field.fieldName ?? '')}: ${field.fieldValue}\n`)
        }
      }
    }
  } finally {
    await document.loadingTask.destroy()
  }
  return { text: cut(withMirrored(out.join(''))) }
}

/** Strings that are shown, out of every stream that unpacks. @returns undefined when nothing was found */
function salvage(bytes: Uint8Array): string | undefined {
  const file = asLatin1(bytes)
  const out: string[] = []
  let at = 0
  for (let streams = 0; streams < 2_000; streams++) {
    const begin = file.indexOf('stream', at)
    if (begin === -1) break
    const start = begin + 6 + (file[begin + 6] === '\r' ? 2 : 1)
    const end = file.indexOf('endstream', start)
    if (end === -1) break
    let content = file.slice(start, end)
    try {
      content = asLatin1(
        inflateSync(bytes.subarray(start, end), { maxOutputLength: 8 * 1_048_576, finishFlush: 2 }),
      )
    } catch {
      // Not packed, or not in this way: taken as it is.
    }
    for (const [, shown] of content.matchAll(/\(((?:[^()\\]|\\.){1,2000})\)\s{0,4}(?:Tj|'|\])/g))
      out.push(shown ?? '', '\n')
    at = end + 9
  }
  const text = out.join('').trim()
  if (text !== '') return cut(text)
  // Nothing packed in it: what stands there is all there is.
  return file.includes('stream') ? undefined : cut(decodeText(bytes))
}

/** Files that were written without minding direction come out with right-to-left lines backwards: both readings are given. */
function withMirrored(text: string): string {
  if (!/[\u0590-\u06ff\ufb1d-\ufefc]/.test(text)) return text
  const mirrored = text.split('\n').filter((line) => /[\u0590-\u06ff\ufb1d-\ufefc]/.test(line))
  return `${text}\n${mirrored.map((line) => [...line].reverse().join('')).join('\n')}`
}
