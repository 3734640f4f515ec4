// Writes the words and marks of files into the full-text index. Its row of a file is there exactly while the file is.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { MediaFacts } from '../file-record.ts'
import { type Words, wordsOf } from '../names/words.ts'
import { isOrdered, LONGEST_BEGINNING, marksOf, pathWord } from './marks.ts'

export interface IndexedFile {
  readonly id: number
  readonly holder: number
  readonly name: string
  readonly nameKey: string
  /** Words of holder and directories, made once for all files in one. */
  readonly pathText: string
  readonly lengthBytes: number
  readonly modifiedMs: number
  readonly mediaType: string | undefined
  readonly facts: MediaFacts
}

/** Of a path, the words nearest to the file count. */
const MAX_PATH_WORDS = 48
/** Shorter ones are found by marks. */
export const SHORTEST_EXPANDED = LONGEST_BEGINNING + 1
/** What holds digits is a number or taken apart around one; numbers go on rarely enough to be merged. */
const ONLY_LETTERS = /^[^\p{N}]+$/u
/** Words known to be in the vocabulary, so that each is not asked for again; most words of a batch are common ones. */
const KNOWN_WORDS = 100_000

/** Between two runs of words, so that no phrase goes on from one to the other. */
const GAP = ' _ '

export class WordIndex {
  readonly #insert: StatementSync
  readonly #remove: StatementSync
  readonly #learn: StatementSync
  readonly #lastRow: StatementSync
  #known = new Set<string>()

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare(
      'INSERT INTO words (rowid, name, tags, path, marks) VALUES (?, ?, ?, ?, ?)',
    )
    this.#remove = database.prepare('DELETE FROM words WHERE rowid = ?')
    database.exec('CREATE TEMP TABLE IF NOT EXISTS last_row (id INTEGER PRIMARY KEY) STRICT')
    this.#lastRow = database.prepare('INSERT OR REPLACE INTO last_row VALUES (1)')
    this.#learn = database.prepare('INSERT OR IGNORE INTO vocabulary VALUES (?)')
  }

  insert(file: IndexedFile): void {
    const name = wordsOf(file.name)
    const tags = tagsOf(file.facts)
    this.#know(name)
    for (const words of tags) this.#know(words)
    const marks = marksOf({
      ...file,
      nameWords: name.words.length,
      words: [name, ...tags].flatMap(({ words, joined }) => [...words, ...joined]),
      durationSeconds: file.facts.durationSeconds,
      bitrate: file.facts.bitrate,
    })
    for (const mark of marks) if (isOrdered(mark)) this.#learnOnce(mark)
    this.#insert.run(file.id, text(name), tags.map(text).join(GAP), file.pathText, marks.join(' '))
  }

  remove(id: number): void {
    // Not run(): it reports the last row that was inserted, and that is now one of the index's own, with a number too
    // large for JavaScript, at which every later run() on this connection would throw.
    this.#remove.get(id)
    this.#lastRow.get()
  }

  /** The words of the directories that a file lies in, outermost first. */
  pathText(components: readonly string[]): string {
    const words = components.map(wordsOf)
    for (const each of words) this.#know(each)
    const all = words.map(text).join(GAP).split(' ').slice(-MAX_PATH_WORDS)
    return all.map((word) => (word === GAP.trim() ? word : pathWord(word))).join(' ')
  }

  /** After a transaction that was taken back: its words may not be there. */
  forget(): void {
    this.#known = new Set()
  }

  #know({ words, joined }: Words): void {
    for (const word of words) this.#learnOne(word)
    for (const word of joined) this.#learnOne(word)
  }

  #learnOne(word: string): void {
    if (word.length >= SHORTEST_EXPANDED && ONLY_LETTERS.test(word)) this.#learnOnce(word)
  }

  #learnOnce(word: string): void {
    if (this.#known.has(word)) return
    if (this.#known.size >= KNOWN_WORDS) this.#known = new Set()
    this.#known.add(word)
    this.#learn.run(word)
  }
}

/** What a media file says of itself and people search for. */
export function tagsOf(facts: MediaFacts): Words[] {
  return [facts.title, facts.artist, facts.album].filter((tag) => tag !== undefined).map(wordsOf)
}

function text({ words, joined }: Words): string {
  return joined.length === 0 ? words.join(' ') : `${words.join(' ')}${GAP}${joined.join(' ')}`
}
