// A choice of the person about how the page looks, remembered in this browser. What cannot be stored holds until the tab closes.

import { Signal } from './signal.ts'

const PREFIX = 'shoal.'

export class Preference<Value> extends Signal<Value> {
  readonly #name: string

  /** `read` takes what was stored, by whichever version, and answers undefined for what is none of its values. */
  constructor(name: string, otherwise: Value, read: (stored: unknown) => Value | undefined) {
    super(load(name, read) ?? otherwise)
    this.#name = name
  }

  override set(value: Value): void {
    super.set(value)
    try {
      localStorage.setItem(PREFIX + this.#name, JSON.stringify(value))
    } catch {
      // Storage is full or forbidden: the choice holds for this tab.
    }
  }
}

function load<Value>(name: string, read: (stored: unknown) => Value | undefined): Value | undefined {
  try {
    const stored = localStorage.getItem(PREFIX + name)
    return stored === null ? undefined : read(JSON.parse(stored))
  } catch {
    // Forbidden, or not ours: as if nothing was stored.
    return undefined
  }
}

export const flag = (stored: unknown): boolean | undefined =>
  typeof stored === 'boolean' ? stored : undefined

export const oneOf =
  <Value extends string>(...values: readonly Value[]) =>
  (stored: unknown): Value | undefined =>
    values.find((value) => value === stored)
