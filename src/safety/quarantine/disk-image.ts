// Whether a disk image has programs in it, by the names in its directories. They stand near the beginning of what people burn.

import { type ByteSource, overlapping } from './byte-source.ts'
import { asLatin } from './content-kind.ts'

const SEARCHED_BYTES = 16 * 1_048_576
const OVERLAP_BYTES = 256

const ENDINGS = ['exe', 'scr', 'bat', 'cmd', 'com', 'msi', 'vbs', 'js', 'ps1', 'lnk', 'hta', 'dll']
const NARROW = new RegExp(`[\\w-]\\.(${ENDINGS.join('|')});1|autorun\\.inf`, 'i')
/** Joliet and UDF: two bytes a letter, the high one first. */
const WIDE = new RegExp(
  `\\0\\.(${ENDINGS.map((ending) => [...ending].map((letter) => `\\0${letter}`).join('')).join('|')})(\\0;|[^\\0]|\\0[^a-z0-9])`,
  'i',
)

export async function programsInImage(source: ByteSource): Promise<boolean> {
  for await (const bytes of overlapping(source, OVERLAP_BYTES, SEARCHED_BYTES)) {
    const text = asLatin(bytes)
    if (NARROW.test(text) || WIDE.test(text)) return true
  }
  return false
}
