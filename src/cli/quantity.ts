// Amounts as options give them; the page reads them in the same way.

export { parseDuration, parseRate, parseSize } from '../api/parse-quantity.ts'
