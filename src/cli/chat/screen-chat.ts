// A conversation on a terminal of one's own: carries keys, changes and what the frame says between the machine and the terminal.
// Promise: whatever ends it, the terminal is as before; only rows that changed are written.

import { emitKeypressEvents } from 'node:readline'
import { explain } from '../../api/errors.ts'
import type { Conversation } from '../../api/schemas/conversations.ts'
import { CodedError } from '../../base/errors.ts'
import type { Shell } from '../command.ts'
import type { Line } from '../terminal.ts'
import { wrapped } from '../wrapped-text.ts'
import { ChatActions, type Mentionable, mentionsIn } from './chat-actions.ts'
import { chatFrame } from './chat-frame.ts'
import type { ChatLink } from './chat-link.ts'
import { ChatLog } from './chat-log.ts'
import { completions, helpLines } from './chat-words.ts'
import { ConversationFeed } from './conversation-feed.ts'
import { LineEditor } from './line-editor.ts'
import { messageLines } from './message-lines.ts'
import { type ChatAction, NotUnderstood, readLine } from './slash-words.ts'

export interface ChatPlan {
  readonly link: ChatLink
  readonly conversation: string
  readonly title: string
  readonly people: readonly Mentionable[]
  /** Who is here, for the title. */
  readonly present: string
  readonly historyMessages: number
}

const ENTER = '\u001b[?1049h\u001b[?2004h'
const LEAVE = '\u001b[?2004l\u001b[?1049l'
const OLDER = 100
/** What is said of my typing lasts some seconds at the others. */
const TYPING_EVERY_MS = 3_000
/** A burst of changes is drawn once. */
const DRAW_AFTER_MS = 16

export class ScreenChat {
  readonly #plan: ChatPlan
  readonly #shell: Shell
  readonly #actions: ChatActions
  readonly #log = new ChatLog()
  readonly #editor: LineEditor
  readonly #end = new AbortController()
  readonly #stop: AbortSignal
  #conversation: Conversation | undefined
  #said: readonly Line[] = []
  #lostAt: string | undefined
  #scroll = 0
  #mostScroll = 0
  #firstUnread: string | null = null
  #older = false
  #fetching = false
  #typedAtMs = 0
  #drawn: string[] = []
  #drawing: NodeJS.Timeout | undefined
  #readUpTo: string | undefined
  #broken: { readonly error: unknown } | undefined

  constructor(plan: ChatPlan, shell: Shell) {
    this.#plan = plan
    this.#shell = shell
    this.#stop = AbortSignal.any([this.#end.signal, shell.interrupt.listen()])
    this.#actions = new ChatActions(plan.link, shell.folder, this.#stop)
    this.#editor = new LineEditor((word, isFirst) =>
      completions(word, isFirst, this.#editor.text, plan.people, this.#actions),
    )
  }

  async run(): Promise<number> {
    const { input, output } = this.#shell
    const feed = new ConversationFeed(this.#plan.link, this.#plan, this.#stop)
    const onKey = (text: string | undefined, key: { name?: string; ctrl?: boolean; meta?: boolean }): void =>
      this.#key({ ...key, text })
    const onResize = (): void => this.#redraw()
    const restore = (): void => void output.results.write(LEAVE)
    emitKeypressEvents(input)
    input.setRawMode(true)
    input.on('keypress', onKey)
    input.resume()
    process.stdout.on('resize', onResize)
    process.once('exit', restore)
    output.results.write(ENTER)
    try {
      for await (const event of feed.events()) {
        if (event.kind === 'conversation') this.#conversation = event.conversation
        if (event.kind === 'lost') this.#lostAt = new Date().toTimeString().slice(0, 5)
        if (event.kind === 'back') this.#lostAt = undefined
        if (event.kind === 'messages') {
          this.#log.take(event.messages)
          if (event.history) {
            this.#firstUnread = event.firstUnread
            this.#older = event.older
          }
          this.#markRead()
        }
        this.#draw()
      }
    } finally {
      clearTimeout(this.#drawing)
      this.#end.abort()
      input.off('keypress', onKey)
      input.setRawMode(false)
      input.pause()
      process.stdout.off('resize', onResize)
      process.off('exit', restore)
      restore()
    }
    if (this.#broken !== undefined) throw this.#broken.error
    return 0
  }

  /** What stands on the screen was seen; nothing older is said to be read twice. */
  #markRead(): void {
    const newest = this.#log.newest?.id
    if (newest === undefined || newest === this.#readUpTo || this.#scroll > 0) return
    this.#readUpTo = newest
    this.#quietly(this.#actions.read(this.#plan.conversation, newest))
  }

  #key(key: Parameters<LineEditor['key']>[0]): void {
    this.#said = []
    const typed = this.#editor.key(key)
    switch (typed.kind) {
      case 'leave':
        this.#end.abort()
        return
      case 'line':
        this.#scroll = 0
        void this.#line(typed.line)
        break
      case 'choices':
        this.#said = this.#lines(typed.choices.slice(0, 60).join('  '), 'faint')
        break
      case 'scroll':
        this.#scrollBy(typed.by === 'page' ? Math.max(1, this.#shell.output.results.rows - 4) : 1, typed.up)
        break
      case 'changed':
        this.#tellTyping()
    }
    this.#draw()
  }

  #scrollBy(rows: number, up: boolean): void {
    if (up && this.#scroll >= this.#mostScroll && this.#older) void this.#fetchOlder()
    this.#scroll = Math.max(0, Math.min(this.#mostScroll, this.#scroll + (up ? rows : -rows)))
    if (this.#scroll === 0) this.#markRead()
  }

  #tellTyping(): void {
    const now = performance.now()
    const { text } = this.#editor
    if (text === '' || text.startsWith('/') || now - this.#typedAtMs < TYPING_EVERY_MS) return
    this.#typedAtMs = now
    this.#quietly(this.#actions.typing(this.#plan.conversation))
  }

  async #line(line: string): Promise<void> {
    try {
      await this.#do(readLine(line, this.#log))
    } catch (error) {
      if (error instanceof NotUnderstood) this.#said = this.#lines(error.message, 'careful')
      else if (error instanceof CodedError) this.#said = this.#lines(sentenceOf(error), 'careful')
      else this.#break(error)
    }
    this.#draw()
  }

  async #do(action: ChatAction): Promise<void> {
    const { conversation: id, people } = this.#plan
    const actions = this.#actions
    switch (action.kind) {
      case 'say':
        this.#log.take([
          await actions.say(id, action.text, {
            replyTo: action.replyTo,
            mentions: mentionsIn(action.text, people),
          }),
        ])
        return
      case 'edit':
        this.#log.take([await actions.edit(id, action.message, action.text)])
        return
      case 'delete':
        this.#log.take([await actions.remove(id, action.message)])
        return
      case 'react':
        this.#log.take([await actions.react(id, action.message, action.emoji, action.on)])
        return
      case 'file':
        this.#said = this.#lines('Looking through it…', 'faint')
        this.#draw()
        this.#log.take([await actions.offer(id, action.paths, undefined)])
        this.#said = []
        return
      case 'get':
        return actions.get(id, action.message, action.folder)
      case 'dismiss':
        return actions.dismiss(id, action.message)
      case 'find':
        this.#said = await this.#found(action.words)
        return
      case 'quiet':
        return actions.quiet(id, action.quiet)
      case 'older':
        return this.#fetchOlder()
      case 'who':
        this.#said = this.#lines(this.#plan.present === '' ? this.#plan.title : this.#plan.present, 'faint')
        return
      case 'help':
        this.#said = helpLines()
        return
      case 'quit':
        this.#end.abort()
    }
  }

  async #found(words: string): Promise<Line[]> {
    const messages = await this.#actions.find(this.#plan.conversation, words)
    if (messages.length === 0) return this.#lines('Nothing here fits.', 'faint')
    const columns = this.#shell.output.results.columns - 1
    return messages.flatMap((message) => messageLines(message, { columns, ref: message.id.slice(0, 6) }))
  }

  async #fetchOlder(): Promise<void> {
    const before = this.#log.messages[0]?.id
    if (this.#fetching || before === undefined || !this.#older) return
    this.#fetching = true
    try {
      const page = await this.#plan.link.call(
        'messages',
        { id: this.#plan.conversation, before, limit: OLDER },
        this.#stop,
      )
      this.#older = page.older
      this.#log.take(page.messages)
    } finally {
      this.#fetching = false
    }
    this.#draw()
  }

  /** What is nice to have: without it the conversation goes on, and the feed says what is wrong. */
  #quietly(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!(error instanceof CodedError)) this.#break(error)
    })
  }

  /** What nobody expected ends the conversation, and is thrown where it began. */
  #break(error: unknown): void {
    this.#broken ??= { error }
    this.#end.abort()
  }

  #lines(text: string, style: 'faint' | 'careful'): Line[] {
    return wrapped(text, this.#shell.output.results.columns - 1).map((row) => [{ text: row, style }])
  }

  #draw(): void {
    this.#drawing ??= setTimeout(() => {
      this.#drawing = undefined
      this.#redraw(this.#drawn)
    }, DRAW_AFTER_MS)
  }

  /** @param before what stands there; without it everything is written */
  #redraw(before: readonly string[] = []): void {
    if (this.#stop.aborted) return
    const { results } = this.#shell.output
    const { columns, rows } = results
    const frame = chatFrame(
      {
        title: this.#plan.title,
        log: this.#log,
        conversation: this.#conversation,
        present: this.#plan.present,
        input: this.#editor.parts,
        said: this.#said,
        lostAt: this.#lostAt,
        scroll: this.#scroll,
        firstUnread: this.#firstUnread,
        older: this.#older,
      },
      columns,
      rows,
      Date.now(),
    )
    this.#mostScroll = frame.mostScroll
    this.#drawn = frame.rows.map((row) => results.render(row, columns - 1))
    const changed = this.#drawn
      .map((row, at) => (row === before[at] ? '' : `\u001b[${at + 1};1H${row}\u001b[K`))
      .join('')
    const clear = before.length === 0 ? '\u001b[2J' : ''
    const { row, column } = frame.cursor
    results.write(`\u001b[?25l${clear}${changed}\u001b[${row + 1};${column + 1}H\u001b[?25h`)
  }
}

function sentenceOf(error: CodedError): string {
  const { message, help } = explain(error).report
  return help === undefined ? message : `${message} ${help}`
}
