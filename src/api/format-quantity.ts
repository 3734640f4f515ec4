// Amounts as people read them, the same in sentences, terminal and page: decimal units, two at most for times.
// Promise: rounding never shows a unit past its end (999,960 B is "1.0 MB", not "1000.0 kB").

const SIZE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const

/** From this many on, a tenth says nothing: 4.2 GB, 18.4 GB, but 256 MB. */
const WHOLE_FROM = 100

/** `999 B`, `4.2 GB`, `18.4 MB`, `256 MB`. */
export function formatSize(lengthBytes: number): string {
  let amount = Math.max(0, lengthBytes)
  let unit = 0
  while (unit < SIZE_UNITS.length - 1 && Number(shorten(amount, unit)) >= 1_000) {
    amount /= 1_000
    unit++
  }
  return `${shorten(amount, unit)} ${SIZE_UNITS[unit]}`
}

function shorten(amount: number, unit: number): string {
  if (unit === 0) return String(Math.round(amount))
  const tenths = amount.toFixed(1)
  return Number(tenths) >= WHOLE_FROM ? String(Math.round(amount)) : tenths
}

/** `18.4 MB/s` */
export function formatRate(bytesPerSecond: number): string {
  return `${formatSize(bytesPerSecond)}/s`
}

const TIME_UNITS = [
  { name: 'd', seconds: 86_400 },
  { name: 'h', seconds: 3_600 },
  { name: 'min', seconds: 60 },
  { name: 's', seconds: 1 },
] as const

/** `0.4 s`, `11 s`, `1 min 22 s`, `10 min`, `2 h 5 min`, `3 d 4 h`; `for ever` if it never ends. */
export function formatDuration(durationMs: number): string {
  if (durationMs === Number.POSITIVE_INFINITY) return 'for ever'
  const tenths = (Math.max(0, durationMs) / 1_000).toFixed(1)
  if (Number(tenths) < 1) return tenths === '0.0' ? '0 s' : `${tenths} s`
  let left = Math.round(durationMs / 1_000)
  // Rounded to the smaller of the two units shown first, so that 59 min 59.9 s is 1 h and not 60 min.
  const largest = TIME_UNITS.findIndex((unit) => left >= unit.seconds)
  const smallest = TIME_UNITS[Math.min(largest + 1, TIME_UNITS.length - 1)]?.seconds ?? 1
  left = Math.round(left / smallest) * smallest
  const parts: string[] = []
  for (const unit of TIME_UNITS) {
    const count = Math.floor(left / unit.seconds)
    left -= count * unit.seconds
    if (count > 0) parts.push(`${count} ${unit.name}`)
  }
  return parts.join(' ')
}

/** `1 file`, `3 files`, `1,024 peers` */
export function formatCount(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? noun : plural}`
}
