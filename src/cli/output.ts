// Everything a command says: results on standard output, all else on standard error (INTERFACE.md B2).
//
// Under --json standard output carries JSON lines and nothing else, the error object last. Progress is redrawn in
// place on a terminal and written at most every ten seconds elsewhere. Every text passes through `visible`.

import type { Explained } from '../api/errors.ts'
import type { Environment } from './options.ts'
import { type Line, type Sink, Terminal } from './terminal.ts'
import { visibleJson } from './visible-text.ts'

export interface OutputOptions {
  readonly stdout: Sink
  readonly stderr: Sink
  readonly environment: Environment
  readonly json: boolean
  readonly quiet: boolean
  readonly noColor: boolean
  /** Milliseconds of any clock that does not jump. */
  readonly now?: () => number
}

/** Where nobody looks at a terminal, progress is a line this often. */
const PROGRESS_LINE_MS = 10_000

export class Output {
  readonly json: boolean
  readonly quiet: boolean
  readonly results: Terminal
  readonly notes: Terminal
  readonly #now: () => number
  /** The lines that stand redrawable at the end of the terminal. */
  #live: readonly string[] = []
  #progressAt = Number.NEGATIVE_INFINITY

  constructor(options: OutputOptions) {
    const { stdout, stderr, environment, noColor } = options
    this.json = options.json
    this.quiet = options.quiet
    this.results = new Terminal(stdout, environment, noColor)
    this.notes = new Terminal(stderr, environment, noColor)
    this.#now = options.now ?? (() => performance.now())
  }

  /** A line of the answer, for a person. Silent under --json. */
  result(line: Line): void {
    if (!this.json) this.#write(this.results, line)
  }

  /** An answer or event, for a program: one JSON line. Silent without --json. */
  object(value: object): void {
    if (this.json) this.results.write(`${visibleJson(value)}\n`)
  }

  /** A line beside the answer. Silent under --quiet and --json. */
  note(line: Line): void {
    if (!this.json && !this.quiet) this.#write(this.notes, line)
  }

  /** A line that must be seen even under --quiet. */
  warn(line: Line): void {
    this.#write(this.notes, line)
  }

  /** How it stands now. Replaces the lines of the last call on a terminal. */
  progress(lines: readonly Line[]): void {
    if (this.json || this.quiet) return
    if (this.notes.live) {
      // One column less, because some terminals wrap after the last one.
      const drawn = lines.map((line) => this.notes.render(line, this.notes.columns - 1))
      if (drawn.length === this.#live.length && drawn.every((line, index) => line === this.#live[index]))
        return
      this.#erase()
      this.#draw(drawn)
    } else if (this.#now() - this.#progressAt >= PROGRESS_LINE_MS) {
      this.#progressAt = this.#now()
      this.notes.write(`${lines.map((line) => this.notes.render(line)).join(' ')}\n`)
    }
  }

  /** Progress is over: its last lines stay as they are, or vanish. */
  endProgress(keep: 'keep' | 'erase' = 'erase'): void {
    if (keep === 'erase') this.#erase()
    this.#live = []
    this.#progressAt = Number.NEGATIVE_INFINITY
  }

  /** The end of a failure: a sentence with its code in brackets, and under --json the error object. */
  error(explained: Explained): void {
    const { report } = explained
    const { code, message, help } = report
    this.endProgress('keep')
    this.warn(`${help === undefined ? message : `${message} ${help}`} [${code}]`)
    this.object({ error: report })
  }

  async flush(): Promise<void> {
    await Promise.all([this.results.flush(), this.notes.flush()])
  }

  #write(terminal: Terminal, line: Line): void {
    const live = this.#live
    this.#erase()
    terminal.write(`${terminal.render(line)}\n`)
    this.#draw(live)
  }

  #draw(lines: readonly string[]): void {
    this.#live = lines
    if (lines.length > 0) this.notes.write(`${lines.join('\n')}\n`)
  }

  #erase(): void {
    if (this.#live.length > 0) this.notes.write(`\u001b[${this.#live.length}A\r\u001b[J`)
    this.#live = []
  }
}
