// What came out of a document: its text and what else it holds; or why it could not be looked into.

/** Design: text out of one document. Longer is cut: a paper shows what it is at its beginning. */
export const MAX_TEXT_CHARS = 4_000_000

export interface Member {
  readonly name: string
  readonly bytes: Uint8Array
}

export interface Extracted {
  readonly text: string
  /** Attachments: looked into as files of their own. */
  readonly members?: readonly Member[]
  readonly unreadable?: 'password' | 'damaged'
}

export function cut(text: string): string {
  return text.length > MAX_TEXT_CHARS ? text.slice(0, MAX_TEXT_CHARS) : text
}
