// The demo as lines: a bar for each fish, and the sentences around them. Pure: a view comes in, lines go out.
// Promise: rows are as wide as the terminal allows and never wider; what does not fit is left out in the order of what
// matters least: first length of the bar, then words, then the bar.

import { formatDuration, formatSize } from '../../api/format-quantity.ts'
import { type FishName, GETTERS, SHARER } from '../../daemon/demo/cast.ts'
import type { DemoResult } from '../../daemon/demo/demo.ts'
import type { FishFacts, SceneView } from '../../daemon/demo/scene.ts'
import { columnsOf, pad } from '../columns.ts'
import type { Line, Span } from '../terminal.ts'

const NAME_COLUMNS = 5
const STATE_COLUMNS = 14
/** `61.3 MB`, `1000 kB` does not occur. */
const SIZE_COLUMNS = 7
const MOST_BAR_COLUMNS = 40
const LEAST_BAR_COLUMNS = 8

/** ` Ben   ` and the state behind the bar with a space before it. */
const FIXED_COLUMNS = 1 + NAME_COLUMNS + 1 + 1 + STATE_COLUMNS

type Counts = (fish: FishFacts) => string

const amount = (bytes: number): string => formatSize(bytes).padStart(SIZE_COLUMNS)

const IN_WORDS: Counts = ({ givenBytes, takenBytes }) =>
  `gave ${amount(givenBytes)}   took ${amount(takenBytes)}`
const IN_SIGNS: Counts = ({ givenBytes, takenBytes }) => `↑${amount(givenBytes)} ↓${amount(takenBytes)}`

export function rows({ fish, totalBytes }: SceneView, columns: number): Line[] {
  const [counts, barColumns] = layout(columns)
  return fish.map((one) => {
    const { name, state, doneBytes } = one
    const fraction = totalBytes === 0 ? 0 : doneBytes / totalBytes
    const cells = barColumns === 0 ? [] : [barOf(state, fraction, barColumns), ' ']
    return [` ${pad(name, NAME_COLUMNS)} `, ...cells, stateOf(one, fraction), counts(one)]
  })
}

/** One column stays free: some terminals wrap after the last one. */
function layout(columns: number): readonly [Counts, number] {
  for (const counts of [IN_WORDS, IN_SIGNS]) {
    const left = columns - 1 - FIXED_COLUMNS - counts(WIDEST).length
    if (left >= LEAST_BAR_COLUMNS) return [counts, Math.min(MOST_BAR_COLUMNS, left)]
  }
  return [IN_SIGNS, 0]
}

const WIDEST: FishFacts = { name: SHARER, state: 'off', doneBytes: 0, givenBytes: 0, takenBytes: 0 }

function barOf(state: FishFacts['state'], fraction: number, columns: number): Span | string {
  const full = Math.floor(Math.min(1, Math.max(0, fraction)) * columns)
  const bar = '█'.repeat(full) + '░'.repeat(columns - full)
  if (state === 'off') return { text: '░'.repeat(columns), style: 'faint' }
  return state === 'whole' ? { text: bar, style: 'good' } : bar
}

function stateOf({ state }: FishFacts, fraction: number): Span | string {
  switch (state) {
    case 'waiting':
      return pad('', STATE_COLUMNS)
    case 'getting':
      // All there and not yet under its final name is 99 %: the last word is `has it`.
      return pad(`${Math.min(99, Math.floor(fraction * 100))} %`.padStart(4), STATE_COLUMNS)
    case 'whole':
      return { text: pad('has it', STATE_COLUMNS), style: 'good' }
    case 'off':
      return { text: pad('switched off', STATE_COLUMNS), style: 'bad' }
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
