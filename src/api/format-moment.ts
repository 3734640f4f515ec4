// Moments as people say them: near ones as time passed, days by their names, older ones by date.
// Promise: a moment that lies ahead (a clock was set back) reads as "just now".

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

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
  const days = daysBetween(atMs, nowMs, timeZone)
  const time = exact(atMs, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, timeZone)
  if (days === 0) return `today ${time}`
  if (days === 1) return `yesterday ${time}`
  if (days < 7) return `${exact(atMs, { weekday: 'long' }, timeZone)} ${time}`
  const date = exact(atMs, { day: 'numeric', month: 'short' }, timeZone)
  const year = exact(atMs, { year: 'numeric' }, timeZone)
  return year === exact(nowMs, { year: 'numeric' }, timeZone) ? `${date} ${time}` : `${date} ${year}`
}

function exact(atMs: number, parts: Intl.DateTimeFormatOptions, timeZone: string | undefined): string {
  return formatFor('en-GB', parts, timeZone).format(atMs)
}

/** Making one costs a hundred times what using it does, and a list of transfers uses one for each row. */
const formats = new Map<string, Intl.DateTimeFormat>()

function formatFor(
  locale: string,
  parts: Intl.DateTimeFormatOptions,
  timeZone: string | undefined,
): Intl.DateTimeFormat {
  const name = `${locale} ${Object.entries(parts).join(' ')} ${timeZone}`
  const known = formats.get(name) ?? new Intl.DateTimeFormat(locale, { ...parts, timeZone })
  formats.set(name, known)
  return known
}

/** Midnights passed, by the reader's calendar. */
function daysBetween(fromMs: number, toMs: number, timeZone: string | undefined): number {
  return dayOf(toMs, timeZone) - dayOf(fromMs, timeZone)
}

function dayOf(atMs: number, timeZone: string | undefined): number {
  const format = formatFor('en-CA', { dateStyle: 'short' }, timeZone)
  return Math.round(Date.parse(`${format.format(atMs)}T00:00:00Z`) / (24 * HOUR_MS))
}
