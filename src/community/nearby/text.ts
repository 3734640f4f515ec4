// Text that must fit so many bytes of a frame.

import { fromUtf8Lenient, utf8 } from '../../base/bytes.ts'

/** Cut between characters, with an ellipsis where something is missing. */
export function cutText(text: string, maxBytes: number): string {
  const bytes = utf8(text.toWellFormed())
  if (bytes.length <= maxBytes) return text.toWellFormed()
  let end = maxBytes - ELLIPSIS_BYTES
  // A byte 10xxxxxx goes on a character that began before it.
  while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end--
  return `${fromUtf8Lenient(bytes.subarray(0, end))}…`
}

const ELLIPSIS_BYTES = 3
