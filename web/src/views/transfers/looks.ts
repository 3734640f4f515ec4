// How the person likes the list: density, columns and their widths, remembered in this browser for each density.

import { flag, Preference } from '../../store/preference.ts'
import { ALL_COLUMNS, COLUMNS, type ColumnId, DEFAULT_COLUMNS, type Density } from './columns.ts'

export const density = new Preference<Density>('density', 'calm', (stored) =>
  stored === 'calm' || stored === 'server' ? stored : undefined,
)

export const facetsShown = new Preference('facets', true, flag)

/** Rem. A column cannot be lost by making it too small to take hold of. */
const NARROWEST = 3
const WIDEST = 60

const columns = {
  calm: new Preference('columns.calm', DEFAULT_COLUMNS.calm, readColumns),
  server: new Preference('columns.server', DEFAULT_COLUMNS.server, readColumns),
}
const widths = {
  calm: new Preference<Widths>('widths.calm', {}, readWidths),
  server: new Preference<Widths>('widths.server', {}, readWidths),
}

export type Widths = Readonly<Partial<Record<ColumnId, number>>>

export const columnsOf = (which: Density): Preference<readonly ColumnId[]> => columns[which]
export const widthsOf = (which: Density): Preference<Widths> => widths[which]

/** The name is always there, and no column twice. */
function readColumns(stored: unknown): readonly ColumnId[] | undefined {
  if (!Array.isArray(stored)) return undefined
  const known = stored.filter((id): id is ColumnId => ALL_COLUMNS.includes(id as ColumnId))
  return known.includes('name') ? [...new Set(known)] : undefined
}

function readWidths(stored: unknown): Widths | undefined {
  if (typeof stored !== 'object' || stored === null) return undefined
  return Object.fromEntries(
    Object.entries(stored).filter(
      ([id, width]) => ALL_COLUMNS.includes(id as ColumnId) && typeof width === 'number',
    ),
  )
}

export function setWidth(which: Density, id: ColumnId, rem: number): void {
  const bounded = Math.max(NARROWEST, Math.min(WIDEST, rem))
  widths[which].set({ ...widths[which].value, [id]: Math.round(bounded * 100) / 100 })
}

export function moveColumn(which: Density, id: ColumnId, steps: number): void {
  const order = [...columns[which].value]
  const from = order.indexOf(id)
  if (from < 0) return
  const to = Math.max(0, Math.min(order.length - 1, from + steps))
  order.splice(from, 1)
  order.splice(to, 0, id)
  columns[which].set(order)
}

/** Before or behind another one. */
export function placeColumn(which: Density, id: ColumnId, beside: ColumnId): void {
  const { value } = columns[which]
  moveColumn(which, id, value.indexOf(beside) - value.indexOf(id))
}

export function showColumn(which: Density, id: ColumnId, shown: boolean): void {
  const others = columns[which].value.filter((one) => one !== id)
  columns[which].set(shown ? [...others, id] : others)
}

export function resetColumns(which: Density): void {
  columns[which].set(DEFAULT_COLUMNS[which])
  widths[which].set({})
}

/** As CSS: what was never resized grows with the window where it holds text. */
export function columnTrack(id: ColumnId, which: Density, chosen: Widths): string {
  const width = chosen[id]
  if (width !== undefined) return `${width}rem`
  const { width: usual } = COLUMNS[id]
  if (id === 'name') return `minmax(${which === 'calm' ? 12 : 14}rem, 3fr)`
  if (id === 'state') return which === 'calm' ? 'minmax(12rem, 2.4fr)' : 'minmax(10rem, 2fr)'
  return `${usual}rem`
}
