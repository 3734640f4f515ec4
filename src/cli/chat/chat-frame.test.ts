import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleConversation, sampleFile, sampleMessage } from '../../../test/doubles/sample-people.ts'
import type { Message } from '../../api/schemas/conversations.ts'
import { columnsOf } from '../columns.ts'
import { Terminal } from '../terminal.ts'
import { type ChatState, chatFrame } from './chat-frame.ts'
import { ChatLog } from './chat-log.ts'

const NOW = Date.parse('2026-01-01T12:00:00.000Z')
const HOSTILE = 'a\u001b[31mb\u202ec\u0007\u200bd\u001b]0;title\u0007'

function stateOf(messages: readonly Message[], parts: Partial<ChatState> = {}): ChatState {
  const log = new ChatLog()
  log.take(messages)
  return {
    title: 'Band/general',
    log,
    conversation: sampleConversation(),
    present: '3 members, Ana online',
    input: { before: '', after: '' },
    said: [],
    lostAt: undefined,
    scroll: 0,
    firstUnread: null,
    older: false,
    ...parts,
  }
}

/** As a terminal without colours gets it. */
function drawn(
  state: ChatState,
  columns = 60,
  rows = 12,
): { lines: string[]; cursor: { row: number; column: number } } {
  const terminal = new Terminal(
    { write: () => {}, isTTY: true, columns, rows },
    { LANG: 'C.UTF-8', TERM: 'xterm' },
    true,
  )
  const frame = chatFrame(state, columns, rows, NOW)
  return { lines: frame.rows.map((row) => terminal.render(row)), cursor: frame.cursor }
}

test('the newest stand above the line being typed, with who, when and by which sign to name them', () => {
  const { lines, cursor } = drawn(
    stateOf([sampleMessage(1), sampleMessage(2, { mine: true, where: 'held', heldBy: 2 })], {
      input: { before: 'hel', after: 'lo' },
    }),
  )
  assert.match(lines[0] ?? '', /^Band\/general {2}3 members, Ana online/)
  assert.ok(
    lines.some((line) => /^#0001 \d\d:\d\d Ana: text 1$/.test(line)),
    lines.join('\n'),
  )
  assert.ok(lines.includes('  held by 2 others'))
  assert.equal(lines.at(-1), '> hello')
  assert.deepEqual(cursor, { row: 11, column: 5 })
})

test('answers, reactions, edits, files and what was taken away are told', () => {
  const { lines } = drawn(
    stateOf([
      sampleMessage(1, {
        replyTo: { id: 'e'.repeat(64), authorName: 'Ben', text: 'and\nthen?' },
        edited: true,
      }),
      sampleMessage(2, { reactions: [{ emoji: '👍', people: ['Ana', 'Ben', 'Me', 'Caro'], mine: true }] }),
      sampleMessage(3, { file: sampleFile(), text: '' }),
      sampleMessage(4, { deleted: 'moderator', text: '' }),
      sampleMessage(5, { kind: 'notice', text: '', notice: { code: 'JOINED', data: { name: 'Dora' } } }),
    ]),
    80,
    20,
  )
  const text = lines.join('\n')
  assert.match(text, / {2}> Ben: and then\?\n#0001 .* text 1 \(edited\)/)
  assert.match(text, /👍 Ana, Ben, Me and 1 more/)
  assert.match(text, /\[song\.flac, audio, 30\.0 MB\] 2 online have it: \/get/)
  assert.match(text, /Ana: \(taken away by a moderator\)/)
  assert.match(text, /Dora joined/)
})

test('whatever the size and whatever is said, the rows are as many as there are and none is too wide', () => {
  const messages = [
    sampleMessage(1, { authorName: HOSTILE.repeat(20), text: HOSTILE.repeat(50) }),
    sampleMessage(2, { text: '\n'.repeat(4_000) }),
    sampleMessage(3, {
      text: '漢字'.repeat(500),
      replyTo: { id: 'e'.repeat(64), authorName: HOSTILE, text: HOSTILE },
    }),
    sampleMessage(4, {
      file: sampleFile({ name: HOSTILE.repeat(9) }),
      reactions: [{ emoji: HOSTILE, people: [HOSTILE], mine: false }],
    }),
  ]
  const input = { before: `${'x'.repeat(500)}\n\u202e`, after: '字'.repeat(90) }
  for (const [columns, rows] of [
    [20, 6],
    [40, 10],
    [80, 24],
    [200, 50],
  ] as const)
    for (const scroll of [0, 7, 10_000]) {
      const state = stateOf(messages, { input, scroll, title: HOSTILE, said: ['a', 'b', 'c'] })
      const { lines, cursor } = drawn(state, columns, rows)
      assert.equal(lines.length, rows, `${columns}×${rows}`)
      for (const line of lines) assert.ok(columnsOf(line) < columns, `${columns}: ${line}`)
      assert.ok(lines.every((line) => !/[\p{Cc}\u202e\u200b]/u.test(line)))
      assert.ok(cursor.row < rows && cursor.column < columns)
    }
})

test('what is wrong is a sentence with its cause', () => {
  assert.match(
    drawn(stateOf([], { lostAt: '21:40' })).lines.at(-2) ?? '',
    /not answering since 21:40\. Trying again/,
  )
  const closed = { conversation: sampleConversation({ closed: { code: 'CIRCLE_LEFT', data: {} } }) }
  assert.match(drawn(stateOf([], closed)).lines.at(-2) ?? '', /no longer in this circle/)
  const typing = { conversation: sampleConversation({ typing: ['Ana', 'Ben'] }) }
  assert.equal(drawn(stateOf([], typing)).lines.at(-2), 'Ana, Ben are typing')
})

test('the first unread one has a line before it, and scrolling goes no further than there is', () => {
  const many = Array.from({ length: 50 }, (_, place) => sampleMessage(place))
  const { lines } = drawn(stateOf(many, { firstUnread: sampleMessage(48).id }))
  const at = lines.indexOf('--- new ---')
  assert.match(lines[at + 1] ?? '', /text 48/)
  const top = drawn(stateOf(many, { scroll: 10_000, older: true })).lines
  assert.match(top[1] ?? '', /more before this/)
})
