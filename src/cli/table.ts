// Lists of a few columns, aligned; the last column takes what is left of the line. Pure: cells in, lines out.

import { columnsOf, fit, pad } from './columns.ts'
import type { Line } from './terminal.ts'

const GAP = '  '
/** On a terminal the last column is cut to what is left of the line, but never to less than this. */
const LEAST_LAST_COLUMNS = 16

export interface Column {
  readonly heading: string
  /** Numbers stand on the right. */
  readonly right?: boolean
}

/** @param columns of the terminal; undefined where nobody looks: nothing is cut */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number | undefined,
): Line[] {
  const widths = columns.map(({ heading }, at) =>
    Math.max(columnsOf(heading), ...rows.map((row) => columnsOf(row[at] ?? ''))),
  )
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each + GAP.length, 0)
  const room = width === undefined ? undefined : Math.max(LEAST_LAST_COLUMNS, width - 1 - before)
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => {
        if (at === columns.length - 1) return room === undefined ? cell : fit(cell, room)
        const wide = widths[at] ?? 0
        if (columns[at]?.right !== true) return pad(cell, wide)
        return ' '.repeat(Math.max(0, wide - columnsOf(cell))) + cell
      })
      .join(GAP)
      .trimEnd()
  const heading = line(columns.map(({ heading }) => heading))
  return [[{ text: heading, style: 'faint' }], ...rows.map(line)]
}
