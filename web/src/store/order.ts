// Which of many rows are shown and in what order, kept current as rows change without sorting everything again.
// Invariant: `ids` holds exactly the known rows that fit, each once, by `compare`, which never calls two rows the same.

export interface Arrangement<Row> {
  fits(row: Row): boolean
  /** Total: 0 only for a row and itself. */
  compare(a: Row, b: Row): number
}

export class Order<Row extends { readonly id: string }> {
  #arrangement: Arrangement<Row>
  #rows: Row[] = []

  constructor(arrangement: Arrangement<Row>) {
    this.#arrangement = arrangement
  }

  get rows(): readonly Row[] {
    return this.#rows
  }

  arrange(arrangement: Arrangement<Row>, all: Iterable<Row>): void {
    this.#arrangement = arrangement
    const rows: Row[] = []
    for (const row of all) if (arrangement.fits(row)) rows.push(row)
    this.#rows = rows.sort(arrangement.compare)
  }

  /**
   * Takes over rows as they are now, and those that are gone. True when `rows` names other rows, or others first: what
   * only looks different is no change of the order. Costs one pass over all and sorting the changed ones.
   */
  update(changed: ReadonlyMap<string, Row>, removed: ReadonlySet<string>): boolean {
    const { fits, compare } = this.#arrangement
    const before = this.#rows
    const kept: Row[] = []
    for (const row of before) if (!changed.has(row.id) && !removed.has(row.id)) kept.push(row)
    const fresh: Row[] = []
    for (const row of changed.values()) if (fits(row)) fresh.push(row)
    fresh.sort(compare)
    this.#rows = merged(kept, fresh, compare)
    return !sameIds(before, this.#rows)
  }
}

function merged<Row>(a: readonly Row[], b: readonly Row[], compare: (a: Row, b: Row) => number): Row[] {
  const rows: Row[] = []
  let next = 0
  for (const row of b) {
    let kept = a[next]
    while (kept !== undefined && compare(kept, row) < 0) {
      rows.push(kept)
      next++
      kept = a[next]
    }
    rows.push(row)
  }
  for (; next < a.length; next++) rows.push(a[next] as Row)
  return rows
}

function sameIds<Row extends { readonly id: string }>(a: readonly Row[], b: readonly Row[]): boolean {
  return a.length === b.length && a.every((row, index) => row.id === b[index]?.id)
}
