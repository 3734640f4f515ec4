// A conversation line by line: where nothing can be redrawn (a dumb terminal), or where lines come from a pipe.
// Promise: from a pipe each line is a message as it is, said once and in order; the end of the input ends it when all are written.

import { createInterface } from 'node:readline'
import { explain } from '../../api/errors.ts'
import type { Message } from '../../api/schemas/conversations.ts'
import { CodedError } from '../../base/errors.ts'
import type { Shell } from '../command.ts'
import { ChatActions, mentionsIn } from './chat-actions.ts'
import { ChatLog } from './chat-log.ts'
import { helpLines } from './chat-words.ts'
import { ConversationFeed, type FeedEvent } from './conversation-feed.ts'
import { messageLines } from './message-lines.ts'
import type { ChatPlan } from './screen-chat.ts'
import { type ChatAction, NotUnderstood, readLine } from './slash-words.ts'

/** Where a line has no end on a screen. */
const WIDE = 100_000

export class LineChat {
  readonly #plan: ChatPlan
  readonly #shell: Shell
  readonly #log = new ChatLog()
  readonly #end = new AbortController()
  readonly #stop: AbortSignal
  readonly #actions: ChatActions
  /** Somebody types, so a slash has its meaning. */
  readonly #typed: boolean
  /** What there was before is shown, so that it can be talked about. */
  readonly #opened = Promise.withResolvers<void>()
  /** What stands there already. */
  readonly #shown = new Map<string, string>()

  constructor(plan: ChatPlan, shell: Shell) {
    this.#plan = plan
    this.#shell = shell
    this.#typed = shell.input.isTTY === true
    this.#stop = AbortSignal.any([this.#end.signal, shell.interrupt.listen()])
    this.#actions = new ChatActions(plan.link, shell.folder, this.#stop)
  }

  /** @param follow stay when the input has ended, until interrupted. @throws what a message was refused with */
  async run(follow: boolean): Promise<number> {
    const feed = new ConversationFeed(this.#plan.link, this.#plan, this.#stop)
    const following = this.#follow(feed.events()).finally(() => {
      this.#opened.resolve()
      this.#end.abort()
    })
    const reading = this.#read().then(
      () => {
        if (!follow) this.#end.abort()
      },
      (error: unknown) => {
        this.#end.abort()
        throw error
      },
    )
    await Promise.all([following, reading])
    return 0
  }

  async #follow(events: AsyncGenerator<FeedEvent>): Promise<void> {
    const { output } = this.#shell
    for await (const event of events) {
      if (event.kind === 'lost') output.warn('Shoal is not answering. Trying again.')
      if (event.kind === 'opened') this.#opened.resolve()
      if (event.kind !== 'messages') continue
      this.#log.take(event.messages)
      for (const message of event.messages) this.#show(message)
      const newest = this.#log.newest
      if (this.#typed && newest !== undefined) await this.#actions.read(this.#plan.conversation, newest.id)
    }
  }

  async #read(): Promise<void> {
    if (this.#typed || this.#plan.historyMessages > 0) await this.#opened.promise
    const lines = createInterface({ input: this.#shell.input, signal: this.#stop })
    for await (const line of lines) {
      if (this.#stop.aborted) return
      if (line.trim() === '') continue
      if (!this.#typed) {
        await this.#say(line)
        continue
      }
      try {
        if (await this.#do(readLine(line, this.#log))) return
      } catch (error) {
        if (error instanceof NotUnderstood) this.#shell.output.warn(error.message)
        else if (error instanceof CodedError) {
          const { message, help } = explain(error).report
          this.#shell.output.warn(help === undefined ? message : `${message} ${help}`)
        } else throw error
      }
    }
  }

  async #say(text: string, replyTo?: string): Promise<void> {
    const mentions = mentionsIn(text, this.#plan.people)
    this.#take(await this.#actions.say(this.#plan.conversation, text, { replyTo, mentions }))
  }

  /** @returns whether it was the last. */
  async #do(action: ChatAction): Promise<boolean> {
    const { conversation: id } = this.#plan
    const { output } = this.#shell
    const actions = this.#actions
    switch (action.kind) {
      case 'say':
        await this.#say(action.text, action.replyTo)
        break
      case 'edit':
        this.#take(await actions.edit(id, action.message, action.text))
        break
      case 'delete':
        this.#take(await actions.remove(id, action.message))
        break
      case 'react':
        this.#take(await actions.react(id, action.message, action.emoji, action.on))
        break
      case 'file':
        this.#take(await actions.offer(id, action.paths, undefined))
        break
      case 'get':
        await actions.get(id, action.message, action.folder)
        break
      case 'dismiss':
        await actions.dismiss(id, action.message)
        break
      case 'find':
        for (const message of await actions.find(id, action.words)) this.#say1(message)
        break
      case 'older':
        await this.#showOlder()
        break
      case 'quiet':
        await actions.quiet(id, action.quiet)
        break
      case 'who':
        output.result(this.#plan.present)
        break
      case 'help':
        for (const line of helpLines()) output.result(line)
        break
      case 'quit':
        return true
    }
    return false
  }

  async #showOlder(): Promise<void> {
    const before = this.#log.messages[0]?.id
    if (before === undefined) return
    const page = await this.#plan.link.call('messages', { id: this.#plan.conversation, before }, this.#stop)
    this.#log.take(page.messages)
    for (const message of page.messages) this.#show(message)
  }

  #take(message: Message): void {
    this.#log.take([message])
    this.#show(message)
  }

  /** Not again for a change that says nothing new to who reads lines: where it is by now, how far a file has come. */
  #show(message: Message): void {
    const { text, deleted, edited, reactions, file } = message
    const told = JSON.stringify([text, deleted, edited, reactions, file?.name, file?.state])
    if (this.#shown.get(message.id) === told) return
    this.#shown.set(message.id, told)
    this.#say1(message)
  }

  #say1(message: Message): void {
    const { output } = this.#shell
    const columns = output.results.live ? output.results.columns - 1 : WIDE
    for (const line of messageLines(message, { columns, ref: this.#log.ref(message.id) })) output.result(line)
  }
}
