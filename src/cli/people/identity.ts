// `shoal me show|name|words|restore|visible`: who I am to others, and how I come back when a computer is lost.

import type { Me } from '../../api/schemas/people.ts'
import { Asking, canAsk } from '../question.ts'
import { UsageError } from '../usage-error.ts'
import { codedSentence } from './coded-sentence.ts'
import type { MeContext } from './me-options.ts'
import { sayDevices } from './own-devices.ts'
import { PeopleUseError, peopleLink } from './people-context.ts'

export async function showMe(context: MeContext): Promise<number> {
  const { output } = context
  const me = await (await peopleLink(context)).call('me', {})
  output.object(me)
  output.result([
    me.name === null ? 'You have no name yet' : 'You are ',
    ...(me.name === null ? [] : [{ text: me.name, style: 'strong' as const }]),
    `, known to devices by ${me.person}.`,
  ])
  if (me.name === null) output.result('It is asked when it is first needed. Say it now: shoal me name NAME')
  sayDevices(context, me)
  output.result(VISIBLE[me.visible])
  output.result(networkSentence(me))
  if (me.words === 'unwritten')
    output.note(
      'Write down your 12 words: without them a lost computer loses your circles. They are shown by: shoal me words',
    )
  return 0
}

const VISIBLE: Readonly<Record<Me['visible'], string>> = {
  everyone: 'On this network everyone with Shoal sees this device. Change it: shoal me visible contacts|off',
  contacts: 'On this network only your contacts see this device. Change it: shoal me visible everyone|off',
  off: 'On this network nobody sees this device. Change it: shoal me visible everyone|contacts',
}

function networkSentence({ network }: Me): string {
  const { state, problem, links, relayed, reachable, port } = network
  if (problem !== null) return `${codedSentence(problem)}`
  if (state !== 'running') return 'The part that talks with people is starting.'
  const by = relayed === 0 ? '' : `, ${relayed} of them through somebody else's`
  const from =
    reachable === 'yes'
      ? 'others can reach you'
      : reachable === 'no'
        ? 'others cannot reach you directly, so you reach them'
        : 'whether others can reach you is not known yet'
  return `Linked with ${links} ${links === 1 ? 'device' : 'devices'}${by}; ${from}${port === null ? '' : ` (port ${port})`}.`
}

export async function nameMe(context: MeContext, words: readonly string[]): Promise<number> {
  const { output } = context
  const link = await peopleLink(context)
  const me = await link.call('changeMe', { name: words.join(' ') })
  output.object(me)
  output.result(`Others see you as ${me.name}.`)
  return 0
}

export async function visibleMe(context: MeContext, [who = '']: readonly string[]): Promise<number> {
  const { output } = context
  if (who !== 'everyone' && who !== 'contacts' && who !== 'off')
    throw new UsageError('OPERAND_MISSING', {
      command: 'me visible',
      expects: 'everyone, contacts or off',
      usage: 'me visible everyone|contacts|off',
    })
  const me = await (await peopleLink(context)).call('changeMe', { visible: who })
  output.object(me)
  output.result(VISIBLE[me.visible])
  return 0
}

export async function words(context: MeContext): Promise<number> {
  const { output, values } = context
  const link = await peopleLink(context)
  if (values.written) {
    const me = await link.call('changeMe', { wordsWritten: true })
    output.object(me)
    output.result('Good. You are not reminded of them any more.')
    return 0
  }
  const answer = await link.call('myWords', {})
  output.object(answer)
  for (let row = 0; row < ROWS; row++)
    output.result(
      [0, 1, 2]
        .map((column) => row + column * ROWS)
        .map((at) => `${String(at + 1).padStart(2)} ${(answer.words[at] ?? '').padEnd(10)}`)
        .join('  ')
        .trimEnd(),
    )
  output.note(
    'Whoever has these words is you. Write them on paper; Shoal cannot show them on another device.',
  )
  output.note('On a new computer: shoal me restore. When they are written down: shoal me words --written')
  return 0
}

const WORDS = 12
const ROWS = 4
/** A line that somebody pipes in; twelve words are a tenth of it. */
const MAX_INPUT_CHARACTERS = 2_048

/** From the operands, from `-`, or asked on a terminal, where they stay out of the history of the shell. */
export async function restore(context: MeContext, operands: readonly string[]): Promise<number> {
  const { output } = context
  const said = await saidWords(context, operands)
  const twelve = said.trim().toLowerCase().split(/\s+/u)
  if (twelve.length !== WORDS) throw new PeopleUseError('WORDS_WRONG')
  const me = await (await peopleLink(context)).call('restoreMe', { words: twelve })
  output.object(me)
  output.result(
    `You are ${me.name ?? 'back'} again. Your circles are looked for; they come when a member is met.`,
  )
  return 0
}

async function saidWords(context: MeContext, operands: readonly string[]): Promise<string> {
  if (operands.length > 0 && operands[0] !== '-') return operands.join(' ')
  if (operands[0] === '-') {
    let text = ''
    for await (const part of context.input) {
      text += String(part)
      if (text.length > MAX_INPUT_CHARACTERS) throw new PeopleUseError('WORDS_WRONG')
    }
    return text
  }
  if (!canAsk(context))
    throw new UsageError('OPERAND_MISSING', {
      command: 'me restore',
      expects: 'your twelve words, or - to read them',
      usage: 'me restore [WORDS|-]',
    })
  const asking = new Asking(context, context.interrupt.listen())
  try {
    return (await asking.ask('Your twelve words, in their order:')) ?? ''
  } finally {
    asking.end()
  }
}
