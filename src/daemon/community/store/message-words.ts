// The words of messages: what is shown can be found, what was deleted, changed or hidden cannot. Words are taken apart as names
// of files are (library/names/words.ts), so that every script is found alike.

import type { DatabaseSync } from 'node:sqlite'
import { wordsOf } from '../../../library/names/words.ts'
import { type Statements, statements } from './statements.ts'

const SQL = {
  // Not straight from message_words: see the schema.
  remove: 'INSERT INTO message_unsaid (number) VALUES (?)',
  add: 'INSERT INTO message_words (rowid, text, marks) VALUES (?, ?, ?)',
  find: 'SELECT rowid AS number FROM message_words WHERE message_words MATCH ? ORDER BY rowid DESC LIMIT ? OFFSET ?',
  count: 'SELECT count(*) AS count FROM (SELECT 1 FROM message_words WHERE message_words MATCH ? LIMIT ?)',
} as const

/** wordsOf() is for names and stops after 64 words: a text is given to it in pieces. */
const PIECE = /\S+(?:\s+\S+){0,15}/g
/** More are counted as that many: nobody pages so far. */
const MOST_COUNTED = 10_000
const MOST_TERMS = 12

export interface WordScope {
  readonly conversation?: number
  readonly scope?: number
}

export class MessageWords {
  readonly #sql: Statements<typeof SQL>

  constructor(database: DatabaseSync) {
    this.#sql = statements(database, SQL)
  }

  put(number: number, text: string, conversation: number, scope: number, known: boolean): void {
    if (known) this.#sql.remove.run(number)
    const words = wordsIn(text)
    if (words.length > 0) this.#sql.add.run(number, words.join(' '), `c${conversation} s${scope}`)
  }

  remove(number: number): void {
    this.#sql.remove.run(number)
  }

  /** Numbers of messages with all the words, newest first. The last word may go on. */
  find(text: string, within: WordScope, limit: number, offset: number): { numbers: number[]; total: number } {
    const match = matchOf(text, within)
    if (match === undefined) return { numbers: [], total: 0 }
    const rows = this.#sql.find.all(match, limit, offset) as unknown as { number: number }[]
    const { count } = this.#sql.count.get(match, MOST_COUNTED) as { count: number }
    return { numbers: rows.map(({ number }) => number), total: count }
  }
}

function wordsIn(text: string): string[] {
  return [...text.matchAll(PIECE)].flatMap(([piece]) => {
    const { words, joined } = wordsOf(piece)
    return [...words, ...joined]
  })
}

/** Nothing that was typed is taken for the database's own syntax: words are letters and digits, and quoted. */
function matchOf(text: string, { conversation, scope }: WordScope): string | undefined {
  const words = wordsOf(text.slice(0, 200)).words.slice(0, MOST_TERMS)
  if (words.length === 0) return undefined
  const open = /[\s.,;:!?]$/u.test(text) ? '' : ' *'
  const terms = words.map(
    (word, index) => `"${word.replaceAll('"', '')}"${index === words.length - 1 ? open : ''}`,
  )
  const mark = conversation !== undefined ? `c${conversation}` : scope !== undefined ? `s${scope}` : undefined
  return `text : (${terms.join(' AND ')})${mark === undefined ? '' : ` AND marks : "${mark}"`}`
}
