// The geometry of a chart of lines: a round top to the scale, and lines as paths on a field of 100 × 100.

/** The next of 1, 2 or 5 times a power of ten, so that the middle of the scale is round as well. */
export function roundTop(most: number, least: number): number {
  const wanted = Math.max(most, least)
  const power = 10 ** Math.floor(Math.log10(wanted))
  const top = [1, 2, 5, 10].find((step) => step * power >= wanted) ?? 10
  return top * power
}

/** The newest value is at the right edge, the oldest at the left; nothing for fewer than two. */
export function linePath(values: readonly number[], top: number): string {
  if (values.length < 2) return ''
  const step = 100 / (values.length - 1)
  return values
    .map((value, at) => `${at === 0 ? 'M' : 'L'}${round(at * step)} ${round(100 - (value / top) * 100)}`)
    .join('')
}

const round = (value: number): number => Math.round(value * 100) / 100
