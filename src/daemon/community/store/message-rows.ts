// Messages as rows: pages of a conversation, what is unread, what was found. Order is (clock, hash); hidden ones are not there.

import type { DatabaseSync } from 'node:sqlite'
import type { ConversationKey } from '../../../community/chat/chat-store.ts'
import { keyBytes, type RecordId } from '../../../community/ids.ts'
import { type Statements, statements } from './statements.ts'

const COLUMNS = 'm.*, c.id AS conversation_id, c.scope'
const FROM = 'FROM messages m JOIN conversations c ON c.key = m.conversation'
const SHOWN = 'm.hidden = 0'
/** Unread: placed after the last one read, or come since. */
const UNREAD = `m.hidden = 0 AND m.mine = 0 AND m.deleted = 'no' AND m.kind <> 'notice'`

const SQL = {
  one: `SELECT ${COLUMNS} ${FROM} WHERE m.id = ?`,
  numbered: `SELECT ${COLUMNS} ${FROM} WHERE m.number = ? AND ${SHOWN}`,
  newest: `SELECT ${COLUMNS} ${FROM} WHERE m.conversation = ? AND ${SHOWN} ORDER BY m.lamport DESC, m.id DESC LIMIT ?`,
  before: `SELECT ${COLUMNS} ${FROM} WHERE m.conversation = ? AND (m.lamport, m.id) < (?, ?) AND ${SHOWN}
    ORDER BY m.lamport DESC, m.id DESC LIMIT ?`,
  after: `SELECT ${COLUMNS} ${FROM} WHERE m.conversation = ? AND (m.lamport, m.id) > (?, ?) AND ${SHOWN}
    ORDER BY m.lamport, m.id LIMIT ?`,
  mineWithin: `SELECT ${COLUMNS} ${FROM} WHERE m.device = ? AND m.mine = 1 AND m.seq > ? AND m.seq <= ? AND c.scope = ?
    ORDER BY m.seq DESC LIMIT ?`,
  once: `SELECT ${COLUMNS} ${FROM} WHERE m.conversation = ? AND m.once = ?`,
  setOnce: 'UPDATE messages SET once = ? WHERE id = ?',
  setFile: 'UPDATE messages SET file = ? WHERE id = ?',
  setPlace: 'UPDATE messages SET place = ?, held_by = ? WHERE id = ?',
  conversations: 'SELECT * FROM conversations',
  conversation: 'SELECT * FROM conversations WHERE id = ?',
  setQuiet: 'UPDATE conversations SET quiet = ? WHERE key = ?',
  setRead:
    'UPDATE conversations SET read_lamport = max(read_lamport, ?), read_number = max(read_number, ?) WHERE key = ?',
  lastNumber: 'SELECT max(number) AS number FROM messages WHERE conversation = ?',
  // Each half ends by itself: together they would be read to their ends first.
  unread: `SELECT * FROM (SELECT number, mentions_me FROM messages m INDEXED BY messages_arrival
      WHERE conversation = ?1 AND number > ?3 AND ${UNREAD} ORDER BY number DESC LIMIT ?4)
    UNION SELECT * FROM (SELECT number, mentions_me FROM messages m INDEXED BY messages_order
      WHERE conversation = ?1 AND lamport > ?2 AND ${UNREAD} ORDER BY lamport DESC LIMIT ?4)`,
  firstUnread: `SELECT id FROM messages m WHERE conversation = ?1 AND (lamport > ?2 OR number > ?3) AND ${UNREAD}
    ORDER BY lamport, id LIMIT 1`,
  oldest:
    'SELECT at FROM messages INDEXED BY messages_order WHERE conversation = ? ORDER BY lamport, id LIMIT 1',
  profile: 'SELECT name FROM chat_states INDEXED BY chat_states_key WHERE key = ? ORDER BY at DESC LIMIT 1',
  clock: 'SELECT max(lamport) AS clock FROM messages WHERE conversation = ?',
} as const

/** Counted so far: what is more is that many. */
const MOST_UNREAD = 1_000

export interface MessageRow {
  readonly number: number
  readonly id: Uint8Array
  readonly conversation: number
  readonly conversation_id: ConversationKey
  readonly scope: number
  readonly person: number
  readonly device: number
  readonly seq: number
  readonly lamport: number
  readonly at: number
  readonly received: number
  readonly kind: 'text' | 'file' | 'notice'
  readonly text: string
  readonly reply: Uint8Array | null
  readonly mine: number
  readonly mentions_me: number
  readonly edited: number
  readonly deleted: 'no' | 'author' | 'moderator'
  readonly reactions: string | null
  readonly file: string | null
  readonly code: string | null
  readonly hidden: number
  readonly place: 'here' | 'held' | 'delivered' | null
  readonly held_by: number
}

export interface ConversationRow {
  readonly key: number
  readonly id: ConversationKey
  readonly scope: number
  readonly quiet: number
  readonly read_lamport: number
  readonly read_number: number
}

export class MessageRows {
  readonly #sql: Statements<typeof SQL>

  constructor(database: DatabaseSync) {
    this.#sql = statements(database, SQL)
  }

  one(id: RecordId): MessageRow | undefined {
    return this.#sql.one.get(keyBytes(id)) as unknown as MessageRow | undefined
  }

  numbered(number: number): MessageRow | undefined {
    return this.#sql.numbered.get(number) as unknown as MessageRow | undefined
  }

  /** Oldest first. */
  newest(conversation: number, limit: number): MessageRow[] {
    return this.#all(this.#sql.newest.all(conversation, limit)).reverse()
  }

  before({ conversation, lamport, id }: MessageRow, limit: number): MessageRow[] {
    return this.#all(this.#sql.before.all(conversation, lamport, id, limit)).reverse()
  }

  after({ conversation, lamport, id }: MessageRow, limit: number): MessageRow[] {
    return this.#all(this.#sql.after.all(conversation, lamport, id, limit))
  }

  /** Of one device of mine, by place in its chain; newest first. */
  mineWithin(device: number, scope: number, after: number, to: number, limit: number): MessageRow[] {
    return this.#all(this.#sql.mineWithin.all(device, after, to, scope, limit))
  }

  once(conversation: number, once: string): MessageRow | undefined {
    return this.#sql.once.get(conversation, once) as unknown as MessageRow | undefined
  }

  setOnce(id: RecordId, once: string): void {
    this.#sql.setOnce.run(once, keyBytes(id))
  }

  setFile(id: RecordId, facts: object): void {
    this.#sql.setFile.run(JSON.stringify(facts), keyBytes(id))
  }

  setPlace(id: RecordId, place: 'here' | 'held' | 'delivered', heldBy: number): void {
    this.#sql.setPlace.run(place, heldBy, keyBytes(id))
  }

  conversations(): ConversationRow[] {
    return this.#sql.conversations.all() as unknown as ConversationRow[]
  }

  conversation(id: ConversationKey): ConversationRow | undefined {
    return this.#sql.conversation.get(id) as unknown as ConversationRow | undefined
  }

  setQuiet(conversation: number, quiet: boolean): void {
    this.#sql.setQuiet.run(quiet ? 1 : 0, conversation)
  }

  /** Everything up to this one that has come. */
  read({ conversation, lamport }: MessageRow): void {
    const { number } = this.#sql.lastNumber.get(conversation) as { number: number }
    this.#sql.setRead.run(lamport, number, conversation)
  }

  unread({ key, read_lamport, read_number }: ConversationRow): { unread: number; mentions: number } {
    const rows = this.#sql.unread.all(key, read_lamport, read_number, MOST_UNREAD) as unknown as {
      mentions_me: number
    }[]
    const mentions = rows.filter((row) => row.mentions_me === 1).length
    return { unread: Math.min(rows.length, MOST_UNREAD), mentions }
  }

  firstUnread({ key, read_lamport, read_number }: ConversationRow): Uint8Array | undefined {
    const row = this.#sql.firstUnread.get(key, read_lamport, read_number) as { id: Uint8Array } | undefined
    return row?.id
  }

  /** Seconds since 1970 of the first message. */
  oldest(conversation: number): number | undefined {
    return (this.#sql.oldest.get(conversation) as { at: number } | undefined)?.at
  }

  clock(conversation: number): number {
    return (this.#sql.clock.get(conversation) as { clock: number | null }).clock ?? 0
  }

  /** How somebody calls themselves, in whichever circle they said it last. */
  profile(person: string): string | undefined {
    return (this.#sql.profile.get(`profile:${person}`) as { name: string } | undefined)?.name
  }

  #all(rows: unknown): MessageRow[] {
    return rows as MessageRow[]
  }
}
