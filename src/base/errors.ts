// The one shape of every error Shoal throws on purpose: a class per domain, a stable code, and data.
// A sentence for people is made from code and data elsewhere (src/api/errors.ts); `message` is for developers.

/** Who broke the rule: we (a bug or wrong use) or the other side (has a price for its sender). */
export type Blame = 'local' | 'remote'

export type ErrorData = Readonly<Record<string, string | number | boolean | undefined>>

/** Base of all domain errors. `code` is UPPER_CASE, stable across versions, unique within its class. */
export abstract class CodedError<Code extends string = string> extends Error {
  readonly code: Code
  readonly data: ErrorData

  constructor(code: Code, data: ErrorData = {}, cause?: unknown) {
    super(describe(code, data), cause === undefined ? undefined : { cause })
    this.name = new.target.name
    this.code = code
    this.data = data
  }
}

function describe(code: string, data: ErrorData): string {
  const facts = Object.entries(data)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${String(value)}`)
  return facts.length === 0 ? code : `${code} (${facts.join(', ')})`
}
