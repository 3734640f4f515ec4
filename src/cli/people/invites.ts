// `shoal circle invite|invites|revoke|requests|let-in|refuse`: how somebody comes in.

import { formatMoment, formatMomentAhead } from '../../api/format-moment.ts'
import { formatCount } from '../../api/format-quantity.ts'
import type { Invite } from '../../api/schemas/circles.ts'
import { sayQr } from '../qr.ts'
import type { CircleContext } from './circle-options.ts'
import { quoted } from './circles.ts'
import { chooseCircle, peopleLink } from './people-context.ts'
import { chooseNamed } from './people-names.ts'

export async function invite(context: CircleContext, [word = '']: readonly string[]): Promise<number> {
  const { output, values } = context
  const link = await peopleLink(context)
  const circle = await chooseCircle(link, word)
  const made = await link.call('newInvite', {
    id: circle.id,
    ...(values.expires === undefined ? {} : { expiresInSeconds: Math.round(values.expires / 1_000) }),
    ...(values.uses === undefined ? {} : { uses: values.uses }),
    approval: values.approve,
    role: values.keeper ? 'keeper' : 'member',
  })
  output.object({ circle: circle.id, ...made })
  const whom = values.keeper ? 'A computer that keeps messages for' : 'Whoever has this link comes into'
  output.result(`${whom} ${circle.name}, ${limits(made)}:`)
  output.result(`  ${made.link ?? ''}`)
  sayQr(output, (made.link ?? '').toUpperCase())
  const keeping = values.keeper ? 'keep' : 'join'
  output.note(`They run: shoal circle ${keeping} LINK. It is shown only now.`)
  if (made.admittersOnline <= 1 && !values.keeper)
    output.note(
      `Somebody must be online for them to join, and now that is only you. An always-on computer can be a keeper: shoal circle invite ${quoted(circle.name)} --keeper`,
    )
  return 0
}

function limits({ uses, used, expiresAt, approval }: Invite): string {
  const left = uses - used
  if (left <= 0) return 'used up'
  return `${left === 1 ? 'once' : `${left} times`}, until ${formatMomentAhead(expiresAt, Date.now())}${approval ? ', after a yes' : ''}`
}

export async function invites(context: CircleContext, [word = '']: readonly string[]): Promise<number> {
  const { output } = context
  const link = await peopleLink(context)
  const { id, name } = await chooseCircle(link, word)
  const { invites } = await link.call('invites', { id })
  output.object({ circle: id, invites })
  for (const each of invites)
    output.result([
      { text: `  ${each.id.slice(0, 8)}  `, style: 'faint' },
      `for a ${each.role}, ${each.revoked ? 'taken back' : limits(each)}`,
    ])
  if (invites.length === 0) output.note(`No invite to ${name} is open.`)
  return 0
}

export async function revoke(
  context: CircleContext,
  [word = '', which = '']: readonly string[],
): Promise<number> {
  const { output } = context
  const link = await peopleLink(context)
  const circle = await chooseCircle(link, word)
  const { invites } = await link.call('invites', { id: circle.id })
  const named = invites.map(({ id }) => ({ kind: 'circle' as const, id, names: [id] }))
  const { id } = chooseNamed(which, named, `open invite of ${circle.name}`)
  await link.call('revokeInvite', { id: circle.id, invite: id })
  output.object({ revoked: id })
  output.result('The invite no longer works.')
  return 0
}

export async function requests(context: CircleContext, [word = '']: readonly string[]): Promise<number> {
  const { output } = context
  const link = await peopleLink(context)
  const circle = await chooseCircle(link, word)
  const { requests } = await link.call('joinRequests', { id: circle.id })
  output.object({ circle: circle.id, requests })
  for (const { name, person, at } of requests)
    output.result([
      name,
      { text: `  ${person.slice(0, 8)}, asked ${formatMoment(at, Date.now())}`, style: 'faint' },
    ])
  if (requests.length === 0) output.note(`Nobody waits to be let into ${circle.name}.`)
  else output.note(`Let somebody in: shoal circle let-in ${quoted(circle.name)} PERSON. Or not: refuse`)
  return 0
}

export const letIn = answered(true)
export const refuse = answered(false)

function answered(yes: boolean) {
  return async (context: CircleContext, [word = '', who = '']: readonly string[]): Promise<number> => {
    const { output } = context
    const link = await peopleLink(context)
    const circle = await chooseCircle(link, word)
    const { requests } = await link.call('joinRequests', { id: circle.id })
    const named = requests.map(({ person, name }) => ({ kind: 'person' as const, id: person, names: [name] }))
    const { id, names } = chooseNamed(who, named, `person who waits for ${circle.name}`)
    const details = await link.call('answerJoin', { id: circle.id, person: id, let: yes })
    output.object(details)
    output.result(
      yes
        ? `${names[0]} is let in: ${formatCount(details.members, 'member')}.`
        : `${names[0]} is not let in.`,
    )
    return 0
  }
}
