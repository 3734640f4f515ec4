// The parts of the people process, opened in the order in which they know one another.

import { scopeOf } from '../../base/address.ts'
import { type DeviceAddress, parsePlace } from '../../community/device-address.ts'
import type { CircleId, PersonId } from '../../community/ids.ts'
import type { Switchboard } from '../../community/switchboard.ts'
import { openChatPart } from './chat-part.ts'
import { hintText, openCirclePart } from './circle-part.ts'
import { openDirectPart } from './direct-part.ts'
import { openFilesPart } from './files-part.ts'
import { openFindingPart } from './finding-part.ts'
import { MyName, mePart } from './me-part.ts'
import { type IdentityTools, takeCard } from './own-identity.ts'
import { openOwnPart } from './own-part.ts'
import type { PeopleNet } from './people-net.ts'
import type { PeopleGround, PeoplePart } from './people-part.ts'
import { openRecoveryPart } from './recovery-part.ts'
import type { AddressRecords } from './store/address-records.ts'

export interface Below {
  readonly net: PeopleNet
  readonly switchboard: Switchboard
  readonly addresses: AddressRecords
}

/** In an invite: two of its own, and two members who may let in while this device is away. A QR code holds them. */
const OWN_HINTS = 2
const OTHER_HINTS = 2

/** The one that whoever has the invite can most likely call: through this device is no way round it. */
function calledFromOutside(all: readonly DeviceAddress[]): DeviceAddress | undefined {
  const direct = all.flatMap((address) => {
    const place = parsePlace(address)
    return place === undefined || place.by === 'relay' ? [] : [{ address, scope: scopeOf(place.at.host) }]
  })
  return (direct.find(({ scope }) => scope === 'public') ?? direct[0])?.address
}

export function openParts(
  ground: PeopleGround,
  tools: IdentityTools,
  { net, switchboard, addresses }: Below,
): readonly PeoplePart[] {
  const { own } = ground
  const myName = new MyName(ground)
  const isOnline = (device: string): boolean =>
    device === own.device || switchboard.links().some((link) => link.device === device)

  const wantedChanged = (): void => {
    net.changed()
    finding.changed()
  }
  const hints = (circle: CircleId): readonly string[] => {
    const mine = net.addresses.slice(0, OWN_HINTS).map((address) => hintText(own.device, address))
    const { membership } = circles.service
    const facts = membership.facts(circle)
    const others = membership.linked(circle).flatMap((device) => {
      const owner = facts?.owners.get(device)
      const address = calledFromOutside(addresses.addresses(device))
      // Keepers let nobody in.
      return owner === undefined || facts?.members.get(owner)?.role === 'keeper' || address === undefined
        ? []
        : [hintText(device, address)]
    })
    return [...mine, ...others.slice(0, OTHER_HINTS)]
  }
  const circles = openCirclePart(ground, {
    myName,
    circleName: (circle) => chat.circleName(circle),
    personName: (person) => (person === own.person ? myName.get() : nameOf(person)),
    rooms: (circle) => chat.rooms(circle),
    isFrozen: (circle, device) => chat.isFrozen(circle, device),
    seenAt: (device) => addresses.seenAt(device),
    isOnline,
    offered: (circle, person) => files.offered(circle, person),
    kept: (circle) => files.kept(circle),
    hints,
    wantedChanged,
    begin: (circle, name) => chat.begin(circle, name),
    rename: (circle, name) => chat.rename(circle, name),
    introduce: () => introduce(),
    setKeepSpace: (circle, bytes) => files.setKeepSpace(circle, bytes),
    forget: (circle) => {
      chat.forget(circle)
      files.forget(circle)
    },
  })
  const { membership } = circles.service
  const chat = openChatPart(ground, {
    membership,
    myName: () => myName.get(),
    alias: (person) => direct.book.row(person)?.alias ?? undefined,
    contactName: (person) => direct.book.row(person)?.name ?? undefined,
    blocked: (person) => direct.book.isBlocked(person),
    ignored: (person) => direct.book.row(person)?.ignored === true,
  })
  circles.service.chatEnd = (circle, device) => chat.pinOf(circle, device)
  const direct = openDirectPart(ground, {
    membership,
    inbox: chat.inbox,
    card: () => me.card(),
    myName: () => myName.get(),
    personName: (person) => chat.personName(person),
    isOnline,
    addresses: () => net.addresses,
    here: (contents) => ground.ask('contentsHere', { contents }),
    seenAt: (device) => net.node?.remoteHost(device),
    inviteFacts: (payload) => circles.inviteFacts(payload),
    personChanged: (person) => files.personChanged(person),
    blockedChanged: (person, blocked) => {
      chat.personChanged(person)
      files.blocksChanged()
      if (blocked)
        for (const device of direct.book.devicesOf(person).keys()) net.hangUp(device, 'BLOCKED', false)
    },
    ignoredChanged: (person) => chat.personChanged(person),
    wantedChanged,
    met: (device) => {
      finding.reach.trust(device)
      mine.met(device)
    },
  })
  chat.connect(direct.direct)
  const files = openFilesPart(ground, {
    membership,
    persons: {
      acquainted: () => {
        const contacts = direct.book.rows().filter(({ contact }) => contact)
        const all = new Set([...contacts.map(({ person }) => person), ...direct.book.members()])
        return [...all].filter((person) => direct.book.isAcquainted(person))
      },
      isAcquainted: (person) => direct.book.isAcquainted(person),
      ownerOf: (device) => direct.book.personOf(device),
      devicesOf: (person) => direct.book.devicesOf(person).keys(),
      isLinked: (device) => switchboard.link(device) !== undefined,
    },
    openBytes: async (device, header) => await net.node?.openBytes(device, header),
    seenAt: (device) => net.node?.remoteHost(device),
    blocked: (person) => direct.book.isBlocked(person),
    personName: (person) => (person === own.person ? myName.get() : nameOf(person)),
    isOnline,
    offerPartner: (id) => direct.offerPartner(id),
    searchNearby: (request) => direct.searchNearby(request),
  })
  const finding = openFindingPart(ground, {
    net,
    addresses,
    circles: circles.service,
    isLinked: (device) => switchboard.link(device) !== undefined,
    contacts: () => direct.contacts(),
    lan: () => (ground.settings().lan ? net.udp : undefined),
  })
  const nameOf = (person: PersonId): string | undefined => {
    const row = direct.book.row(person)
    return row?.alias ?? chat.personName(person) ?? row?.name ?? undefined
  }
  const introduce = (): void => {
    chat.introduce()
    direct.changedMe()
  }
  const mine = openOwnPart(ground, {
    circles: circles.service,
    inbox: chat.inbox,
    direct,
    card: () => me.card(),
    myName: () => myName.get(),
    addresses: () => net.addresses,
    me: () => me.me(),
    wantedChanged,
    hangUp: (device) => net.hangUp(device, 'PUT_OUT', false),
    become: async (card) => {
      await takeCard(tools, own, card)
      ground.again()
    },
  })
  const me = mePart(ground, tools, {
    network: () => ({
      port: net.port ?? null,
      links: switchboard.links().length,
      relayed: switchboard.links().filter(({ way }) => way === 'relayed').length,
      reachable: 'unknown',
    }),
    otherDevices: () => direct.ownCards(),
    isOnline,
    isSomebody: () => membership.circles().length > 0 || direct.book.rows().some(({ contact }) => contact),
    nameChanged: introduce,
    cardChanged: () => direct.changedMe(),
  })
  const recovery = openRecoveryPart(ground, { circles: circles.service, addresses, wantedChanged })
  return [circles, direct, mine, chat, files, finding, recovery, me]
}
