import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ANA,
  BAND,
  BAND_ROOM,
  PLANS,
  sampleCircle,
  sampleConversation,
  sampleDetails,
  sampleMe,
  sampleMessage,
  samplePerson,
} from '../../../test/doubles/sample-people.ts'
import { servedCommands } from '../../../test/doubles/served-command.ts'
import { ApiError } from '../../api/client.ts'
import type { Handlers } from '../../api/routes.ts'
import type { Message } from '../../api/schemas/conversations.ts'

/** A daemon with one circle; what is written is there at once. */
class Talk {
  readonly messages: Message[] = [sampleMessage(1), sampleMessage(2, { text: 'what\u001b[2J' })]
  /** So often a call is not answered. */
  down = 0

  readonly handlers: Partial<Handlers> = {
    me: () => sampleMe(),
    circles: () => ({ circles: [sampleCircle()], joining: [] }),
    circle: () => sampleDetails(),
    people: () => ({ people: [samplePerson()] }),
    conversations: () => ({
      conversations: [
        sampleConversation({
          unread: 3,
          mentions: 1,
          last: { text: 'see\nyou', authorName: 'Ana', at: '2026-01-01T10:00:00.000Z' },
        }),
        sampleConversation({ id: `direct:${ANA}`, kind: 'direct', circle: null, person: ANA, name: 'Ana' }),
      ],
    }),
    messages: ({ limit }) => ({
      messages: this.messages.slice(-limit),
      older: false,
      newer: false,
      firstUnread: null,
    }),
    writeMessage: ({ text, once }) => {
      if (this.down-- > 0)
        throw new ApiError(503, { code: 'PEOPLE_UNAVAILABLE', message: 'not now', retry: true })
      const known = this.messages.find(({ id }) => id.startsWith(once ?? '-'))
      if (known !== undefined) return known
      const message = sampleMessage(this.messages.length + 1, {
        id: (once ?? '').padEnd(64, '0'),
        text,
        mine: true,
        where: 'here',
        authorName: 'Me',
      })
      this.messages.push(message)
      return message
    },
    react: ({ message }) => this.messages.find(({ id }) => id === message) ?? sampleMessage(1),
    readConversation: () => sampleConversation(),
    searchMessages: () => ({ messages: this.messages, total: 2, until: null }),
    editMessage: () => sampleMessage(1),
    deleteMessage: () => sampleMessage(1),
    offerFiles: () => sampleMessage(1),
    getMessageFile: () => {
      throw new Error('not asked for here')
    },
    typing: () => ({}),
    changeConversation: () => sampleConversation(),
  }
}

test('alone it lists conversations with what is unread', async (t) => {
  const { run } = await servedCommands(t, new Talk().handlers)
  const { out } = await run(['chat'])
  assert.match(out, /3 \(1 @\) {2}Band\/general {2}\S.* {2}Ana: see you/)
  assert.match(out, /\n +Ana/)
})

test('from a pipe each line is a message as it is, in order and once, and the end of it ends the command', async (t) => {
  const talk = new Talk()
  const { run, heard } = await servedCommands(t, talk.handlers)
  const { code, out } = await run(['chat', 'band'], undefined, 'hello @Ana\n\n/delete all of it\nbye\n')
  assert.equal(code, 0)
  const written = heard
    .filter(({ name }) => name === 'writeMessage')
    .map(({ input }) => input as { text: string; mentions: string[]; id: string })
  assert.deepEqual(
    written.map(({ text }) => text),
    ['hello @Ana', '/delete all of it', 'bye'],
  )
  assert.deepEqual(
    written.map(({ mentions }) => mentions),
    [[ANA], [], []],
  )
  assert.equal(written[0]?.id, BAND_ROOM)
  assert.match(out, /Me: hello @Ana\n {2}only on this device\n/)
  assert.doesNotMatch(out, /text 1/)
})

test('a message is written once though the people part was away for a moment', async (t) => {
  const talk = new Talk()
  talk.down = 2
  const { run, heard } = await servedCommands(t, talk.handlers)
  assert.equal((await run(['chat', `room:${BAND}:${PLANS}`], undefined, 'hello\n')).code, 0)
  const numbers = heard
    .filter(({ name }) => name === 'writeMessage')
    .map(({ input }) => (input as { once: string }).once)
  assert.equal(numbers.length, 3)
  assert.equal(new Set(numbers).size, 1)
  assert.equal(talk.messages.filter(({ text }) => text === 'hello').length, 1)
})

test('what is refused while a circle changes its keys is said as soon as there are others, once', async (t) => {
  const talk = new Talk()
  let refused = 0
  const { run, heard } = await servedCommands(t, {
    ...talk.handlers,
    writeMessage: (input) => {
      if (refused++ < 2)
        throw new ApiError(409, { code: 'KEYS_COMING', message: 'Keys are coming.', retry: true })
      return talk.handlers.writeMessage?.(input) ?? assert.fail()
    },
  })
  const { code } = await run(['chat', 'Ana'], undefined, 'hello\n')
  assert.equal(code, 0)
  const numbers = heard
    .filter(({ name }) => name === 'writeMessage')
    .map(({ input }) => (input as { once?: string }).once)
  assert.equal(numbers.length, 3)
  assert.equal(new Set(numbers).size, 1)
  assert.equal(talk.messages.filter(({ text }) => text === 'hello').length, 1)
})

test('what is refused ends a pipe with its sentence, and nothing after it is said', async (t) => {
  const talk = new Talk()
  const { run, heard } = await servedCommands(t, {
    ...talk.handlers,
    writeMessage: () => {
      throw new ApiError(409, { code: 'CIRCLE_LEFT', message: 'You are no longer a member.', retry: false })
    },
  })
  const { code, error } = await run(['chat', 'Ana'], undefined, 'one\ntwo\n')
  assert.deepEqual([code, error?.code], [1, 'CIRCLE_LEFT'])
  assert.equal(heard.filter(({ name }) => name === 'writeMessage').length, 1)
})

test('on a terminal that cannot be redrawn slash words have their meaning, and history is shown first', async (t) => {
  const talk = new Talk()
  const { run, heard } = await servedCommands(t, talk.handlers)
  const typed = ['/react #0001 +1', '/nothing', '/find text', '/help', '/quit', 'never said']
  const { out, err } = await run(['chat', 'Band'], typed)
  assert.match(out, /Ana: what<U\+001B>\[2J/)
  assert.deepEqual(heard.find(({ name }) => name === 'react')?.input, {
    id: BAND_ROOM,
    message: sampleMessage(1).id,
    emoji: '👍',
    on: true,
  })
  assert.match(err, /Nothing is called \/nothing/)
  assert.match(out, /\/reply \[#ID\] TEXT/)
  assert.equal(
    heard.some(({ name }) => name === 'writeMessage'),
    false,
  )
})

test('a program gets what happens and says what to do, each answered by its ref', async (t) => {
  const talk = new Talk()
  const { run, heard } = await servedCommands(t, talk.handlers)
  const asked = [
    { ref: 1, text: 'hello' },
    { ref: 'x', do: 'react', message: sampleMessage(1).id, emoji: '👍' },
    { ref: 2, do: 'dance' },
    { do: 'read', message: sampleMessage(1).id },
  ]
  const lines = [
    ...asked.map((each) => JSON.stringify(each)),
    'no json',
    '{"do":"quit"}',
    '{"text":"too late"}',
  ]
  const { code, objects } = await run(
    ['chat', 'Band', '--json', '--history', '2'],
    undefined,
    `${lines.join('\n')}\n`,
  )
  assert.equal(code, 0)
  const answers = objects.filter(({ event }) => event === 'done' || event === 'refused')
  assert.deepEqual(
    answers.map(({ event, ref, error }) => [event, ref, (error as { code: string } | undefined)?.code]),
    [
      ['done', 1, undefined],
      ['done', 'x', undefined],
      ['refused', null, 'CHAT_LINE_INVALID'],
      ['done', null, undefined],
      ['refused', null, 'CHAT_LINE_INVALID'],
    ],
  )
  assert.equal((answers[0]?.message as Message | undefined)?.text, 'hello')
  assert.equal(heard.filter(({ name }) => name === 'writeMessage').length, 1)
})

test('a program that follows all conversations says in which it speaks', async (t) => {
  const talk = new Talk()
  const { run, heard } = await servedCommands(t, talk.handlers)
  const lines = [
    { ref: 1, text: 'a' },
    { ref: 2, text: 'b', conversation: `direct:${ANA}` },
  ]
  const { objects } = await run(
    ['chat', '--all', '--json'],
    undefined,
    lines.map((each) => `${JSON.stringify(each)}\n`).join(''),
  )
  assert.equal(
    (objects.find(({ ref }) => ref === 1)?.error as { code: string } | undefined)?.code,
    'CONVERSATION_NEEDED',
  )
  assert.equal(
    (heard.find(({ name }) => name === 'writeMessage')?.input as { id: string } | undefined)?.id,
    `direct:${ANA}`,
  )
  assert.equal((await run(['chat', '--all'])).error?.code, 'OPTION_CONFLICT')
})

test('what was said is found, in one conversation or everywhere', async (t) => {
  const { run, heard } = await servedCommands(t, new Talk().handlers)
  assert.match((await run(['chat', 'Band/plans', '--find', 'text'])).out, /Ana: text 1/)
  assert.deepEqual(heard.at(-1)?.input, { words: 'text', limit: 200, offset: 0, in: `room:${BAND}:${PLANS}` })
  assert.equal((await run(['chat', '--find', 'text', '--json'])).objects.length, 1)
})
