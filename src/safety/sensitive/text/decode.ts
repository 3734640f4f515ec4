// Bytes to text: by mark, by form, and among the old code pages by which reading has words in it.

import { folded } from '../folded-text.ts'
import { lexicon } from '../words/lexicon.ts'

/** Old encodings, by how common they are; single-byte ones read anything, so words decide. */
const OLD = [
  'windows-1252',
  'shift_jis',
  'gb18030',
  'big5',
  'euc-kr',
  'euc-jp',
  'windows-1251',
  'windows-1250',
  'koi8-u',
  'windows-1253',
  'windows-1254',
  'windows-1255',
  'windows-1256',
  'windows-1257',
  'windows-874',
  'windows-1258',
  'ibm866',
] as const
/** Enough words to tell encodings apart. */
const PROBE_BYTES = 12_000

export function decodeText(bytes: Uint8Array): string {
  const wide = wideEncoding(bytes)
  if (wide !== undefined) return new TextDecoder(wide).decode(bytes)
  const utf8 = tryDecode('utf-8', bytes)
  if (utf8 !== undefined) return utf8.includes('\x1b$') ? new TextDecoder('iso-2022-jp').decode(bytes) : utf8
  // A sample may begin or end inside a letter; a few broken ones in much text are no other encoding.
  const lenient = new TextDecoder('utf-8').decode(bytes)
  const broken = count(lenient, '\ufffd')
  const beyondAscii = count7(lenient)
  if (broken <= 8 && beyondAscii > broken * 20) return lenient
  return new TextDecoder(oldEncoding(bytes)).decode(bytes)
}

function wideEncoding(bytes: Uint8Array): string | undefined {
  const [a, b] = bytes
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  const probe = bytes.subarray(0, 2_000)
  let even = 0
  let odd = 0
  for (let i = 0; i < probe.length; i++) {
    if (probe[i] !== 0) continue
    if (i % 2 === 0) even++
    else odd++
  }
  const half = probe.length / 2
  if (half < 2) return undefined
  if (odd > half * 0.6 && even < half * 0.05) return 'utf-16le'
  if (even > half * 0.6 && odd < half * 0.05) return 'utf-16be'
  return undefined
}

function oldEncoding(bytes: Uint8Array): string {
  const probe = bytes.subarray(0, PROBE_BYTES)
  let best = 'windows-1252'
  let most = 0
  for (const encoding of OLD) {
    const text = new TextDecoder(encoding).decode(probe)
    const beyond = count7(text)
    const score =
      lexicon()
        .find(folded(text))
        .reduce((sum, { at, end }) => sum + end - at, 0) -
      count(text, '\ufffd') * 4 +
      // Letters of one script beside each other are a sign, half of it at most.
      (/[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af\u0400-\u04ff\u0370-\u03ff\u05d0-\u05ea\u0600-\u06ff\u0e00-\u0e7f]{4}/.test(
        text,
      ) && beyond > 20
        ? 2
        : 0)
    if (score > most) {
      most = score
      best = encoding
    }
  }
  return best
}

function tryDecode(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    // Not in this encoding.
    return undefined
  }
}

function count(text: string, sign: string): number {
  let found = 0
  for (let at = text.indexOf(sign); at !== -1; at = text.indexOf(sign, at + 1)) found++
  return found
}

function count7(text: string): number {
  let found = 0
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) found++
  return found
}
