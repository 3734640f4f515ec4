// What is being written in each conversation: it stays while one looks elsewhere on the page, and is sent once however often one tries.

import type { Message } from '../../../../src/api/schemas/conversations.ts'
import type { Named } from './mentions.ts'

export interface Draft {
  readonly text: string
  readonly reply: Message | undefined
  /** Changes a message of one's own instead of writing another. */
  readonly editing: Message | undefined
  readonly chosen: readonly Named[]
  /** Known by it to the daemon when the answer to a first try was lost. */
  readonly once: string | undefined
}

export const EMPTY: Draft = { text: '', reply: undefined, editing: undefined, chosen: [], once: undefined }

/** Nobody writes in more at a time; the oldest goes. */
const MOST_DRAFTS = 100

const drafts = new Map<string, Draft>()

export function draftOf(conversation: string): Draft {
  return drafts.get(conversation) ?? EMPTY
}

export function keepDraft(conversation: string, draft: Draft): void {
  drafts.delete(conversation)
  if (draft !== EMPTY) drafts.set(conversation, draft)
  const [oldest] = drafts.keys()
  if (drafts.size > MOST_DRAFTS && oldest !== undefined) drafts.delete(oldest)
}

/** A first word for a room that was just joined: it is sent only by the person. */
export function suggest(conversation: string, text: string): void {
  if (draftOf(conversation) === EMPTY) keepDraft(conversation, { ...EMPTY, text })
}

export function newOnce(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
}

/** COMMUNITY.md: 4 KiB of text, as bytes. */
const MOST_BYTES = 4_096

/** @returns bytes that are too many */
export function tooMany(text: string): number {
  return Math.max(0, new TextEncoder().encode(text).length - MOST_BYTES)
}
