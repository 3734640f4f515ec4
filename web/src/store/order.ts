// Which of many rows are shown and in what order, kept current as rows change without sorting everything again.
// Invariant: `ids` holds exactly the known rows that fit, each once, by `compare`, which never calls two rows the same.

export interface Arrangement<Row> {
  fits(row: Row): boolean
  /** What it is sorted by: made once for each row, and not once for each comparison. */
  key(row: Row): unknown
  /** Total: 0 only for a row and itself. */
  compare(a: Keyed<Row>, b: Keyed<Row>): number
}

export interface Keyed<Row> {
  readonly key: unknown
  readonly row: Row
}

export class Order<Row extends { readonly id: string }> {
  #arrangement: Arrangement<Row>
  #entries: Keyed<Row>[] = []
  #rows: readonly Row[] = []

  constructor(arrangement: Arrangement<Row>) {
    this.#arrangement = arrangement
  }

  get rows(): readonly Row[] {
    return this.#rows
  }

  arrange(arrangement: Arrangement<Row>, all: Iterable<Row>): void {
    this.#arrangement = arrangement
    const entries: Keyed<Row>[] = []
    for (const row of all) if (arrangement.fits(row)) entries.push({ key: arrangement.key(row), row })
    this.#take(entries.sort(arrangement.compare))
  }

  /**
   * Takes over rows as they are now, and those that are gone. True when `rows` names other rows, or others first: what
   * only looks different is no change of the order. Costs one pass over all and sorting the changed ones.
   */
  update(changed: ReadonlyMap<string, Row>, removed: ReadonlySet<string>): boolean {
    const { fits, key, compare } = this.#arrangement
    const before = this.#entries
    const kept: Keyed<Row>[] = []
    for (const entry of before) {
      if (!changed.has(entry.row.id) && !removed.has(entry.row.id)) kept.push(entry)
    }
    const fresh: Keyed<Row>[] = []
    for (const row of changed.values()) if (fits(row)) fresh.push({ key: key(row), row })
    this.#take(merged(kept, fresh.sort(compare), compare))
    return !sameIds(before, this.#entries)
  }

  #take(entries: Keyed<Row>[]): void {
    this.#entries = entries
    this.#rows = entries.map(({ row }) => row)
  }
}

function merged<Entry>(
  a: readonly Entry[],
  b: readonly Entry[],
  compare: (a: Entry, b: Entry) => number,
): Entry[] {
  const entries: Entry[] = []
  let next = 0
  for (const entry of b) {
    let kept = a[next]
    while (kept !== undefined && compare(kept, entry) < 0) {
      entries.push(kept)
      next++
      kept = a[next]
    }
    entries.push(entry)
  }
  for (; next < a.length; next++) entries.push(a[next] as Entry)
  return entries
}

function sameIds<Row extends { readonly id: string }>(
  a: readonly Keyed<Row>[],
  b: readonly Keyed<Row>[],
): boolean {
  return a.length === b.length && a.every(({ row }, index) => row.id === b[index]?.row.id)
}
