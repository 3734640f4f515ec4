// `shoal circle new|list|set|leave|files`: circles, their rules, and what their members share.

import { formatCount, formatDuration, formatSize } from '../../api/format-quantity.ts'
import type { InputOf } from '../../api/routes.ts'
import type { Circle } from '../../api/schemas/circles.ts'
import { confirm } from '../question.ts'
import { type Column, table } from '../table.ts'
import { UsageError } from '../usage-error.ts'
import type { CircleContext } from './circle-options.ts'
import { codedSentence } from './coded-sentence.ts'
import { joiningSentence } from './joining.ts'
import { chooseCircle, chooseMember, noteWords, ownName, peopleLink } from './people-context.ts'

const DAY_S = 86_400

export async function newCircle(context: CircleContext, words: readonly string[]): Promise<number> {
  const { output, values } = context
  const name = words.join(' ')
  const link = await peopleLink(context)
  const myName = await ownName(context, link, values.name, name)
  const circle = await link.call('newCircle', { name, ...(myName === undefined ? {} : { myName }) })
  output.object(circle)
  output.result(`${circle.name} is there, and you are its owner.`)
  output.result(`Invite somebody: shoal circle invite ${quoted(circle.name)}`)
  output.note(`Write: shoal chat ${quoted(circle.name)}`)
  await noteWords(context, link, myName)
  return 0
}

/** As a shell takes it. */
export function quoted(name: string): string {
  return /^[\w.@-]+$/u.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`
}

const COLUMNS: readonly Column[] = [
  { heading: 'ID' },
  { heading: 'Name' },
  { heading: 'You' },
  { heading: 'Members', right: true },
  { heading: 'Online', right: true },
  { heading: 'Unread', right: true },
  { heading: 'Rooms' },
]

export async function listCircles(context: CircleContext): Promise<number> {
  const { output } = context
  const { circles, joining } = await (await peopleLink(context)).call('circles', {})
  output.object({ circles, joining })
  const { results } = output
  if (circles.length > 0) {
    const rows = circles.map((circle) => [
      circle.id.slice(0, 8),
      circle.name,
      circle.role ?? 'left',
      String(circle.members),
      String(circle.online),
      String(circle.rooms.reduce((sum, { unread }) => sum + unread, 0) || ''),
      circle.rooms
        .filter(({ archived }) => !archived)
        .map(({ name }) => name)
        .join(', '),
    ])
    for (const line of table(COLUMNS, rows, results.live ? results.columns : undefined)) output.result(line)
  }
  for (const each of circles) for (const line of rulesOf(each)) output.result(`  ${each.name}: ${line}`)
  const open = joining.filter(({ step }) => step !== 'joined')
  for (const each of open) output.result(`Joining ${each.name ?? 'a circle'}: ${joiningSentence(each)}`)
  if (circles.length === 0 && open.length === 0)
    output.note(
      'No circle yet. Make one: shoal circle new NAME. Or join: shoal circle join LINK. It needs no account and no server.',
    )
  return 0
}

/** Only what differs from a plain circle, or wants something. */
function rulesOf(circle: Circle): string[] {
  const { problem, requests, keepCopies, keepSpaceBytes, keptBytes, tooFewCopies, approval, history } = circle
  const trouble = problem === null ? [] : [codedSentence(problem)]
  // Of one that was left they are others' business.
  if (circle.role === null) return trouble
  return [
    ...trouble,
    ...(requests === 0
      ? []
      : [
          `${formatCount(requests, 'person waits', 'people wait')} to be let in: shoal circle requests ${quoted(circle.name)}`,
        ]),
    ...(keepCopies === 0
      ? []
      : [
          `${keepCopies} copies of each file${tooFewCopies === 0 ? '' : `, ${formatCount(tooFewCopies, 'file')} with fewer`}; you give ${formatSize(keepSpaceBytes)}, ${formatSize(keptBytes)} used`,
        ]),
    ...(approval ? ['who joins waits for a yes'] : []),
    ...(history === 'from-join' ? ['who joins reads from then on'] : []),
  ]
}

export async function setCircle(context: CircleContext, [word = '']: readonly string[]): Promise<number> {
  const { output, values } = context
  const change = changeOf(context)
  if (Object.keys(change).length === 0)
    throw new UsageError('OPERAND_MISSING', {
      command: 'circle set',
      expects:
        'something to change: --name, --history, --approval, --copies, --space, --retention or --retention-size',
      usage: 'circle set CIRCLE --copies N',
    })
  const link = await peopleLink(context)
  const { id } = await chooseCircle(link, word)
  const circle = await link.call('changeCircle', { id, ...change })
  output.object(circle)
  output.result(
    `${circle.name}: ${[
      circle.history === 'all' ? 'who joins reads all' : 'who joins reads from then on',
      circle.approval ? 'waits for a yes' : 'comes in at once',
      `messages are kept for ${formatDuration(circle.retentionDays * DAY_S * 1_000)} or ${formatSize(circle.retentionBytes)}`,
      circle.keepCopies === 0 ? 'no copies are kept' : `${circle.keepCopies} copies of each file are kept`,
      `you give ${formatSize(circle.keepSpaceBytes)}`,
    ].join(', ')}.`,
  )
  if (values.copies !== undefined && values.copies > 0 && circle.keepSpaceBytes === 0)
    output.note(
      `Copies need room: each member gives some. Yours: shoal circle set ${quoted(circle.name)} --space 10G`,
    )
  return 0
}

function changeOf({ values }: CircleContext): Omit<InputOf<'changeCircle'>, 'id'> {
  const { name, history, approval, copies, space, retention } = values
  return {
    ...(name === undefined ? {} : { name }),
    ...(history === undefined ? {} : { history }),
    ...(approval === undefined ? {} : { approval: approval === 'on' }),
    ...(copies === undefined ? {} : { keepCopies: copies }),
    ...(space === undefined ? {} : { keepSpaceBytes: space }),
    ...(retention === undefined ? {} : { retentionDays: Math.round(retention / (DAY_S * 1_000)) }),
    ...(values['retention-size'] === undefined ? {} : { retentionBytes: values['retention-size'] }),
  }
}

export async function leave(context: CircleContext, [word = '']: readonly string[]): Promise<number> {
  const { output, values } = context
  const link = await peopleLink(context)
  const { id, name } = await chooseCircle(link, word)
  const loss = values.forget ? ' What you received is deleted.' : ' What you received stays readable.'
  await confirm(`Leave ${name}?${loss}`, values.yes, context)
  await link.call('leaveCircle', { id, ...(values.forget ? { forget: 'true' } : {}) })
  output.object({ left: id, forgotten: values.forget })
  output.result(`You have left ${name}.${loss}`)
  return 0
}

const FILES: readonly Column[] = [
  { heading: 'Kind' },
  { heading: 'Size', right: true },
  { heading: 'Holders', right: true },
  { heading: 'Name' },
]
const MOST_ROWS = 200

/** All that members offer to the circle, or one member's folders. */
export async function circleFiles(
  context: CircleContext,
  [word = '', member, path = '']: readonly string[],
): Promise<number> {
  const { output } = context
  const link = await peopleLink(context)
  const circle = await chooseCircle(link, word)
  const person = member === undefined ? undefined : (await chooseMember(link, circle, member)).person
  const page = await link.call('circleFiles', {
    id: circle.id,
    ...(person === undefined ? {} : { person, path }),
    limit: MOST_ROWS,
  })
  output.object({ circle: circle.id, ...page })
  const { results } = output
  const rows = [
    ...page.folders.map(({ name, totalBytes, files }) => [
      'folder',
      formatSize(totalBytes),
      '',
      `${name}/ (${formatCount(files, 'file')})`,
    ]),
    ...page.files.map(({ kind, lengthBytes, holderCount, onlineCount, name }) => [
      kind,
      formatSize(lengthBytes),
      `${onlineCount} of ${holderCount}`,
      name,
    ]),
  ]
  if (rows.length > 0)
    for (const line of table(FILES, rows, results.live ? results.columns : undefined)) output.result(line)
  else output.note('Nothing is shared here yet. Share something: shoal send CIRCLE PATH')
  if (page.total > rows.length) output.note(`and ${page.total - rows.length} more.`)
  return 0
}
