// Times in words: "5 minutes ago", "yesterday at 21:40", and the exact one.

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Short within the day, a day's name within the week, a date before. */
export function relativeMoment(atMs: number, nowMs: number, locale: string): string {
  const agoMs = nowMs - atMs
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const towards = agoMs >= 0 ? -1 : 1
  const distanceMs = Math.abs(agoMs)
  if (distanceMs < MINUTE_MS) return relative.format(0, 'second')
  if (distanceMs < HOUR_MS) return relative.format(towards * Math.round(distanceMs / MINUTE_MS), 'minute')
  if (distanceMs < DAY_MS) return relative.format(towards * Math.round(distanceMs / HOUR_MS), 'hour')
  if (distanceMs < 7 * DAY_MS) return relative.format(towards * Math.round(distanceMs / DAY_MS), 'day')
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(atMs)
}

export function exactMoment(atMs: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' }).format(atMs)
}

/** `21:40` today, with the day before that. */
export function clockMoment(atMs: number, nowMs: number, locale: string): string {
  const sameDay = new Date(atMs).toDateString() === new Date(nowMs).toDateString()
  return new Intl.DateTimeFormat(locale, {
    ...(sameDay ? {} : { weekday: 'short', day: 'numeric', month: 'short' }),
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(atMs)
}
