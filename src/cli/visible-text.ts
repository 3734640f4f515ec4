// The one way for text from elsewhere (names, tracker messages, client ids) onto a terminal.
// Promise: what comes out moves no cursor, changes no colour, reverses no reading order and hides no letter.

/**
 * Controls, formats (bidi marks and overrides, zero-width joiners and spaces, tags), lone surrogates, line and
 * paragraph separators, and whatever else Unicode draws as nothing; but not the two signs that choose between text
 * and emoji looks, which are ordinary in names and hide nothing.
 */
const UNSEEN = /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]--[\uFE0E\uFE0F]]/gv

/** `text` with every unseen character written as `<U+202E>`. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (unseen) => `<U+${hex(unseen.codePointAt(0) ?? 0).padStart(4, '0')}>`)
}

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
