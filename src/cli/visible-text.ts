// The one way for text from elsewhere (names, tracker messages, client ids) onto a terminal.
// Promise: what comes out moves no cursor, changes no colour, reverses no reading order and hides no letter.

import { UNSEEN } from '../api/unseen-characters.ts'

export { visible } from '../api/unseen-characters.ts'

/** One line of JSON in which unseen characters are escapes: the same value to a program, harmless to a terminal. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replace(UNSEEN, (unseen) =>
    Array.from(
      { length: unseen.length },
      (_, unit) => `\\u${hex(unseen.charCodeAt(unit)).padStart(4, '0')}`,
    ).join(''),
  )
}

function hex(value: number): string {
  return value.toString(16).toUpperCase()
}
