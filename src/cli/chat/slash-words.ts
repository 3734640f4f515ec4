// What a typed line of a chat means: a text, or a slash word about a message. Pure.
// Promise: a line that begins with a slash is never said aloud by mistake; `//` says one that begins with it.

import type { Message } from '../../api/schemas/conversations.ts'
import { nearestWord } from '../nearest-word.ts'
import type { ChatLog } from './chat-log.ts'

export type ChatAction =
  | { readonly kind: 'say'; readonly text: string; readonly replyTo?: string }
  | { readonly kind: 'edit'; readonly message: string; readonly text: string }
  | { readonly kind: 'delete'; readonly message: string }
  | { readonly kind: 'react'; readonly message: string; readonly emoji: string; readonly on: boolean }
  | { readonly kind: 'file'; readonly paths: readonly string[] }
  | { readonly kind: 'get'; readonly message: string; readonly folder: string | undefined }
  | { readonly kind: 'dismiss'; readonly message: string }
  | { readonly kind: 'find'; readonly words: string }
  | { readonly kind: 'quiet'; readonly quiet: boolean }
  | { readonly kind: 'older' }
  | { readonly kind: 'who' }
  | { readonly kind: 'help' }
  | { readonly kind: 'quit' }

/** A line that means nothing, with what would. */
export class NotUnderstood extends Error {}

interface SlashWord {
  readonly usage: string
  readonly summary: string
  read(rest: string, log: ChatLog): ChatAction
}

export const SLASH_WORDS: Readonly<Record<string, SlashWord>> = {
  reply: {
    usage: '/reply [#ID] TEXT',
    summary: 'answer a message (the last of somebody else)',
    read: (rest, log) => {
      const { message, text } = about(rest, log, ({ mine, kind }) => !mine && kind !== 'notice')
      return { kind: 'say', text: needed(text, 'reply'), replyTo: message.id }
    },
  },
  react: {
    usage: '/react [#ID] EMOJI',
    summary: 'add a reaction, or take yours back',
    read: (rest, log) => {
      const { message, text } = about(rest, log, ({ mine, kind }) => !mine && kind !== 'notice')
      const emoji = EMOJI[needed(text, 'react')] ?? text
      const on = !message.reactions.some((reaction) => reaction.emoji === emoji && reaction.mine)
      return { kind: 'react', message: message.id, emoji, on }
    },
  },
  edit: {
    usage: '/edit [#ID] TEXT',
    summary: 'change a text of yours (the last)',
    read: (rest, log) => {
      const { message, text } = about(
        rest,
        log,
        ({ mine, kind, deleted }) => mine && kind === 'text' && deleted === 'no',
      )
      return { kind: 'edit', message: message.id, text: needed(text, 'edit') }
    },
  },
  delete: {
    usage: '/delete [#ID]',
    summary: 'take a message of yours back (the last); a moderator takes any away',
    read: (rest, log) => {
      const { message } = about(rest, log, ({ mine, deleted }) => mine && deleted === 'no')
      return { kind: 'delete', message: message.id }
    },
  },
  file: {
    usage: '/file PATH...',
    summary: 'offer files or a folder',
    read: (rest) => ({ kind: 'file', paths: shellWords(needed(rest, 'file')) }),
  },
  get: {
    usage: '/get [#ID] [FOLDER]',
    summary: 'get what a message offers (the last)',
    read: (rest, log) => {
      const { message, text } = about(rest, log, ({ file, mine }) => file !== null && !mine)
      return { kind: 'get', message: message.id, folder: text === '' ? undefined : shellWords(text)[0] }
    },
  },
  dismiss: {
    usage: '/dismiss [#ID]',
    summary: 'not now',
    read: (rest, log) => {
      const { message } = about(rest, log, ({ file, mine }) => file !== null && !mine)
      return { kind: 'dismiss', message: message.id }
    },
  },
  find: {
    usage: '/find WORDS',
    summary: 'search in this conversation',
    read: (rest) => ({ kind: 'find', words: needed(rest, 'find') }),
  },
  older: { usage: '/older', summary: 'more from before', read: () => ({ kind: 'older' }) },
  who: { usage: '/who', summary: 'who is here, and who is online', read: () => ({ kind: 'who' }) },
  quiet: {
    usage: '/quiet',
    summary: 'no notices of this conversation',
    read: () => ({ kind: 'quiet', quiet: true }),
  },
  loud: { usage: '/loud', summary: 'notices again', read: () => ({ kind: 'quiet', quiet: false }) },
  help: { usage: '/help', summary: 'these words', read: () => ({ kind: 'help' }) },
  quit: { usage: '/quit', summary: 'leave the conversation, as Ctrl-C does', read: () => ({ kind: 'quit' }) },
}

/** What a keyboard has no key for. */
const EMOJI: Readonly<Record<string, string>> = {
  '+1': '👍',
  '-1': '👎',
  heart: '❤️',
  laugh: '😄',
  hooray: '🎉',
  sad: '😢',
  thanks: '🙏',
  eyes: '👀',
}

/** @throws NotUnderstood */
export function readLine(line: string, log: ChatLog): ChatAction {
  const [, word = '', rest = ''] = /^\/([a-z]*)(?:\s+(.*))?$/isu.exec(line) ?? []
  if (line.startsWith('//')) return { kind: 'say', text: line.slice(1) }
  if (!line.startsWith('/')) return { kind: 'say', text: line }
  const known = Object.hasOwn(SLASH_WORDS, word) ? SLASH_WORDS[word] : undefined
  if (known === undefined) {
    const nearest = nearestWord(word, Object.keys(SLASH_WORDS))
    const meant = nearest === undefined ? '/help lists what there is' : `did you mean /${nearest}?`
    throw new NotUnderstood(`Nothing is called /${word}: ${meant} To say it, begin with //.`)
  }
  return known.read(rest.trim(), log)
}

function about(
  rest: string,
  log: ChatLog,
  fits: (message: Message) => boolean,
): { readonly message: Message; readonly text: string } {
  const [, ref, text = ''] = /^#([0-9a-f]{2,64})(?:\s+(.*))?$/isu.exec(rest) ?? []
  const message = ref === undefined ? log.last(fits) : log.find(ref)
  if (message === undefined)
    throw new NotUnderstood(
      ref === undefined
        ? 'There is no message here that this could be about.'
        : `No message, or several, begin with #${ref}.`,
    )
  return { message, text: (ref === undefined ? rest : text).trim() }
}

function needed(text: string, word: string): string {
  if (text === '') throw new NotUnderstood(`Say it so: ${SLASH_WORDS[word]?.usage ?? `/${word}`}`)
  return text
}

/** `a "b c" d\ e` as a shell would take it apart. */
export function shellWords(text: string): string[] {
  return [...text.matchAll(/(?:"([^"]*)"|'([^']*)'|((?:\\.|[^\s"'\\])+))/gsu)].map(
    ([, double, single, plain]) => double ?? single ?? (plain ?? '').replace(/\\(.)/gsu, '$1'),
  )
}
