// The list as it stands: which transfers fit the address, in what order, and how many there are of each kind. Follows the rows by
// itself; the view says only what is wanted.

import type { TransferRow } from '../../../../src/api/schemas/transfer.ts'
import { parseTransferFilter } from '../../../../src/api/transfer-filter.ts'
import { rows } from '../../store/connection.ts'
import { type Arrangement, Order } from '../../store/order.ts'
import type { Batch } from '../../store/rows.ts'
import { Signal } from '../../store/signal.ts'
import { CHIPS, type Chip, type ChipCounts, countChips, fitsChip } from './chip.ts'
import { DEFAULT_SORT, formatSort, parseSort, type Sort, sortingBy } from './columns.ts'
import { countFacets, FACET_FIELDS, type Facets } from './facets.ts'
import * as select from './selection.ts'

export interface Wanted {
  readonly filter: string
  readonly chip: Chip
  readonly sort: Sort
}

/** What the address asks for. */
export function wantedBy(query: Readonly<Record<string, string>>): Wanted {
  return {
    filter: query.filter ?? '',
    chip: CHIPS.find((chip) => chip === query.show) ?? 'all',
    sort: parseSort(query.sort ?? '') ?? DEFAULT_SORT,
  }
}

let wanted: Wanted = wantedBy({})
const order = new Order<TransferRow>(arrangementOf(wanted))

export const shownIds = new Signal<readonly string[]>([])
export const chipCounts = new Signal<ChipCounts>(countChips([]))
export const facets = new Signal<Facets>(countFacets([]))
export const selection = new Signal<select.Selection>(select.NOTHING)

export function want(next: Wanted): void {
  if (next.filter === wanted.filter && next.chip === wanted.chip && sameSort(next.sort, wanted.sort)) return
  wanted = next
  arrange()
}

const sameSort = (a: Sort, b: Sort): boolean => formatSort(a) === formatSort(b)

function arrangementOf({ filter, chip, sort }: Wanted): Arrangement<TransferRow> {
  const { fits } = parseTransferFilter(filter)
  return { fits: (row) => fitsChip(row, chip) && fits(row), ...sortingBy(sort) }
}

function arrange(): void {
  order.arrange(arrangementOf(wanted), rows.values())
  publish()
}

function publish(): void {
  shownIds.set(order.rows.map(({ id }) => id))
}

function follow({ changed, removed, fields, membership }: Batch): void {
  const before = shownIds.value
  if (changed.size > rows.size / 2) arrange()
  else {
    const now = new Map<string, TransferRow>()
    for (const id of changed) {
      const row = rows.get(id)
      if (row !== undefined) now.set(id, row)
    }
    if (order.update(now, removed)) publish()
  }
  if (removed.size > 0) selection.set(select.without(selection.value, removed, before))
  if (membership || fields.has('state') || fields.has('needsYou')) chipCounts.set(countChips(rows.values()))
  if (membership || !fields.isDisjointFrom(FACET_FIELDS)) facets.set(countFacets(rows.values()))
}

rows.subscribe(follow)
arrange()
chipCounts.set(countChips(rows.values()))
facets.set(countFacets(rows.values()))
