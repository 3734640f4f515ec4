// What can be shown where we write: is somebody looking, how wide, in colour, in more than ASCII?
// Invariant: a pipe or file gets plain UTF-8 and no escape sequence; NO_COLOR and TERM=dumb are obeyed.

import { styleText } from 'node:util'
import { columnsOf, fit } from './columns.ts'
import type { Environment } from './options.ts'
import { visible } from './visible-text.ts'

/** Colours that tell people apart; they say nothing by themselves. */
export type Hue = 'hue1' | 'hue2' | 'hue3' | 'hue4' | 'hue5' | 'hue6'
export type Style = 'strong' | 'faint' | 'good' | 'bad' | 'careful' | Hue

export interface Span {
  readonly text: string
  readonly style: Style
}

/** One line; `visible` is applied to every text in it, so names from the network need nothing more. */
export type Line = string | readonly (string | Span)[]

/** The part of a Node output stream that is used. */
export interface Sink {
  write(text: string, written?: () => void): unknown
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}

const FORMATS = {
  ...({ strong: 'bold', faint: 'dim', good: 'green', bad: 'red', careful: 'yellow' } as const),
  ...({
    hue1: 'cyan',
    hue2: 'green',
    hue3: 'yellow',
    hue4: 'blue',
    hue5: 'magenta',
    hue6: 'cyanBright',
  } as const),
} as const

const DEFAULT_COLUMNS = 80
const DEFAULT_ROWS = 24

/** Signs of ours that a terminal without UTF-8 gets in ASCII; every other letter it cannot show becomes `?`. */
const IN_ASCII: Readonly<Record<string, string>> = {
  '█': '#',
  '░': '.',
  '↑': '^',
  '↓': 'v',
  '·': '-',
  '…': '~',
  '✓': '+',
  '✗': 'x',
  '→': '>',
}

export class Terminal {
  readonly #sink: Sink
  readonly #color: boolean
  readonly #unicode: boolean
  /** Somebody is looking, and lines can be redrawn. */
  readonly live: boolean

  constructor(sink: Sink, environment: Environment, noColor = false) {
    this.#sink = sink
    const looked = sink.isTTY === true
    this.live = looked && environment.TERM !== 'dumb'
    this.#color = this.live && !noColor && (environment.NO_COLOR ?? '') === ''
    this.#unicode = !looked || speaksUtf8(environment)
  }

  /** Asked anew each time: windows are resized. */
  get columns(): number {
    return this.#sink.columns ?? DEFAULT_COLUMNS
  }

  get rows(): number {
    return this.#sink.rows ?? DEFAULT_ROWS
  }

  /** Whether signs beyond ASCII (bars, QR codes) can be shown. */
  get unicode(): boolean {
    return this.#unicode
  }

  write(text: string): void {
    this.#sink.write(text)
  }

  /** Resolves when everything written has left this process. */
  flush(): Promise<void> {
    return new Promise((resolve) => void this.#sink.write('', () => resolve()))
  }

  /** A line as it is to be written, without its end; cut to `columns` if given. */
  render(line: Line, columns = Number.POSITIVE_INFINITY): string {
    let left = columns
    return (typeof line === 'string' ? [line] : line)
      .map((part) => {
        const shown = this.#showable(visible(typeof part === 'string' ? part : part.text))
        // Cutting adds a sign of its own.
        const fitted = left === Number.POSITIVE_INFINITY ? shown : this.#showable(fit(shown, left))
        left -= columnsOf(fitted)
        if (typeof part === 'string' || !this.#color) return fitted
        return styleText(FORMATS[part.style], fitted, { validateStream: false })
      })
      .join('')
  }

  #showable(text: string): string {
    return this.#unicode ? text : text.replace(/[^\0-\x7f]/gu, (letter) => IN_ASCII[letter] ?? '?')
  }
}

function speaksUtf8(environment: Environment): boolean {
  if (process.platform === 'win32') return true
  const locale = [environment.LC_ALL, environment.LC_CTYPE, environment.LANG].find(
    (name) => (name ?? '') !== '',
  )
  return /utf-?8/i.test(locale ?? '')
}
