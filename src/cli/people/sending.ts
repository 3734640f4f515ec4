// `shoal send`: offers files to a person, a device nearby or a circle, and follows them until they have them; and what was sent to me.
// Promise: nothing moves before the other side says yes; Ctrl-C takes the person away, not what is on its way.

import { formatMoment } from '../../api/format-moment.ts'
import { formatCount, formatDuration, formatRate, formatSize } from '../../api/format-quantity.ts'
import type { InputOf } from '../../api/routes.ts'
import type { SendOffer } from '../../api/schemas/people.ts'
import type { CommandContext, Shell } from '../command.ts'
import type { DaemonLink } from '../daemon-link.ts'
import { DaemonLook } from '../daemon-look.ts'
import { DaemonWatch } from '../daemon-watch.ts'
import { LOOK_OPTIONS, type LookWishes, lookAndAsk } from '../look.ts'
import { lookObject } from '../look-text.ts'
import type { OptionTable } from '../options.ts'
import { TEXT } from '../readers.ts'
import { bar } from '../transfer-view.ts'
import { codedError, codedSentence } from './coded-sentence.ts'
import { namedCircle, namedPerson } from './people-context.ts'
import { chooseNamed, type Named } from './people-names.ts'

export const SEND_OPTIONS = {
  text: { kind: 'value', placeholder: 'T', reader: TEXT, summary: 'a line to go with it' },
  accept: { kind: 'value', placeholder: 'OFFER', reader: TEXT, summary: 'take what was sent to you' },
  decline: {
    kind: 'value',
    placeholder: 'OFFER',
    reader: TEXT,
    summary: 'do not take it; or withdraw what you sent',
  },
  output: {
    kind: 'value',
    short: 'o',
    placeholder: 'DIR',
    reader: TEXT,
    summary: '--accept: save here instead of the usual folder',
  },
  'no-wait': { kind: 'switch', summary: 'do not wait here until it has arrived' },
  ...LOOK_OPTIONS,
} as const satisfies OptionTable

export type SendContext = CommandContext<typeof SEND_OPTIONS>

/** What sending needs of the command that asks for it. */
export interface Sending extends Pick<Shell, 'input' | 'output' | 'interrupt'> {
  readonly wishes: LookWishes
  readonly text: string | undefined
  /** Until it has arrived. */
  readonly wait: boolean
}

export function sendingOf({ input, output, interrupt, values }: SendContext): Sending {
  const wishes = { allow: values.allow, leaveOut: values['leave-out'] }
  return { input, output, interrupt, wishes, text: values.text, wait: !values['no-wait'] }
}

/** Persons, circles, devices nearby and own ones. */
export async function chooseReceiver(link: DaemonLink, word: string): Promise<Named> {
  const [{ people }, { circles }, { devices }, me] = await Promise.all([
    link.call('people', {}),
    link.call('circles', {}),
    link.call('nearby', {}),
    link.call('me', {}),
  ])
  const named: Named[] = [
    ...people.map(namedPerson),
    ...circles.map(namedCircle),
    ...devices.map(({ device, deviceName, name, person, own }) => ({
      kind: 'device' as const,
      id: device,
      names: [...new Set([deviceName, name])].filter((each) => each !== ''),
      // Several devices of one person are told apart; one of my own is not me.
      ...(person === null || own ? {} : { same: person }),
    })),
    ...me.devices
      .filter(({ id, thisOne }) => !thisOne && !devices.some(({ device }) => device === id))
      .map(({ id, name }) => ({ kind: 'device' as const, id, names: [name] })),
  ]
  return chooseNamed(word, named, 'person, circle or device nearby')
}

export async function send(
  sending: Sending,
  link: DaemonLink,
  word: string,
  paths: string[],
): Promise<number> {
  const { output, interrupt, wait } = sending
  const { kind, id, names } = await chooseReceiver(link, word)
  const stop = interrupt.listen()
  const text = sending.text === undefined ? {} : { text: sending.text }
  const wish: InputOf<'send'> = { to: `${kind}:${id}`, paths, ...text }
  const { offers, message } = await looked(sending, link, wish, stop)
  output.object({ event: 'sent', to: wish.to, offers, message })
  if (kind === 'circle') {
    output.result(`Offered in ${names[0]}: members get it when they want it, from whoever has it.`)
    return 0
  }
  for (const { items, totalBytes, name } of offers)
    output.result(
      `Offered to ${name || names[0]}: ${items.map(({ name }) => name).join(', ')} (${formatSize(totalBytes)}).`,
    )
  return wait ? follow(sending, link, offers, stop) : 0
}

/** Through the same look as every share: one path can be answered by flags or on a terminal. */
async function looked(sending: Sending, link: DaemonLink, wish: InputOf<'send'>, stop: AbortSignal) {
  const { output, wishes } = sending
  const [path = '', ...others] = wish.paths
  // A look is at one place; several are looked at by the daemon, which names what must be answered.
  if (others.length > 0) return link.call('send', wish)
  const look = await DaemonLook.begin(link, { path, audience: 'link' }, stop)
  try {
    const seen = await lookAndAsk(look, wishes, sending, stop)
    if (seen.review.byClass.length > 0) output.object(lookObject(seen, wish.to))
    return await link.call('send', { ...wish, review: look.id })
  } catch (error) {
    await look.end()
    throw error
  }
}

const OPEN: ReadonlySet<SendOffer['state']> = new Set(['waiting', 'accepted'])
const TERMINATED = 143

async function follow(
  { output, interrupt }: Sending,
  link: DaemonLink,
  begun: readonly SendOffer[],
  stop: AbortSignal,
): Promise<number> {
  const watch = new DaemonWatch(link, stop)
  let offers = begun
  try {
    for (;;) {
      for (const offer of offers) output.object({ event: 'offer', ...offer })
      output.progress(offers.map((offer) => ` ${offerSentence(offer)}`))
      const open = offers.some(({ state }) => OPEN.has(state))
      // One of several devices is enough for a person: the others are withdrawn by the daemon.
      if (!open || stop.aborted) break
      await watch.pause()
      const { offers: all } = await link.call('sendOffers', {})
      offers = begun.map(
        (one) => all.find(({ id }) => id === one.id) ?? { ...one, state: 'expired' as const },
      )
    }
  } finally {
    watch.close()
  }
  output.endProgress()
  for (const offer of offers) output.result(`${offerSentence(offer)}.`)
  if (offers.some(({ state }) => OPEN.has(state))) {
    output.object({ event: 'detached', offers: offers.map(({ id }) => id) })
    output.warn('Shoal goes on with it. See: shoal send. Withdraw it: shoal send --decline OFFER')
    return interrupt.exitCode === TERMINATED ? TERMINATED : 0
  }
  const problem = offers.find(({ state }) => state === 'failed')?.problem
  if (offers.some(({ state }) => state === 'done')) return 0
  if (problem !== null && problem !== undefined) throw codedError(problem)
  return 1
}

export function offerSentence(offer: SendOffer): string {
  const { direction, state, name, totalBytes, doneBytes, bytesPerSecond, problem, items, saved } = offer
  const what = items.length === 1 ? (items[0]?.name ?? '') : formatCount(items.length, 'thing')
  const left =
    bytesPerSecond > 0 ? `, ${formatDuration(((totalBytes - doneBytes) / bytesPerSecond) * 1_000)} left` : ''
  const moving = `${bar(totalBytes === 0 ? 1 : doneBytes / totalBytes)} ${formatSize(doneBytes)} of ${formatSize(totalBytes)}, ${formatRate(bytesPerSecond)}${left}`
  if (direction === 'in') {
    const from = `${what} (${formatSize(totalBytes)}) from ${name}`
    switch (state) {
      case 'waiting':
        return `${from}: waits for your yes`
      case 'accepted':
        return `${from}: ${moving}`
      case 'done':
        return `${from}: here${saved.length === 0 ? '' : `, ${saved.join(', ')}`}`
      default:
        return `${from}: ${problem === null ? state : codedSentence(problem)}`
    }
  }
  switch (state) {
    case 'waiting':
      return `${what}: waiting for ${name} to say yes`
    case 'accepted':
      return `${what}: ${name} takes it, ${moving}`
    case 'done':
      return `${what}: ${name} has it`
    case 'declined':
      return `${what}: ${name} did not take it`
    case 'expired':
      return `${what}: ${name} did not answer`
    default:
      return `${what}: ${problem === null ? state : codedSentence(problem)}`
  }
}

export async function listOffers({ output }: SendContext, link: DaemonLink): Promise<number> {
  const { offers } = await link.call('sendOffers', {})
  output.object({ offers })
  for (const offer of offers)
    output.result([
      { text: `  ${offer.id.slice(0, SHOWN_LETTERS)}  `, style: 'faint' },
      offerSentence(offer),
      { text: `  ${formatMoment(offer.at, Date.now())}`, style: 'faint' },
    ])
  if (offers.length === 0) output.note('Nothing was sent to you or by you lately. shoal send PERSON PATH')
  if (offers.some(({ direction, state }) => direction === 'in' && state === 'waiting'))
    output.note('Take it: shoal send --accept OFFER [-o DIR]. Or not: --decline OFFER')
  return 0
}

const SHOWN_LETTERS = 8

export async function answerOffer(
  context: SendContext,
  link: DaemonLink,
  word: string,
  saveFolder: string | undefined,
  yes: boolean,
): Promise<number> {
  const { output, values, interrupt } = context
  const { offers } = await link.call('sendOffers', {})
  const named: Named[] = offers
    .filter(({ state }) => OPEN.has(state))
    .map(({ id, name, items }) => ({ kind: 'person', id, names: [name, items[0]?.name ?? name] }))
  const { id } = chooseNamed(word, named, 'open offer')
  if (!yes) {
    const offer = await link.call('declineOffer', { id })
    output.object({ event: 'offer', ...offer })
    output.result(`${offerSentence(offer)}.`)
    return 0
  }
  const offer = await link.call('acceptOffer', { id, ...(saveFolder === undefined ? {} : { saveFolder }) })
  if (offer.askAlways)
    output.note(
      `Take all that ${offer.name} sends, up to a size, without being asked: shoal me accept ${offer.person?.slice(0, SHOWN_LETTERS) ?? 'PERSON'} 2G`,
    )
  if (values['no-wait']) {
    output.object({ event: 'offer', ...offer })
    output.result(`${offerSentence(offer)}.`)
    return 0
  }
  return follow(sendingOf(context), link, [offer], interrupt.listen())
}
