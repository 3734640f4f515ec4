// Conversations: rooms of circles and direct ones, their messages, and what is found in them.

import { z } from 'zod'
import { ContentIdText } from './library.ts'
import { CircleId, PersonId } from './people.ts'
import { AbsolutePath, Bytes, Coded, ForeignText, Moment, TransferId } from './primitives.ts'

/** `room:<circle>:<room>` or `direct:<person>`. */
export const ConversationId = z.string().regex(/^(room:[a-z2-7]{52}:[0-9a-f]{32}|direct:[a-z2-7]{52})$/)
/** Hash of the entry. */
export const MessageId = z.string().regex(/^[0-9a-f]{64}$/)
/** COMMUNITY.md: 4 KiB of text; counted in bytes where it is sealed. */
export const MessageText = z.string().min(1).max(4_096)

export const FileCard = z.object({
  name: ForeignText,
  kind: z.string(),
  files: z.number().int(),
  lengthBytes: Bytes,
  /** Of one file. */
  content: ContentIdText.nullable(),
  state: z.enum(['offered', 'dismissed', 'getting', 'got', 'mine', 'blocked', 'failed']),
  doneBytes: Bytes,
  /** Devices that have it and are online. */
  sources: z.number().int(),
  transfer: TransferId.nullable(),
  saved: z.string().nullable(),
  /** A small image of it made here, by GET `preview` of the message; false where there is none. */
  preview: z.boolean(),
  problem: Coded.nullable(),
})
export type FileCard = z.infer<typeof FileCard>

export const Message = z.object({
  id: MessageId,
  conversation: ConversationId,
  /** Order of showing: causal, then by clock and hash; grows within a conversation, but may change when late ones arrive. */
  place: z.number().int(),
  author: PersonId,
  authorName: ForeignText,
  mine: z.boolean(),
  /** Written, by the author's clock; never trusted for order. */
  at: Moment,
  receivedAt: Moment,
  kind: z.enum(['text', 'file', 'notice']),
  /** Empty for deleted ones. For notices a code and data: JOINED, LEFT, REMOVED, RENAMED, FORKED … */
  text: ForeignText,
  notice: Coded.nullable(),
  replyTo: z.object({ id: MessageId, authorName: ForeignText, text: ForeignText }).nullable(),
  mentionsMe: z.boolean(),
  edited: z.boolean(),
  /** By its author, or taken away by a moderator. */
  deleted: z.enum(['no', 'author', 'moderator']),
  reactions: z.array(z.object({ emoji: z.string(), people: z.array(ForeignText), mine: z.boolean() })),
  file: FileCard.nullable(),
  /** Of my own: only on this device; held by others; a device of the recipient (each member, in a room) has it. */
  where: z.enum(['here', 'held', 'delivered']).nullable(),
  heldBy: z.number().int(),
})
export type Message = z.infer<typeof Message>

export const Conversation = z.object({
  id: ConversationId,
  kind: z.enum(['room', 'direct']),
  circle: CircleId.nullable(),
  person: PersonId.nullable(),
  name: ForeignText,
  unread: z.number().int(),
  mentions: z.number().int(),
  quiet: z.boolean(),
  last: z.object({ text: ForeignText, authorName: ForeignText, at: Moment }).nullable(),
  /** Names of those who are writing now. */
  typing: z.array(ForeignText),
  /** Whether something can be written, and why not (CIRCLE_LEFT, BLOCKED, FORKED …). */
  closed: Coded.nullable(),
})
export type Conversation = z.infer<typeof Conversation>

export const MessagesRequest = z.object({
  id: ConversationId,
  /** Those before or after this one; the newest without either. */
  before: MessageId.optional(),
  after: MessageId.optional(),
  around: MessageId.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

export const MessagesAnswer = z.object({
  messages: z.array(Message),
  /** There are older ones, and newer ones. */
  older: z.boolean(),
  newer: z.boolean(),
  /** The first unread one. */
  firstUnread: MessageId.nullable(),
})

export const NewMessage = z.object({
  text: MessageText,
  replyTo: MessageId.optional(),
  /** Persons named in it. */
  mentions: z.array(PersonId).max(32).default([]),
  /** The same number is written once only, however often it is sent. */
  once: z
    .string()
    .regex(/^[0-9a-f]{16,32}$/)
    .optional(),
})

export const NewFiles = z.object({
  paths: z.array(AbsolutePath).min(1).max(100),
  review: z.string().max(64).optional(),
  text: z.string().max(4_096).optional(),
})

export const MessageSearchRequest = z.object({
  words: z.string().min(1).max(200),
  in: ConversationId.optional(),
  circle: CircleId.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  offset: z.coerce.number().int().min(0).max(100_000).default(0),
})
