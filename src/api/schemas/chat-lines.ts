// What a program writes to `shoal chat --json`, one object a line: `do` says what, `ref` comes back with the answer.

import { z } from 'zod'
import { ConversationId, MessageId, MessageText } from './conversations.ts'
import { PersonId } from './people.ts'

const About = {
  /** Comes back with the answer. */
  ref: z.union([z.string().max(256), z.number()]).optional(),
  /** Needed where the program follows all of them. */
  conversation: ConversationId.optional(),
}
const OneMessage = { ...About, message: MessageId }

export const ChatLine = z.union([
  z.object({
    ...About,
    do: z.literal('say').optional(),
    text: MessageText,
    replyTo: MessageId.optional(),
    mentions: z.array(PersonId).max(32).optional(),
    /** The same number is written once only, however often it is sent. */
    once: z
      .string()
      .regex(/^[0-9a-f]{16,32}$/)
      .optional(),
  }),
  z.object({ ...OneMessage, do: z.literal('edit'), text: MessageText }),
  z.object({ ...OneMessage, do: z.literal('delete') }),
  z.object({
    ...OneMessage,
    do: z.literal('react'),
    emoji: z.string().min(1).max(16),
    on: z.boolean().default(true),
  }),
  z.object({ ...OneMessage, do: z.literal('get'), folder: z.string().max(4_096).optional() }),
  z.object({ ...OneMessage, do: z.literal('dismiss') }),
  z.object({ ...OneMessage, do: z.literal('read') }),
  z.object({
    ...About,
    do: z.literal('file'),
    paths: z.array(z.string().min(1).max(4_096)).min(1).max(100),
    text: z.string().max(4_096).optional(),
  }),
  z.object({ ...About, do: z.literal('typing') }),
  z.object({ ...About, do: z.literal('quit') }),
])
export type ChatLine = z.infer<typeof ChatLine>
