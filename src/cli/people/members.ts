// `shoal circle members|role|remove|mute|unmute` and `rooms|room|rename-room|archive`: who is in a circle, and where they talk.

import { formatMoment } from '../../api/format-moment.ts'
import { formatSize } from '../../api/format-quantity.ts'
import type { CircleDetails } from '../../api/schemas/circles.ts'
import { CircleRole } from '../../api/schemas/circles.ts'
import type { DaemonLink } from '../daemon-link.ts'
import { confirm } from '../question.ts'
import { type Column, table } from '../table.ts'
import { UsageError } from '../usage-error.ts'
import type { CircleContext } from './circle-options.ts'
import { chooseCircle, chooseMember, namedRooms, peopleLink, shortKey } from './people-context.ts'
import { chooseNamed } from './people-names.ts'

const COLUMNS: readonly Column[] = [
  { heading: 'ID' },
  { heading: 'Name' },
  { heading: 'Role' },
  { heading: 'Devices', right: true },
  { heading: 'Shares', right: true },
  { heading: 'Seen' },
]

export async function members(context: CircleContext, [word = '']: readonly string[]): Promise<number> {
  const link = await peopleLink(context)
  const { id } = await chooseCircle(link, word)
  return say(context, await link.call('circle', { id }))
}

function say({ output }: CircleContext, details: CircleDetails): number {
  output.object(details)
  const { results } = output
  const rows = details.people.map(
    ({ person, name, role, muted, me, online, lastSeenAt, devices, files, bytes }) => [
      shortKey(person),
      `${name || shortKey(person)}${me ? ' (you)' : ''}`,
      `${role}${muted ? ', muted' : ''}${devices.some(({ frozen }) => frozen) ? ', a device wrote two versions' : ''}`,
      String(devices.length),
      files === 0 ? '' : `${files}, ${formatSize(bytes)}`,
      me ? '' : online ? 'online' : lastSeenAt === null ? 'not yet' : formatMoment(lastSeenAt, Date.now()),
    ],
  )
  for (const line of table(COLUMNS, rows, results.live ? results.columns : undefined)) output.result(line)
  return 0
}

export async function role(
  context: CircleContext,
  [word = '', who = '', to = '']: readonly string[],
): Promise<number> {
  const role = CircleRole.safeParse(to)
  if (!role.success || role.data === 'keeper')
    throw new UsageError('OPERAND_MISSING', {
      command: 'circle role',
      expects: 'owner, moderator or member',
      usage: 'circle role CIRCLE PERSON owner|moderator|member',
    })
  const { link, circle, member } = await meant(context, word, who)
  return say(context, await link.call('setRole', { id: circle.id, person: member.person, role: role.data }))
}

export async function remove(
  context: CircleContext,
  [word = '', who = '']: readonly string[],
): Promise<number> {
  const { output, values } = context
  const { link, circle, member } = await meant(context, word, who)
  await confirm(
    `Remove ${member.name} from ${circle.name}? They read and get nothing new; what they have read they keep.`,
    values.yes,
    context,
  )
  const details = await link.call('removeMember', { id: circle.id, person: member.person })
  output.object(details)
  output.result(`${member.name} is no longer in ${circle.name}. Its keys were changed.`)
  return 0
}

export const mute = muting(true)
export const unmute = muting(false)

function muting(muted: boolean) {
  return async (context: CircleContext, [word = '', who = '']: readonly string[]): Promise<number> => {
    const { link, circle, member } = await meant(context, word, who)
    return say(context, await link.call('muteMember', { id: circle.id, person: member.person, muted }))
  }
}

async function meant(context: CircleContext, word: string, who: string) {
  const link = await peopleLink(context)
  const circle = await chooseCircle(link, word)
  return { link, circle, member: await chooseMember(link, circle, who) }
}

export async function rooms(context: CircleContext, [word = '']: readonly string[]): Promise<number> {
  const { output } = context
  const circle = await chooseCircle(await peopleLink(context), word)
  output.object({ circle: circle.id, rooms: circle.rooms })
  for (const { id, name, unread, archived, quiet } of circle.rooms)
    output.result([
      { text: `  ${id.slice(0, 8)}  `, style: 'faint' },
      name,
      `${unread === 0 ? '' : `  ${unread} unread`}${archived ? '  put away' : ''}${quiet ? '  quiet' : ''}`,
    ])
  return 0
}

export async function newRoom(
  context: CircleContext,
  [word = '', ...name]: readonly string[],
): Promise<number> {
  const { output } = context
  const link = await peopleLink(context)
  const circle = await chooseCircle(link, word)
  const room = await link.call('newRoom', { id: circle.id, name: name.join(' ') })
  output.object({ circle: circle.id, ...room })
  output.result(`${circle.name} has a room ${room.name}.`)
  return 0
}

export async function renameRoom(
  context: CircleContext,
  [word = '', which = '', ...name]: readonly string[],
): Promise<number> {
  return changeRoom(context, word, which, { name: name.join(' ') })
}

export function archiveRoom(
  context: CircleContext,
  [word = '', which = '']: readonly string[],
): Promise<number> {
  return changeRoom(context, word, which, { archived: true })
}

export function unarchiveRoom(
  context: CircleContext,
  [word = '', which = '']: readonly string[],
): Promise<number> {
  return changeRoom(context, word, which, { archived: false })
}

async function changeRoom(
  context: CircleContext,
  word: string,
  which: string,
  change: { readonly name?: string; readonly archived?: boolean },
): Promise<number> {
  const { output } = context
  const link: DaemonLink = await peopleLink(context)
  const circle = await chooseCircle(link, word)
  const { id } = chooseNamed(which, namedRooms(circle), `room of ${circle.name}`)
  const room = await link.call('changeRoom', {
    id: circle.id,
    room: id.slice(id.lastIndexOf(':') + 1),
    ...change,
  })
  output.object({ circle: circle.id, ...room })
  output.result(`${circle.name}: ${room.name}${room.archived ? ' is put away' : ' is there'}.`)
  return 0
}
