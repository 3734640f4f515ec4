// `shoal me contacts|link|add|alias|verify|block|unblock|ignore|unignore|accept|forget`: whom I know, and what is taken from them.

import { formatMoment, formatMomentAhead } from '../../api/format-moment.ts'
import { formatSize } from '../../api/format-quantity.ts'
import type { InputOf } from '../../api/routes.ts'
import type { Person } from '../../api/schemas/people.ts'
import type { DaemonLink } from '../daemon-link.ts'
import { sayQr } from '../qr.ts'
import { Asking, canAsk, confirm, QuestionError } from '../question.ts'
import { SIZE } from '../readers.ts'
import { table } from '../table.ts'
import { UsageError } from '../usage-error.ts'
import type { MeContext } from './me-options.ts'
import { choosePerson, namedPerson, peopleLink, personName, shortKey } from './people-context.ts'
import { chooseNamed, type Named } from './people-names.ts'

const COLUMNS = [
  { heading: 'ID' },
  { heading: 'Name' },
  { heading: 'Known' },
  { heading: 'Circles', right: true },
  { heading: 'Seen' },
] as const

export async function contacts(context: MeContext): Promise<number> {
  const { output } = context
  const { people } = await (await peopleLink(context)).call('people', {})
  output.object({ people })
  if (people.length === 0) {
    output.note('Nobody yet. Show somebody your link: shoal me link. Or take theirs: shoal me add LINK')
    return 0
  }
  const { results } = output
  const rows = people.map((person) => [
    shortKey(person.id),
    personName(person),
    knownWord(person),
    String(person.circles.length),
    person.online
      ? 'online'
      : person.lastSeenAt === null
        ? 'not yet'
        : formatMoment(person.lastSeenAt, Date.now()),
  ])
  for (const line of table(COLUMNS, rows, results.live ? results.columns : undefined)) output.result(line)
  return 0
}

function knownWord({ contact, verified, ignored, blocked, alwaysAcceptBytes }: Person): string {
  return [
    blocked ? 'blocked' : contact ? 'contact' : 'of a circle',
    verified ? 'words compared' : '',
    ignored ? 'ignored' : '',
    alwaysAcceptBytes > 0 ? `accepted up to ${formatSize(alwaysAcceptBytes)}` : '',
  ]
    .filter((word) => word !== '')
    .join(', ')
}

/** A link by which somebody adds me. */
export async function contactLink(context: MeContext): Promise<number> {
  const { output, values } = context
  const made = await (await peopleLink(context)).call('contactLink', { anew: values.anew })
  output.object(made)
  output.result('Whoever has this link can add you and write to you:')
  output.result(`  ${made.link}`)
  sayQr(output, made.link.toUpperCase())
  if (values.anew) output.note('Links that you gave out before work no more. Your contacts stay.')
  if (made.expiresAt !== null) output.note(`It works until ${formatMomentAhead(made.expiresAt, Date.now())}.`)
  output.note('They run: shoal me add LINK. Then compare words with them: shoal me verify PERSON')
  return 0
}

/** By link, or by the name of a device nearby or of somebody in a circle. */
export async function addContact(context: MeContext, [word = '']: readonly string[]): Promise<number> {
  const { output } = context
  const link = await peopleLink(context)
  const person = await link.call('addContact', await whoIs(link, word))
  output.object(person)
  output.result(`${personName(person)} is a contact of yours.`)
  output.note(`Compare words, to be sure that it is them: shoal me verify ${shortKey(person.id)}`)
  return 0
}

async function whoIs(link: DaemonLink, word: string): Promise<InputOf<'addContact'>> {
  if (/^shoal:/i.test(word)) return { link: word }
  const [{ people }, { devices }] = await Promise.all([link.call('people', {}), link.call('nearby', {})])
  const named: Named[] = [
    ...people.map(namedPerson),
    ...devices.map(({ device, name, deviceName, person }) => ({
      kind: 'device' as const,
      id: device,
      names: [name, deviceName].filter((each) => each !== ''),
      ...(person === null ? {} : { same: person }),
    })),
  ]
  const { kind, id } = chooseNamed(word, named, 'device nearby and nobody in your circles')
  return kind === 'person' ? { person: id } : { device: id }
}

/** Words that both see alike if nobody stands between them. */
export async function verify(context: MeContext, [word = '']: readonly string[]): Promise<number> {
  const { output, values, interrupt } = context
  const link = await peopleLink(context)
  const person = await choosePerson(link, word)
  if (values.different) return change(context, link, person, { verified: false }, 'counts as not compared')
  const { words } = await link.call('comparisonWords', { id: person.id })
  output.object({ person: person.id, words })
  output.result([{ text: words.join('  '), style: 'strong' }])
  if (values.yes) return change(context, link, person, { verified: true }, 'is who they say they are')
  if (!canAsk(context)) {
    output.note(
      `The same words at ${personName(person)}'s: shoal me verify ${word} --yes. Others: --different`,
    )
    return 0
  }
  const asking = new Asking(context, interrupt.listen())
  let said: string | undefined
  try {
    said = await asking.ask(`Read them to each other. Does ${personName(person)} see the same? [y/N]`)
  } finally {
    asking.end()
  }
  if (said !== undefined && /^(y|yes)$/i.test(said))
    return change(context, link, person, { verified: true }, 'is who they say they are')
  throw new QuestionError('ANSWERED_NO')
}

export async function alias(context: MeContext, [word = '', ...name]: readonly string[]): Promise<number> {
  const { values } = context
  if (values.none === name.length > 0)
    throw new UsageError('OPERAND_MISSING', {
      command: 'me alias',
      expects: 'a person and a name, or --none',
      usage: 'me alias PERSON NAME|--none',
    })
  const link = await peopleLink(context)
  const person = await choosePerson(link, word)
  const called = values.none ? null : name.join(' ')
  return change(context, link, person, { alias: called }, 'is how you call them')
}

export const block = told({ blocked: true }, 'is blocked: nothing of theirs is taken')
export const unblock = told({ blocked: false }, 'is no longer blocked')
export const ignore = told({ ignored: true }, 'is ignored: nothing of theirs is shown')
export const unignore = told({ ignored: false }, 'is no longer ignored')

/** What they send up to a size is taken without asking. */
export async function accept(context: MeContext, [word = '', size = '']: readonly string[]): Promise<number> {
  const bytes = size === 'none' ? 0 : SIZE.read(size)
  if (bytes === undefined)
    throw new UsageError('OPTION_VALUE', { option: 'SIZE', expects: `${SIZE.expects}, or none`, value: size })
  const link = await peopleLink(context)
  const person = await choosePerson(link, word)
  const then =
    bytes === 0 ? 'is asked about each time' : `can send up to ${formatSize(bytes)} without your being asked`
  return change(context, link, person, { alwaysAcceptBytes: bytes }, then)
}

export async function forget(context: MeContext, [word = '']: readonly string[]): Promise<number> {
  const { output, values } = context
  const link = await peopleLink(context)
  const person = await choosePerson(link, word)
  const name = personName(person)
  await confirm(`Forget ${name}? What you gave them to write to you no longer works.`, values.yes, context)
  await link.call('removeContact', { id: person.id })
  output.object({ removed: person.id })
  output.result(`${name} is no contact of yours any more.`)
  return 0
}

type Change = Omit<InputOf<'changePerson'>, 'id'>

function told(wish: Change, then: string) {
  return async (context: MeContext, [word = '']: readonly string[]): Promise<number> => {
    const link = await peopleLink(context)
    return await change(context, link, await choosePerson(link, word), wish, then)
  }
}

async function change(
  { output }: MeContext,
  link: DaemonLink,
  { id }: Person,
  wish: Change,
  then: string,
): Promise<number> {
  const person = await link.call('changePerson', { id, ...wish })
  output.object(person)
  output.result(`${personName(person)} ${then}.`)
  return 0
}
