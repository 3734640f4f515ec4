// My devices: the calls that take one in or put one out, and what they keep in step. The identity file is own-identity.ts'; a
// device that was taken in begins anew as the person it belongs to now.

import type { OutputOf, ValidInputOf } from '../../api/routes.ts'
import type { Me } from '../../api/schemas/people.ts'
import { after } from '../../base/ids.ts'
import type { CircleService } from '../../community/circle/circle-service.ts'
import { CommunityError } from '../../community/community-error.ts'
import { decodeDeviceLink, encodeDeviceLink } from '../../community/contact/device-link.ts'
import { MAX_LINK_ADDRESSES } from '../../community/contact/link-fields.ts'
import { notOurs, readPeopleLink, writePeopleLink } from '../../community/contact/people-link.ts'
import type { DirectInbox } from '../../community/direct/direct-inbox.ts'
import { readCard } from '../../community/identity/device-card.ts'
import type { CircleId, DeviceId, RecordId } from '../../community/ids.ts'
import type { OwnEpoch } from '../../community/own/own-frames.ts'
import { OwnService } from '../../community/own/own-service.ts'
import type { Standing } from '../../community/switchboard.ts'
import { moment } from './contact-calls.ts'
import type { DirectPart } from './direct-part.ts'
import type { PeopleGround, PeoplePart } from './people-part.ts'
import { MyFacts } from './store/my-facts.ts'

export interface OwnSurroundings {
  readonly circles: CircleService
  readonly inbox: DirectInbox
  readonly direct: DirectPart
  card(): Uint8Array
  myName(): string | undefined
  /** Where this device can be called, best first. */
  addresses(): readonly string[]
  me(): Me
  wantedChanged(): void
  hangUp(device: DeviceId): void
  /** Another person's card for this device: kept, and begun anew with. */
  become(card: Uint8Array): Promise<void>
}

export interface OwnPart extends PeoplePart {
  /** A device of mine proved to be one. */
  met(device: DeviceId): void
  standing(device: DeviceId): Standing
}

/** Until the rest of the frames has left before everything begins anew. */
const BECOME_AFTER_MS = 200
const PUT_OUT_AFTER_MS = 2_000

export function openOwnPart(ground: PeopleGround, around: OwnSurroundings): OwnPart {
  const { own, crypto, random, wall, database, clock } = ground
  const { circles, direct, inbox } = around
  const { book } = direct
  const { membership } = circles
  const facts = new MyFacts(database)
  /** Secrets of circles whose operations have not come yet. */
  const told = new Map<CircleId, readonly OwnEpoch[]>()
  let closed = false

  const later = (afterMs: number, what: () => void): void => {
    clock.schedule(after(ground.now(), afterMs), () => {
      if (!closed) what()
    })
  }
  const teach = (circle: CircleId): void => {
    const epochs = told.get(circle)
    if (epochs === undefined || membership.facts(circle)?.mine === undefined) return
    told.delete(circle)
    circles.teach(circle, epochs, ground.now())
  }
  const service = new OwnService({
    me: {
      person: own.person,
      device: own.device,
      deviceSeed: own.deviceSeed,
      personSeed: own.personSeed,
      sealingKey: own.sealing.publicKey,
      card: () => around.card(),
      name: () => around.myName() ?? '',
    },
    out: ground.out('own'),
    book,
    inbox,
    crypto,
    random,
    wall,
    circles: () =>
      membership
        .circles()
        .filter((circle) => membership.facts(circle)?.mine !== undefined)
        .map((id) => ({ id, epochs: circles.secretsOf(id) })),
    circleTold: (circle, epochs) => {
      told.set(circle, epochs)
      try {
        if (membership.facts(circle) === undefined) circles.restore(circle)
      } catch (error) {
        // As many circles as there may be: this one stays with the other device.
        if (!(error instanceof CommunityError)) throw error
        told.delete(circle)
      }
      teach(circle)
    },
    taken: (card, name) => {
      if (name !== '') facts.set('name', name)
      later(BECOME_AFTER_MS, () => void around.become(card))
    },
    historyAt: () => facts.get('direct-history') as RecordId | 'all' | undefined,
    historyTaken: (until) => facts.set('direct-history', until),
    putOut: (device) => direct.putOut(device),
    changed: () => ground.changed({ kind: 'person', id: null }),
  })
  membership.watch({
    circleChanged: teach,
    memberLinked: () => undefined,
    memberUnlinked: () => undefined,
  })

  return {
    services: [service],
    standing: (device) => (service.isTrusted(device) ? 'guest' : 'stranger'),
    met: (device) => {
      const card = book.known(device)?.card
      if (card === undefined || !book.isOwn(book.personOf(device))) return
      circles.addDevice(card, ground.now())
      service.met(device, ground.now())
      ground.changed({ kind: 'me', id: null })
    },
    close: () => {
      closed = true
    },
    calls: {
      deviceLink: (): OutputOf<'deviceLink'> => {
        const { name } = readCard(around.card(), crypto)
        const link = service.offer(name, around.addresses().slice(0, MAX_LINK_ADDRESSES))
        const text = writePeopleLink('device', encodeDeviceLink(link), crypto)
        return { link: text, expiresAt: moment(link.expires) }
      },
      linkDevice: async ({ link }: ValidInputOf<'linkDevice'>): Promise<Me> => {
        const { kind, payload } = readPeopleLink(link, crypto)
        if (kind !== 'device') throw notOurs()
        const device = decodeDeviceLink(payload)
        await new Promise<void>((resolve, reject) => {
          ground.turn(() =>
            service.take(device, ground.now(), (error) => (error === undefined ? resolve() : reject(error))),
          )
          around.wantedChanged()
        })
        return around.me()
      },
      removeDevice: ({ id }: ValidInputOf<'removeDevice'>): Me => {
        const device = id as DeviceId
        const isOther = [...book.ownDevices()].includes(device)
        if (!isOther) throw new CommunityError('DEVICE_UNKNOWN', { device })
        for (const circle of membership.circles()) {
          const mine = membership.facts(circle)
          const isIn = mine?.mine !== undefined && mine.members.get(own.person)?.devices.has(device) === true
          if (isIn) circles.removeDevice(circle, device, ground.now())
        }
        direct.putOut(device)
        service.changed()
        // It is told by its circles that it is out before its link ends.
        later(PUT_OUT_AFTER_MS, () => around.hangUp(device))
        ground.changed({ kind: 'me', id: null })
        return around.me()
      },
    },
  }
}
