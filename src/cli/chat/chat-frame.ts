// What a conversation looks like on a whole terminal: history above, who is typing and what happens, the line being typed below.
// Pure: what is known and how large the terminal is, in; rows and the place of the cursor, out.
// Promise: exactly as many rows as there are, none wider than the terminal.

import { formatMoment } from '../../api/format-moment.ts'
import type { Conversation } from '../../api/schemas/conversations.ts'
import { columnsOf, fit } from '../columns.ts'
import type { Line } from '../terminal.ts'
import { visible } from '../visible-text.ts'
import type { ChatLog } from './chat-log.ts'
import { messageLines } from './message-lines.ts'

export interface ChatState {
  readonly title: string
  readonly log: ChatLog
  readonly conversation: Conversation | undefined
  /** Of members, where it is a room. */
  readonly present: string
  readonly input: { readonly before: string; readonly after: string }
  /** Lines that answer a slash word, or say what went wrong; shown above the input until the next key. */
  readonly said: readonly Line[]
  /** The stream is broken since then. */
  readonly lostAt: string | undefined
  /** Rows up from the end of the history. */
  readonly scroll: number
  /** Before it a line says that the rest is new. */
  readonly firstUnread: string | null
  /** There are older ones than these. */
  readonly older: boolean
}

export interface Frame {
  readonly rows: readonly Line[]
  readonly cursor: { readonly row: number; readonly column: number }
  /** As far as can be scrolled. */
  readonly mostScroll: number
}

const PROMPT = '> '
const MOST_INPUT_ROWS = 5
const LEAST_HISTORY_ROWS = 1
const DAY_MS = 86_400_000

export function chatFrame(state: ChatState, columns: number, rows: number, nowMs: number): Frame {
  // One column less, because some terminals wrap after the last one.
  const width = Math.max(8, columns - 1)
  const input = inputRows(state.input, width)
  const said = state.said.slice(-Math.max(0, rows - input.rows.length - 2 - LEAST_HISTORY_ROWS))
  const room = Math.max(LEAST_HISTORY_ROWS, rows - input.rows.length - said.length - 2)
  const history = historyRows(state, width, nowMs)
  const mostScroll = Math.max(0, history.length - room)
  const scroll = Math.min(state.scroll, mostScroll)
  const end = history.length - scroll
  const shown = history.slice(Math.max(0, end - room), end)
  const empty = Array.from({ length: room - shown.length }, (): Line => '')
  const all: Line[] = [
    titleRow(state, width, scroll),
    ...empty,
    ...shown,
    ...said,
    statusRow(state, width, scroll),
    ...input.rows,
  ]
  const kept = all.slice(-rows)
  return {
    rows: kept,
    cursor: { row: kept.length - input.rows.length + input.cursorRow, column: input.cursorColumn },
    mostScroll,
  }
}

function titleRow({ title, conversation, present }: ChatState, width: number, scroll: number): Line {
  const quiet = conversation?.quiet === true ? ' (quiet)' : ''
  const where = scroll > 0 ? '  below is more: PgDn' : ''
  return [
    { text: fit(visible(title), Math.floor(width / 2)), style: 'strong' },
    {
      text: fit(`${quiet}${present === '' ? '' : `  ${visible(present)}`}${where}`, Math.ceil(width / 2)),
      style: 'faint',
    },
  ]
}

function statusRow({ lostAt, conversation }: ChatState, width: number, scroll: number): Line {
  if (lostAt !== undefined)
    return [{ text: fit(`Shoal is not answering since ${lostAt}. Trying again.`, width), style: 'careful' }]
  const closed = conversation?.closed
  if (closed !== null && closed !== undefined)
    return [
      {
        text: fit(CLOSED[closed.code] ?? `Nothing can be written here (${closed.code}).`, width),
        style: 'careful',
      },
    ]
  const typing = (conversation?.typing ?? []).map(visible)
  if (typing.length > 0)
    return [
      {
        text: fit(`${typing.slice(0, 3).join(', ')} ${typing.length === 1 ? 'is' : 'are'} typing`, width),
        style: 'faint',
      },
    ]
  return [
    { text: fit(scroll > 0 ? '' : '/help  Tab completes  PgUp older  Ctrl-C leaves', width), style: 'faint' },
  ]
}

const CLOSED: Readonly<Record<string, string>> = {
  CIRCLE_LEFT: 'You are no longer in this circle. What you received stays readable.',
  PERSON_BLOCKED: 'You have blocked this person.',
  FORKED: 'This device wrote two versions at the same place, so nothing more of it is taken.',
}

function historyRows({ log, firstUnread, older }: ChatState, width: number, nowMs: number): Line[] {
  const rows: Line[] = []
  const { messages } = log
  if (older) rows.push([{ text: fit('There is more before this: /older, or PgUp', width), style: 'faint' }])
  let day = -1
  for (const message of messages) {
    const at = Date.parse(message.at)
    const its = Math.floor((at - new Date(at).getTimezoneOffset() * 60_000) / DAY_MS)
    if (its !== day && !Number.isNaN(its)) {
      day = its
      rows.push([{ text: fit(dayText(message.at, nowMs), width), style: 'faint' }])
    }
    if (message.id === firstUnread) rows.push([{ text: fit('--- new ---', width), style: 'careful' }])
    rows.push(...messageLines(message, { columns: width, ref: log.ref(message.id) }))
  }
  if (messages.length === 0) rows.push([{ text: fit('Nothing was said here yet.', width), style: 'faint' }])
  return rows
}

function dayText(at: string, nowMs: number): string {
  const moment = formatMoment(at, nowMs)
  if (/ago$|just now/.test(moment)) return '--- today'
  return `--- ${moment.replace(/ \d\d:\d\d$/, '')}`
}

/** The line being typed, over as many rows as it needs, and where the cursor stands in them. */
function inputRows(
  { before, after }: ChatState['input'],
  width: number,
): { rows: Line[]; cursorRow: number; cursorColumn: number } {
  const rows: string[] = [PROMPT]
  let cursorRow = 0
  let cursorColumn = PROMPT.length
  const put = (text: string): void => {
    for (const letter of text) {
      const shown = letter === '\n' ? '' : visible(letter)
      if (letter === '\n' || columnsOf(rows.at(-1) ?? '') + columnsOf(shown) > width) rows.push('  ')
      rows[rows.length - 1] += shown
    }
  }
  put(before)
  cursorRow = rows.length - 1
  cursorColumn = columnsOf(rows.at(-1) ?? '')
  put(after)
  const first = Math.max(0, Math.min(cursorRow, rows.length - MOST_INPUT_ROWS))
  const shown = rows.slice(first, first + MOST_INPUT_ROWS)
  return { rows: shown, cursorRow: cursorRow - first, cursorColumn }
}
