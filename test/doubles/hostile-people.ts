// Answers about people in which every text that others may choose (names, messages, rooms, devices, files) is whatever a test says:
// hostile for most, plain for pictures. What is written is added; the rest is as it stands here.

import type { Handlers } from '../../src/api/routes.ts'
import type {
  CircleDetails,
  CircleMember,
  Invite,
  Joining,
  OthersEntry,
} from '../../src/api/schemas/circles.ts'
import type { Me, NearbyDevice, Person, SendOffer } from '../../src/api/schemas/people.ts'
import { ANA, BEN, CIRCLE, KEEPER, key, ME, talkHandlers } from './hostile-talk.ts'
import { hostile } from './hostile-text.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const WORDS = 'anchor breeze copper dolphin ember forest garden harbor island jungle kettle lantern'.split(
  ' ',
)

export const DEVICE = key('d')
export const INVITE = key('i')
export const INVITE_LINK = `shoal:invite:${'abcdefgh234567'.repeat(8)}`

export interface PeopleWords {
  /** @param field names the text @param plain what a kind person would have written */
  readonly say: (field: string, plain: string) => string
  readonly nowMs?: number
  readonly me?: Partial<Me>
}

export function peopleHandlers({
  say,
  nowMs = Date.parse('2026-11-28T09:30:00.000Z'),
  me: mine = {},
}: PeopleWords): Partial<Handlers> {
  const at = (agoMs: number): string => new Date(nowMs - agoMs).toISOString()
  const me: Me = {
    person: ME,
    name: say('my-name', 'Mila'),
    device: {
      id: key('e'),
      name: say('my-device', 'Desk'),
      thisOne: true,
      online: true,
      linkedAt: at(30 * DAY_MS),
    },
    devices: [
      {
        id: key('e'),
        name: say('my-device', 'Desk'),
        thisOne: true,
        online: true,
        linkedAt: at(30 * DAY_MS),
      },
      {
        id: key('f'),
        name: say('other-device', 'Laptop'),
        thisOne: false,
        online: false,
        linkedAt: at(3 * DAY_MS),
      },
    ],
    words: 'unwritten',
    visible: 'everyone',
    network: {
      state: 'running',
      problem: null,
      port: 51_733,
      links: 3,
      relayed: 1,
      reachable: 'yes',
      restarts: 0,
    },
    ...mine,
  }
  const person = (id: string, name: string, change: Partial<Person> = {}): Person => ({
    id,
    name,
    alias: null,
    contact: true,
    verified: false,
    online: true,
    lastSeenAt: at(0),
    circles: [CIRCLE],
    ignored: false,
    blocked: false,
    alwaysAcceptBytes: 0,
    acceptedOffers: 2,
    devices: [{ id: DEVICE, name: say('device-name', 'Laptop'), online: true }],
    ...change,
  })
  const people = [
    person(ANA, say('person-name', 'Ana'), { verified: true }),
    person(BEN, say('second-person', 'Ben'), { contact: false, online: false, lastSeenAt: at(3 * DAY_MS) }),
  ]
  const member = (id: string, name: string, change: Partial<CircleMember> = {}): CircleMember => ({
    person: id,
    name,
    role: 'member',
    muted: false,
    me: false,
    online: true,
    lastSeenAt: at(0),
    joinedAt: at(20 * DAY_MS),
    devices: [{ id: DEVICE, online: true, frozen: false }],
    files: 0,
    bytes: 0,
    ...change,
  })
  const rooms = [
    {
      id: '1'.repeat(32),
      name: say('room-name', 'General'),
      archived: false,
      unread: 2,
      mentions: 1,
      quiet: false,
    },
    {
      id: '2'.repeat(32),
      name: say('quiet-room', 'Recordings'),
      archived: false,
      unread: 4,
      mentions: 0,
      quiet: true,
    },
  ]
  const circle: CircleDetails = {
    id: CIRCLE,
    name: say('circle-name', 'Band'),
    role: 'owner',
    members: 4,
    online: 3,
    rooms,
    history: 'all',
    approval: true,
    retentionDays: 30,
    retentionBytes: 50_000_000,
    keepCopies: 3,
    keepSpaceBytes: 20e9,
    keptBytes: 1.2e9,
    tooFewCopies: 2,
    requests: 1,
    problem: null,
    people: [
      member(ME, me.name ?? '', { role: 'owner', me: true }),
      member(ANA, say('person-name', 'Ana'), { role: 'moderator', files: 212, bytes: 8.4e9 }),
      member(BEN, say('second-person', 'Ben'), { online: false, lastSeenAt: at(3 * DAY_MS), muted: true }),
      member(KEEPER, say('keeper-name', 'Attic'), { role: 'keeper' }),
    ],
  }
  const device = (id: string, change: Partial<NearbyDevice>): NearbyDevice => ({
    device: id,
    person: null,
    name: say('nearby-name', 'Caro'),
    deviceName: say('nearby-device', 'Caro’s laptop'),
    contact: false,
    own: false,
    offeredFiles: 0,
    offeredBytes: 0,
    foundAt: at(0),
    ...change,
  })
  const offer = (id: number, change: Partial<SendOffer>): SendOffer => ({
    id: id.toString(16).padStart(32, '0'),
    direction: 'in',
    person: ANA,
    device: DEVICE,
    name: say('person-name', 'Ana'),
    items: [{ name: say('item-name', 'Trip to the sea'), lengthBytes: 840e6, files: 31, kind: 'folder' }],
    totalBytes: 840e6,
    state: 'waiting',
    doneBytes: 0,
    bytesPerSecond: 0,
    problem: null,
    at: at(2 * MINUTE_MS),
    saved: [],
    askAlways: false,
    ...change,
  })
  const offers = [
    offer(1, {}),
    offer(2, { direction: 'out', state: 'accepted', doneBytes: 400e6, bytesPerSecond: 11e6 }),
    offer(3, {
      state: 'done',
      doneBytes: 840e6,
      askAlways: true,
      saved: [say('saved-path', '/home/mila/Downloads/Shoal/Trip to the sea')],
    }),
  ]
  const entry = (index: number): OthersEntry => ({
    content: `${(index % 10).toString().repeat(64)}-4000000`,
    name: say('others-name', `rain ${index}.flac`),
    kind: 'audio',
    mediaType: 'audio/flac',
    lengthBytes: 4e6,
    facts: { durationSeconds: 213, artist: say('artist', 'The Band') },
    otherNames: [say('other-name', 'regen.flac')],
    holders: [
      {
        person: ANA,
        device: DEVICE,
        name: say('holder', 'Ana'),
        online: true,
        circle: CIRCLE,
        path: say('holder-path', 'Field recordings/rain.flac'),
      },
    ],
    holderCount: 3,
    onlineCount: 1,
    here: index === 1,
    licence: 'CC-BY-4.0',
  })
  const entries = (from: number, count: number) =>
    Array.from({ length: Math.max(0, count) }, (_, i) => entry(from + i))
  const invite: Invite = {
    id: INVITE,
    link: null,
    role: 'member',
    uses: 5,
    used: 1,
    expiresAt: at(-3 * DAY_MS),
    approval: true,
    by: ME,
    revoked: false,
    admittersOnline: 2,
  }
  const joining: Joining = {
    id: INVITE,
    circle: key('j'),
    name: say('joining-name', 'Choir'),
    role: 'member',
    step: 'asking',
    membersFound: 2,
    problem: null,
    since: at(4 * MINUTE_MS),
  }
  const wish = {
    id: '0'.repeat(16),
    words: 'rain',
    in: 'circles' as const,
    hits: 12,
    unseen: 3,
    at: at(DAY_MS),
  }
  const total = 240
  return {
    me: () => me,
    changeMe: (change) => ({ ...me, ...(change.wordsWritten === true ? { words: 'written' } : {}) }),
    myWords: () => ({ words: WORDS }),
    deviceLink: () => ({
      link: `shoal:device:${'abcdefgh234567'.repeat(6)}`,
      expiresAt: at(-10 * MINUTE_MS),
    }),
    people: () => ({ people }),
    contactLink: () => ({ link: `shoal:contact:${'abcdefgh234567'.repeat(6)}`, expiresAt: null }),
    comparisonWords: () => ({ words: WORDS.slice(0, 6) }),
    changePerson: ({ id, ...change }) =>
      ({ ...(people.find((one) => one.id === id) ?? people[0]), ...change }) as Person,
    addContact: () => people[0] as Person,
    peopleLinkFacts: ({ link }) => ({
      kind: link.includes(':contact:') ? 'contact' : link.includes(':device:') ? 'device' : 'invite',
      circle: key('j'),
      person: ANA,
      name: say('link-name', 'Choir'),
      role: 'member',
      expiresAt: at(-2 * DAY_MS),
      known: false,
    }),
    nearby: () => ({
      devices: [
        device(DEVICE, {
          person: ANA,
          name: say('person-name', 'Ana'),
          contact: true,
          offeredFiles: 41,
          offeredBytes: 2e9,
        }),
        device(key('g'), {}),
      ],
    }),
    nearbyFiles: () => ({
      folders: [{ name: say('others-folder', 'Field recordings'), files: 12, totalBytes: 4e8 }],
      files: entries(0, 8),
      total: 9,
    }),
    send: () => ({ offers: [offer(4, { direction: 'out' })], message: null }),
    sendOffers: () => ({ offers }),
    acceptOffer: ({ id }) => ({
      ...(offers.find((one) => one.id === id) ?? offer(1, {})),
      state: 'accepted',
    }),
    declineOffer: ({ id }) => ({
      ...(offers.find((one) => one.id === id) ?? offer(1, {})),
      state: 'declined',
    }),
    circles: () => ({ circles: [circle], joining: [joining] }),
    circle: () => circle,
    newCircle: () => circle,
    joinRequests: () => ({
      requests: [
        { person: key('r'), name: say('asking-name', 'Dev'), invite: INVITE, at: at(5 * MINUTE_MS) },
      ],
    }),
    answerJoin: () => ({ ...circle, requests: 0 }),
    invites: () => ({ invites: [invite] }),
    newInvite: () => ({ ...invite, link: INVITE_LINK, used: 0 }),
    joinCircle: () => joining,
    circleFiles: ({ offset, limit }) => ({
      folders:
        offset > 0 ? [] : [{ name: say('others-folder', 'Field recordings'), files: 12, totalBytes: 4e8 }],
      files: entries(offset, Math.min(limit, 30 - offset)),
      total: 31,
    }),
    personFiles: () => ({ folders: [], files: [], total: 0 }),
    searchOthers: ({ offset, limit }) => ({
      entries: entries(offset, Math.min(limit, total - offset)),
      total,
      more: false,
      ignored: [],
      reached: 3,
      missing: [{ person: BEN, name: say('second-person', 'Ben') }],
    }),
    getShared: () => ({ done: [], failed: [] }),
    wishes: () => ({ wishes: [wish] }),
    addWish: () => wish,
    wish: () => ({ ...wish, entries: entries(0, 12) }),
    changeWish: () => ({ ...wish, unseen: 0, entries: entries(0, 12) }),
    ...talkHandlers({ say, at, myName: me.name ?? '' }),
  }
}

export const HOSTILE_PEOPLE: Partial<Handlers> = peopleHandlers({ say: hostile })
