// Which characters of a text from elsewhere would not be seen, or would change how the rest is read; the same for terminal and page.

/**
 * Controls, formats (bidi marks and overrides, zero-width joiners and spaces, tags), lone surrogates, line and
 * paragraph separators, and whatever else Unicode draws as nothing; but not the two signs that choose between text
 * and emoji looks, which are ordinary in names and hide nothing.
 */
export const UNSEEN = /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]--[\uFE0E\uFE0F]]/gv

/** `U+202E` */
export function unseenName(unseen: string): string {
  return `U+${(unseen.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

export interface TextPart {
  readonly text: string
  /** Name of the one unseen character that this part is. */
  readonly unseen: string | undefined
}

/** `text` in order; a part is what can be shown as it is, or one character that cannot. */
export function splitUnseen(text: string): TextPart[] {
  const parts: TextPart[] = []
  let shown = 0
  for (const { 0: unseen, index } of text.matchAll(UNSEEN)) {
    if (index > shown) parts.push({ text: text.slice(shown, index), unseen: undefined })
    parts.push({ text: unseen, unseen: unseenName(unseen) })
    shown = index + unseen.length
  }
  if (shown < text.length || parts.length === 0) parts.push({ text: text.slice(shown), unseen: undefined })
  return parts
}

/** `text` with every unseen character written as `<U+202E>`. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (unseen) => `<${unseenName(unseen)}>`)
}
