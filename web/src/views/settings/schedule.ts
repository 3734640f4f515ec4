// Times of the week as the setting holds them (`mon-fri 08:00-17:30, sat 10:00-12:00`) and as the editor shows them.

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Day = (typeof DAYS)[number]

export interface Span {
  /** In the order of the week, at least one. */
  readonly days: readonly Day[]
  /** `08:00` */
  readonly from: string
  /** Before `from` it is on the next day. */
  readonly to: string
}

const PART = /^([a-z]{3})(?:-([a-z]{3}))? (\d\d:\d\d)-(\d\d:\d\d)$/

/** Undefined for what is no schedule. */
export function parseSchedule(text: string): readonly Span[] | undefined {
  const spans: Span[] = []
  for (const part of text.split(',')) {
    if (part.trim() === '') continue
    const match = PART.exec(part.trim())
    if (match === null) return undefined
    const [, first, last, from, to] = match
    const days = daysBetween(first, last ?? first)
    if (days === undefined || from === undefined || to === undefined) return undefined
    spans.push({ days, from, to })
  }
  return joined(spans)
}

function daysBetween(first: string | undefined, last: string | undefined): readonly Day[] | undefined {
  const named: readonly (string | undefined)[] = DAYS
  const from = named.indexOf(first)
  const to = named.indexOf(last)
  if (from < 0 || to < 0) return undefined
  // fri-mon goes over the end of the week.
  return DAYS.filter((_, i) => (from <= to ? i >= from && i <= to : i >= from || i <= to))
}

/** Parts with the same times are one row of the editor. */
function joined(spans: readonly Span[]): readonly Span[] {
  const rows = new Map<string, Span>()
  for (const { days, from, to } of spans) {
    const times = `${from}-${to}`
    const known = rows.get(times)?.days ?? []
    rows.set(times, { days: DAYS.filter((day) => known.includes(day) || days.includes(day)), from, to })
  }
  return [...rows.values()]
}

export function formatSchedule(spans: readonly Span[]): string {
  return spans
    .flatMap(({ days, from, to }) => stretches(days).map((stretch) => `${stretch} ${from}-${to}`))
    .join(', ')
}

/** Days that follow one another as `mon-fri`. */
function stretches(days: readonly Day[]): readonly string[] {
  const runs: { first: Day; last: Day }[] = []
  for (const day of DAYS) {
    if (!days.includes(day)) continue
    const run = runs.at(-1)
    if (run !== undefined && DAYS.indexOf(run.last) === DAYS.indexOf(day) - 1) run.last = day
    else runs.push({ first: day, last: day })
  }
  return runs.map(({ first, last }) => (first === last ? first : `${first}-${last}`))
}
