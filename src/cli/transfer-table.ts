// `shoal list`: one line for each transfer, as wide as what it says. Pure: rows in, lines out.

import { formatDuration, formatRate } from '../api/format-quantity.ts'
import type { TransferRow } from '../api/schemas/transfer.ts'
import { columnsOf, fit, pad } from './columns.ts'
import type { Line, Style } from './terminal.ts'
import { shortIds } from './transfer-choice.ts'

const HEADINGS = ['ID', 'State', 'Done', 'Down', 'Up', 'Left', 'Copies', 'Name'] as const
/** Numbers stand on the right of their column. */
const RIGHT: ReadonlySet<number> = new Set([2, 3, 4, 5, 6])
const GAP = '  '
/** On a terminal a name is cut to what is left of the line, but never to less than this. */
const LEAST_NAME_COLUMNS = 16

const STYLES: Readonly<Partial<Record<TransferRow['state'], Style>>> = {
  failed: 'bad',
  waiting: 'careful',
  giving: 'good',
  done: 'good',
  paused: 'faint',
  queued: 'faint',
}

/** @param columns of the terminal; undefined where nobody looks: names stay whole */
export function transferTable(rows: readonly TransferRow[], columns: number | undefined): Line[] {
  const short = shortIds(rows.map(({ id }) => id))
  const cells = rows.map((row) => cellsOf(row, short))
  const widths = HEADINGS.map((heading, at) =>
    Math.max(columnsOf(heading), ...cells.map((cell) => columnsOf(cell[at] ?? ''))),
  )
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0)
  const room = columns === undefined ? undefined : Math.max(LEAST_NAME_COLUMNS, columns - 1 - before)
  const lines = cells.map((cell, i) => lineOf(cell, widths, room, STYLES[rows[i]?.state ?? 'done']))
  const heading = aligned(HEADINGS, widths, room).join(GAP)
  return [[{ text: heading, style: 'faint' }], ...lines]
}

function lineOf(
  cells: readonly string[],
  widths: readonly number[],
  room: number | undefined,
  style: Style | undefined,
): Line {
  const [id = '', state = '', ...rest] = aligned(cells, widths, room)
  const shown = style === undefined ? state : { text: state, style }
  return [`${id}${GAP}`, shown, `${GAP}${rest.join(GAP)}`]
}

function aligned(cells: readonly string[], widths: readonly number[], room: number | undefined): string[] {
  return cells.map((cell, at) => {
    if (at === cells.length - 1) return room === undefined ? cell : fit(cell, room)
    const width = widths[at] ?? 0
    return RIGHT.has(at) ? ' '.repeat(Math.max(0, width - columnsOf(cell))) + cell : pad(cell, width)
  })
}

function cellsOf(row: TransferRow, short: (id: string) => string): string[] {
  const moving = row.state === 'getting' || row.state === 'waiting'
  return [
    short(row.id),
    row.state,
    `${percentOf(row)} %`,
    rate(row.downBytesPerSecond),
    rate(row.upBytesPerSecond),
    row.secondsLeft === null || !moving ? '' : formatDuration(row.secondsLeft * 1_000),
    row.copiesElsewhere === 0 ? '' : row.copiesElsewhere.toFixed(1),
    row.name,
  ]
}

/** Of what is wanted; while it is prepared, of that. 100 only when all is here. */
export function percentOf(row: Pick<TransferRow, 'preparing' | 'doneBytes' | 'wantedBytes'>): number {
  if (row.preparing < 1) return Math.floor(row.preparing * 100)
  return row.wantedBytes === 0 ? 0 : Math.floor((row.doneBytes / row.wantedBytes) * 100)
}

function rate(bytesPerSecond: number): string {
  return bytesPerSecond < 1 ? '' : formatRate(bytesPerSecond)
}
