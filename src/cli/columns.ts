// How wide text is on a terminal, so that a line that is redrawn never wraps.
// Promise: never narrower than what terminals draw for the text we show; a little wider at worst.

/** Two columns: scripts of East Asia, full-width forms, and what is drawn as an emoji. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303E\uFF01-\uFF60\uFFE0-\uFFE6]/u
const NO_WIDTH = /[\p{Mn}\p{Me}]/u

export function columnsOf(text: string): number {
  let columns = 0
  for (const letter of text) columns += columnsOfLetter(letter)
  return columns
}

function columnsOfLetter(letter: string): number {
  if (letter < '\u0300') return 1
  if (NO_WIDTH.test(letter)) return 0
  return WIDE.test(letter) ? 2 : 1
}

/** `text` if it fits, else its beginning and an ellipsis, within `columns`. */
export function fit(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text
  let kept = ''
  let width = 1
  for (const letter of text) {
    width += columnsOfLetter(letter)
    if (width > columns) break
    kept += letter
  }
  return columns < 1 ? '' : `${kept}…`
}

/** `text` followed by spaces up to `columns`, or fitted into them. */
export function pad(text: string, columns: number): string {
  return fit(text, columns) + ' '.repeat(Math.max(0, columns - columnsOf(text)))
}
