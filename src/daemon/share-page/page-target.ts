// What a request's target means: the page of a share, one of its files, or all of it. Pure.
// Invariant: exactly one spelling leads to each; everything else is nothing, and nothing is told apart.

import { randomBytes } from 'node:crypto'

/** 144 bits: guessing is hopeless. */
const KEY_BYTES = 18
const KEY = '[A-Za-z0-9_-]{24}'

export type PageTarget =
  | { readonly key: string; readonly kind: 'page' }
  | { readonly key: string; readonly kind: 'all' }
  | { readonly key: string; readonly kind: 'file'; readonly index: number }

const TARGET = new RegExp(`^/(${KEY})(?:/(?:(all\\.zip)|(0|[1-9]\\d{0,5})))?$`)

export function newPageKey(): string {
  return randomBytes(KEY_BYTES).toString('base64url')
}

export function readTarget(target: string): PageTarget | undefined {
  const [, key, all, index] = TARGET.exec(target) ?? []
  if (key === undefined) return undefined
  if (all !== undefined) return { key, kind: 'all' }
  return index === undefined ? { key, kind: 'page' } : { key, kind: 'file', index: Number(index) }
}

export function pagePath(key: string): string {
  return `/${key}`
}

export function filePath(key: string, index: number): string {
  return `/${key}/${index}`
}

export function allPath(key: string): string {
  return `/${key}/all.zip`
}
