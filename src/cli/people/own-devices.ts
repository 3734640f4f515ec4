// `shoal me devices|device-name|link-device|remove-device`: several computers of one person.

import { formatMoment, formatMomentAhead } from '../../api/format-moment.ts'
import type { Me } from '../../api/schemas/people.ts'
import { sayQr } from '../qr.ts'
import { confirm } from '../question.ts'
import type { MeContext } from './me-options.ts'
import { peopleLink } from './people-context.ts'
import { chooseNamed } from './people-names.ts'

export async function devices(context: MeContext): Promise<number> {
  const me = await (await peopleLink(context)).call('me', {})
  context.output.object({ devices: me.devices })
  sayDevices(context, me)
  context.output.note(
    'Take another one in: run `shoal me link-device` there, and here with the link it shows.',
  )
  return 0
}

export function sayDevices({ output }: Pick<MeContext, 'output'>, { devices }: Me): void {
  for (const { id, name, thisOne, online, linkedAt } of devices) {
    const state = thisOne ? 'this device' : online ? 'reached now' : 'not reached now'
    output.result([
      { text: `  ${id.slice(0, SHOWN_LETTERS)}  `, style: 'faint' },
      name,
      { text: `  ${state}, since ${formatMoment(linkedAt, Date.now())}`, style: 'faint' },
    ])
  }
}

const SHOWN_LETTERS = 8

export async function nameDevice(context: MeContext, words: readonly string[]): Promise<number> {
  const me = await (await peopleLink(context)).call('changeMe', { deviceName: words.join(' ') })
  context.output.object(me)
  context.output.result(`This device is called ${me.device.name}.`)
  return 0
}

/** On the new device without a link, on the one that holds the words with it. */
export async function linkDevice(context: MeContext, [given]: readonly string[]): Promise<number> {
  const { output } = context
  const link = await peopleLink(context)
  if (given === undefined) {
    const made = await link.call('deviceLink', {})
    output.object(made)
    output.result('On the device that holds your twelve words, run:')
    output.result(`  shoal me link-device '${made.link}'`)
    sayQr(output, made.link.toUpperCase())
    const until = made.expiresAt === null ? '' : `, until ${formatMomentAhead(made.expiresAt, Date.now())}`
    output.note(`It works once${until}. Both must be on, and find each other.`)
    return 0
  }
  const me = await link.call('linkDevice', { link: given })
  output.object(me)
  output.result('It is yours now: it gets your circles, contacts and messages.')
  sayDevices(context, me)
  return 0
}

export async function removeDevice(context: MeContext, [word = '']: readonly string[]): Promise<number> {
  const { output, values } = context
  const link = await peopleLink(context)
  const { devices } = await link.call('me', {})
  const { id, names } = chooseNamed(
    word,
    devices.map(({ id, name }) => ({ kind: 'device', id, names: [name] })),
    'device of yours',
  )
  await confirm(`Put ${names[0]} out? It leaves all your circles.`, values.yes, context)
  const me = await link.call('removeDevice', { id })
  output.object(me)
  output.result(`${names[0]} is yours no more. What it has received stays on it.`)
  return 0
}
