// Counts in words: which form a number takes is the language's business (Intl), not an `=== 1` here and there.

/** English; another language brings its own files and its own rules. */
export const LOCALE = 'en'

const RULES = new Intl.PluralRules(LOCALE)
const NUMBERS = new Intl.NumberFormat(LOCALE)

export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string }

/** `#` in a form stands for the number: plural(1200, {one: '# file', other: '# files'}) is "1,200 files". */
export function plural(count: number, forms: Forms): string {
  return (forms[RULES.select(count)] ?? forms.other).replace('#', NUMBERS.format(count))
}

export function formatNumber(count: number): string {
  return NUMBERS.format(count)
}
