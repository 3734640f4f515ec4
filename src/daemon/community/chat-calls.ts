// The calls of conversations: rooms and direct ones alike. What is written goes to the service whose conversation it is; what is
// read comes from the rows that both fill.

import type { Room } from '../../api/schemas/circles.ts'
import type { Message } from '../../api/schemas/conversations.ts'
import { toHex, utf8 } from '../../base/bytes.ts'
import type { Random } from '../../base/ports.ts'
import type { Book } from '../../community/chat/book.ts'
import type { ChatService } from '../../community/chat/chat-service.ts'
import { directKey, roomKey } from '../../community/chat/chat-store.ts'
import { type Content, isEmoji } from '../../community/chat/content.ts'
import { MAX_ROOMS, MAX_TEXT_BYTES } from '../../community/chat/limits.ts'
import { CommunityError } from '../../community/community-error.ts'
import type { CircleId, PersonId, RecordId } from '../../community/ids.ts'
import type { Membership } from '../../community/membership.ts'
import { type MessageView, nameOfNameless, recordId } from './message-view.ts'
import type { ForwardedCalls } from './people-messages.ts'
import type { SqliteBook } from './store/book-store.ts'
import type { ConversationRow, MessageRow, MessageRows } from './store/message-rows.ts'
import type { MessageWords } from './store/message-words.ts'

export type Written = Exclude<Content, { kind: 'unknown' }>

export interface CallsGround {
  readonly me: PersonId
  readonly membership: Membership
  readonly chat: ChatService
  readonly book: Book
  readonly store: SqliteBook
  readonly rows: MessageRows
  readonly words: MessageWords
  readonly view: MessageView
  readonly random: Random
  /** Writes a direct message, and puts it into the book. @throws CommunityError */
  direct(person: PersonId, content: Written): RecordId
  /** Something of a conversation that others are told: unread, quiet. */
  changed(conversation: string): void
}

type Place =
  | { readonly kind: 'room'; readonly circle: CircleId; readonly room: string }
  | { readonly kind: 'direct'; readonly person: PersonId }

export type ConversationCalls = Pick<
  ForwardedCalls,
  | 'conversations'
  | 'messages'
  | 'writeMessage'
  | 'editMessage'
  | 'deleteMessage'
  | 'react'
  | 'readConversation'
  | 'changeConversation'
  | 'typing'
  | 'searchMessages'
  | 'newRoom'
  | 'changeRoom'
>

export function conversationCalls(ground: CallsGround): ConversationCalls {
  const { rows, view, book, chat, words, store, me, membership } = ground

  const row = (id: string): ConversationRow => {
    const place = placeOf(id)
    const found = rows.conversation(id)
    if (found !== undefined && isThere(found)) return found
    // Somebody to whom nothing was written yet.
    if (place.kind === 'direct') {
      store.conversation(directKey(place.person), undefined)
      return rows.conversation(id) as ConversationRow
    }
    throw new CommunityError('CONVERSATION_UNKNOWN', { conversation: id })
  }
  const isThere = ({ id }: ConversationRow): boolean => {
    const place = placeOf(id)
    if (place.kind === 'direct') return true
    return (
      book.rooms(place.circle).some(({ key }) => key === `room:${place.room}`) ||
      book.namelessRooms(place.circle).includes(place.room)
    )
  }
  const message = (conversation: string, id: string): MessageRow => {
    const found = rows.one(recordId(id))
    if (found?.conversation_id !== conversation || found.hidden === 1)
      throw new CommunityError('MESSAGE_UNKNOWN', { message: id })
    return found
  }
  const write = (conversation: string, content: Written): RecordId => {
    const place = placeOf(conversation)
    return place.kind === 'room' ? chat.write(place.circle, content).id : ground.direct(place.person, content)
  }
  const written = (id: RecordId): Message => view.message(rows.one(id) as MessageRow)
  const roomOf = (conversation: string): string | undefined => {
    const place = placeOf(conversation)
    return place.kind === 'room' ? place.room : undefined
  }

  return {
    conversations: () => {
      const rooms = new Set<string>()
      for (const circle of membership.circles()) {
        if (membership.facts(circle)?.mine === 'keeper') continue
        for (const { id, archived } of roomsIn(book, circle)) if (!archived) rooms.add(roomKey(circle, id))
      }
      const all = rows
        .conversations()
        .filter(
          ({ id, key }) => rooms.has(id) || (id.startsWith('direct:') && rows.newest(key, 1).length > 0),
        )
      return { conversations: all.map((each) => view.conversation(each)) }
    },

    messages: ({ id, before, after, around, limit }) => {
      const conversation = row(id)
      const page = pageOf(rows, conversation.key, {
        before: before === undefined ? undefined : message(id, before),
        after: after === undefined ? undefined : message(id, after),
        around: around === undefined ? undefined : message(id, around),
        limit,
      })
      const [first] = page
      const last = page.at(-1)
      const unread = rows.firstUnread(conversation)
      return {
        messages: view.messages(page),
        older: first !== undefined && rows.before(first, 1).length > 0,
        newer: last !== undefined && rows.after(last, 1).length > 0,
        firstUnread: unread === undefined ? null : toHex(unread),
      }
    },

    writeMessage: ({ id, text, replyTo, mentions, once }) => {
      const conversation = row(id)
      const before = once === undefined ? undefined : rows.once(conversation.key, once)
      if (before !== undefined) return view.message(before)
      bounded(text)
      const content: Written = {
        kind: 'text',
        room: roomOf(id),
        text,
        replyTo: replyTo === undefined ? undefined : recordId(toHex(message(id, replyTo).id)),
        mentions: mentions.map((person) => person as PersonId),
      }
      const entry = write(id, content)
      if (once !== undefined) rows.setOnce(entry, once)
      return written(entry)
    },

    editMessage: ({ id, message: target, text }) => {
      const found = message(id, target)
      bounded(text)
      if (found.mine !== 1) throw new CommunityError('NOT_ALLOWED')
      if (found.deleted !== 'no' || found.kind === 'notice')
        throw new CommunityError('MESSAGE_UNKNOWN', { message: target })
      write(id, { kind: 'edit', target: recordId(target), text, mentions: [] })
      return written(recordId(target))
    },

    deleteMessage: ({ id, message: target }) => {
      const found = message(id, target)
      const place = placeOf(id)
      const role = place.kind === 'room' ? membership.facts(place.circle)?.members.get(me)?.role : undefined
      if (found.kind === 'notice' || (found.mine !== 1 && role !== 'owner' && role !== 'moderator'))
        throw new CommunityError('NOT_ALLOWED', place.kind === 'room' ? { needs: 'moderator' } : {})
      if (found.deleted === 'no') write(id, { kind: 'delete', target: recordId(target) })
      return written(recordId(target))
    },

    react: ({ id, message: target, emoji, on }) => {
      const found = message(id, target)
      if (!isEmoji(emoji)) throw new CommunityError('NOT_ALLOWED')
      if (found.deleted !== 'no' || found.kind === 'notice')
        throw new CommunityError('MESSAGE_UNKNOWN', { message: target })
      const mine = view.message(found).reactions.some((each) => each.emoji === emoji && each.mine)
      if (mine !== on) write(id, { kind: 'react', target: recordId(target), emoji, on })
      return written(recordId(target))
    },

    readConversation: ({ id, message: target }) => {
      rows.read(message(id, target))
      ground.changed(id)
      return view.conversation(row(id))
    },

    changeConversation: ({ id, quiet }) => {
      rows.setQuiet(row(id).key, quiet)
      ground.changed(id)
      return view.conversation(row(id))
    },

    typing: ({ id }) => {
      const place = placeOf(id)
      if (place.kind === 'room') chat.typing(place.circle, place.room)
      return {}
    },

    searchMessages: ({ words: typed, in: conversation, circle, limit, offset }) => {
      const within =
        conversation !== undefined
          ? { conversation: row(conversation).key }
          : circle !== undefined
            ? { scope: store.scope(circle as CircleId) }
            : {}
      const { numbers, total } = words.find(typed, within, limit, offset)
      const found = numbers.flatMap((number) => rows.numbered(number) ?? [])
      const oldest = conversation === undefined ? undefined : rows.oldest(row(conversation).key)
      return {
        messages: view.messages(found),
        total,
        until: oldest === undefined ? null : new Date(oldest * 1_000).toISOString(),
      }
    },

    newRoom: ({ id, name }) => {
      const circle = id as CircleId
      if (book.rooms(circle).length >= MAX_ROOMS) throw new CommunityError('TOO_MANY')
      const room = toHex(ground.random.bytes(16))
      chat.write(circle, { kind: 'room', room, name, archived: false })
      return roomOut(circle, room)
    },

    changeRoom: ({ id, room, name, archived }) => {
      const circle = id as CircleId
      const known =
        book.rooms(circle).find(({ key }) => key === `room:${room}`) ??
        roomsIn(book, circle).find(({ id: each }) => each === room)
      if (known === undefined) throw new CommunityError('ROOM_UNKNOWN', { room })
      const role = membership.facts(circle)?.members.get(me)?.role
      if (!('maker' in known && known.maker === me) && role !== 'owner' && role !== 'moderator')
        throw new CommunityError('NOT_ALLOWED', { needs: 'moderator' })
      chat.write(circle, {
        kind: 'room',
        room,
        name: name ?? known.name,
        archived: archived ?? known.archived,
      })
      return roomOut(circle, room)
    },
  }

  function roomOut(circle: CircleId, room: string): Room {
    return roomsOf(ground, circle).find(({ id }) => id === room) as Room
  }
}

/** Those made or changed first: whoever makes many does not hide those that were there. Those without a name come last. */
function roomsIn(book: Book, circle: CircleId): { id: string; name: string; archived: boolean }[] {
  const named = book
    .rooms(circle)
    .map(({ key, name, archived }) => ({ id: key.slice('room:'.length), name, archived }))
  const nameless = book.namelessRooms(circle).map((id) => ({ id, name: nameOfNameless(id), archived: false }))
  return [...named, ...nameless].slice(0, MAX_ROOMS)
}

export function roomsOf({ book, rows }: Pick<CallsGround, 'book' | 'rows'>, circle: CircleId): Room[] {
  return roomsIn(book, circle).map(({ id, name, archived }) => {
    const conversation = rows.conversation(roomKey(circle, id))
    const { unread, mentions } =
      conversation === undefined ? { unread: 0, mentions: 0 } : rows.unread(conversation)
    return { id, name, archived, unread, mentions, quiet: conversation?.quiet === 1 }
  })
}

function placeOf(conversation: string): Place {
  const [kind, first, room] = conversation.split(':')
  if (kind === 'room' && first !== undefined && room !== undefined)
    return { kind, circle: first as CircleId, room }
  if (kind === 'direct' && first !== undefined) return { kind, person: first as PersonId }
  throw new CommunityError('CONVERSATION_UNKNOWN', { conversation })
}

/** COMMUNITY.md: 4 KiB, counted as bytes. */
function bounded(text: string): void {
  if (utf8(text).length > MAX_TEXT_BYTES)
    throw new CommunityError('MESSAGE_TOO_LONG', { limit: MAX_TEXT_BYTES })
}

interface PageWish {
  readonly before: MessageRow | undefined
  readonly after: MessageRow | undefined
  readonly around: MessageRow | undefined
  readonly limit: number
}

function pageOf(
  rows: MessageRows,
  conversation: number,
  { before, after, around, limit }: PageWish,
): MessageRow[] {
  if (around !== undefined) {
    const older = rows.before(around, Math.floor(limit / 2))
    return [...older, around, ...rows.after(around, limit - older.length - 1)]
  }
  if (before !== undefined) return rows.before(before, limit)
  if (after !== undefined) return rows.after(after, limit)
  return rows.newest(conversation, limit)
}
