// What happens in conversations, from now on until told to stop: messages that are new or changed, who is typing, what is unread.
// Promise: after a break of the stream or of the daemon nothing is missed (it catches up by pages) and nothing comes twice unchanged.

import type { Conversation, Message } from '../../api/schemas/conversations.ts'
import type { Change } from '../../api/schemas/events.ts'
import { CodedError } from '../../base/errors.ts'
import { type ChatLink, waited } from './chat-link.ts'

export type FeedEvent =
  | {
      readonly kind: 'messages'
      readonly conversation: string
      /** Oldest first. */
      readonly messages: readonly Message[]
      /** Read when the conversation was opened, not news. */
      readonly history: boolean
      readonly firstUnread: string | null
      readonly older: boolean
    }
  | { readonly kind: 'conversation'; readonly conversation: Conversation }
  /** What there was before is told, once. */
  | { readonly kind: 'opened' }
  | { readonly kind: 'lost' }
  | { readonly kind: 'back' }

export interface FeedPlan {
  /** One, or undefined for all. */
  readonly conversation: string | undefined
  readonly historyMessages: number
}

const PAGE = 100
/** Beyond that the gap stays; the messages themselves are in the history. */
const MOST_PAGES = 50
const FIRST_AGAIN_MS = 250
const MOST_AGAIN_MS = 5_000
/** What was told of older ones is forgotten: at worst they are told once more. */
const KNOWN_IDS = 20_000

export class ConversationFeed {
  readonly #link: ChatLink
  readonly #plan: FeedPlan
  readonly #stop: AbortSignal
  /** What each message was when it was told last. */
  readonly #told = new Map<string, string>()
  readonly #newestPlace = new Map<string, number>()
  #opened = false

  constructor(link: ChatLink, plan: FeedPlan, stop: AbortSignal) {
    this.#link = link
    this.#plan = plan
    this.#stop = stop
  }

  /** @throws whatever is not over by trying again */
  async *events(): AsyncGenerator<FeedEvent> {
    let againMs = FIRST_AGAIN_MS
    let lost = false
    while (!this.#stop.aborted) {
      try {
        // The first says that the stream is there: what changes from now on is told.
        let first = true
        for await (const change of this.#link.current.changes(undefined, this.#stop)) {
          if (first || change.reset === true) {
            first = false
            yield* this.#catchUp()
            if (lost) yield { kind: 'back' }
            lost = false
            againMs = FIRST_AGAIN_MS
          }
          yield* this.#changed(change)
        }
      } catch (error) {
        if (!this.#opened || !(error instanceof CodedError)) throw error
        if (this.#stop.aborted) return
        if (!lost) yield { kind: 'lost' }
        lost = true
        await waited(againMs, this.#stop)
        againMs = Math.min(MOST_AGAIN_MS, 2 * againMs)
        await this.#link.look()
      }
    }
  }

  async #conversations(): Promise<readonly Conversation[]> {
    const { conversations } = await this.#link.call('conversations', {}, this.#stop)
    const { conversation } = this.#plan
    return conversation === undefined ? conversations : conversations.filter(({ id }) => id === conversation)
  }

  async *#catchUp(): AsyncGenerator<FeedEvent> {
    const conversations = await this.#conversations()
    const ids = new Set(conversations.map(({ id }) => id))
    // One that was never used is in no list yet: a direct conversation with a contact.
    if (this.#plan.conversation !== undefined) ids.add(this.#plan.conversation)
    for (const conversation of conversations) yield { kind: 'conversation', conversation }
    for (const id of ids) yield* this.#read(id, !this.#opened)
    if (!this.#opened) yield { kind: 'opened' }
    this.#opened = true
  }

  /** The newest, and back until what is known. */
  async *#read(id: string, history: boolean): AsyncGenerator<FeedEvent> {
    const wanted = history ? this.#plan.historyMessages : Number.POSITIVE_INFINITY
    if (wanted === 0 && history) {
      const page = await this.#link.call('messages', { id, limit: PAGE }, this.#stop)
      this.#note(id, page.messages)
      yield* this.#tell(id, [], { history, older: page.messages.length > 0, firstUnread: page.firstUnread })
      return
    }
    const pages: Message[][] = []
    let before: string | undefined
    let count = 0
    let older = false
    let firstUnread: string | null = null
    for (let page = 0; page < MOST_PAGES && count < wanted; page++) {
      const answer = await this.#link.call(
        'messages',
        { id, limit: Math.min(PAGE, wanted - count), ...(before === undefined ? {} : { before }) },
        this.#stop,
      )
      pages.unshift(answer.messages)
      count += answer.messages.length
      older = answer.older
      firstUnread ??= answer.firstUnread
      before = answer.messages[0]?.id
      const known = !history && answer.messages.some((message) => this.#told.has(message.id))
      if (known || !answer.older || before === undefined) break
    }
    yield* this.#tell(id, pages.flat(), { history, older, firstUnread })
  }

  *#tell(
    conversation: string,
    all: readonly Message[],
    more: { readonly history: boolean; readonly older: boolean; readonly firstUnread: string | null },
  ): Generator<FeedEvent> {
    const messages = this.#note(conversation, all)
    if (messages.length > 0 || more.history) yield { kind: 'messages', conversation, messages, ...more }
  }

  /** @returns those that were not told as they are */
  #note(conversation: string, messages: readonly Message[]): Message[] {
    const news = messages.filter((message) => {
      const now = JSON.stringify(message)
      if (this.#told.get(message.id) === now) return false
      this.#told.delete(message.id)
      this.#told.set(message.id, now)
      return true
    })
    for (const id of this.#told.keys()) {
      if (this.#told.size <= KNOWN_IDS) break
      this.#told.delete(id)
    }
    const newest = Math.max(this.#newestPlace.get(conversation) ?? -1, ...messages.map(({ place }) => place))
    this.#newestPlace.set(conversation, newest)
    return news
  }

  async *#changed({ people = [] }: Change): AsyncGenerator<FeedEvent> {
    const { conversation: only } = this.#plan
    /** Conversations of which a page must be read. */
    const read = new Set<string>()
    let look = false
    for (const { kind, id, message } of people) {
      const of = message?.conversation ?? id
      if (kind === 'typing' || kind === 'conversation' || kind === 'circle') look = true
      if (kind !== 'message' || of === null || (only !== undefined && of !== only)) continue
      // A late one stands before what is known: the places of the others have moved.
      const late =
        message !== undefined &&
        !this.#told.has(message.id) &&
        message.place <= (this.#newestPlace.get(of) ?? -1)
      if (message === undefined || late) read.add(of)
      else yield* this.#tell(of, [message], NEWS)
    }
    for (const id of read) yield* this.#read(id, false)
    if (look)
      for (const conversation of await this.#conversations()) yield { kind: 'conversation', conversation }
  }
}

const NEWS = { history: false, older: true, firstUnread: null } as const
