// When the slower limits hold by the clock: `mon-fri 08:00-17:30, sat 10:00-12:00`. Pure.
// A time that ends before it begins goes on into the next day; days that end before they begin go round the week.

/** Sunday first, as in Date.getDay(). */
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
const WEEK = DAYS.length
const DAY_MINUTES = 24 * 60

export interface SlowTime {
  /** 0 (Sunday) … 6 on which it begins. */
  readonly days: ReadonlySet<number>
  readonly fromMinute: number
  /** Exclusive; not after `fromMinute`: of the next day. */
  readonly toMinute: number
}

const PART = /^([a-z]{3})(?:-([a-z]{3}))? (\d\d):(\d\d)-(\d\d):(\d\d)$/

/** @param text validated by the settings' table; what is none all the same is left out */
export function readSlowTimes(text: string): readonly SlowTime[] {
  return text.split(',').flatMap((part) => {
    const match = PART.exec(part.trim())
    if (match === null) return []
    const [, first = '', last = first, ...clock] = match
    const [fromHour, from, toHour, to] = clock.map(Number) as [number, number, number, number]
    return [{ days: daysOf(first, last), fromMinute: fromHour * 60 + from, toMinute: toHour * 60 + to }]
  })
}

function daysOf(first: string, last: string): ReadonlySet<number> {
  const from = DAYS.indexOf(first as (typeof DAYS)[number])
  const to = DAYS.indexOf(last as (typeof DAYS)[number])
  const count = ((to - from + WEEK) % WEEK) + 1
  return new Set(Array.from({ length: count }, (_, i) => (from + i) % WEEK))
}

/** @param day 0 (Sunday) … 6 @param minute of that day */
export function isSlowTime(times: readonly SlowTime[], day: number, minute: number): boolean {
  return times.some(({ days, fromMinute, toMinute }) => {
    if (fromMinute < toMinute) return days.has(day) && minute >= fromMinute && minute < toMinute
    const yesterday = (day + WEEK - 1) % WEEK
    return (days.has(day) && minute >= fromMinute) || (days.has(yesterday) && minute < toMinute)
  })
}

/** By the clock of this computer. */
export function isSlowAt(times: readonly SlowTime[], wallMs: number): boolean {
  if (times.length === 0) return false
  const now = new Date(wallMs)
  return isSlowTime(times, now.getDay(), (now.getHours() * 60 + now.getMinutes()) % DAY_MINUTES)
}
