// The parts of the people process, opened in the order in which they know one another.

import type { CircleId } from '../../community/ids.ts'
import type { Switchboard } from '../../community/switchboard.ts'
import { openChatPart } from './chat-part.ts'
import { hintText, openCirclePart } from './circle-part.ts'
import { openFindingPart } from './finding-part.ts'
import { MyName, mePart } from './me-part.ts'
import type { IdentityTools } from './own-identity.ts'
import type { PeopleNet } from './people-net.ts'
import type { PeopleGround, PeoplePart } from './people-part.ts'
import type { AddressRecords } from './store/address-records.ts'

export interface Below {
  readonly net: PeopleNet
  readonly switchboard: Switchboard
  readonly addresses: AddressRecords
}

/** In an invite: two of its own, and two members who may let in while this device is away. A QR code holds them. */
const OWN_HINTS = 2
const OTHER_HINTS = 2

export function openParts(
  ground: PeopleGround,
  tools: IdentityTools,
  { net, switchboard, addresses }: Below,
): readonly PeoplePart[] {
  const { own } = ground
  const myName = new MyName(ground)
  const isOnline = (device: string): boolean =>
    device === own.device || switchboard.links().some((link) => link.device === device)

  const hints = (circle: CircleId): readonly string[] => {
    const mine = net.addresses.slice(0, OWN_HINTS).map((address) => hintText(own.device, address))
    const others = circles.service.membership.linked(circle).flatMap((device) =>
      addresses
        .addresses(device)
        .slice(0, 1)
        .map((address) => hintText(device, address)),
    )
    return [...mine, ...others.slice(0, OTHER_HINTS)]
  }
  const circles = openCirclePart(ground, {
    myName,
    circleName: (circle) => chat.circleName(circle),
    personName: (person) => (person === own.person ? myName.get() : chat.personName(person)),
    rooms: (circle) => chat.rooms(circle),
    isFrozen: (circle, device) => chat.isFrozen(circle, device),
    seenAt: (device) => addresses.seenAt(device),
    isOnline,
    offered: () => ({ files: 0, bytes: 0 }),
    kept: () => ({ spaceBytes: 0, keptBytes: 0, tooFew: 0 }),
    hints,
    wantedChanged: () => {
      net.changed()
      finding.changed()
    },
    begin: (circle, name) => chat.begin(circle, name),
    rename: (circle, name) => chat.rename(circle, name),
    introduce: () => chat.introduce(),
    setKeepSpace: () => undefined,
    forget: (circle) => chat.forget(circle),
  })
  const { membership } = circles.service
  const chat = openChatPart(ground, {
    membership,
    myName: () => myName.get(),
    alias: () => undefined,
    contactName: () => undefined,
    blocked: () => false,
    ignored: () => false,
  })
  circles.service.chatEnd = (circle, device) => chat.pinOf(circle, device)
  const finding = openFindingPart(ground, {
    net,
    addresses,
    circles: circles.service,
    isLinked: (device) => switchboard.link(device) !== undefined,
    contacts: () => [],
    lan: () => (ground.settings().lan ? net.udp : undefined),
  })
  const me = mePart(ground, tools, {
    network: () => ({
      port: net.port ?? null,
      links: switchboard.links().length,
      relayed: switchboard.links().filter(({ way }) => way === 'relayed').length,
      reachable: 'unknown',
    }),
    otherDevices: () => [],
    isOnline,
    isSomebody: () => circles.service.membership.circles().length > 0,
    nameChanged: () => chat.introduce(),
    cardChanged: () => undefined,
  })
  return [circles, chat, finding, me]
}
