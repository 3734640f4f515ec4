// How fast totals grew lately: a few looks at counters that only grow, and the slope between the oldest and the newest.
// Invariant: at most LOOKS are kept, none older than WINDOW_MS but the one that begins the window.

import type { Millis } from '../../base/ids.ts'

/** Long enough to even out writes that come by the megabyte. */
const WINDOW_MS = 5_000
const LOOKS = 12

export class RecentTotals<Name extends string> {
  #looks: { readonly at: Millis; readonly totals: Readonly<Record<Name, number>> }[] = []

  /** What each total grew by in a second, over the window; 0 at the first look, and when counting began anew. */
  perSecond(totals: Readonly<Record<Name, number>>, now: Millis): Readonly<Record<Name, number>> {
    const names = Object.keys(totals) as Name[]
    const last = this.#looks.at(-1)
    if (last !== undefined && names.some((name) => totals[name] < last.totals[name])) this.#looks = []
    if (last === undefined || now > last.at) this.#looks.push({ at: now, totals })
    while (
      this.#looks.length > LOOKS ||
      (this.#looks[1] !== undefined && now - this.#looks[1].at >= WINDOW_MS)
    )
      this.#looks.shift()
    const [first] = this.#looks
    const seconds = first === undefined ? 0 : (now - first.at) / 1_000
    const slope = (name: Name) =>
      first === undefined || seconds === 0 ? 0 : (totals[name] - first.totals[name]) / seconds
    return Object.fromEntries(names.map((name) => [name, slope(name)])) as Record<Name, number>
  }
}
