// Messages and conversations as the calls tell them: rows with the names of people, what they answer, their file, and where
// those of mine are.

import type { Conversation, FileCard, Message } from '../../api/schemas/conversations.ts'
import { fromHex, toHex } from '../../base/bytes.ts'
import type { Book } from '../../community/chat/book.ts'
import type { BookStore, EntryStore } from '../../community/chat/chat-store.ts'
import type { FileOffer } from '../../community/chat/file-offer.ts'
import {
  type CircleId,
  type DeviceId,
  keyBytes,
  keyText,
  type PersonId,
  type RecordId,
} from '../../community/ids.ts'
import { type CircleFacts, type Membership, whyOut } from '../../community/membership.ts'
import { contentIdText } from '../../metainfo/content-id.ts'
import type { ChatKeys } from './store/chat-keys.ts'
import type { ConversationRow, MessageRow, MessageRows } from './store/message-rows.ts'

export interface ViewGround {
  readonly me: PersonId
  readonly membership: Membership
  readonly rows: MessageRows
  readonly keys: ChatKeys
  readonly entries: EntryStore
  readonly opened: BookStore
  readonly book: Book
  /** As I call them. */
  alias(person: PersonId): string | undefined
  /** As they call themselves to contacts. */
  contactName(person: PersonId): string | undefined
  blocked(person: PersonId): boolean
  frozen(circle: CircleId, device: DeviceId): boolean
  typists(conversation: ConversationRow): readonly PersonId[]
  readonly device: DeviceId
}

/** What stands for a name that nobody told yet: the beginning of the key. */
const SHORT_ID = 8
/** Of the message that is answered, and of the last one in a list. */
const QUOTED_CHARACTERS = 200

/** How far a chain of mine has come. */
interface Reach {
  /** Of each device that holds some of it. */
  readonly holders: readonly number[]
  /** Up to here every other member has it on a device. */
  readonly everybody: number
}

/** What was looked up for one answer. */
interface Asked {
  readonly reached: Map<string, Reach>
  readonly names: Map<string, string>
}

/** How far what was said last is looked for. */
const LOOK_BACK = 20

export class MessageView {
  readonly #ground: ViewGround

  constructor(ground: ViewGround) {
    this.#ground = ground
  }

  messages(rows: readonly MessageRow[]): Message[] {
    const asked: Asked = { reached: new Map(), names: new Map() }
    return rows.map((row) => this.#message(row, asked))
  }

  message(row: MessageRow): Message {
    return this.#message(row, { reached: new Map(), names: new Map() })
  }

  conversation(row: ConversationRow): Conversation {
    const { rows, membership, me } = this.#ground
    const parts = row.id.split(':')
    const circle = parts[0] === 'room' ? (parts[1] as CircleId) : undefined
    const person = parts[0] === 'direct' ? (parts[1] as PersonId) : undefined
    // Who came and went is told in the conversation, and is nothing that somebody said.
    const last = rows
      .newest(row.key, LOOK_BACK)
      .findLast(({ kind, deleted }) => kind !== 'notice' && deleted === 'no')
    const { unread, mentions } = rows.unread(row)
    const room = circle && this.#ground.book.rooms(circle).find(({ key }) => key === `room:${parts[2]}`)
    const facts = circle && membership.facts(circle)
    const name =
      person === undefined ? (room?.name ?? nameOfNameless(parts[2] ?? '')) : this.name(person, undefined)
    return {
      id: row.id,
      kind: circle === undefined ? 'direct' : 'room',
      circle: circle ?? null,
      person: person ?? null,
      name,
      unread,
      mentions,
      quiet: row.quiet === 1,
      last:
        last === undefined
          ? null
          : {
              text: quoted(last.text !== '' ? last.text : (this.#offer(last)?.name ?? '')),
              authorName: this.name(this.#ground.keys.text<PersonId>(last.person), circle),
              at: moment(last.at),
            },
      typing: this.#ground
        .typists(row)
        .filter((each) => each !== me)
        .map((each) => this.name(each, circle)),
      closed: this.#closed(circle, person, facts),
    }
  }

  /** As I call them, as they call themselves there, or anywhere. */
  name(person: PersonId, circle: CircleId | undefined): string {
    const { alias, book, rows, contactName } = this.#ground
    return (
      alias(person) ??
      (circle && book.person(circle, person)?.name) ??
      rows.profile(person) ??
      contactName(person) ??
      person.slice(0, SHORT_ID)
    )
  }

  #knownName(person: PersonId, circle: CircleId | undefined, names: Map<string, string>): string {
    const key = `${circle ?? ''} ${person}`
    let name = names.get(key)
    if (name === undefined) {
      name = this.name(person, circle)
      names.set(key, name)
    }
    return name
  }

  #closed(
    circle: CircleId | undefined,
    person: PersonId | undefined,
    facts: CircleFacts | undefined,
  ): Conversation['closed'] {
    const { blocked, frozen, device } = this.#ground
    if (person !== undefined) return blocked(person) ? { code: 'PERSON_BLOCKED', data: {} } : null
    if (circle === undefined) return null
    if (facts?.mine === undefined) return { code: 'CIRCLE_LEFT', data: whyOut(facts, this.#ground.me) }
    return frozen(circle, device) ? { code: 'FORKED', data: {} } : null
  }

  #message(row: MessageRow, asked: Asked): Message {
    const { keys, rows } = this.#ground
    const author = keys.text<PersonId>(row.person)
    const circle = row.scope === 0 ? undefined : keys.circle(row.scope)
    const reply = row.reply === null ? undefined : rows.one(keyText<RecordId>(row.reply))
    const { where, heldBy } = this.#where(row, circle, asked.reached)
    const name = (person: PersonId): string => this.#knownName(person, circle, asked.names)
    return {
      id: toHex(row.id),
      conversation: row.conversation_id,
      place: row.lamport,
      author,
      authorName: name(author),
      mine: row.mine === 1,
      at: moment(row.at),
      receivedAt: moment(row.received),
      kind: row.kind,
      text: row.kind === 'notice' ? '' : row.text,
      notice: row.kind === 'notice' ? { code: row.code ?? '', data: { name: name(author) } } : null,
      replyTo:
        row.reply === null || row.deleted !== 'no'
          ? null
          : {
              id: toHex(row.reply),
              authorName: reply === undefined ? '' : name(keys.text<PersonId>(reply.person)),
              text: reply === undefined || reply.hidden === 1 ? '' : quoted(reply.text),
            },
      mentionsMe: row.mentions_me === 1,
      edited: row.edited === 1,
      deleted: row.deleted,
      reactions: this.#reactions(row, name),
      file: row.kind === 'file' && row.deleted === 'no' ? this.#card(row) : null,
      where,
      heldBy,
    }
  }

  #reactions({ reactions }: MessageRow, name: (person: PersonId) => string): Message['reactions'] {
    if (reactions === null) return []
    return (JSON.parse(reactions) as [string, number[]][]).map(([emoji, keys]) => {
      const people = keys.map((key) => this.#ground.keys.text<PersonId>(key))
      return {
        emoji,
        people: people.map(name),
        mine: people.includes(this.#ground.me),
      }
    })
  }

  #offer(row: MessageRow): FileOffer | undefined {
    if (row.kind !== 'file') return undefined
    const content = this.#ground.opened.openedBy(keyText<RecordId>(row.id))?.content
    return content?.kind === 'file' ? content.offer : undefined
  }

  #card(row: MessageRow): FileCard | null {
    const offer = this.#offer(row)
    if (offer === undefined) return null
    const { what, lengthBytes } = offer
    return {
      name: offer.name,
      kind: offer.kind,
      files: offer.files,
      lengthBytes,
      content:
        what.kind === 'file' && lengthBytes > 0 ? contentIdText({ root: what.root, lengthBytes }) : null,
      state: row.mine === 1 ? 'mine' : 'offered',
      doneBytes: row.mine === 1 ? lengthBytes : 0,
      sources: 0,
      transfer: null,
      saved: null,
      preview: false,
      problem: null,
      ...(row.file === null ? {} : (JSON.parse(row.file) as Partial<FileCard>)),
    }
  }

  #where(
    row: MessageRow,
    circle: CircleId | undefined,
    reached: Map<string, Reach>,
  ): { where: Message['where']; heldBy: number } {
    if (row.mine === 0) return { where: null, heldBy: 0 }
    if (circle === undefined) return { where: row.place ?? 'here', heldBy: row.held_by }
    const device = this.#ground.keys.text<DeviceId>(row.device)
    let reach = reached.get(circle + device)
    if (reach === undefined) {
      reach = this.#reach(circle, device)
      reached.set(circle + device, reach)
    }
    const heldBy = reach.holders.filter((seq) => seq >= row.seq).length
    const where = heldBy === 0 ? 'here' : reach.everybody >= row.seq ? 'delivered' : 'held'
    // What another device of mine wrote is held there, too.
    return { where: where === 'here' && device !== this.#ground.device ? 'held' : where, heldBy }
  }

  #reach(circle: CircleId, device: DeviceId): Reach {
    const facts = this.#ground.membership.facts(circle)
    const holders = this.#ground.entries.holders(circle, device)
    let everybody = Number.MAX_SAFE_INTEGER
    for (const { person, role, devices } of facts?.members.values() ?? []) {
      if (person === this.#ground.me || role === 'keeper') continue
      let most = 0
      for (const each of devices.keys()) most = Math.max(most, holders.get(each) ?? 0)
      everybody = Math.min(everybody, most)
    }
    return { holders: [...holders.values()], everybody }
  }
}

export function recordId(message: string): RecordId {
  return keyText<RecordId>(fromHex(message))
}

export function messageId(id: RecordId): string {
  return toHex(keyBytes(id))
}

/** What a room is called whose name is not here. */
export function nameOfNameless(room: string): string {
  return room.slice(0, SHORT_ID)
}

function moment(seconds: number): string {
  // What a stranger's clock says may lie beyond what a date can be.
  return new Date(Math.min(seconds, 8_640_000_000_000) * 1_000).toISOString()
}

function quoted(text: string): string {
  return [...text].slice(0, QUOTED_CHARACTERS).join('')
}
