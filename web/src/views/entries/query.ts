// What is typed to find something, as words and filters (`type:video size:>1G`), and how a press on a chip changes it.
// Promise: a chip changes its own filter and nothing else that was typed.

/** Filters of the grammar that chips know; words in quotes are one part. */
const PARTS = /-?[a-z]+:"[^"]*"|"[^"]*"?|\S+/giu
const FILTER = /^(-?)([a-z]+):(.+)$/iu

export interface QueryPart {
  /** As typed. */
  readonly text: string
  /** `type`, or undefined for a word. */
  readonly key: string | undefined
  readonly value: string
}

export function partsOf(query: string): readonly QueryPart[] {
  return (query.match(PARTS) ?? []).map((text) => {
    const [, minus = '', key, value = ''] = FILTER.exec(text) ?? []
    return key === undefined
      ? { text, key: undefined, value: text }
      : { text, key: `${minus}${key.toLowerCase()}`, value }
  })
}

export function hasFilter(query: string, key: string, value: string): boolean {
  return partsOf(query).some((part) => part.key === key && part.value.toLowerCase() === value)
}

/** On: in front, in the place of any other filter of its key, so that the last word can go on. Off: gone. */
export function toggled(query: string, key: string, value: string): string {
  const others = partsOf(query).filter((part) => part.key !== key)
  const texts = others.map(({ text }) => text)
  return (hasFilter(query, key, value) ? texts : [`${key}:${value}`, ...texts]).join(' ')
}

export function without(query: string, text: string): string {
  return partsOf(query)
    .filter((part) => part.text !== text)
    .map((part) => part.text)
    .join(' ')
}

/** Filters that no chip of `offered` stands for: they are told, and can be taken out. */
export function otherFilters(
  query: string,
  offered: readonly { readonly key: string; readonly value: string }[],
): readonly QueryPart[] {
  return partsOf(query).filter(
    (part) =>
      part.key !== undefined &&
      !offered.some(({ key, value }) => key === part.key && value === part.value.toLowerCase()),
  )
}
