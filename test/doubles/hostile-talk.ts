// Conversations of the people of hostile-people.ts: one with a message of each kind there is, in words that a test chooses.

import type { Handlers } from '../../src/api/routes.ts'
import type { Conversation, FileCard, Message } from '../../src/api/schemas/conversations.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

export const key = (letter: string): string => letter.repeat(52)
export const CIRCLE = key('c')
export const ROOM = `room:${CIRCLE}:${'1'.repeat(32)}`
export const QUIET_ROOM = `room:${CIRCLE}:${'2'.repeat(32)}`
export const [ME, ANA, BEN, KEEPER] = [key('m'), key('a'), key('b'), key('k')] as const
export const PERSON = ANA
export const DIRECT = `direct:${ANA}`

interface TalkWords {
  /** @param field names the text @param plain what a kind person would have written */
  readonly say: (field: string, plain: string) => string
  readonly at: (agoMs: number) => string
  readonly myName: string
}

export function talkHandlers({ say, at, myName }: TalkWords): Partial<Handlers> {
  const conversation = (id: string, change: Partial<Conversation>): Conversation => ({
    id,
    kind: 'room',
    circle: CIRCLE,
    person: null,
    name: '',
    unread: 0,
    mentions: 0,
    quiet: false,
    last: null,
    typing: [],
    closed: null,
    ...change,
  })
  const conversations = [
    conversation(ROOM, {
      name: say('room-name', 'General'),
      unread: 2,
      mentions: 1,
      typing: [say('who-types', 'Ana')],
    }),
    conversation(QUIET_ROOM, { name: say('quiet-room', 'Recordings'), unread: 4, quiet: true }),
    conversation(DIRECT, {
      kind: 'direct',
      circle: null,
      person: ANA,
      name: say('person-name', 'Ana'),
      unread: 1,
    }),
  ]
  const card = (change: Partial<FileCard>): FileCard => ({
    name: say('file-name', 'rain on tin.flac'),
    kind: 'audio',
    files: 1,
    lengthBytes: 62e6,
    content: `${'ab'.repeat(32)}-62000000`,
    state: 'offered',
    doneBytes: 0,
    sources: 2,
    transfer: null,
    saved: null,
    preview: false,
    problem: null,
    ...change,
  })
  const message = (place: number, change: Partial<Message> = {}): Message => ({
    id: place.toString(16).padStart(64, '0'),
    conversation: ROOM,
    place,
    author: ANA,
    authorName: say('person-name', 'Ana'),
    mine: false,
    at: at((60 - place) * 20 * MINUTE_MS),
    receivedAt: at((60 - place) * 20 * MINUTE_MS),
    kind: 'text',
    text: say('message-text', `Take ${place} is better than the one before.`),
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
  })
  const own = { author: ME, authorName: myName, mine: true } as const
  const messages: Message[] = [
    ...Array.from({ length: 44 }, (_, i) =>
      message(i, i % 3 === 0 ? { ...own, where: 'delivered', heldBy: 2 } : {}),
    ),
    message(44, {
      kind: 'notice',
      text: '',
      notice: { code: 'JOINED', data: { name: say('joined-name', 'Ben') } },
    }),
    message(45, {
      author: BEN,
      authorName: say('second-person', 'Ben'),
      text: say('message-text', 'Hello all! Here are the photos: https://example.org/photos 👋'),
      reactions: [
        { emoji: '👍', people: [say('reacting', 'Ana')], mine: false },
        { emoji: '🎉', people: [say('reacting', 'Ana'), myName], mine: true },
      ],
    }),
    message(46, {
      kind: 'file',
      text: '',
      file: card({ preview: true, kind: 'image', name: say('image-name', 'stage.jpg'), lengthBytes: 2.1e6 }),
    }),
    message(47, { kind: 'file', text: '', file: card({ state: 'getting', doneBytes: 40e6, sources: 3 }) }),
    message(48, {
      kind: 'file',
      text: '',
      file: card({ state: 'got', saved: say('saved-path', '/home/mila/Downloads/Shoal/rain on tin.flac') }),
    }),
    message(49, { deleted: 'moderator', text: '' }),
    message(50, {
      ...own,
      text: say('message-text', 'I can bring the amplifier.'),
      where: 'held',
      heldBy: 2,
      edited: true,
    }),
    message(51, {
      mentionsMe: true,
      text: say('message-text', 'Thank you @Mila!'),
      replyTo: {
        id: (50).toString(16).padStart(64, '0'),
        authorName: myName,
        text: say('answered-text', 'I can bring the amplifier.'),
      },
    }),
    message(52, { ...own, text: say('message-text', 'See you on Saturday.'), where: 'here' }),
  ]
  const find = (id: string): Message => messages.find((one) => one.id === id) ?? message(0)
  return {
    conversations: () => ({ conversations }),
    messages: ({ id, before, after, around, limit }) => {
      const all = messages.filter((one) => one.conversation === id)
      const index = (of: string | undefined) => all.findIndex((one) => one.id === of)
      const to = before === undefined ? all.length : index(before)
      const from = after === undefined ? Math.max(0, to - limit) : index(after) + 1
      const [first, last] =
        around === undefined ? [from, to] : [Math.max(0, index(around) - limit / 2), all.length]
      return {
        messages: all.slice(first, last),
        older: first > 0,
        newer: false,
        firstUnread: all.length > 2 ? (all.at(-2)?.id ?? null) : null,
      }
    },
    writeMessage: ({ id, text, replyTo }) => {
      const answered = replyTo === undefined ? undefined : find(replyTo)
      const written = message(messages.length, {
        ...own,
        conversation: id,
        text,
        where: 'here',
        at: at(0),
        receivedAt: at(0),
        replyTo:
          answered === undefined
            ? null
            : { id: answered.id, authorName: answered.authorName, text: answered.text },
      })
      messages.push(written)
      return written
    },
    editMessage: ({ message: of, text }) => ({ ...find(of), text, edited: true }),
    deleteMessage: ({ message: of }) => ({ ...find(of), deleted: 'author', text: '' }),
    react: ({ message: of, emoji, on }) => ({
      ...find(of),
      reactions: on ? [{ emoji, people: [myName], mine: true }] : [],
    }),
    getMessageFile: ({ message: of, dismiss }) =>
      card({ ...find(of).file, state: dismiss === true ? 'dismissed' : 'getting' }),
    readConversation: ({ id }) => ({
      ...(conversations.find((one) => one.id === id) ?? conversation(id, {})),
      unread: 0,
      mentions: 0,
    }),
    typing: () => ({}),
    searchMessages: () => ({
      messages: messages.slice(-9).filter(({ text }) => text !== ''),
      total: 9,
      until: at(30 * DAY_MS),
    }),
  }
}
