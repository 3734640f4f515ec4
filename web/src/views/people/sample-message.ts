// A message for tests of the page's logic: nothing in the page itself uses it.

import type { Message } from '../../../../src/api/schemas/conversations.ts'

export function sampleMessage(place: number, change: Partial<Message> = {}): Message {
  const at = new Date(Date.UTC(2026, 10, 28, 8, place)).toISOString()
  return {
    id: place.toString(16).padStart(64, '0'),
    conversation: `direct:${'a'.repeat(52)}`,
    place,
    author: 'a'.repeat(52),
    authorName: 'Ana',
    mine: false,
    at,
    receivedAt: at,
    kind: 'text',
    text: `number ${place}`,
    notice: null,
    replyTo: null,
    mentionsMe: false,
    edited: false,
    deleted: 'no',
    reactions: [],
    file: null,
    where: null,
    heldBy: 0,
    ...change,
  }
}
