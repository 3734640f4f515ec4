// The demo as lines: a bar for each fish, and the sentences around them. Pure: a view comes in, lines go out.
// Promise: rows are as wide as the terminal allows and never wider; what does not fit is left out in the order of what
// matters least: first length of the bar, then words, then the bar.

import { formatDuration, formatSize } from '../../api/format-quantity.ts'
import { type FishName, GETTERS, SHARER } from '../../daemon/demo/cast.ts'
import type { DemoResult } from '../../daemon/demo/demo.ts'
import type { FishState, SceneView } from '../../daemon/demo/scene.ts'
import { columnsOf, pad } from '../columns.ts'
import type { Line, Span } from '../terminal.ts'

const NAME_COLUMNS = 5
/** `61.3 MB` */
const SIZE_COLUMNS = 7
const MOST_BAR_COLUMNS = 40

interface Layout {
  readonly off: string
  readonly stateColumns: number
  readonly leastBarColumns: number
  counts(given: string, taken: string): string
}

/** From the widest to the narrowest. */
const LAYOUTS: readonly Layout[] = [
  {
    off: 'switched off',
    stateColumns: 14,
    leastBarColumns: 8,
    counts: (given, taken) => `gave ${given}   took ${taken}`,
  },
  { off: 'off', stateColumns: 7, leastBarColumns: 4, counts: (given, taken) => `↑${given} ↓${taken}` },
]

export function rows({ fish, totalBytes }: SceneView, columns: number): Line[] {
  const [layout, barColumns] = layoutFor(columns)
  return fish.map(({ name, state, doneBytes, givenBytes, takenBytes }) => {
    const fraction = totalBytes === 0 ? 0 : doneBytes / totalBytes
    const bar = barColumns === 0 ? [] : [barOf(state, fraction, barColumns), ' ']
    const counts = layout.counts(amount(givenBytes), amount(takenBytes))
    return [` ${pad(name, NAME_COLUMNS)} `, ...bar, stateOf(state, fraction, layout), counts]
  })
}

function amount(bytes: number): string {
  return formatSize(bytes).padStart(SIZE_COLUMNS)
}

function layoutFor(columns: number): readonly [Layout, number] {
  for (const layout of LAYOUTS) {
    const counts = layout.counts(amount(0), amount(0)).length
    // A space on each side of name and bar; one column stays free, because some terminals wrap after the last one.
    const left = columns - 1 - (NAME_COLUMNS + 2) - 1 - layout.stateColumns - counts
    if (left >= layout.leastBarColumns) return [layout, Math.min(MOST_BAR_COLUMNS, left)]
  }
  return [LAYOUTS.at(-1) as Layout, 0]
}

function barOf(state: FishState, fraction: number, columns: number): Span | string {
  const full = Math.floor(Math.min(1, Math.max(0, fraction)) * columns)
  const bar = '█'.repeat(full) + '░'.repeat(columns - full)
  if (state === 'off') return { text: '░'.repeat(columns), style: 'faint' }
  return state === 'whole' ? { text: bar, style: 'good' } : bar
}

function stateOf(state: FishState, fraction: number, { off, stateColumns }: Layout): Span | string {
  switch (state) {
    case 'waiting':
      return pad('', stateColumns)
    case 'getting':
      // All there and not yet under its final name is 99 %: the last word is `has it`.
      return pad(`${Math.min(99, Math.floor(fraction * 100))} %`.padStart(4), stateColumns)
    case 'whole':
      return { text: pad('has it', stateColumns), style: 'good' }
    case 'off':
      return { text: pad(off, stateColumns), style: 'bad' }
  }
}

/** Where lines cannot be redrawn: all of it in one. */
export function plain({ fish, totalBytes }: SceneView, seconds: number): string {
  const parts = fish.map(({ name, state, doneBytes, givenBytes, takenBytes }) => {
    const gave = `gave ${formatSize(givenBytes)}`
    if (name === SHARER) return state === 'off' ? `${name} is off` : `${name} ${gave}`
    const stands =
      state === 'whole' ? 'has it' : `${Math.floor((100 * doneBytes) / Math.max(1, totalBytes))} %`
    return `${name} ${stands} (took ${formatSize(takenBytes)}, ${gave})`
  })
  return ` ${formatDuration(seconds * 1_000)}: ${parts.join(', ')}`
}

export function openingSentence(about: { name: string; film: boolean; totalBytes: number }): string {
  const what = about.film ? 'a film' : about.name
  const getters = listed(GETTERS)
  return `Four equal computers, all pretended on this one. ${SHARER} has ${what} (${formatSize(about.totalBytes)}). ${getters} want it.`
}

export function leftSentence({ wholeWhenOff = [] }: SceneView): string {
  const who = wholeWhenOff.length
  if (who === 0) return `${SHARER} switched off. Nobody else has all of it. Watch.`
  if (who === GETTERS.length) return `${SHARER} switched off. Everybody else has all of it.`
  return `${SHARER} switched off. Of the others ${listed(wholeWhenOff)} ${who === 1 ? 'has' : 'have'} all of it. Watch.`
}

export function endSentence(result: DemoResult): string {
  const { hashesRight, hashes, seconds, fromEachOtherShare } = result
  const percent = Math.floor(fromEachOtherShare * 100)
  return (
    `${listed(GETTERS)} have every byte: ${hashesRight} of ${hashes} hashes right, ${formatDuration(seconds * 1_000)}. ` +
    `${percent} % of it came from each other, not from ${SHARER}.`
  )
}

function listed(names: readonly FishName[]): string {
  if (names.length < 2) return names.join('')
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** Words of `text` on as many lines as it takes, for lines that are redrawn and must not wrap by themselves. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && columnsOf(longer) > columns) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}
