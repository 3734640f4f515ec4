// Where the files of one torrent lie below the save folder: safe components, every path its own.
// Promise: the same input gives the same paths, through whatever door it came (file, magnet, API, resume data).
// Invariant: compared without case and normalised, no path equals another, no file is another's folder, and no file is
// named like another one with `.part` behind it, so that incomplete files never meet finished ones.

import { textOf } from '../base/bencode-value.ts'
import { fromLatin1 } from '../base/bytes.ts'
import { MetainfoError } from './error.ts'
import { type NameRules, safeName, twinName } from './safe-name.ts'

/** Suffix of files that are not complete yet (TRANSFER.md). */
export const PART_SUFFIX = '.part'
const FOLDED_PART_SUFFIX = PART_SUFFIX.toUpperCase()

/** SAFETY.md, Limits: bytes of a path with its separators, and components of it. */
export const PATH_LIMIT_BYTES = 4_096
export const PATH_LIMIT_COMPONENTS = 100

/** SAFETY.md, Strictness: more files of one path than this are no accident. */
export const TWINS_LIMIT = 100

export class SafePaths {
  readonly #rules: NameRules
  /** What each folded path is taken by; a file also takes its path with PART_SUFFIX. */
  readonly #taken = new Map<string, 'file' | 'folder'>()
  /** Safe folder path as asked for → as placed. */
  readonly #folders = new Map<string, string>()
  /** Next twin number to try, by what the twins have in common. */
  readonly #numbers = new Map<string, number>()
  /** Files that were twins, by their raw path. */
  readonly #twins = new Map<string, number>()

  constructor(rules: NameRules = 'posix') {
    this.#rules = rules
  }

  /**
   * Places one more file. Order matters: the first of several twins keeps its name.
   * @param raw components as the torrent has them, the torrent's own safe name first where there is one.
   * @throws MetainfoError PATH_TOO_LONG, PATH_TOO_DEEP, TOO_MANY_TWINS
   */
  place(raw: readonly (Uint8Array | string)[]): string[] {
    checkSize(raw)
    const safe = raw.map((name) => safeName(name, this.#rules))
    const placed: string[] = []
    for (const folder of safe.slice(0, -1)) placed.push(this.#folder(placed, folder))
    placed.push(this.#file(placed, safe.at(-1) as string, raw))
    return placed
  }

  #folder(parent: readonly string[], name: string): string {
    const asked = [...parent, name].join('/')
    const known = this.#folders.get(asked)
    if (known !== undefined) return known
    let chosen = name
    if (this.#taken.get(fold(asked)) === 'file') {
      chosen = this.#twin(parent, name, true)
    }
    this.#taken.set(fold([...parent, chosen].join('/')), 'folder')
    this.#folders.set(asked, chosen)
    return chosen
  }

  #file(parent: readonly string[], name: string, raw: readonly (Uint8Array | string)[]): string {
    const key = fold([...parent, name].join('/'))
    const chosen = this.#free(key) ? name : this.#twin(parent, name, false, raw)
    const final = chosen === name ? key : fold([...parent, chosen].join('/'))
    this.#taken.set(final, 'file')
    this.#taken.set(final + FOLDED_PART_SUFFIX, 'file')
    return chosen
  }

  #free(key: string): boolean {
    return !this.#taken.has(key) && !this.#taken.has(key + FOLDED_PART_SUFFIX)
  }

  #twin(
    parent: readonly string[],
    name: string,
    folder: boolean,
    raw: readonly (Uint8Array | string)[] = [],
  ): string {
    if (!folder) this.#countTwin(raw)
    const key = fold([...parent, twinName(name, 0, folder, this.#rules)].join('/'))
    for (let number = this.#numbers.get(key) ?? 1; ; number++) {
      const candidate = twinName(name, number, folder, this.#rules)
      if (!this.#free(fold([...parent, candidate].join('/')))) continue
      this.#numbers.set(key, number + 1)
      return candidate
    }
  }

  #countTwin(raw: readonly (Uint8Array | string)[]): void {
    const key = raw.map((name) => JSON.stringify(typeof name === 'string' ? name : fromLatin1(name))).join()
    const count = (this.#twins.get(key) ?? 0) + 1
    if (count >= TWINS_LIMIT) throw new MetainfoError('TOO_MANY_TWINS', { limit: TWINS_LIMIT })
    this.#twins.set(key, count)
  }
}

function checkSize(raw: readonly (Uint8Array | string)[]): void {
  if (raw.length > PATH_LIMIT_COMPONENTS) {
    throw new MetainfoError('PATH_TOO_DEEP', { components: raw.length, limit: PATH_LIMIT_COMPONENTS })
  }
  const lengthBytes = raw.reduce((sum, name) => sum + name.length + 1, -1)
  if (lengthBytes > PATH_LIMIT_BYTES) {
    throw new MetainfoError('PATH_TOO_LONG', { lengthBytes, limit: PATH_LIMIT_BYTES })
  }
}

/** Characters that file systems ignore when they compare names: joiners and variation selectors. */
// biome-ignore lint/suspicious/noMisleadingCharacterClass: code points are looked for, one by one
const IGNORED = /[\u200c\u200d\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu

/** Most paths, for which the rest of fold() changes nothing. */
const ASCII = /^[\x20-\x7e]*$/

/**
 * Equal for names that some file system holds to be one: by case and by normalisation. May equate more than any one
 * of them does; that costs a rename, the opposite would cost a file.
 */
export function fold(path: string): string {
  if (ASCII.test(path)) return path.toUpperCase()
  return path.replace(IGNORED, '').normalize('NFC').toLowerCase().toUpperCase().normalize('NFC')
}

/**
 * The components as the torrent spells them, where a file system could hold them: where somebody's data, seeded from
 * there before, may lie. Only ever to look for data. Undefined for what must not be looked at: separators, `.`, `..`,
 * NUL, bytes that are no text; on Windows every name that is not safe.
 */
export function spelledPath(
  raw: readonly (Uint8Array | string)[],
  rules: NameRules = 'posix',
): string[] | undefined {
  const names: string[] = []
  for (const name of raw) {
    const text = typeof name === 'string' ? name : textOf(name)
    if (text === undefined || /^(?:\.{0,2})$/.test(text) || /[/\\\0]/.test(text)) return undefined
    if (rules === 'windows' && safeName(text, rules) !== text) return undefined
    names.push(text)
  }
  return names
}
