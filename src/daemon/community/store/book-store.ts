// What was opened, and the messages and names made of it, in the database. Invariant: a message that is not deleted, changed or
// hidden is found by its words, and no other text is.

import type { DatabaseSync } from 'node:sqlite'
import {
  type BookStore,
  type ConversationKey,
  type Notice,
  type Opened,
  roomKey,
  type StateRow,
} from '../../../community/chat/chat-store.ts'
import { decodeContent, encodeContent } from '../../../community/chat/content.ts'
import type { FoldedMessage } from '../../../community/chat/fold.ts'
import {
  type CircleId,
  type DeviceId,
  keyBytes,
  keyText,
  type PersonId,
  type RecordId,
} from '../../../community/ids.ts'
import type { ChatKeys } from './chat-keys.ts'
import type { MessageWords } from './message-words.ts'
import { type Statements, statements } from './statements.ts'

const SQL = {
  putOpened: `INSERT INTO chat_opened
    (id, scope, key, other, person, device, seq, lamport, at, received, moderator, kind, content)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  openedBy: 'SELECT * FROM chat_opened WHERE id = ?',
  openedWith: 'SELECT * FROM chat_opened WHERE scope = ? AND key = ?',
  removed: 'SELECT DISTINCT key FROM chat_opened WHERE scope = ? AND device = ? AND seq BETWEEN ? AND ?',
  remove: 'DELETE FROM chat_opened WHERE scope = ? AND device = ? AND seq BETWEEN ? AND ?',
  contentOf: `SELECT DISTINCT key FROM chat_opened WHERE scope = ? AND device = ? AND kind NOT IN ('room', 'circle', 'delete')`,
  removeContent: `DELETE FROM chat_opened WHERE scope = ? AND device = ? AND kind NOT IN ('room', 'circle', 'delete')`,
  oldMessages: `SELECT key FROM chat_opened WHERE scope = ?1 AND device = ?2 AND seq <= ?3 AND kind IN ('text', 'file')`,
  removeAbout: 'DELETE FROM chat_opened WHERE scope = ? AND key = ?',
  orphans: `DELETE FROM chat_opened WHERE scope = ?1 AND device = ?2 AND seq <= ?3
    AND kind IN ('edit', 'delete', 'react') AND NOT EXISTS (SELECT 1 FROM chat_opened o WHERE o.id = chat_opened.key)`,
  deletedTargets: `SELECT DISTINCT key FROM chat_opened INDEXED BY chat_opened_deleted WHERE scope = ? AND kind = 'delete'`,
  conversation: 'SELECT key FROM conversations WHERE id = ?',
  newConversation: 'INSERT INTO conversations (id, scope) VALUES (?, ?)',
  message: 'SELECT number FROM messages WHERE id = ?',
  putMessage: `INSERT INTO messages (id, conversation, person, device, seq, lamport, at, received, kind, text, reply, mine,
      mentions_me, edited, deleted, reactions, hidden)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET text = excluded.text, mentions_me = excluded.mentions_me, edited = excluded.edited,
      deleted = excluded.deleted, reactions = excluded.reactions, hidden = excluded.hidden
    RETURNING number`,
  putNotice: `INSERT INTO messages (id, conversation, person, device, seq, lamport, at, received, kind, text, mine,
      mentions_me, edited, deleted, code)
    VALUES (?, ?, ?, ?, 0, ?, ?, ?, 'notice', ?, 0, 0, 0, 'no', ?) ON CONFLICT (id) DO NOTHING`,
  removeMessage: 'DELETE FROM messages WHERE id = ? RETURNING number',
  putState: `INSERT OR REPLACE INTO chat_states (scope, key, name, archived, maker, device, id, lamport, at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  removeState: 'DELETE FROM chat_states WHERE scope = ? AND key = ?',
  states: 'SELECT * FROM chat_states WHERE scope = ? AND key >= ? AND key < ? ORDER BY lamport, id',
  state: 'SELECT * FROM chat_states WHERE scope = ? AND key = ?',
  namelessRooms: `SELECT substr(c.id, ?2) AS room FROM conversations c WHERE c.scope = ?1
    AND NOT EXISTS (SELECT 1 FROM chat_states s WHERE s.scope = ?1 AND s.key = 'room:' || substr(c.id, ?2))
    AND EXISTS (SELECT 1 FROM messages m WHERE m.conversation = c.key AND m.hidden = 0 AND m.deleted = 'no'
      AND m.kind <> 'notice') ORDER BY c.key`,
  hide: 'UPDATE messages SET hidden = ? WHERE person = ? AND hidden <> ?',
  hideIn: `UPDATE messages SET hidden = ?1 WHERE person = ?2 AND hidden <> ?1
    AND conversation IN (SELECT key FROM conversations WHERE scope = ?3)`,
  wordsIn: `INSERT INTO message_unsaid (number) SELECT m.number FROM messages m
    JOIN conversations c ON c.key = m.conversation WHERE c.scope = ?`,
  forgetConversations: 'DELETE FROM conversations WHERE scope = ?',
  forgetOpened: 'DELETE FROM chat_opened WHERE scope = ?',
  forgetStates: 'DELETE FROM chat_states WHERE scope = ?',
  forgetScope: 'DELETE FROM chat_scopes WHERE key = ?',
  ofPerson: `SELECT m.number, m.id, m.conversation, m.kind, m.text, m.deleted, m.hidden, c.scope FROM messages m
    JOIN conversations c ON c.key = m.conversation WHERE m.person = ? AND m.kind <> 'notice'`,
} as const

interface OpenedRow {
  readonly id: Uint8Array
  readonly scope: number
  readonly key: Uint8Array | string
  readonly other: number | null
  readonly person: number
  readonly device: number
  readonly seq: number
  readonly lamport: number
  readonly at: number
  readonly received: number
  readonly moderator: number
  readonly content: Uint8Array
}

interface StateColumns {
  readonly key: string
  readonly name: string
  readonly archived: number
  readonly maker: number
  readonly device: number
  readonly id: Uint8Array
  readonly lamport: number
  readonly at: number
}

interface WordsRow {
  readonly number: number
  readonly id: Uint8Array
  readonly conversation: number
  readonly scope: number
  readonly kind: string
  readonly text: string
  readonly deleted: string
  readonly hidden: number
}

export interface BookView {
  readonly me: PersonId
  /** Somebody ignored, or muted in that circle. */
  hidden(circle: CircleId | undefined, person: PersonId): boolean
}

export class SqliteBook implements BookStore {
  readonly #sql: Statements<typeof SQL>
  readonly #keys: ChatKeys
  readonly #words: MessageWords
  readonly #view: BookView
  readonly #conversations = new Map<ConversationKey, number>()

  constructor(database: DatabaseSync, keys: ChatKeys, words: MessageWords, view: BookView) {
    this.#sql = statements(database, SQL)
    this.#keys = keys
    this.#words = words
    this.#view = view
  }

  /** Everything of a circle, entries too. */
  forgetCircle(circle: CircleId): void {
    const scope = this.#keys.knownScope(circle)
    if (scope === undefined) return
    this.#sql.wordsIn.run(scope)
    this.#sql.forgetConversations.run(scope)
    this.#sql.forgetOpened.run(scope)
    this.#sql.forgetStates.run(scope)
    this.#sql.forgetScope.run(scope)
    for (const key of this.#conversations.keys())
      if (key.startsWith(`room:${circle}`)) this.#conversations.delete(key)
  }

  putOpened(opened: Opened, key: string): boolean {
    const { content } = opened
    if (content.kind === 'unknown') return false
    const { changes } = this.#sql.putOpened.run(
      keyBytes(opened.id),
      this.#keys.scope(opened.circle),
      stored(key),
      opened.other === undefined ? null : this.#keys.key(opened.other),
      this.#keys.key(opened.person),
      this.#keys.key(opened.device),
      opened.seq,
      opened.lamport,
      opened.at,
      opened.receivedAt,
      opened.moderator ? 1 : 0,
      content.kind,
      encodeContent(content),
    )
    return Number(changes) > 0
  }

  openedBy(id: RecordId): Opened | undefined {
    const row = this.#sql.openedBy.get(keyBytes(id)) as unknown as OpenedRow | undefined
    return row && this.#read(row)
  }

  openedWith(circle: CircleId | undefined, key: string): Opened[] {
    const rows = this.#sql.openedWith.all(this.#keys.scope(circle), stored(key)) as unknown as OpenedRow[]
    return rows.map((row) => this.#read(row))
  }

  removeOpened(circle: CircleId, device: DeviceId, from: number, to: number): string[] {
    const scope = this.#keys.scope(circle)
    const author = this.#keys.key(device)
    const gone = this.#sql.removed.all(scope, author, from, to) as unknown as Pick<OpenedRow, 'key'>[]
    if (gone.length > 0) this.#sql.remove.run(scope, author, from, to)
    return gone.map(({ key }) => written(key))
  }

  removeContent(circle: CircleId, device: DeviceId): string[] {
    const scope = this.#keys.scope(circle)
    const author = this.#keys.key(device)
    const gone = this.#sql.contentOf.all(scope, author) as unknown as Pick<OpenedRow, 'key'>[]
    if (gone.length > 0) this.#sql.removeContent.run(scope, author)
    return gone.map(({ key }) => written(key))
  }

  pruneOpened(circle: CircleId, device: DeviceId, to: number): string[] {
    const scope = this.#keys.scope(circle)
    const author = this.#keys.key(device)
    const old = this.#sql.oldMessages.all(scope, author, to) as unknown as { key: Uint8Array }[]
    for (const { key } of old) this.#sql.removeAbout.run(scope, key)
    this.#sql.orphans.run(scope, author, to)
    return old.map(({ key }) => written(key))
  }

  deletedTargets(circle: CircleId): RecordId[] {
    const rows = this.#sql.deletedTargets.all(this.#keys.scope(circle)) as unknown as { key: Uint8Array }[]
    return rows.map(({ key }) => keyText<RecordId>(key))
  }

  putMessage(
    opened: Opened,
    conversation: ConversationKey,
    folded: FoldedMessage,
    mentionsMe: boolean,
  ): void {
    const { circle, person, content } = opened
    const id = keyBytes(opened.id)
    const scope = this.#keys.scope(circle)
    const key = this.conversation(conversation, circle)
    const hidden = this.#view.hidden(circle, person)
    const known = this.#sql.message.get(id) !== undefined
    const reply = 'replyTo' in content ? content.replyTo : undefined
    const reactions = folded.reactions.map(({ emoji, people }) => [
      emoji,
      people.map((each) => this.#keys.key(each)),
    ])
    const { number } = this.#sql.putMessage.get(
      id,
      key,
      this.#keys.key(person),
      this.#keys.key(opened.device),
      opened.seq,
      opened.lamport,
      opened.at,
      opened.receivedAt,
      content.kind === 'file' ? 'file' : 'text',
      folded.text,
      reply === undefined ? null : keyBytes(reply),
      person === this.#view.me ? 1 : 0,
      mentionsMe ? 1 : 0,
      folded.edited ? 1 : 0,
      folded.deleted,
      reactions.length === 0 ? null : JSON.stringify(reactions),
      hidden ? 1 : 0,
    ) as { number: number }
    const name = content.kind === 'file' && folded.deleted === 'no' ? ` ${content.offer.name}` : ''
    this.#words.put(number, hidden ? '' : folded.text + name, key, scope, known)
  }

  removeMessage(id: RecordId): void {
    const row = this.#sql.removeMessage.get(keyBytes(id)) as { number: number } | undefined
    if (row !== undefined) this.#words.remove(row.number)
  }

  hasMessage(id: RecordId): boolean {
    return this.#sql.message.get(keyBytes(id)) !== undefined
  }

  putState({ circle, key, name, archived, maker, device, id, lamport, at }: StateRow): void {
    this.#sql.putState.run(
      this.#keys.scope(circle),
      key,
      name,
      archived ? 1 : 0,
      this.#keys.key(maker),
      this.#keys.key(device),
      keyBytes(id),
      lamport,
      at,
    )
    if (key.startsWith('room:')) this.conversation(`room:${circle}:${key.slice(5)}`, circle)
  }

  removeState(circle: CircleId, key: string): void {
    this.#sql.removeState.run(this.#keys.scope(circle), key)
  }

  state(circle: CircleId, key: string): StateRow | undefined {
    const scope = this.#keys.knownScope(circle)
    const row =
      scope === undefined
        ? undefined
        : (this.#sql.state.get(scope, key) as unknown as StateColumns | undefined)
    return row && this.#state(circle, row)
  }

  states(circle: CircleId, prefix: string): StateRow[] {
    const scope = this.#keys.knownScope(circle)
    if (scope === undefined) return []
    const rows = this.#sql.states.all(scope, prefix, `${prefix}\u{10ffff}`) as unknown as StateColumns[]
    return rows.map((row) => this.#state(circle, row))
  }

  namelessRooms(circle: CircleId): string[] {
    const scope = this.#keys.knownScope(circle)
    if (scope === undefined) return []
    const found = this.#sql.namelessRooms.all(scope, roomKey(circle, '').length + 1)
    return (found as unknown as { room: string }[]).map(({ room }) => room)
  }

  putNotice(conversation: ConversationKey, notice: Notice): void {
    this.#sql.putNotice.run(
      keyBytes(notice.id),
      this.conversation(conversation, notice.circle),
      this.#keys.key(notice.person),
      this.#keys.key(notice.device ?? notice.person),
      notice.lamport,
      notice.at,
      notice.at,
      notice.name,
      notice.code,
    )
  }

  /** Made when it is met first. */
  conversation(id: ConversationKey, circle: CircleId | undefined): number {
    let key = this.#conversations.get(id)
    if (key !== undefined) return key
    key = (this.#sql.conversation.get(id) as { key: number } | undefined)?.key
    key ??= Number(this.#sql.newConversation.run(id, this.#keys.scope(circle)).lastInsertRowid)
    this.#conversations.set(id, key)
    return key
  }

  /** Of a circle; 0 would be all direct ones. */
  scope(circle: CircleId): number {
    return this.#keys.knownScope(circle) ?? -1
  }

  /** Shows or hides what somebody wrote: everywhere, or in one circle. */
  hide(person: PersonId, hidden: boolean, circle?: CircleId): void {
    const key = this.#keys.known(person)
    if (key === undefined) return
    if (circle === undefined) this.#sql.hide.run(hidden ? 1 : 0, key, hidden ? 1 : 0)
    else this.#sql.hideIn.run(hidden ? 1 : 0, key, this.#keys.scope(circle))
    for (const row of this.#sql.ofPerson.all(key) as unknown as WordsRow[]) {
      if (row.hidden === 1 || row.deleted !== 'no') this.#words.remove(row.number)
      else this.#words.put(row.number, this.#wordsOf(row), row.conversation, row.scope, true)
    }
  }

  /** What it is found by: its text, and the name of what it offers. */
  #wordsOf({ text, kind, id }: WordsRow): string {
    const content = kind === 'file' ? this.openedBy(keyText<RecordId>(id))?.content : undefined
    return content?.kind === 'file' ? `${text} ${content.offer.name}` : text
  }

  #read(row: OpenedRow): Opened {
    return {
      id: keyText<RecordId>(row.id),
      circle: row.scope === 0 ? undefined : this.#keys.circle(row.scope),
      other: row.other === null ? undefined : this.#keys.text<PersonId>(row.other),
      person: this.#keys.text<PersonId>(row.person),
      device: this.#keys.text<DeviceId>(row.device),
      seq: row.seq,
      lamport: row.lamport,
      at: row.at,
      receivedAt: row.received,
      moderator: row.moderator === 1,
      content: decodeContent(row.content),
    }
  }

  #state(circle: CircleId, row: StateColumns): StateRow {
    return {
      circle,
      key: row.key,
      name: row.name,
      archived: row.archived === 1,
      maker: this.#keys.text<PersonId>(row.maker),
      device: this.#keys.text<DeviceId>(row.device),
      id: keyText<RecordId>(row.id),
      lamport: row.lamport,
      at: row.at,
    }
  }
}

/** What is about a message has its hash as its key. */
function stored(key: string): Uint8Array | string {
  return key.startsWith('of:') ? keyBytes(key.slice(3)) : key
}

function written(key: Uint8Array | string): string {
  return typeof key === 'string' ? key : `of:${keyText<RecordId>(key)}`
}
