// The times of the slower limits: Transmission has one stretch of minutes and a set of weekdays, Shoal a text that may
// hold several. The first of several is what a client of Transmission sees.

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
/** In the order in which ranges run. */
const WEEK = [1, 2, 3, 4, 5, 6, 0]
const ALL_DAYS = 127
const MINUTES_A_DAY = 1_440

export interface SlowTimes {
  readonly on: boolean
  /** Minutes after midnight. */
  readonly begin: number
  readonly end: number
  /** Bits: 1 Sunday, 2 Monday … 64 Saturday. */
  readonly days: number
}

/** What Transmission shows before anything was set: nine to five, every day. */
const USUAL: SlowTimes = { on: false, begin: 540, end: 1_020, days: ALL_DAYS }

export function readSlowTimes(schedule: string): SlowTimes {
  const match = /^(\w{3})(?:-(\w{3}))? (\d\d):(\d\d)-(\d\d):(\d\d)/.exec(schedule)
  if (match === null) return USUAL
  const [, from = '', to, ...clock] = match
  const [beginHour = 0, beginMinute = 0, endHour = 0, endMinute = 0] = clock.map(Number)
  return {
    on: true,
    begin: beginHour * 60 + beginMinute,
    end: endHour * 60 + endMinute,
    days: daysOf(from, to ?? from),
  }
}

export function writeSlowTimes({ on, begin, end, days }: SlowTimes): string {
  if (!on || (days & ALL_DAYS) === 0) return ''
  const clock = `${clockOf(begin)}-${clockOf(end)}`
  const ranges: string[] = []
  for (let at = 0; at < WEEK.length; at++) {
    if (!has(days, at)) continue
    const first = at
    while (at + 1 < WEEK.length && has(days, at + 1)) at++
    ranges.push(`${nameOf(first)}${at === first ? '' : `-${nameOf(at)}`} ${clock}`)
  }
  return ranges.join(', ')
}

function daysOf(from: string, to: string): number {
  let days = 0
  const last = WEEK.findIndex((_, at) => nameOf(at) === to)
  for (let at = WEEK.findIndex((_, place) => nameOf(place) === from); at >= 0; at = (at + 1) % WEEK.length) {
    days |= 1 << (WEEK[at] ?? 0)
    if (at === last || last < 0) break
  }
  return days
}

function has(days: number, at: number): boolean {
  return (days & (1 << (WEEK[at] ?? 0))) !== 0
}

function nameOf(at: number): string {
  return DAYS[WEEK[at] ?? 0] ?? ''
}

function clockOf(minutes: number): string {
  const within = ((Math.floor(minutes) % MINUTES_A_DAY) + MINUTES_A_DAY) % MINUTES_A_DAY
  return `${String(Math.floor(within / 60)).padStart(2, '0')}:${String(within % 60).padStart(2, '0')}`
}
