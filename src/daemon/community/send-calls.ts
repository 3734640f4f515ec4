// The calls about what is sent from person to person, and what the daemon calls about it: looking at files and moving bytes are
// the daemon's, the offer itself is the near service's.

import type { OutputOf, ValidInputOf } from '../../api/routes.ts'
import type { SendOffer } from '../../api/schemas/people.ts'
import { CommunityError } from '../../community/community-error.ts'
import type { ContactBook } from '../../community/contact/contact-book.ts'
import type { DeviceId, PersonId } from '../../community/ids.ts'
import type { NearService } from '../../community/nearby/near-service.ts'
import { decodeList, encodeList } from '../../community/nearby/offered-list.ts'
import { isOver, type OfferRecords, type SendOfferRow } from '../../community/nearby/send-offer.ts'
import { moment } from './contact-calls.ts'
import type { InnerCalls, SendOfferFacts } from './people-messages.ts'
import type { PartCalls, PeopleGround } from './people-part.ts'

export interface SendParts {
  readonly ground: PeopleGround
  readonly book: ContactBook
  readonly near: NearService
  readonly offers: OfferRecords
}

const MOST_SHOWN = 500

export function sendCalls({ ground, book, near, offers }: SendParts) {
  /** Bytes a second of what moves now, as the daemon told last. */
  const rates = new Map<string, number>()
  const show = (row: SendOfferRow): SendOffer => shownOffer(row, book, rates.get(row.id) ?? 0)

  const devicesFor = (
    to: string,
  ): { readonly person: PersonId | undefined; readonly devices: DeviceId[] } => {
    const [kind = '', id = ''] = to.split(':')
    if (kind === 'device') {
      const device = id as DeviceId
      const person = near.nearDevice(device)?.person ?? book.personOf(device)
      if (!near.isLinked(device) && person === undefined)
        throw new CommunityError('DEVICE_UNKNOWN', { device })
      return { person, devices: [device] }
    }
    const person = id as PersonId
    const devices = new Set(book.devicesOf(person).keys())
    for (const { device, person: whose } of near.near()) if (whose === person) devices.add(device)
    if (devices.size === 0) throw new CommunityError('PERSON_UNKNOWN', { person })
    return { person, devices: [...devices] }
  }

  return {
    sendOffers: (): OutputOf<'sendOffers'> => ({ offers: offers.offers(MOST_SHOWN).map(show) }),
    declineOffer: ({ id }: ValidInputOf<'declineOffer'>): SendOffer => show(near.offers.decline(id)),
    sendOfferOut: ({ to, offer, items, totalBytes, note }: Parameters<InnerCalls['sendOfferOut']>[0]) => {
      const { person, devices } = devicesFor(to)
      if (person !== undefined && book.isBlocked(person)) throw new CommunityError('PERSON_BLOCKED', {})
      const sent = { offer: encodeList(offer), items, totalBytes, note }
      return near.offers.send(devices, person, sent).map(show)
    },
    sendOfferFacts: ({ id }: { readonly id: string }): SendOfferFacts => factsOf(near.offers.row(id)),
    acceptSendOffer: ({ id }: { readonly id: string }): SendOffer => show(near.offers.accept(id)),
    offerProgress: (told: Parameters<InnerCalls['offerProgress']>[0]): SendOffer => {
      const { id, doneBytes, bytesPerSecond, ended, problem, saved } = told
      if (isOver(near.offers.row(id).state)) return show(near.offers.row(id))
      const change = saved === undefined ? { doneBytes } : { doneBytes, saved }
      near.offers.progress(id, change, ground.now())
      if (ended === undefined) rates.set(id, bytesPerSecond)
      else {
        rates.delete(id)
        near.offers.ended(id, ended, problem)
      }
      return show(near.offers.row(id))
    },
  } satisfies PartCalls
}

/** As the engine needs it; the list was read when it came. */
export function factsOf(row: SendOfferRow): SendOfferFacts {
  const { id, incoming, person, device, state, offer, secret } = row
  return {
    id,
    incoming,
    person: person ?? null,
    device,
    state,
    offer: offer.length === 0 ? undefined : decodeList(offer),
    secret: secret.length === 0 ? undefined : secret,
  }
}

export function shownOffer(row: SendOfferRow, book: ContactBook, bytesPerSecond = 0): SendOffer {
  const known = row.person === undefined ? undefined : book.row(row.person)
  return {
    id: row.id,
    direction: row.incoming ? 'in' : 'out',
    person: row.person ?? null,
    device: row.device,
    name: known?.alias ?? known?.name ?? row.name,
    items: row.items.map((item) => ({ ...item })),
    totalBytes: row.totalBytes,
    state: row.state,
    doneBytes: row.doneBytes,
    bytesPerSecond: row.state === 'accepted' ? bytesPerSecond : 0,
    problem: row.problem === undefined ? null : { code: row.problem.code, data: { ...row.problem.data } },
    at: moment(row.at),
    saved: [...row.saved],
    askAlways: row.incoming && row.state === 'done' && book.asksAlways(row.person),
  }
}
