// The arguments of one request, read by name and kind. Values are foreign: what is of another kind than it should be
// is refused with its name; what nobody asks for is ignored, as Transmission does.

import { RpcError } from './rpc-error.ts'

/** Entries of one list: files of a torrent (SAFETY.md) and everything that is shorter. */
const MAX_LIST = 100_000

export class Arguments {
  readonly #values: ReadonlyMap<string, unknown>

  /** @param values by classic name */
  constructor(values: Iterable<readonly [string, unknown]>) {
    this.#values = new Map(values)
  }

  has(name: string): boolean {
    return this.#values.get(name) !== undefined
  }

  get(name: string): unknown {
    return this.#values.get(name)
  }

  names(): string[] {
    return [...this.#values.keys()]
  }

  string(name: string): string | undefined {
    const value = this.#values.get(name)
    if (value === undefined || typeof value === 'string') return value
    throw wrong(name, 'a text')
  }

  /** Also 0 and 1, which some clients send. */
  boolean(name: string): boolean | undefined {
    const value = this.#values.get(name)
    if (value === undefined || typeof value === 'boolean') return value
    if (value === 0 || value === 1) return value === 1
    throw wrong(name, 'true or false')
  }

  number(name: string): number | undefined {
    const value = this.#values.get(name)
    if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) return value
    throw wrong(name, 'a number')
  }

  /** Whole, and at least 0. */
  count(name: string): number | undefined {
    const value = this.number(name)
    if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return value
    throw wrong(name, 'a whole number')
  }

  list(name: string): readonly unknown[] | undefined {
    const value = this.#values.get(name)
    if (value === undefined) return undefined
    if (Array.isArray(value) && value.length <= MAX_LIST) return value
    throw wrong(name, 'a list')
  }

  strings(name: string): string[] | undefined {
    return this.list(name)?.map((entry) => {
      if (typeof entry === 'string') return entry
      throw wrong(name, 'a list of texts')
    })
  }

  counts(name: string): number[] | undefined {
    return this.list(name)?.map((entry) => {
      if (Number.isSafeInteger(entry) && (entry as number) >= 0) return entry as number
      throw wrong(name, 'a list of whole numbers')
    })
  }

  /** @throws RpcError when it is missing */
  needed(name: string): string {
    const value = this.string(name)
    if (value === undefined || value === '') throw wrong(name, 'a text')
    return value
  }
}

export function wrong(argument: string, expects: string): RpcError {
  return new RpcError('RPC_ARGUMENT', { argument, expects })
}
