// The shape of the lists of words: for each language, titles of papers | what stands in them | words that say it in a name only.

/**
 * Three lists, separated by `|`, terms by commas; `*` where a word may go on. A *title* names a paper of its own (`payslip`);
 * a *field* stands in such a paper (`net pay`); a *name word* alone says little (`tax`), but does in the name of a document.
 */
export type WordsByLanguage = Readonly<Record<string, string>>

export interface WordParts {
  readonly titles: readonly string[]
  readonly fields: readonly string[]
  readonly names: readonly string[]
}

export function wordParts(line: string): WordParts {
  const [titles = [], fields = [], names = []] = line.split('|').map((part) =>
    part
      .split(',')
      .map((term) => term.trim())
      .filter((term) => term !== ''),
  )
  return { titles, fields, names }
}
