// Conversations in the people process, joined: the chat service on the links, what it keeps in the database, the calls, and what
// the other parts ask of it (names, rooms, who is frozen). Direct messages come into the same book through `inbox`.

import type { DatabaseSync } from 'node:sqlite'
import type { Room } from '../../api/schemas/circles.ts'
import type { FileCard, Message } from '../../api/schemas/conversations.ts'
import type { PeopleChange } from '../../api/schemas/events.ts'
import { concatBytes, toHex, utf8 } from '../../base/bytes.ts'
import type { Millis } from '../../base/ids.ts'
import type { Clock, Random } from '../../base/ports.ts'
import { Book } from '../../community/chat/book.ts'
import { ChatService } from '../../community/chat/chat-service.ts'
import { type ConversationKey, directKey, type Notice, roomKey } from '../../community/chat/chat-store.ts'
import { encodeContent } from '../../community/chat/content.ts'
import type { FileOffer } from '../../community/chat/file-offer.ts'
import { CommunityError } from '../../community/community-error.ts'
import type { CommunityCrypto } from '../../community/crypto.ts'
import { type CircleId, type DeviceId, keyText, type PersonId, type RecordId } from '../../community/ids.ts'
import type { Membership, Pin } from '../../community/membership.ts'
import type { Service, ServiceOut, Wall } from '../../community/service.ts'
import {
  type CallsGround,
  type ConversationCalls,
  conversationCalls,
  roomsOf,
  type Written,
} from './chat-calls.ts'
import { ChatNews } from './chat-news.ts'
import { DirectBook, type DirectInbox, type DirectWriter } from './direct-book.ts'
import { KeysWait } from './keys-wait.ts'
import { MessageView, recordId } from './message-view.ts'
import { SqliteBook } from './store/book-store.ts'
import { ChatKeys } from './store/chat-keys.ts'
import { DirectRows } from './store/direct-rows.ts'
import { SqliteEntries } from './store/entry-store.ts'
import { type MessageRow, MessageRows } from './store/message-rows.ts'
import { MessageWords } from './store/message-words.ts'

/** What it is given by the process (people-part.ts). */
export interface ChatPartGround {
  readonly own: { readonly person: PersonId; readonly device: DeviceId; readonly deviceSeed: Uint8Array }
  readonly crypto: CommunityCrypto
  readonly database: DatabaseSync
  readonly clock: Clock
  readonly random: Random
  readonly wall: Wall
  now(): Millis
  turn<T>(work: () => T): T
  out(service: string): ServiceOut
  changed(change: PeopleChange): void
  settings(): { readonly typing: boolean }
}

/** What it is given by the other parts. */
export interface ChatSurroundings {
  readonly membership: Membership
  /** How I call myself. */
  myName(): string | undefined
  /** As I call them; as they call themselves to contacts. */
  alias(person: PersonId): string | undefined
  contactName(person: PersonId): string | undefined
  blocked(person: PersonId): boolean
  ignored(person: PersonId): boolean
}

export interface ChatPart {
  readonly services: readonly Service[]
  readonly calls: ConversationCalls & ChatInnerCalls
  readonly chat: ChatService
  /** For direct messages; `connect` before the first call for one. */
  readonly inbox: DirectInbox
  connect(direct: DirectWriter): void
  circleName(circle: CircleId): string | undefined
  /** As they call themselves in whichever circle. */
  personName(person: PersonId): string | undefined
  rooms(circle: CircleId): Room[]
  isFrozen(circle: CircleId, device: DeviceId): boolean
  pinOf(circle: CircleId, device: DeviceId): Pin
  /** The first entries of a circle of mine: its name and a room. */
  begin(circle: CircleId, name: string): void
  rename(circle: CircleId, name: string): void
  /** I call myself otherwise. */
  introduce(): void
  /** Somebody is blocked or ignored, or no longer. */
  personChanged(person: PersonId): void
  /** Everything of a circle goes. */
  forget(circle: CircleId): void
}

/** What the daemon asks about files in messages. */
export interface ChatInnerCalls {
  writeFileEntry(input: {
    readonly conversation: string
    readonly offer: FileOffer
    readonly text: string
    readonly replyTo?: string
  }): Message
  messageOffer(input: { readonly conversation: string; readonly message: string }): {
    readonly offer: FileOffer
    readonly author: PersonId
    readonly device: DeviceId
    readonly mine: boolean
  }
  /** How far it is here. */
  fileState(input: {
    readonly conversation: string
    readonly message: string
    readonly state: Partial<FileCard>
  }): Message
}

/** The room that every circle begins with. */
const FIRST_ROOM = 'General'
/** Of mine whose place changed, told at once; a whole history that somebody took is not told line by line. */
const MOST_TOLD = 20
/** What was written so long before it came is no news. */
const OLD_SECONDS = 7 * 86_400
/** Members that come together beyond this came before us. */
const MOST_NOTICES = 5

export function openChatPart(ground: ChatPartGround, around: ChatSurroundings): ChatPart {
  const { own, crypto, database, wall } = ground
  const { membership } = around
  const me = own.person
  const keys = new ChatKeys(database)
  const entries = new SqliteEntries(database, keys)
  const words = new MessageWords(database)
  const rows = new MessageRows(database)
  const member = (circle: CircleId, person: PersonId) => membership.facts(circle)?.members.get(person)
  const moderates = (circle: CircleId, person: PersonId): boolean => {
    const role = member(circle, person)?.role
    return role === 'owner' || role === 'moderator'
  }
  const hidden = (circle: CircleId | undefined, person: PersonId): boolean =>
    person !== me &&
    (around.ignored(person) || (circle !== undefined && member(circle, person)?.muted === true))
  const store = new SqliteBook(database, keys, words, { me, hidden })
  const news = new ChatNews((change) => ground.changed(change))
  const told = (id: RecordId, conversation: ConversationKey, fresh: boolean): void =>
    news.message(
      conversation,
      () => {
        const row = rows.one(id)
        if (row === undefined || row.hidden === 1) return undefined
        const message = view.message(row)
        return { message, notify: fresh ? notice(row, message) : undefined }
      },
      ground.now(),
    )
  const book = new Book({
    store,
    me,
    moderates,
    events: {
      message: told,
      state: (circle, key) => {
        news.circle(circle)
        if (key.startsWith('room:')) news.conversation(roomKey(circle, key.slice('room:'.length)))
      },
    },
  })
  const chat = new ChatService({
    me: own,
    crypto,
    random: ground.random,
    wall,
    now: () => ground.now(),
    out: ground.out('chat'),
    membership,
    store: entries,
    book,
    blocked: (person) => around.blocked(person),
    myName: () => around.myName(),
    typing: () => ground.settings().typing,
    events: {
      held: (circle, author, before, to) => {
        const device = keys.known(author)
        if (device === undefined) return
        for (const row of rows.mineWithin(device, store.scope(circle), before, to, MOST_TOLD))
          told(keyText(row.id), row.conversation_id, false)
      },
      typing: (circle, room) => news.typing(roomKey(circle, room)),
      forked: (circle, device) => {
        const person = membership.facts(circle)?.owners.get(device)
        if (person !== undefined) note(circle, person, 'FORKED', device)
        news.circle(circle)
      },
      members: (circle, joined, left) => {
        for (const person of [...joined, ...left]) store.hide(person, hidden(circle, person), circle)
        if (joined.length <= MOST_NOTICES) for (const person of joined) note(circle, person, 'JOINED')
        if (left.length <= MOST_NOTICES)
          for (const person of left)
            note(circle, person, membership.facts(circle)?.removed.has(person) ? 'REMOVED' : 'LEFT')
      },
      muted: (circle, person) => store.hide(person, hidden(circle, person), circle),
      caughtUp: (circle) => news.circle(circle),
    },
  })
  const view: MessageView = new MessageView({
    me,
    device: own.device,
    membership,
    rows,
    keys,
    entries,
    opened: store,
    book,
    alias: (person) => (person === me ? around.myName() : around.alias(person)),
    contactName: (person) => around.contactName(person),
    blocked: (person) => around.blocked(person),
    frozen: (circle, device) => chat.frozen(circle).includes(device),
    typists: ({ id }) => {
      const [kind, circle, room] = id.split(':')
      return kind === 'room' && room !== undefined ? chat.typists(circle as CircleId, room) : []
    },
  })
  const direct = new DirectBook({
    me,
    book,
    store,
    rows,
    direct: new DirectRows(database, keys),
    wall,
    told: (id, person) => told(id, directKey(person), false),
  })

  /** Worth telling: a mention, or a direct message; unless it was written long ago, or the conversation is quiet. */
  const notice = (row: MessageRow, message: Message): PeopleChange['notify'] => {
    if (row.mine === 1 || row.deleted !== 'no' || (row.scope !== 0 && row.mentions_me === 0)) return undefined
    if (row.received - row.at > OLD_SECONDS) return undefined
    if (rows.conversation(row.conversation_id)?.quiet === 1) return undefined
    return {
      title: message.authorName,
      text: message.text !== '' ? message.text : (message.file?.name ?? ''),
    }
  }

  const note = (circle: CircleId, person: PersonId, code: Notice['code'], device?: DeviceId): void => {
    const room = book.rooms(circle).find(({ archived }) => !archived)
    if (room === undefined || membership.facts(circle)?.mine === 'keeper') return
    const lamport = entries.clock(circle)
    const id = keyText<RecordId>(
      crypto.sha256(concatBytes([utf8(`notice ${code} ${circle} ${person} ${lamport}`)])),
    )
    const key = roomKey(circle, room.key.slice('room:'.length))
    store.putNotice(key, { id, circle, lamport, at: wall.seconds(), person, device, code, name: '' })
    told(id, key, false)
  }

  const calls: CallsGround = {
    me,
    membership,
    chat,
    book,
    store,
    rows,
    words,
    view,
    random: ground.random,
    direct: (person, content) => direct.write(person, encodeContent(content)),
    changed: (conversation) => news.conversation(conversation),
  }

  const talk = conversationCalls(calls)
  const keysWait = new KeysWait({ clock: ground.clock, membership, turn: (work) => ground.turn(work) })

  const write = (conversation: string, content: (room: string | undefined) => Written): Message => {
    const [kind, first, room] = conversation.split(':')
    const id =
      kind === 'room'
        ? chat.write(first as CircleId, content(room)).id
        : direct.write(first as PersonId, encodeContent(content(undefined)))
    const row = rows.one(id)
    if (row === undefined) throw new CommunityError('CONVERSATION_UNKNOWN', { conversation })
    return view.message(row)
  }

  const newRoom = (circle: CircleId, name: string): void => {
    chat.write(circle, { kind: 'room', room: toHex(ground.random.bytes(16)), name, archived: false })
  }

  return {
    services: [withNews(chat, news)],
    chat,
    inbox: direct,
    connect: (writer) => direct.connect(writer),
    calls: {
      ...talk,
      writeMessage: keysWait.patient(talk.writeMessage),
      editMessage: keysWait.patient(talk.editMessage),
      deleteMessage: keysWait.patient(talk.deleteMessage),
      react: keysWait.patient(talk.react),
      newRoom: keysWait.patient(talk.newRoom),
      changeRoom: keysWait.patient(talk.changeRoom),
      writeFileEntry: ({ conversation, offer, text, replyTo }) =>
        write(conversation, (room) => ({
          kind: 'file',
          room,
          offer,
          text,
          replyTo: replyTo === undefined ? undefined : recordId(replyTo),
        })),
      messageOffer: ({ conversation, message }) => {
        const row = rows.one(recordId(message))
        const opened = row && store.openedBy(recordId(message))
        if (row?.conversation_id !== conversation || row.deleted !== 'no' || opened?.content.kind !== 'file')
          throw new CommunityError('MESSAGE_UNKNOWN', { message })
        return {
          offer: opened.content.offer,
          author: opened.person,
          device: opened.device,
          mine: opened.person === me,
        }
      },
      fileState: ({ conversation, message, state }) => {
        const row = rows.one(recordId(message))
        if (row?.conversation_id !== conversation) throw new CommunityError('MESSAGE_UNKNOWN', { message })
        rows.setFile(recordId(message), { ...(row.file === null ? {} : JSON.parse(row.file)), ...state })
        told(recordId(message), conversation, false)
        return view.message(rows.one(recordId(message)) ?? row)
      },
    },
    circleName: (circle) => book.circle(circle)?.name,
    personName: (person) => rows.profile(person),
    rooms: (circle) => roomsOf(calls, circle),
    isFrozen: (circle, device) => chat.frozen(circle).includes(device),
    pinOf: (circle, device) => chat.pinOf(circle, device),
    begin: (circle, name) => {
      chat.write(circle, { kind: 'circle', name })
      newRoom(circle, FIRST_ROOM)
    },
    rename: (circle, name) => {
      if (!moderates(circle, me)) throw new CommunityError('NOT_ALLOWED', { needs: 'moderator' })
      chat.write(circle, { kind: 'circle', name })
    },
    introduce: () => chat.renamed(),
    personChanged: (person) => {
      chat.blockedChanged(person)
      store.hide(person, around.ignored(person))
      for (const circle of membership.circles()) if (hidden(circle, person)) store.hide(person, true, circle)
    },
    forget: (circle) => {
      chat.forget(circle)
      store.forgetCircle(circle)
      entries.forget(circle)
      keys.forget(circle)
    },
  }
}

/** The service, which also wakes for what is told a little later. */
function withNews(chat: ChatService, news: ChatNews): Service {
  return {
    name: chat.name,
    linked: (link) => chat.linked(link),
    received: (from, kind, body, now) => chat.received(from, kind, body, now),
    drained: (device, now) => chat.drained(device, now),
    unlinked: (device, now) => chat.unlinked(device, now),
    wake: (now) => {
      chat.wake(now)
      news.wake(now)
    },
    deadline: () => {
      const [a, b] = [chat.deadline(), news.deadline()]
      return a === undefined || (b !== undefined && b < a) ? b : a
    },
  }
}
