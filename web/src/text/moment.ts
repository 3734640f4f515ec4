// Times in words: "5 minutes ago", "yesterday at 21:40", and the exact one.

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

interface Formats {
  readonly relative: Intl.RelativeTimeFormat
  readonly date: Intl.DateTimeFormat
  readonly exact: Intl.DateTimeFormat
  readonly clock: Intl.DateTimeFormat
  readonly dayAndClock: Intl.DateTimeFormat
}

/** Making one costs a hundred times what using it does, and a list shows dozens. */
const formats = new Map<string, Formats>()

function formatsFor(locale: string): Formats {
  const known = formats.get(locale)
  if (known !== undefined) return known
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  const day = { weekday: 'short', day: 'numeric', month: 'short' } as const
  const made: Formats = {
    relative: new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }),
    date: new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }),
    exact: new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' }),
    clock: new Intl.DateTimeFormat(locale, clock),
    dayAndClock: new Intl.DateTimeFormat(locale, { ...day, ...clock }),
  }
  formats.set(locale, made)
  return made
}

/** Short within the day, a day's name within the week, a date before. */
export function relativeMoment(atMs: number, nowMs: number, locale: string): string {
  const agoMs = nowMs - atMs
  const { relative, date } = formatsFor(locale)
  const towards = agoMs >= 0 ? -1 : 1
  const distanceMs = Math.abs(agoMs)
  if (distanceMs < MINUTE_MS) return relative.format(0, 'second')
  if (distanceMs < HOUR_MS) return relative.format(towards * Math.round(distanceMs / MINUTE_MS), 'minute')
  if (distanceMs < DAY_MS) return relative.format(towards * Math.round(distanceMs / HOUR_MS), 'hour')
  if (distanceMs < 7 * DAY_MS) return relative.format(towards * Math.round(distanceMs / DAY_MS), 'day')
  return date.format(atMs)
}

export function exactMoment(atMs: number, locale: string): string {
  return formatsFor(locale).exact.format(atMs)
}

/** `21:40` today, with the day before that. */
export function clockMoment(atMs: number, nowMs: number, locale: string): string {
  const { clock, dayAndClock } = formatsFor(locale)
  const sameDay = new Date(atMs).toDateString() === new Date(nowMs).toDateString()
  return (sameDay ? clock : dayAndClock).format(atMs)
}
