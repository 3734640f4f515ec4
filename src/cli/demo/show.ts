// The demo as it is told: rows that are redrawn where somebody looks at a terminal, a few plain lines elsewhere, JSON lines
// for programs. Nothing is counted here.

import { formatDuration, formatSize } from '../../api/format-quantity.ts'
import { type FishName, SHARER } from '../../daemon/demo/cast.ts'
import type { DemoResult, DemoWatch, SharingFacts } from '../../daemon/demo/demo.ts'
import type { SceneView } from '../../daemon/demo/scene.ts'
import type { Output } from '../output.ts'
import type { Line, Span, Terminal } from '../terminal.ts'
import { endSentence, leftSentence, openingSentence, plain, rows, wrapped } from './picture.ts'

/** Under --json how it stands is said once a second, as by `share` and `get`. */
const PROGRESS_SECONDS = 1

const LEFT: Span = { text: '✗', style: 'bad' }
const RIGHT: Span = { text: '✓', style: 'good' }

export class Show implements DemoWatch {
  readonly #output: Output
  #view: SceneView | undefined
  /** What was said below the rows. */
  #below: readonly Line[] = []
  #nextProgress = PROGRESS_SECONDS

  constructor(output: Output) {
    this.#output = output
  }

  opening(about: Parameters<DemoWatch['opening']>[0]): void {
    for (const line of told(openingSentence(about), this.#output.notes)) this.#output.note(line)
    this.#output.object({ event: 'demo', name: about.name, totalBytes: about.totalBytes })
  }

  preparing(doing: 'film' | 'hashes', doneBytes: number, totalBytes: number): void {
    if (!this.#output.notes.live) return
    const what = doing === 'film' ? 'making the film' : 'hashing'
    this.#output.progress([` ${SHARER} is ${what}: ${formatSize(doneBytes)} of ${formatSize(totalBytes)}`])
  }

  sharing(facts: SharingFacts): void {
    this.#output.object({ event: 'sharing', ...facts })
  }

  changed(view: SceneView, seconds: number): void {
    this.#view = view
    this.#draw()
    if (seconds < this.#nextProgress) return
    this.#nextProgress = seconds + PROGRESS_SECONDS
    if (!this.#output.notes.live) this.#output.progress([plain(view, seconds)])
    const { totalBytes, fish } = view
    this.#output.object({ event: 'progress', seconds: rounded(seconds), totalBytes, fish })
  }

  sharerLeft(view: SceneView, seconds: number): void {
    this.#view = view
    const lines = told(leftSentence(view), this.#output.notes, LEFT)
    if (this.#output.notes.live) this.#below = lines
    else for (const line of lines) this.#output.note(line)
    this.#draw()
    const givenBytes = view.fish.find(({ name }) => name === SHARER)?.givenBytes
    const whole = view.wholeWhenOff
    this.#output.object({ event: 'off', name: SHARER, seconds: rounded(seconds), givenBytes, whole })
  }

  whole(name: FishName, seconds: number): void {
    if (!this.#output.notes.live)
      this.#output.note(` ${name} has it after ${formatDuration(seconds * 1_000)}.`)
    this.#output.object({ event: 'whole', name, seconds: rounded(seconds) })
  }

  checking(): void {
    this.#draw(' Comparing hashes…')
  }

  end(result: DemoResult): void {
    this.#draw()
    this.#output.endProgress('keep')
    for (const line of told(endSentence(result), this.#output.results, RIGHT)) this.#output.result(line)
    this.#output.note('Now for real:  npx shoal share FILE   or   npx shoal help')
    const { seconds, fromEachOtherShare, ...counted } = result
    this.#output.object({
      event: 'done',
      ...counted,
      seconds: rounded(seconds),
      fromEachOtherShare: rounded(fromEachOtherShare),
    })
  }

  #draw(...last: Line[]): void {
    const { notes } = this.#output
    if (this.#view === undefined || !notes.live) return
    this.#output.progress([...rows(this.#view, notes.columns), ...this.#below, ...last])
  }
}

/** A sentence, behind its sign if it has one; broken between words where somebody looks. */
function told(text: string, terminal: Terminal, sign?: Span): Line[] {
  const indent = sign === undefined ? '' : '   '
  // One column less, because some terminals wrap after the last one.
  const columns = terminal.live ? terminal.columns - 1 - indent.length : Number.POSITIVE_INFINITY
  const [first = '', ...more] = wrapped(text, columns)
  return [sign === undefined ? first : [' ', sign, ` ${first}`], ...more.map((line) => `${indent}${line}`)]
}

/** Thousandths are enough for a program, too. */
function rounded(amount: number): number {
  return Math.round(amount * 1_000) / 1_000
}
