// The range of bytes that a request asks for (RFC 9110, 14): one of them; several at once are answered with the whole.

export interface ByteRange {
  readonly first: number
  /** Inclusive. */
  readonly last: number
}

/** @returns `whole` unless exactly one range is asked for; `none` when it lies outside */
export function byteRange(header: string | undefined, lengthBytes: number): ByteRange | 'whole' | 'none' {
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.replace(/\s/g, '') ?? '') ?? []
  if (from === undefined || to === undefined || (from === '' && to === '')) return 'whole'
  if (from === '') {
    const tail = Math.min(Number(to), lengthBytes)
    return tail === 0 ? 'none' : { first: lengthBytes - tail, last: lengthBytes - 1 }
  }
  const first = Number(from)
  const last = to === '' ? lengthBytes - 1 : Math.min(Number(to), lengthBytes - 1)
  if (to !== '' && Number(to) < first) return 'whole'
  return first >= lengthBytes ? 'none' : { first, last }
}
