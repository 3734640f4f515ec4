// Names that a message speaks of: what is being typed after an @, who fits, and who is meant in the end.

export interface Named {
  readonly id: string
  readonly name: string
}

export interface Asked {
  /** Of the @ in the text. */
  readonly from: number
  readonly to: number
  /** After the @. */
  readonly typed: string
}

/** Names may have spaces; nobody types more than two of them before choosing. */
const TYPED = /(?:^|[\s(])@([^\s@]{0,32}(?: [^\s@]{1,32})?)$/u
const MOST_SHOWN = 8

/** @param caret where one types; undefined when nothing is being named */
export function askedAt(text: string, caret: number): Asked | undefined {
  const found = TYPED.exec(text.slice(0, caret))
  const typed = found?.[1]
  return typed === undefined ? undefined : { from: caret - typed.length - 1, to: caret, typed }
}

export function fitting(all: readonly Named[], typed: string): readonly Named[] {
  const wanted = typed.toLocaleLowerCase()
  const begins = all.filter(({ name }) => name.toLocaleLowerCase().startsWith(wanted))
  const within = all.filter(
    (one) => wanted !== '' && !begins.includes(one) && one.name.toLocaleLowerCase().includes(` ${wanted}`),
  )
  return [...begins, ...within].slice(0, MOST_SHOWN)
}

export function withName(
  text: string,
  { from, to }: Asked,
  { name }: Named,
): { text: string; caret: number } {
  const after = text.slice(to)
  const put = /^[\s.,:;!?)]/.test(after) ? `@${name}` : `@${name} `
  return { text: `${text.slice(0, from)}${put}${after}`, caret: from + put.length }
}

/** Of those that were chosen, the ones whose name still stands in it. */
export function meant(text: string, chosen: readonly Named[]): string[] {
  return [...new Set(chosen.filter(({ name }) => text.includes(`@${name}`)).map(({ id }) => id))]
}
