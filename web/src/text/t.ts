// The one way by which a sentence gets into the page: by its key, with the facts it speaks of, checked by the compiler.

import { en } from './en.ts'

export type Texts = typeof en
export type TextKey = keyof Texts
type Facts<Key extends TextKey> = Texts[Key] extends (...facts: infer Given) => string ? Given : []

export function t<Key extends TextKey>(key: Key, ...facts: Facts<Key>): string {
  const text = en[key] as string | ((...given: readonly unknown[]) => string)
  return typeof text === 'string' ? text : text(...facts)
}
