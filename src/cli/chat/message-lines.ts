// One message in lines of a terminal: who, what, in answer to what, what others think of it, and where it is. Pure.
// Promise: bounded in lines, none wider than asked; names and texts of others are shown, never obeyed.

import { formatSize } from '../../api/format-quantity.ts'
import type { FileCard, Message } from '../../api/schemas/conversations.ts'
import { columnsOf, fit } from '../columns.ts'
import { codedSentence } from '../people/coded-sentence.ts'
import type { Hue, Line, Span } from '../terminal.ts'
import { visible } from '../visible-text.ts'
import { wrapped } from '../wrapped-text.ts'

/** A text of 4 KiB can be four thousand ends of lines. */
const MOST_LINES = 40
const INDENT = '  '
const SHOWN_REACTORS = 3

export interface MessageLook {
  readonly columns: number
  /** `a3f1` */
  readonly ref: string
}

export function messageLines(message: Message, { columns, ref }: MessageLook): Line[] {
  const { replyTo, authorName, author, kind } = message
  const lines: Line[] = []
  const name = visible(authorName === '' ? author.slice(0, 8) : authorName)
  const head: Span[] = [
    { text: `#${ref} `, style: 'faint' },
    { text: `${clock(message.at)} `, style: 'faint' },
  ]
  const before = head.reduce((sum, { text }) => sum + columnsOf(text), 0)
  if (replyTo !== null) {
    const quoted = `${INDENT}> ${replyTo.authorName}: ${oneLine(replyTo.text)}`
    lines.push([{ text: fit(visible(quoted), columns), style: 'faint' }])
  }
  if (kind === 'notice') {
    const text = message.notice === null ? message.text : noticeText(message)
    const rows = wrapped(text, columns - INDENT.length, Math.max(0, before - INDENT.length))
    return [
      ...lines,
      ...rows.map(
        (row, at): Line =>
          at === 0 ? [...head, { text: row, style: 'faint' }] : [{ text: INDENT + row, style: 'faint' }],
      ),
    ]
  }
  const shownName = fit(name, Math.max(4, Math.floor(columns / 3)))
  const after = whereText(message)
  const body = `${bodyText(message)}${message.edited ? ' (edited)' : ''}`
  const rows = wrapped(body, columns - INDENT.length, before + columnsOf(shownName) + 2 - INDENT.length)
  const shown = rows.slice(0, MOST_LINES)
  const style = message.mentionsMe && !message.mine ? ('strong' as const) : undefined
  for (const [at, row] of shown.entries()) {
    const text = style === undefined ? row : { text: row, style }
    lines.push(
      at === 0
        ? [...head, { text: shownName, style: message.mine ? 'strong' : hueOf(author) }, ': ', text]
        : [INDENT, text],
    )
  }
  if (rows.length > shown.length)
    lines.push([{ text: `${INDENT}and ${rows.length - shown.length} more lines`, style: 'faint' }])
  const reactions = reactionText(message)
  for (const extra of [reactions, after])
    if (extra !== '')
      for (const row of wrapped(extra, columns - INDENT.length))
        lines.push([{ text: INDENT + row, style: 'faint' }])
  return lines
}

/** The same person in the same colour, everywhere. */
export function hueOf(person: string): Hue {
  let sum = 0
  for (const letter of person) sum = (sum * 31 + letter.charCodeAt(0)) % 65_521
  return HUES[sum % HUES.length] ?? 'hue1'
}

const HUES = ['hue1', 'hue2', 'hue3', 'hue4', 'hue5', 'hue6'] as const

function clock(at: string): string {
  const moment = new Date(at)
  const two = (value: number): string => String(value).padStart(2, '0')
  return Number.isNaN(moment.getTime()) ? '--:--' : `${two(moment.getHours())}:${two(moment.getMinutes())}`
}

function bodyText({ deleted, text, file, mine }: Message): string {
  if (deleted === 'author') return '(taken back)'
  if (deleted === 'moderator') return '(taken away by a moderator)'
  if (file === null) return text
  return `${fileText(file, mine)}${text === '' ? '' : `\n${text}`}`
}

function fileText(file: FileCard, mine: boolean): string {
  const { name, kind, files, lengthBytes, state, doneBytes, sources, saved, problem } = file
  const facts = files === 1 ? kind : `${files} files`
  const what = `[${name}, ${facts}, ${formatSize(lengthBytes)}]`
  switch (state) {
    case 'mine':
      return mine ? `${what} yours` : what
    case 'offered':
      return `${what} ${sources === 0 ? 'nobody who has it is online' : `${sources} online have it`}: /get`
    case 'getting': {
      const percent = lengthBytes === 0 ? 100 : Math.floor((100 * doneBytes) / lengthBytes)
      return `${what} getting, ${percent} %, ${sources} ${sources === 1 ? 'source' : 'sources'}`
    }
    case 'got':
      return `${what} here${saved === null ? '' : `: ${saved}`}`
    case 'dismissed':
      return `${what} not now: /get`
    case 'blocked':
    case 'failed':
      return `${what} ${problem === null ? state : codedSentence(problem)}`
  }
}

function whereText({ where, heldBy }: Message): string {
  if (where === null) return ''
  if (where === 'delivered') return 'delivered'
  return where === 'held' ? `held by ${heldBy} ${heldBy === 1 ? 'other' : 'others'}` : 'only on this device'
}

function reactionText({ reactions }: Message): string {
  return reactions
    .map(({ emoji, people }) => {
      const names = people.slice(0, SHOWN_REACTORS).join(', ')
      return `${emoji} ${names}${people.length > SHOWN_REACTORS ? ` and ${people.length - SHOWN_REACTORS} more` : ''}`
    })
    .join('   ')
}

const NOTICES: Readonly<Record<string, string>> = {
  JOINED: 'joined',
  LEFT: 'left',
  REMOVED: 'was removed',
  RENAMED: 'has another name now',
  FORKED: 'wrote two versions at the same place: nothing more of that device is taken',
}

function noticeText({ notice, authorName, text }: Message): string {
  if (text !== '') return text
  const said = NOTICES[notice?.code ?? ''] ?? (notice?.code ?? '').toLowerCase().replaceAll('_', ' ')
  const { name } = (notice?.data ?? {}) as { name?: unknown }
  return `${typeof name === 'string' ? name : authorName} ${said}`
}

function oneLine(text: string): string {
  return text.replace(/\s+/gu, ' ')
}
