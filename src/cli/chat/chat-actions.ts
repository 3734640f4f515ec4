// Does in a conversation what a line or an object of a program asks for. Promise: a text is written once, whatever happens between.

import { randomBytes } from 'node:crypto'
import { homedir } from 'node:os'
import path from 'node:path'
import type { Message } from '../../api/schemas/conversations.ts'
import type { ChatLink } from './chat-link.ts'

const ONCE_BYTES = 12
const MOST_MENTIONS = 32

/** Who can be named with an @. */
export interface Mentionable {
  readonly person: string
  readonly name: string
}

export class ChatActions {
  readonly #link: ChatLink
  readonly #stop: AbortSignal
  /** The current folder, for paths. */
  readonly #folder: string

  constructor(link: ChatLink, folder: string, stop: AbortSignal) {
    this.#link = link
    this.#folder = folder
    this.#stop = stop
  }

  async say(
    id: string,
    text: string,
    more: {
      readonly replyTo?: string | undefined
      readonly mentions?: readonly string[] | undefined
      readonly once?: string | undefined
    } = {},
  ): Promise<Message> {
    const { replyTo, mentions = [], once = randomBytes(ONCE_BYTES).toString('hex') } = more
    return this.#link.call(
      'writeMessage',
      { id, text, mentions: [...mentions], once, ...(replyTo === undefined ? {} : { replyTo }) },
      this.#stop,
    )
  }

  edit(id: string, message: string, text: string): Promise<Message> {
    return this.#link.call('editMessage', { id, message, text }, this.#stop)
  }

  remove(id: string, message: string): Promise<Message> {
    return this.#link.call('deleteMessage', { id, message }, this.#stop)
  }

  react(id: string, message: string, emoji: string, on: boolean): Promise<Message> {
    return this.#link.call('react', { id, message, emoji, on }, this.#stop)
  }

  /** Asked for once only: it would be offered twice. */
  offer(id: string, paths: readonly string[], text: string | undefined): Promise<Message> {
    return this.#link.current.call('offerFiles', {
      id,
      paths: paths.map((each) => this.place(each)),
      ...(text === undefined ? {} : { text }),
    })
  }

  async get(id: string, message: string, folder: string | undefined): Promise<void> {
    const saveFolder = folder === undefined ? {} : { saveFolder: this.place(folder) }
    await this.#link.call('getMessageFile', { id, message, ...saveFolder }, this.#stop)
  }

  async dismiss(id: string, message: string): Promise<void> {
    await this.#link.call('getMessageFile', { id, message, dismiss: true }, this.#stop)
  }

  async find(id: string, words: string): Promise<readonly Message[]> {
    const { messages } = await this.#link.call('searchMessages', { in: id, words, limit: FOUND }, this.#stop)
    return messages.toReversed()
  }

  async quiet(id: string, quiet: boolean): Promise<void> {
    await this.#link.call('changeConversation', { id, quiet }, this.#stop)
  }

  async read(id: string, message: string): Promise<void> {
    await this.#link.call('readConversation', { id, message }, this.#stop)
  }

  async typing(id: string): Promise<void> {
    await this.#link.call('typing', { id }, this.#stop)
  }

  /** `~` is known to shells only, and none took this line apart. */
  place(given: string): string {
    const home = given === '~' || given.startsWith('~/') ? path.join(homedir(), given.slice(1)) : given
    return path.resolve(this.#folder, home)
  }
}

const FOUND = 20

/** Persons that a text names: `@Ana`, `@"Ana B"`, or `@Ana B` where that is somebody's whole name. */
export function mentionsIn(text: string, people: readonly Mentionable[]): string[] {
  const letters = text.toLowerCase()
  const named = people.filter(({ name }) => {
    if (name === '') return false
    for (const sign of [`@${name.toLowerCase()}`, `@"${name.toLowerCase()}"`]) {
      for (let at = letters.indexOf(sign); at >= 0; at = letters.indexOf(sign, at + 1)) {
        const next = letters.charAt(at + sign.length)
        if (!/[\p{L}\p{N}]/u.test(next)) return true
      }
    }
    return false
  })
  return [...new Set(named.map(({ person }) => person))].slice(0, MOST_MENTIONS)
}
