// The line that a person types into: letters, cursor, what was typed before, and completion. A machine: keys in, what is meant out.
// Promise: moves by what people see as letters, and a paste of any length stays within a bound.

export interface Key {
  /** As Node names them: `left`, `return`, `tab` …; undefined for letters. */
  readonly name?: string | undefined
  readonly ctrl?: boolean | undefined
  readonly meta?: boolean | undefined
  /** What was typed. */
  readonly text?: string | undefined
}

export type Typed =
  | { readonly kind: 'changed' }
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'scroll'; readonly by: 'line' | 'page'; readonly up: boolean }
  | { readonly kind: 'choices'; readonly choices: readonly string[] }
  | { readonly kind: 'leave' }
  | { readonly kind: 'nothing' }

/** Candidates for the word before the cursor, which each begins with. */
export type Complete = (word: string, isFirst: boolean) => readonly string[]

/** MESSAGE_TOO_LONG comes from the daemon, in bytes; this only keeps a paste from taking the memory. */
const MOST_LETTERS = 16_384
const MOST_REMEMBERED = 100
const SEGMENTS = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

export class LineEditor {
  #letters: string[] = []
  #at = 0
  readonly #earlier: string[] = []
  /** In what was typed before; its length is the line being typed. */
  #back = 0
  #draft: string[] = []
  /** Between the marks that a terminal puts around what is pasted: its ends of lines say nothing aloud. */
  #pasting = false
  readonly #complete: Complete

  constructor(complete: Complete) {
    this.#complete = complete
  }

  get text(): string {
    return this.#letters.join('')
  }

  /** What stands before and after the cursor. */
  get parts(): { readonly before: string; readonly after: string } {
    return {
      before: this.#letters.slice(0, this.#at).join(''),
      after: this.#letters.slice(this.#at).join(''),
    }
  }

  key({ name, ctrl = false, meta = false, text = '' }: Key): Typed {
    if (name === 'paste-start' || name === 'paste-end') {
      this.#pasting = name === 'paste-start'
      return { kind: 'nothing' }
    }
    if (this.#pasting && (name === 'return' || name === 'enter')) return this.#insert('\n')
    if (this.#pasting && name === 'tab') return this.#insert(' ')
    if (ctrl) return this.#control(name)
    if (meta && name !== 'return') return this.#word(name)
    switch (name) {
      case 'return':
      case 'enter':
        return meta ? this.#insert('\n') : this.#submit()
      case 'tab':
        return this.#tab()
      case 'backspace':
        return this.#remove(this.#at - 1, this.#at)
      case 'delete':
        return this.#remove(this.#at, this.#at + 1)
      case 'left':
        return this.#move(this.#at - 1)
      case 'right':
        return this.#move(this.#at + 1)
      case 'home':
        return this.#move(0)
      case 'end':
        return this.#move(this.#letters.length)
      case 'up':
        return this.#remember(-1)
      case 'down':
        return this.#remember(1)
      case 'pageup':
        return { kind: 'scroll', by: 'page', up: true }
      case 'pagedown':
        return { kind: 'scroll', by: 'page', up: false }
      case 'escape':
        return { kind: 'nothing' }
    }
    const seen = text.replace(/[\p{Cc}]/gu, (letter) => (letter === '\n' || letter === '\t' ? ' ' : ''))
    return seen === '' ? { kind: 'nothing' } : this.#insert(seen)
  }

  #control(name: string | undefined): Typed {
    switch (name) {
      case 'c':
        return { kind: 'leave' }
      case 'd':
        return this.#letters.length === 0 ? { kind: 'leave' } : this.#remove(this.#at, this.#at + 1)
      case 'a':
        return this.#move(0)
      case 'e':
        return this.#move(this.#letters.length)
      case 'u':
        return this.#remove(0, this.#at)
      case 'k':
        return this.#remove(this.#at, this.#letters.length)
      case 'w':
        return this.#remove(this.#wordStart(), this.#at)
      case 'p':
      case 'up':
        return { kind: 'scroll', by: 'line', up: true }
      case 'n':
      case 'down':
        return { kind: 'scroll', by: 'line', up: false }
      case 'left':
        return this.#move(this.#wordStart())
      case 'j':
        return this.#insert('\n')
    }
    return { kind: 'nothing' }
  }

  #word(name: string | undefined): Typed {
    if (name === 'backspace') return this.#remove(this.#wordStart(), this.#at)
    if (name === 'b' || name === 'left') return this.#move(this.#wordStart())
    return { kind: 'nothing' }
  }

  #wordStart(): number {
    let at = this.#at
    while (at > 0 && this.#letters[at - 1] === ' ') at--
    while (at > 0 && this.#letters[at - 1] !== ' ') at--
    return at
  }

  #insert(text: string): Typed {
    const letters = [...SEGMENTS.segment(text)].map(({ segment }) => segment)
    const room = Math.max(0, MOST_LETTERS - this.#letters.length)
    const fitting = letters.slice(0, room)
    this.#letters.splice(this.#at, 0, ...fitting)
    this.#at += fitting.length
    return { kind: 'changed' }
  }

  #remove(from: number, to: number): Typed {
    const [first, last] = [Math.max(0, from), Math.min(this.#letters.length, to)]
    if (first >= last) return { kind: 'nothing' }
    this.#letters.splice(first, last - first)
    if (this.#at > first) this.#at = Math.max(first, this.#at - (last - first))
    return { kind: 'changed' }
  }

  #move(to: number): Typed {
    this.#at = Math.min(Math.max(0, to), this.#letters.length)
    return { kind: 'changed' }
  }

  #submit(): Typed {
    const line = this.text
    this.#set([])
    this.#back = 0
    if (line.trim() === '') return { kind: 'nothing' }
    if (this.#earlier.at(-1) !== line) this.#earlier.push(line)
    if (this.#earlier.length > MOST_REMEMBERED) this.#earlier.shift()
    return { kind: 'line', line }
  }

  #remember(by: -1 | 1): Typed {
    const back = this.#back - by
    if (back < 0 || back > this.#earlier.length) return { kind: 'nothing' }
    if (this.#back === 0) this.#draft = this.#letters
    this.#back = back
    const line = this.#earlier.at(-back)
    this.#set(
      back === 0 || line === undefined
        ? this.#draft
        : [...SEGMENTS.segment(line)].map(({ segment }) => segment),
    )
    return { kind: 'changed' }
  }

  #tab(): Typed {
    const before = this.parts.before
    const start = before.lastIndexOf(' ') + 1
    const word = before.slice(start)
    const choices = this.#complete(word, start === 0)
    const [only] = choices
    if (only === undefined) return { kind: 'nothing' }
    const common = commonStart(choices)
    const whole = choices.length === 1 ? `${only}${/[/\\]$/.test(only) ? '' : ' '}` : common
    if (whole.length > word.length) {
      // Not by letters as seen: a completion may end in the middle of what was one.
      const after = this.parts.after
      this.#set([...SEGMENTS.segment(before.slice(0, start) + whole + after)].map(({ segment }) => segment))
      this.#at = [...SEGMENTS.segment(before.slice(0, start) + whole)].length
      return { kind: 'changed' }
    }
    return { kind: 'choices', choices }
  }

  #set(letters: string[]): void {
    this.#letters = letters
    this.#at = letters.length
  }
}

/** The same in capitals or not; spelled as the first. */
function commonStart(words: readonly string[]): string {
  const [first = '', ...others] = words
  let length = first.length
  for (const other of others) {
    let same = 0
    while (same < length && other[same]?.toLowerCase() === first[same]?.toLowerCase()) same++
    length = same
  }
  return first.slice(0, length)
}
