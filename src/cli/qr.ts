// A code to photograph, where it can be drawn.

import { renderUnicodeCompact } from 'uqr'
import type { Output } from './output.ts'

/** A code that does not fit one screen cannot be photographed. */
const MOST_QR_ROWS = 40

/**
 * Only where somebody looks, with signs that can draw it, and where it fits whole.
 * Links of people mean the same in capitals, which make a code a third smaller.
 */
export function sayQr(output: Output, text: string): void {
  const { notes } = output
  if (!notes.live || !notes.unicode) return
  const lines = renderUnicodeCompact(text, { ecc: 'L', border: 1 }).split('\n')
  if ((lines[0]?.length ?? 0) > notes.columns - 1 || lines.length > MOST_QR_ROWS) return
  for (const line of lines) output.note(line)
}
