// `shoal circle join|keep|stop-joining`: says each step and why it waits. Ctrl-C takes the person away, not the joining.

import { formatCount } from '../../api/format-quantity.ts'
import type { Joining } from '../../api/schemas/circles.ts'
import type { DaemonLink } from '../daemon-link.ts'
import type { CircleContext } from './circle-options.ts'
import { codedError, codedSentence } from './coded-sentence.ts'
import { noteWords, ownName, PeopleUseError, peopleLink } from './people-context.ts'
import { chooseNamed } from './people-names.ts'

const LOOK_EVERY_MS = 500
/** Members that are on are found within it; before that nothing is said of there being nobody. */
const FOUND_WITHIN_MS = 4_000
const TERMINATED = 143

export function joiningSentence({ step, membersFound, problem, role }: Joining): string {
  const found = formatCount(membersFound, 'member')
  switch (step) {
    case 'looking':
      return 'nobody of it is on now. It goes on by itself as soon as a member comes online; you may close this.'
    case 'asking':
      return `found ${found}, asking`
    case 'waiting-approval':
      return 'asked; a moderator has to say yes. It goes on by itself; you may close this.'
    case 'receiving-history':
      return role === 'keeper' ? 'receiving what is to be kept' : 'receiving history'
    case 'joined':
      return role === 'keeper' ? 'joined as a keeper' : 'joined'
    case 'failed':
      return problem === null ? 'not joined' : codedSentence(problem)
  }
}

export function join(context: CircleContext, words: readonly string[]): Promise<number> {
  return joinBy(context, words[0] ?? '', undefined)
}

/** This computer keeps what the circle writes, without being able to read it. */
export function keep(context: CircleContext, words: readonly string[]): Promise<number> {
  return joinBy(context, words[0] ?? '', 'keeper')
}

async function joinBy(context: CircleContext, given: string, as: 'keeper' | undefined): Promise<number> {
  const { output, values } = context
  const link = await peopleLink(context)
  const facts = await link.call('peopleLinkFacts', { link: given })
  if (as === 'keeper' && facts.kind === 'invite' && facts.role !== 'keeper')
    throw new PeopleUseError('INVITE_NOT_KEEPER')
  // A keeper has no name: nobody reads what it says.
  const name =
    facts.role === 'keeper'
      ? values.name
      : await ownName(context, link, values.name, facts.name ?? 'the circle')
  let joining = await link.call('joinCircle', { link: given, ...(name === undefined ? {} : { name }) })
  if (!values['no-wait']) joining = await follow(context, link, joining)
  else output.object({ event: 'joining', ...joining })
  await noteWords(context, link, name)
  return end(context, joining)
}

async function follow(context: CircleContext, link: DaemonLink, first: Joining): Promise<Joining> {
  const { output, interrupt } = context
  const stop = interrupt.listen()
  const begun = Date.now()
  let said = ''
  for (let joining = first; ; ) {
    const early = joining.step === 'looking' && Date.now() - begun < FOUND_WITHIN_MS
    const sentence = early ? 'early' : `${joining.step} ${joining.membersFound}`
    if (early && said === '') output.note('Looking for somebody of it.')
    if (early) said = sentence
    else if (sentence !== said) {
      said = sentence
      output.object({ event: 'joining', ...joining })
      if (joining.step !== 'joined' && joining.step !== 'failed')
        output.note(capital(joiningSentence(joining)))
    }
    if (joining.step === 'joined' || joining.step === 'failed' || stop.aborted) return joining
    await waitFor(link, joining.id, stop)
    joining = await look(link, joining)
  }
}

/** As soon as the stream says that something changed, and now and then in any case. */
async function waitFor(link: DaemonLink, id: string, stop: AbortSignal): Promise<void> {
  const end = new AbortController()
  const timer = setTimeout(() => end.abort(), LOOK_EVERY_MS)
  try {
    for await (const { people } of link.changes(undefined, AbortSignal.any([stop, end.signal])))
      if (people?.some((change) => change.kind === 'joining' && (change.id ?? id) === id) === true) return
  } catch {
    // No room for one more stream, or the daemon ends: the look after it says which.
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  } finally {
    clearTimeout(timer)
    end.abort()
  }
}

async function look(link: DaemonLink, last: Joining): Promise<Joining> {
  const { circles, joining } = await link.call('circles', {})
  const now = joining.find(({ id }) => id === last.id)
  if (now !== undefined) return now
  const circle = circles.find(({ id }) => id === last.circle)
  // What is joined leaves the list of those that are on their way.
  if (circle !== undefined && circle.role !== null) return { ...last, step: 'joined', name: circle.name }
  return { ...last, step: 'failed' }
}

function end({ output, interrupt, values }: CircleContext, joining: Joining): number {
  const { step, name, role, problem } = joining
  if (step === 'failed') throw codedError(problem ?? { code: 'INVITE_REFUSED', data: {} })
  const circle = name ?? 'the circle'
  if (step === 'joined') {
    output.result(
      role === 'keeper'
        ? `This computer keeps what ${circle} writes, and cannot read it. Leave it running.`
        : `You are in ${circle}. Write: shoal chat`,
    )
    return 0
  }
  output.object({ event: 'detached', id: joining.id, step })
  output.warn(
    `${values['no-wait'] ? capital(joiningSentence(joining)) : 'Shoal goes on joining by itself.'} See: shoal circle list. Give up: shoal circle stop-joining`,
  )
  return interrupt.exitCode === TERMINATED ? TERMINATED : 0
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}

export async function stopJoining(context: CircleContext, [word]: readonly string[]): Promise<number> {
  const { output } = context
  const link = await peopleLink(context)
  const { joining } = await link.call('circles', {})
  const open = joining.filter(({ step }) => step !== 'joined')
  const failed = open.filter(({ step }) => step === 'failed')
  if (word === undefined && failed.length > 0 && failed.length === open.length) {
    for (const { id } of failed) await link.call('endJoining', { id })
    output.object({ ended: failed.map(({ id }) => id) })
    output.result('What was not joined is no longer shown.')
    return 0
  }
  const named = open.map(({ id, name }) => ({ kind: 'circle' as const, id, names: [name ?? id.slice(0, 8)] }))
  const [first] = named
  const { id, names } =
    word === undefined && named.length === 1 && first !== undefined
      ? first
      : chooseNamed(word ?? '', named, 'circle that you are joining')
  await link.call('endJoining', { id })
  output.object({ ended: id })
  output.result(`Not joining ${names[0]} any more. Nothing was joined.`)
  return 0
}
