// One range of bytes of a file, as RFC 9110 §14 asks for it. Pure.
// Several ranges at once are answered with the whole file, which the RFC allows: nobody who saves a file asks for them,
// and answering them is how servers are made to send much for little.

export type Range =
  | { readonly kind: 'whole' }
  /** Both inclusive. */
  | { readonly kind: 'part'; readonly first: number; readonly last: number }
  /** Nothing of it is there: 416. */
  | { readonly kind: 'beyond' }

const WHOLE: Range = { kind: 'whole' }
/** Fifteen digits are exact numbers, and more bytes than any file has. */
const ONE_RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/

/** What is no range of bytes is ignored, as the RFC wants it. */
export function readRange(header: string | undefined, lengthBytes: number): Range {
  const [, first, last] = ONE_RANGE.exec(header?.replaceAll(' ', '') ?? '') ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return WHOLE
  if (first === '') {
    const count = Number(last)
    if (count === 0 || lengthBytes === 0) return { kind: 'beyond' }
    return { kind: 'part', first: Math.max(0, lengthBytes - count), last: lengthBytes - 1 }
  }
  const from = Number(first)
  if (last !== '' && Number(last) < from) return WHOLE
  if (from >= lengthBytes) return { kind: 'beyond' }
  return {
    kind: 'part',
    first: from,
    last: last === '' ? lengthBytes - 1 : Math.min(Number(last), lengthBytes - 1),
  }
}
