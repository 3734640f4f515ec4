// Moments as people say them: near ones as time passed, days by their names, older ones by date.
// Promise: a moment that lies ahead (a clock was set back) reads as "just now". Where no time zone is named it is cheap enough for
// every row of a table at every change: formatters of the language cost a hundred times more.

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/**
 * `just now`, `5 min ago`, `today 14:05`, `yesterday 21:40`, `Tuesday 21:40`, `3 Nov 21:40`, `3 Nov 2025`.
 * @param at ISO 8601
 * @param timeZone that of the reader where undefined
 */
export function formatMoment(at: string, nowMs: number, timeZone?: string): string {
  const atMs = Date.parse(at)
  const passedMs = nowMs - atMs
  if (passedMs < MINUTE_MS) return 'just now'
  if (passedMs < HOUR_MS) return `${Math.floor(passedMs / MINUTE_MS)} min ago`
  const then = onTheWall(atMs, timeZone)
  const now = onTheWall(nowMs, timeZone)
  const days = dayOf(now) - dayOf(then)
  const time = `${two(then.getUTCHours())}:${two(then.getUTCMinutes())}`
  if (days === 0) return `today ${time}`
  if (days === 1) return `yesterday ${time}`
  if (days < 7) return `${WEEKDAYS[then.getUTCDay()]} ${time}`
  const date = `${then.getUTCDate()} ${MONTHS[then.getUTCMonth()]}`
  const year = then.getUTCFullYear()
  return year === now.getUTCFullYear() ? `${date} ${time}` : `${date} ${year}`
}

/** A moment that lies ahead: `14:05`, `tomorrow 00:00`, `3 Dec 21:40`. */
export function formatMomentAhead(at: string, nowMs: number, timeZone?: string): string {
  const then = onTheWall(Date.parse(at), timeZone)
  const days = dayOf(then) - dayOf(onTheWall(nowMs, timeZone))
  const time = `${two(then.getUTCHours())}:${two(then.getUTCMinutes())}`
  if (days <= 0) return time
  return days === 1 ? `tomorrow ${time}` : `${then.getUTCDate()} ${MONTHS[then.getUTCMonth()]} ${time}`
}

/** What calendar and clock of that zone show, as a moment of UTC that reads the same. */
function onTheWall(atMs: number, timeZone: string | undefined): Date {
  const moment = new Date(atMs)
  if (timeZone === undefined) return new Date(atMs - moment.getTimezoneOffset() * MINUTE_MS)
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
  return new Date(`${format.format(atMs).replace(' ', 'T')}:00Z`)
}

/** Midnights since 1970. */
function dayOf(wall: Date): number {
  return Math.floor(wall.getTime() / DAY_MS)
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
