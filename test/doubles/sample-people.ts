// Rows of people, circles and messages as the API has them, for tests of whoever shows them.

import type { Circle, CircleDetails, Joining } from '../../src/api/schemas/circles.ts'
import type { Conversation, FileCard, Message } from '../../src/api/schemas/conversations.ts'
import type { Me, NearbyDevice, Person, SendOffer } from '../../src/api/schemas/people.ts'

const AT = '2026-01-01T10:00:00.000Z'

export const ANA = 'k3wq'.repeat(13)
export const BEN = 'm7aa'.repeat(13)
export const BAND = 'zz22'.repeat(13)
export const ROOM = '0a'.repeat(16)
export const PLANS = '1b'.repeat(16)
export const PHONE = 'dev2'.repeat(13)
export const BAND_ROOM = `room:${BAND}:${ROOM}`

export function sampleMe(parts: Partial<Me> = {}): Me {
  const device = { id: 'mine'.repeat(13), name: 'desk', thisOne: true, online: true, linkedAt: AT }
  return {
    person: 'self'.repeat(13),
    name: 'Me',
    device,
    devices: [device],
    words: 'written',
    visible: 'everyone',
    network: {
      state: 'running',
      problem: null,
      port: 40_000,
      links: 2,
      relayed: 1,
      reachable: 'yes',
      restarts: 0,
    },
    ...parts,
  }
}

export function samplePerson(id = ANA, parts: Partial<Person> = {}): Person {
  return {
    id,
    name: id === ANA ? 'Ana' : 'Ben',
    alias: null,
    contact: true,
    verified: false,
    online: true,
    lastSeenAt: AT,
    circles: [BAND],
    ignored: false,
    blocked: false,
    alwaysAcceptBytes: 0,
    acceptedOffers: 0,
    devices: [{ id: PHONE, name: 'phone', online: true }],
    ...parts,
  }
}

export function sampleCircle(parts: Partial<Circle> = {}): Circle {
  const room = { archived: false, unread: 0, mentions: 0, quiet: false }
  return {
    id: BAND,
    name: 'Band',
    role: 'owner',
    members: 3,
    online: 2,
    rooms: [
      { id: ROOM, name: 'general', ...room },
      { id: PLANS, name: 'plans', ...room, unread: 2 },
    ],
    history: 'all',
    approval: false,
    retentionDays: 30,
    retentionBytes: 50_000_000,
    keepCopies: 0,
    keepSpaceBytes: 0,
    keptBytes: 0,
    tooFewCopies: 0,
    requests: 0,
    problem: null,
    ...parts,
  }
}

export function sampleDetails(parts: Partial<CircleDetails> = {}): CircleDetails {
  const member = { muted: false, online: true, lastSeenAt: AT, joinedAt: AT, files: 0, bytes: 0 }
  const devices = [{ id: PHONE, online: true, frozen: false }]
  return {
    ...sampleCircle(),
    people: [
      { person: 'self'.repeat(13), name: 'Me', role: 'owner', me: true, ...member, devices },
      { person: ANA, name: 'Ana', role: 'moderator', me: false, ...member, devices },
      { person: BEN, name: 'Ben', role: 'member', me: false, ...member, devices, online: false },
    ],
    ...parts,
  }
}

export function sampleJoining(parts: Partial<Joining> = {}): Joining {
  return {
    id: 'inv2'.repeat(13),
    circle: BAND,
    name: null,
    role: 'member',
    step: 'looking',
    membersFound: 0,
    problem: null,
    since: AT,
    ...parts,
  }
}

export function sampleConversation(parts: Partial<Conversation> = {}): Conversation {
  return {
    id: BAND_ROOM,
    kind: 'room',
    circle: BAND,
    person: null,
    name: 'general',
    unread: 0,
    mentions: 0,
    quiet: false,
    last: null,
    typing: [],
    closed: null,
    ...parts,
  }
}

/** Its id begins with its place. */
export function sampleMessage(place: number, parts: Partial<Message> = {}): Message {
  return {
    id: String(place).padStart(4, '0').padEnd(64, 'e'),
    conversation: BAND_ROOM,
    place,
    author: ANA,
    authorName: 'Ana',
    mine: false,
    at: AT,
    receivedAt: AT,
    kind: 'text',
    text: `text ${place}`,
    notice: null,
    replyTo: null,
    mentionsMe: false,
    edited: false,
    deleted: 'no',
    reactions: [],
    file: null,
    where: null,
    heldBy: 0,
    ...parts,
  }
}

export function sampleFile(parts: Partial<FileCard> = {}): FileCard {
  return {
    name: 'song.flac',
    kind: 'audio',
    files: 1,
    lengthBytes: 30_000_000,
    content: null,
    state: 'offered',
    doneBytes: 0,
    sources: 2,
    transfer: null,
    saved: null,
    preview: false,
    problem: null,
    ...parts,
  }
}

export function sampleNearby(parts: Partial<NearbyDevice> = {}): NearbyDevice {
  return {
    device: PHONE,
    person: ANA,
    name: 'Ana',
    deviceName: "Ana's phone",
    contact: true,
    own: false,
    offeredFiles: 3,
    offeredBytes: 5_000_000,
    foundAt: AT,
    ...parts,
  }
}

export function sampleOffer(parts: Partial<SendOffer> = {}): SendOffer {
  return {
    id: 'ab'.repeat(16),
    direction: 'out',
    person: ANA,
    device: PHONE,
    name: 'Ana',
    items: [{ name: 'film.mp4', lengthBytes: 4_200_000_000, files: 1, kind: 'video' }],
    totalBytes: 4_200_000_000,
    state: 'waiting',
    doneBytes: 0,
    bytesPerSecond: 0,
    problem: null,
    at: AT,
    saved: [],
    askAlways: false,
    ...parts,
  }
}
