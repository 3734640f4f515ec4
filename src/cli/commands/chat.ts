// `shoal chat`: conversations with what is unread; or one of them, to read and write in, on a terminal, line by line, or for a program.

import { formatMoment } from '../../api/format-moment.ts'
import type { OutputOf } from '../../api/routes.ts'
import type { Conversation, Message } from '../../api/schemas/conversations.ts'
import { BotChat } from '../chat/bot-chat.ts'
import type { Mentionable } from '../chat/chat-actions.ts'
import { ChatLink } from '../chat/chat-link.ts'
import { chooseConversation, conversationTitle } from '../chat/conversation-choice.ts'
import { LineChat } from '../chat/line-chat.ts'
import { messageLines } from '../chat/message-lines.ts'
import { type ChatPlan, ScreenChat } from '../chat/screen-chat.ts'
import { type CommandContext, defineCommand } from '../command.ts'
import type { DaemonLink } from '../daemon-link.ts'
import type { OptionTable } from '../options.ts'
import type { Output } from '../output.ts'
import { ownName, peopleLink, personName } from '../people/people-context.ts'
import { COUNT, TEXT } from '../readers.ts'
import { type Column, table } from '../table.ts'
import { UsageError } from '../usage-error.ts'

const OPTIONS = {
  history: {
    kind: 'value',
    placeholder: 'N',
    reader: COUNT,
    summary: 'begin with the last N messages (100 on a terminal, 20 line by line, none from a pipe)',
  },
  follow: { kind: 'switch', summary: 'stay when standard input has ended, until Ctrl-C' },
  all: { kind: 'switch', summary: 'with --json: every conversation at once' },
  find: {
    kind: 'value',
    placeholder: 'WORDS',
    reader: TEXT,
    summary: 'say what was found there, or anywhere, and end',
  },
  name: {
    kind: 'value',
    placeholder: 'NAME',
    reader: TEXT,
    summary: 'what the others call you, where they do not know yet',
  },
} as const satisfies OptionTable

const SCREEN_HISTORY = 100
const LINE_HISTORY = 20
const MOST_FOUND = 200

export const command = defineCommand({
  options: OPTIONS,
  operands: { least: 0, most: 1, expects: 'a circle, a room or a person' },
  details: [
    'A circle means its first room; CIRCLE/ROOM another one. In the conversation /help lists what there is: replies, reactions, edits, files.',
    'From a pipe each line is a message. A message is written on this computer before it is answered, and delivered whenever somebody is met.',
    'With --json a program lives in it: each message, change and typing comes as one object ({"event":"message",…}), and objects are read from standard input: {"text":"hello"}, {"do":"react","message":ID,"emoji":"👍"}, also edit, delete, file, get, dismiss, read, typing, quit. `ref` comes back with {"event":"done"} or {"event":"refused"}.',
  ],
  run: async (context) => {
    const { operands, values, output, input } = context
    const [word] = operands
    if (values.all && (!values.json || word !== undefined))
      throw new UsageError('OPTION_CONFLICT', {
        option: '--all',
        other: word ?? 'a terminal',
        why: 'It is for programs: shoal chat --all --json.',
      })
    const link = await peopleLink(context)
    if (values.all) {
      const plan = { link: new ChatLink(link), conversation: undefined, historyMessages: values.history ?? 0 }
      return new BotChat(plan, context).run(values.follow)
    }
    if (word === undefined)
      return values.find === undefined ? list(output, link) : find(context, link, undefined, values.find)
    const conversation = await chooseConversation(link, word)
    if (values.find !== undefined) return find(context, link, conversation, values.find)
    const name = await ownName(context, link, values.name, 'the others')
    if (name !== undefined) await link.call('changeMe', { name })
    const chatLink = new ChatLink(link)
    if (output.json)
      return new BotChat({ link: chatLink, conversation, historyMessages: values.history ?? 0 }, context).run(
        values.follow,
      )
    const typed = input.isTTY === true
    const screen = typed && output.results.live
    const usual = screen ? SCREEN_HISTORY : typed ? LINE_HISTORY : 0
    const plan = await planOf(link, chatLink, conversation, values.history ?? usual)
    return screen ? new ScreenChat(plan, context).run() : new LineChat(plan, context).run(values.follow)
  },
})

async function planOf(
  link: DaemonLink,
  chatLink: ChatLink,
  conversation: string,
  historyMessages: number,
): Promise<ChatPlan> {
  const [, circle] = /^room:([a-z2-7]{52}):/.exec(conversation) ?? []
  const plan = { link: chatLink, conversation, historyMessages }
  if (circle !== undefined) {
    const details = await link.call('circle', { id: circle })
    const room = details.rooms.find(({ id }) => conversation.endsWith(id))
    return { ...plan, title: `${details.name}/${room?.name ?? ''}`, ...membersOf(details) }
  }
  const { people } = await link.call('people', {})
  const person = people.find(({ id }) => conversation === `direct:${id}`)
  const title = person === undefined ? conversation : personName(person)
  const present = person === undefined ? '' : person.online ? 'online' : 'not online'
  return { ...plan, title, present, people: person === undefined ? [] : [{ person: person.id, name: title }] }
}

const SHOWN_MEMBERS = 8

function membersOf({ people }: OutputOf<'circle'>): { present: string; people: readonly Mentionable[] } {
  const others = people.filter(({ me }) => !me)
  const online = others.filter((member) => member.online)
  const names = online.slice(0, SHOWN_MEMBERS).map(({ name }) => name)
  const more = online.length > names.length ? ` and ${online.length - names.length} more` : ''
  return {
    present: `${people.length} members, ${names.length === 0 ? 'nobody else' : `${names.join(', ')}${more}`} online`,
    people: others.map(({ person, name }) => ({ person, name })),
  }
}

const COLUMNS: readonly Column[] = [
  { heading: 'New', right: true },
  { heading: 'With' },
  { heading: 'When' },
  { heading: 'Last' },
]

async function list(output: Output, link: DaemonLink): Promise<number> {
  const [{ conversations }, { circles }] = await Promise.all([
    link.call('conversations', {}),
    link.call('circles', {}),
  ])
  output.object({ conversations })
  if (conversations.length === 0) {
    output.note('No conversation yet. Make a circle: shoal circle new NAME. Or add somebody: shoal me link')
    return 0
  }
  const rows = conversations.map((each) => [
    unreadWord(each),
    conversationTitle(each, circles),
    each.last === null ? '' : formatMoment(each.last.at, Date.now()),
    each.typing.length > 0
      ? `${each.typing.join(', ')} typing`
      : each.last === null
        ? ''
        : `${each.last.authorName}: ${each.last.text.replace(/\s+/gu, ' ')}`,
  ])
  const { results } = output
  for (const line of table(COLUMNS, rows, results.live ? results.columns : undefined)) output.result(line)
  output.note('Talk: shoal chat CIRCLE, CIRCLE/ROOM or PERSON')
  return 0
}

function unreadWord({ unread, mentions, quiet }: Conversation): string {
  if (unread === 0) return quiet ? 'quiet' : ''
  return `${unread}${mentions > 0 ? ` (${mentions} @)` : ''}`
}

async function find(
  { output }: Pick<CommandContext<OptionTable>, 'output'>,
  link: DaemonLink,
  conversation: string | undefined,
  words: string,
): Promise<number> {
  const found = await link.call('searchMessages', {
    words,
    limit: MOST_FOUND,
    ...(conversation === undefined ? {} : { in: conversation }),
  })
  output.object(found)
  sayFound(output, found.messages.toReversed())
  return 0
}

const REF_LETTERS = 6
const WIDE = 100_000

function sayFound(output: Output, messages: readonly Message[]): void {
  const columns = output.results.live ? output.results.columns - 1 : WIDE
  for (const message of messages)
    for (const line of messageLines(message, { columns, ref: message.id.slice(0, REF_LETTERS) }))
      output.result(line)
  if (messages.length === 0) output.note('Nothing that was said fits.')
}
