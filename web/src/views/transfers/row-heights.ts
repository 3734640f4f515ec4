// How high rows are, in pixels, since what is drawn is computed from it: from the size of type that the person chose, and larger
// where fingers point.

import type { Density } from './columns.ts'

const REM = {
  calm: { row: 3, touch: 3.25, head: 2.25 },
  server: { row: 1.5, touch: 2.75, head: 1.75 },
} as const
/** INTERFACE.md A4: rows of the server list are 24 px with the usual size of type. */
const SMALLEST_PX = 24

export function rowHeights(density: Density): { readonly row: number; readonly head: number } {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
  const { row, touch, head } = REM[density]
  const coarse = window.matchMedia('(pointer: coarse)').matches
  return {
    row: Math.max(SMALLEST_PX, Math.round((coarse ? touch : row) * rem)),
    head: Math.round((coarse ? 2.75 : head) * rem),
  }
}
