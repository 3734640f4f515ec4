// Text in lines no wider than a terminal: broken at spaces where there are any, else inside a word. Pure.
// Promise: what comes out is already visible text; ends of lines break lines, everything else unseen is shown as `<U+…>`.

import { columnsOf } from './columns.ts'
import { visible } from './visible-text.ts'

/** @param first columns that are taken at the beginning of the first line */
export function wrapped(text: string, columns: number, first = 0): string[] {
  const room = Math.max(1, columns)
  const lines: string[] = []
  let line = ''
  let width = Math.min(first, room - 1)
  const end = (): void => {
    lines.push(line.trimEnd())
    line = ''
    width = 0
  }
  for (const [at, paragraph] of text.split(/\r\n|\n|\u2028|\u2029/u).entries()) {
    if (at > 0) end()
    for (const word of visible(paragraph).split(/(?<= )/u)) {
      const bare = columnsOf(word.trimEnd())
      if (width > 0 && width + bare > room && bare <= room) end()
      for (const letter of word) {
        const wide = columnsOf(letter)
        // A space that does not fit is what the line is broken at.
        if (width + wide > room && letter === ' ') continue
        if (width + wide > room) end()
        line += letter
        width += wide
      }
    }
  }
  end()
  return lines
}
