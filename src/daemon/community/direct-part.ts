// Contacts, direct messages, devices nearby and what is sent between people, joined in the people process: two services, their
// stores and calls, and what the other parts may know of whom.

import { compareBytes, concatBytes } from '../../base/bytes.ts'
import { ContactBook } from '../../community/contact/contact-book.ts'
import { DeviceLists } from '../../community/contact/device-lists.ts'
import { type DeviceAddress, readAddresses } from '../../community/device-address.ts'
import type { DirectInbox } from '../../community/direct/direct-inbox.ts'
import type { DirectRecords } from '../../community/direct/direct-records.ts'
import { DirectService } from '../../community/direct/direct-service.ts'
import { type DeviceCard, readCard } from '../../community/identity/device-card.ts'
import type { DeviceId, PersonId } from '../../community/ids.ts'
import type { Membership } from '../../community/membership.ts'
import { NearService } from '../../community/nearby/near-service.ts'
import type { Standing } from '../../community/switchboard.ts'
import { type ContactSurroundings, contactCalls } from './contact-calls.ts'
import { DirectDriver } from './direct-driver.ts'
import { NearbyDriver, nearbyCalls, searchNearby } from './nearby-calls.ts'
import type { PeopleGround, PeoplePart } from './people-part.ts'
import { sendCalls, shownOffer } from './send-calls.ts'
import { ContactStore } from './store/contact-store.ts'
import { DirectStore } from './store/direct-store.ts'
import { OfferStore } from './store/offer-store.ts'

export interface DirectSurroundings extends ContactSurroundings {
  readonly membership: Membership
  /** Chat's. */
  readonly inbox: DirectInbox
  /** As others get it now. */
  card(): Uint8Array
  /** A contact or a device of mine proved to be one: it may be told our addresses. */
  met(device: DeviceId): void
  /** Which of these contents lie on this computer. */
  here(contents: readonly string[]): Promise<readonly string[]>
  /** Where it is seen over its link; undefined through a relay. */
  seenAt(device: DeviceId): string | undefined
}

export interface DirectPart extends PeoplePart {
  readonly book: ContactBook
  readonly direct: DirectService
  readonly near: NearService
  /** One of my devices is none any more: nothing is sealed to it, and whoever knows me is told. */
  putOut(device: DeviceId): void
  /** For the rendezvous: what only both know, and their devices. */
  contacts(): { readonly secret: Uint8Array; readonly devices: readonly DeviceId[] }[]
  /** My name or my card is another. */
  changedMe(): void
  /** Of my other devices. */
  ownCards(): DeviceCard[]
  /** The other device of what was sent and accepted, either way. */
  offerPartner(id: string): DeviceId | undefined
  /** For the one search box. */
  searchNearby(request: Parameters<typeof searchNearby>[1]): ReturnType<typeof searchNearby>
  /** Once, when all parts are there. */
  start(): void
  wanted(): Iterable<DeviceId>
  addresses(device: DeviceId): readonly DeviceAddress[]
  knows(device: DeviceId): boolean
  blocks(device: DeviceId): boolean
  standing(device: DeviceId): Standing
}

/** Contacts whose places in the DHT are minded: each costs a put an hour. */
const MOST_RENDEZVOUS = 64

export function openDirectPart(ground: PeopleGround, around: DirectSurroundings): DirectPart {
  const { own, crypto, random, wall, database } = ground
  const { membership } = around
  const { person, device, deviceSeed } = own
  const records: DirectRecords = new DirectStore(database)
  const name = () => around.myName() ?? ''
  const me = { person, device, deviceSeed, card: () => around.card(), name }
  const contacts = new ContactStore(database)
  const book = new ContactBook({ me, records: contacts, membership, random, wall })
  const driver = new DirectDriver(ground, () => direct)
  const direct: DirectService = new DirectService({
    me,
    crypto,
    random,
    wall,
    records,
    book,
    membership,
    inbox: around.inbox,
    out: ground.out('direct'),
    asked: (effect) => driver.carry(effect),
    // Chat tells it, with its words.
    arrived: () => undefined,
    personChanged: (changed) => {
      around.wantedChanged()
      around.personChanged(changed)
      ground.changed({ kind: 'person', id: changed })
    },
    met: (of) => {
      lists.met(of)
      around.met(of)
    },
    cameOut: (of, whose) => lists.cameOut(of, whose),
  })
  membership.watch(direct)
  const offers = new OfferStore(database)
  const looks = new NearbyDriver(ground, () => near)
  const near: NearService = new NearService({
    out: ground.out('near'),
    book,
    offers,
    crypto,
    random,
    wall,
    me,
    visible: () => ground.settings().visible,
    look: (number, question) => looks.look(number, question),
    nearbyChanged: (id) => ground.changed({ kind: 'nearby', id }),
    offerChanged: (row, fresh) => {
      const shown = shownOffer(row, book)
      const notify = {
        title: shown.name,
        text: offerSentence(shown.items.length, shown.items[0]?.name ?? ''),
      }
      ground.changed({ kind: 'offer', id: row.id, ...(fresh && !isIgnored(row.person) ? { notify } : {}) })
      looks.offerChanged(row)
    },
    offerReady: (row) => looks.offerReady(row),
  })
  const lists: DeviceLists = new DeviceLists({
    me: { person, device, personSeed: own.personSeed, card: () => around.card() },
    out: ground.out('devices'),
    book,
    records: contacts,
    signatures: crypto,
    wall,
    wentOut: (whose, of) => {
      if (whose === person) direct.putOut(of)
      else direct.wentOut(of)
      near.wentOut(of)
    },
    changed: (whose) => {
      around.wantedChanged()
      ground.changed(whose === person ? { kind: 'me', id: null } : { kind: 'person', id: whose })
    },
  })
  const isIgnored = (of: PersonId | undefined) => of !== undefined && book.row(of)?.ignored === true
  const nearbyPerson = (of: DeviceId) => near.nearDevice(of)
  const nearby = { ground, book, near, here: around.here, seenAt: around.seenAt }

  return {
    book,
    direct,
    near,
    services: [direct, near, lists],
    calls: {
      ...contactCalls({ ground, book, direct, around, nearbyPerson }),
      ...nearbyCalls(nearby),
      publicChanged: () => looks.refresh(),
      ...sendCalls({ ground, book, near, offers }),
    },
    putOut: (of) => {
      book.putOut(of)
      direct.putOut(of)
      near.wentOut(of)
      lists.renew()
    },
    contacts: () => rendezvousOf(book, records, (secret) => crypto.sha256(secret)),
    changedMe: () => {
      direct.changedMe()
      lists.renew()
      near.changedMe()
    },
    ownCards: () =>
      [...book.ownDevices()].flatMap((of) => {
        const card = book.known(of)?.card
        return card === undefined ? [] : [readCard(card, crypto)]
      }),
    searchNearby: (request) => searchNearby(nearby, request),
    offerPartner: (id) => {
      const row = offers.offer(id)
      return row?.state === 'accepted' ? row.device : undefined
    },
    start: () => {
      lists.renew()
      looks.refresh()
    },
    settingsChanged: () => near.changedMe(),
    wanted: () => wantedOf(book),
    addresses: (of) => readAddresses(book.known(of)?.hints ?? []),
    knows: (of) => {
      const whose = book.personOf(of)
      return book.known(of)?.token !== undefined || (whose !== undefined && book.isAcquainted(whose))
    },
    blocks: (of) => book.isBlockedDevice(of),
    standing: (of) => standingOf(of, book, near),
    close: () => {
      driver.close()
      looks.close()
    },
  }
}

function offerSentence(items: number, first: string): string {
  return items > 1 ? `Wants to send you ${first} and more` : `Wants to send you ${first}`
}

/** My own devices, those that a link told of, and contacts'. */
function* wantedOf(book: ContactBook): Generator<DeviceId> {
  yield* book.ownDevices()
  for (const { device } of book.asked()) yield device
  for (const { person, contact, blocked } of book.rows())
    if (contact && !blocked) yield* book.devicesOf(person).keys()
}

function standingOf(device: DeviceId, book: ContactBook, near: NearService): Standing {
  const person = book.personOf(device)
  if (person !== undefined && book.isOwn(person)) return 'member'
  const known = person !== undefined && book.isAcquainted(person)
  // Of those we asked, or said yes to, the answers are wanted.
  return known || book.known(device)?.token !== undefined || near.isTrusted(device) ? 'guest' : 'stranger'
}

/** Both tokens of a pair are known to these two alone; of a link, to whoever has it. */
function rendezvousOf(
  book: ContactBook,
  records: DirectRecords,
  hash: (bytes: Uint8Array) => Uint8Array,
): { readonly secret: Uint8Array; readonly devices: readonly DeviceId[] }[] {
  const seen = [...book.rows()]
    .filter(({ contact, blocked }) => contact && !blocked)
    .sort((a, b) => (b.seenAt ?? 0) - (a.seenAt ?? 0))
    .map(({ person }) => person)
  const pairs = [...book.ownPerson(), ...seen].slice(0, MOST_RENDEZVOUS).flatMap((person) => {
    const mine = records.tokenFor(person)
    if (mine === undefined) return []
    return records.correspondentsOf(person).map(({ device, token }) => {
      const secret = hash(concatBytes([mine, token].sort(compareBytes)))
      return { secret, devices: [device] }
    })
  })
  const asked = book
    .asked()
    .map(({ device, token }) => ({ secret: hash(token ?? new Uint8Array(0)), devices: [device] }))
  const links = book.links.tokens().map((token) => ({ secret: hash(token), devices: [] }))
  return [...asked, ...links, ...pairs]
}
