// A conversation, or all of them, for a program: what happens goes out and what is to be done comes in, one JSON object a line.
// Promise: every object that came in is answered by one with the same `ref`; a message is told again only when it has changed;
// nothing but such lines is on standard output.

import { createInterface } from 'node:readline'
import { explain } from '../../api/errors.ts'
import { ChatLine } from '../../api/schemas/chat-lines.ts'
import type { Message } from '../../api/schemas/conversations.ts'
import { CodedError } from '../../base/errors.ts'
import type { Shell } from '../command.ts'
import { ChatActions } from './chat-actions.ts'
import type { ChatLink } from './chat-link.ts'
import { ConversationFeed } from './conversation-feed.ts'

export class ChatLineError extends CodedError<'CHAT_LINE_INVALID' | 'CONVERSATION_NEEDED'> {}

export interface BotPlan {
  readonly link: ChatLink
  /** Undefined for all. */
  readonly conversation: string | undefined
  readonly historyMessages: number
}

/** 4 KiB of text, each letter escaped, and ids. */
const MOST_LINE_CHARACTERS = 65_536

export class BotChat {
  readonly #plan: BotPlan
  readonly #shell: Shell
  readonly #end = new AbortController()
  /** What there was before is told before anything is done. */
  readonly #opened = Promise.withResolvers<void>()
  readonly #stop: AbortSignal
  readonly #actions: ChatActions

  constructor(plan: BotPlan, shell: Shell) {
    this.#plan = plan
    this.#shell = shell
    this.#stop = AbortSignal.any([this.#end.signal, shell.interrupt.listen()])
    this.#actions = new ChatActions(plan.link, shell.folder, this.#stop)
  }

  /** @param follow stay when the input has ended, until interrupted */
  async run(follow: boolean): Promise<number> {
    const reading = this.#read().then(
      (quit) => {
        if (quit || !follow) this.#end.abort()
      },
      (error: unknown) => {
        this.#end.abort()
        throw error
      },
    )
    const telling = this.#tell().finally(() => {
      this.#opened.resolve()
      this.#end.abort()
    })
    await Promise.all([telling, reading])
    return 0
  }

  async #tell(): Promise<void> {
    const { output } = this.#shell
    const feed = new ConversationFeed(this.#plan.link, this.#plan, this.#stop)
    for await (const event of feed.events()) {
      if (event.kind === 'messages')
        for (const message of event.messages)
          output.object({ event: 'message', history: event.history, message })
      else if (event.kind === 'conversation')
        output.object({ event: 'conversation', conversation: event.conversation })
      else output.object({ event: event.kind })
      if (event.kind === 'opened') this.#opened.resolve()
    }
  }

  /** @returns whether the program said that it is over */
  async #read(): Promise<boolean> {
    const { input, output } = this.#shell
    await this.#opened.promise
    // One after the other: what a program says in order is written in order.
    for await (const line of createInterface({ input, signal: this.#stop })) {
      if (this.#stop.aborted) return true
      if (line.trim() === '') continue
      let ref: string | number | undefined
      try {
        const asked = parsed(line)
        ref = asked.ref
        if (asked.do === 'quit') return true
        const message = await this.#do(asked)
        output.object({ event: 'done', ref: ref ?? null, ...(message === undefined ? {} : { message }) })
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
        output.object({ event: 'refused', ref: ref ?? null, error: explain(error).report })
      }
    }
    return false
  }

  async #do(asked: Exclude<ChatLine, { do: 'quit' }>): Promise<Message | undefined> {
    const id = asked.conversation ?? this.#plan.conversation
    if (id === undefined) throw new ChatLineError('CONVERSATION_NEEDED')
    const actions = this.#actions
    switch (asked.do) {
      case undefined:
      case 'say':
        return actions.say(id, asked.text, asked)
      case 'edit':
        return actions.edit(id, asked.message, asked.text)
      case 'delete':
        return actions.remove(id, asked.message)
      case 'react':
        return actions.react(id, asked.message, asked.emoji, asked.on)
      case 'file':
        return actions.offer(id, asked.paths, asked.text)
      case 'get':
        await actions.get(id, asked.message, asked.folder)
        return undefined
      case 'dismiss':
        await actions.dismiss(id, asked.message)
        return undefined
      case 'read':
        await actions.read(id, asked.message)
        return undefined
      case 'typing':
        await actions.typing(id)
        return undefined
    }
  }
}

function parsed(line: string): ChatLine {
  if (line.length > MOST_LINE_CHARACTERS) throw new ChatLineError('CHAT_LINE_INVALID', { reason: 'too long' })
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    throw new ChatLineError('CHAT_LINE_INVALID', { reason: 'no JSON' }, error)
  }
  const read = ChatLine.safeParse(value)
  if (!read.success) throw new ChatLineError('CHAT_LINE_INVALID', {})
  return read.data
}
