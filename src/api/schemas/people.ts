// Who I am, whom I know, which devices are near: identity, contacts, nearby, and what is sent from person to person.

import { z } from 'zod'
import { AbsolutePath, Bytes, Coded, ForeignText, Moment } from './primitives.ts'

/** RFC 4648 base32 in small letters of 32 bytes: an Ed25519 public key, or a hash. */
export const KeyText = z.string().regex(/^[a-z2-7]{52}$/)
export const PersonId = KeyText
export const DeviceId = KeyText
/** Hash of the operation that made it. */
export const CircleId = KeyText

/** A name somebody gives to themselves, a device, a circle or a room: shown as text, never as identity. */
export const GivenName = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^[^\p{Cc}\p{Co}\p{Cn}\u202a-\u202e\u2066-\u2069]+$/u)
/** Links of people (`shoal:…`): invites, contacts, devices. */
export const PeopleLink = z.string().min(1).max(4_096)

export const OwnDevice = z.object({
  id: DeviceId,
  name: ForeignText,
  thisOne: z.boolean(),
  /** Reached now. */
  online: z.boolean(),
  linkedAt: Moment,
})

/** How the part of Shoal that talks with people does. */
export const PeopleNetwork = z.object({
  state: z.enum(['starting', 'running', 'restarting', 'off']),
  /** Why it is off or restarting (PEOPLE_OFF_BY_PROXY, PEOPLE_PROCESS_DIED …), else null. */
  problem: Coded.nullable(),
  port: z.number().int().nullable(),
  /** Devices with an open link, and those of them reached through a relay. */
  links: z.number().int(),
  relayed: z.number().int(),
  /** Whether links from outside arrive; `unknown` until somebody tried. */
  reachable: z.enum(['yes', 'no', 'unknown']),
  restarts: z.number().int(),
})

export const Me = z.object({
  person: PersonId,
  /** Null until it was asked for the first time. */
  name: ForeignText.nullable(),
  device: OwnDevice,
  devices: z.array(OwnDevice),
  /** Whether this device holds the twelve words, and whether the person said that they wrote them down. */
  words: z.enum(['elsewhere', 'unwritten', 'written']),
  visible: z.enum(['everyone', 'contacts', 'off']),
  network: PeopleNetwork,
})
export type Me = z.infer<typeof Me>

export const MeChange = z.object({
  name: GivenName.optional(),
  deviceName: GivenName.optional(),
  wordsWritten: z.literal(true).optional(),
  /** Who on the local network sees this device. */
  visible: z.enum(['everyone', 'contacts', 'off']).optional(),
})

/** Twelve of BIP 39's English list. */
export const Words = z.array(z.string().max(16)).length(12)

export const Person = z.object({
  id: PersonId,
  /** As they call themselves. */
  name: ForeignText.nullable(),
  /** As I call them; shown instead. */
  alias: ForeignText.nullable(),
  /** Added by me, not only met in a circle. */
  contact: z.boolean(),
  /** The words were compared and were the same. */
  verified: z.boolean(),
  online: z.boolean(),
  lastSeenAt: Moment.nullable(),
  circles: z.array(CircleId),
  /** Not shown, no notices; their entries are still kept, since others depend on them. */
  ignored: z.boolean(),
  /** Nothing of them is taken: no bytes, no messages. */
  blocked: z.boolean(),
  /** What they send up to this many bytes is accepted without asking; 0 asks. */
  alwaysAcceptBytes: Bytes,
  /** Offers of theirs accepted so far: the second one brings the question. */
  acceptedOffers: z.number().int(),
  devices: z.array(z.object({ id: DeviceId, name: ForeignText, online: z.boolean() })),
})
export type Person = z.infer<typeof Person>

export const PersonChange = z.object({
  alias: GivenName.nullable().optional(),
  verified: z.boolean().optional(),
  ignored: z.boolean().optional(),
  blocked: z.boolean().optional(),
  alwaysAcceptBytes: Bytes.max(1e13).optional(),
})

export const ContactLink = z.object({
  link: z.string(),
  /** Null: works until it is made anew (`contactLink` with `anew`). Nobody comes back by it whom I removed since. */
  expiresAt: Moment.nullable(),
})

/** A device on this network. */
export const NearbyDevice = z.object({
  device: DeviceId,
  person: PersonId.nullable(),
  name: ForeignText,
  deviceName: ForeignText,
  /** Known to me, and one of my own. */
  contact: z.boolean(),
  own: z.boolean(),
  /** What it offers to everyone. */
  offeredFiles: z.number().int(),
  offeredBytes: Bytes,
  foundAt: Moment,
})
export type NearbyDevice = z.infer<typeof NearbyDevice>

export const OfferedItem = z.object({
  name: ForeignText,
  lengthBytes: Bytes,
  /** More than one for a folder. */
  files: z.number().int(),
  kind: z.string(),
})

/** Something sent to a person or a device, waiting for their yes; or to me, waiting for mine. */
export const SendOffer = z.object({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  direction: z.enum(['in', 'out']),
  person: PersonId.nullable(),
  device: DeviceId,
  name: ForeignText,
  items: z.array(OfferedItem),
  totalBytes: Bytes,
  state: z.enum(['waiting', 'accepted', 'declined', 'done', 'failed', 'withdrawn', 'expired']),
  doneBytes: Bytes,
  bytesPerSecond: z.number(),
  problem: Coded.nullable(),
  at: Moment,
  /** Where it was or is saved, of those that came in. */
  saved: z.array(z.string()),
  /** The person may now be asked whether to always accept from them. */
  askAlways: z.boolean(),
})
export type SendOffer = z.infer<typeof SendOffer>

export const SendRequest = z.object({
  /** `device:ID`, `person:ID` or `circle:ID` (its first room). */
  to: z.string().regex(/^(device|person|circle):[a-z2-7]{52}$/),
  paths: z.array(AbsolutePath).min(1).max(100),
  /** A finished review without open findings; without one files that look private are answered SHARE_NEEDS_ANSWER. */
  review: z.string().max(64).optional(),
  /** A line to go with it. */
  text: z.string().max(4_096).optional(),
})
