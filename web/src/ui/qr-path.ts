// A QR code as one path of an SVG: a rectangle for each run of dark modules, on a light margin of four.

import { encode } from 'uqr'

/** The standard asks for four light modules around. */
const MARGIN = 4

export interface QrPath {
  /** Modules on a side, with the margin: the view box. */
  readonly size: number
  readonly path: string
}

/** Undefined when the text is too long for any QR code (2,953 bytes). */
export function qrPath(text: string): QrPath | undefined {
  const found = encoded(text)
  if (found === undefined) return undefined
  const runs = found.data.flatMap((row, y) => runsOf(row).map(([x, length]) => run(x, y, length)))
  return { size: found.size + 2 * MARGIN, path: runs.join('') }
}

function encoded(text: string): ReturnType<typeof encode> | undefined {
  try {
    return encode(text, { border: 0, ecc: 'L' })
  } catch {
    // The library throws for text that is too long, and for nothing else.
    return undefined
  }
}

function runsOf(row: readonly boolean[]): [number, number][] {
  const runs: [number, number][] = []
  for (const [x, dark] of row.entries()) {
    const last = runs.at(-1)
    if (!dark) continue
    if (last !== undefined && last[0] + last[1] === x) last[1]++
    else runs.push([x, 1])
  }
  return runs
}

function run(x: number, y: number, length: number): string {
  return `M${x + MARGIN} ${y + MARGIN}h${length}v1h-${length}z`
}
