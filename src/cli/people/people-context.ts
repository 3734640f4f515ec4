// What every command about people has: the running Shoal (started where none runs, since others must be able to find it), the
// names that a word can mean, and the person's own name, which is asked when it is first needed.

import type { OutputOf } from '../../api/routes.ts'
import type { Circle } from '../../api/schemas/circles.ts'
import type { Person } from '../../api/schemas/people.ts'
import { CodedError } from '../../base/errors.ts'
import type { CommandContext } from '../command.ts'
import type { DaemonLink } from '../daemon-link.ts'
import { ensureRunning } from '../ensure-running.ts'
import type { OptionTable } from '../options.ts'
import { Asking, canAsk } from '../question.ts'
import { stateFolderOf } from '../state-folder.ts'
import { UsageError } from '../usage-error.ts'
import { chooseNamed, type Named } from './people-names.ts'

export class PeopleUseError extends CodedError<'NAME_NEEDED' | 'INVITE_NOT_KEEPER' | 'WORDS_WRONG'> {}

export type PeopleContext = CommandContext<OptionTable>

/** @throws LifeError and others when none runs and none can be started */
export async function peopleLink(
  context: Pick<PeopleContext, 'values' | 'folder' | 'environment' | 'output'>,
): Promise<DaemonLink> {
  const { values, folder, environment, output } = context
  if (values.standalone)
    throw new UsageError('OPTION_CONFLICT', {
      option: '--standalone',
      other: 'people',
      why: 'Others find a Shoal that stays on.',
    })
  const { link, started } = await ensureRunning(stateFolderOf(values, folder), environment)
  if (started) output.note(`Others find a Shoal that runs: it was started (process ${link.run.pid}).`)
  return link
}

/** As I call them, else as they call themselves. */
export function personName({ alias, name, id }: Pick<Person, 'alias' | 'name' | 'id'>): string {
  return alias ?? name ?? shortKey(id)
}

const SHOWN_KEY_LETTERS = 8

export function shortKey(id: string): string {
  return id.slice(0, SHOWN_KEY_LETTERS)
}

export function namedPerson(person: Person): Named {
  const names = [person.alias, person.name].filter((name) => name !== null)
  return { kind: 'person', id: person.id, names: names.length === 0 ? [shortKey(person.id)] : names }
}

export function namedCircle({ id, name }: Pick<Circle, 'id' | 'name'>): Named {
  return { kind: 'circle', id, names: [name] }
}

/** Rooms by `Circle/room`, and by their own name. */
export function namedRooms({ id, name, rooms }: Circle): Named[] {
  return rooms.map((room) => ({
    kind: 'room',
    id: `room:${id}:${room.id}`,
    names: [`${name}/${room.name}`, room.name],
  }))
}

export async function chooseCircle(link: DaemonLink, word: string): Promise<Circle> {
  const { circles } = await link.call('circles', {})
  const { id } = chooseNamed(word, circles.map(namedCircle), 'circle of yours')
  return circles.find((circle) => circle.id === id) as Circle
}

export async function choosePerson(link: DaemonLink, word: string): Promise<Person> {
  const { people } = await link.call('people', {})
  const { id } = chooseNamed(word, people.map(namedPerson), 'person you know')
  return people.find((person) => person.id === id) as Person
}

/** A member of a circle, whether known otherwise or not. */
export async function chooseMember(
  link: DaemonLink,
  circle: Circle,
  word: string,
): Promise<OutputOf<'circle'>['people'][number]> {
  const { people } = await link.call('circle', { id: circle.id })
  const named = people.map(
    ({ person, name }): Named => ({ kind: 'person', id: person, names: [name || shortKey(person)] }),
  )
  const { id } = chooseNamed(word, named, `member of ${circle.name}`)
  return people.find(({ person }) => person === id) as (typeof people)[number]
}

/**
 * The name that others are to call me: said by --name, known already, or asked once on a terminal.
 * @returns what to tell with the call; undefined where it is known
 * @throws PeopleUseError NAME_NEEDED where nobody can be asked
 */
export async function ownName(
  context: Pick<PeopleContext, 'input' | 'output' | 'interrupt'>,
  link: DaemonLink,
  given: string | undefined,
  who: string,
): Promise<string | undefined> {
  if (given !== undefined) return given
  if ((await link.call('me', {})).name !== null) return undefined
  if (!canAsk(context)) throw new PeopleUseError('NAME_NEEDED')
  const asking = new Asking(context, context.interrupt.listen())
  try {
    for (let asked = 0; asked < MOST_ASKED; asked++) {
      const said = await asking.ask(`What should ${who} call you?`)
      if (said === undefined) break
      if (said !== '') return said
    }
  } finally {
    asking.end()
  }
  throw new PeopleUseError('NAME_NEEDED')
}

/** Who says nothing so often has no answer. */
const MOST_ASKED = 3

/** After the first name was given: the words are what brings a person back. */
export async function noteWords(
  { output }: Pick<PeopleContext, 'output'>,
  link: DaemonLink,
  named: string | undefined,
): Promise<void> {
  if (named === undefined || output.quiet || output.json) return
  if ((await link.call('me', {})).words === 'unwritten')
    output.note(
      'Write down your 12 words: without them a lost computer loses your circles. They are shown by: shoal me words',
    )
}
