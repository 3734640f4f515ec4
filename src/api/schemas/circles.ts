// Circles: members and roles, invites, joining, what the members share with one another and how many copies they keep.

import { z } from 'zod'
import { ContentIdText, MediaFacts, Page } from './library.ts'
import { CircleId, DeviceId, GivenName, KeyText, PeopleLink, PersonId } from './people.ts'
import { Bytes, Coded, ForeignText, Moment } from './primitives.ts'

/** A keeper stores and serves what it cannot read. */
export const CircleRole = z.enum(['owner', 'moderator', 'member', 'keeper'])
export type CircleRole = z.infer<typeof CircleRole>

export const CircleMember = z.object({
  person: PersonId,
  name: ForeignText,
  role: CircleRole,
  /** Of its messages nothing is shown to anybody until a moderator takes that back. */
  muted: z.boolean(),
  me: z.boolean(),
  online: z.boolean(),
  lastSeenAt: Moment.nullable(),
  joinedAt: Moment,
  devices: z.array(z.object({ id: DeviceId, online: z.boolean(), frozen: z.boolean() })),
  /** Offered to the circle. */
  files: z.number().int(),
  bytes: Bytes,
})
export type CircleMember = z.infer<typeof CircleMember>

export const Room = z.object({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  name: ForeignText,
  archived: z.boolean(),
  unread: z.number().int(),
  mentions: z.number().int(),
  /** No notices. */
  quiet: z.boolean(),
})
export type Room = z.infer<typeof Room>

export const Circle = z.object({
  id: CircleId,
  name: ForeignText,
  /** Null: no longer a member; what was received stays readable. */
  role: CircleRole.nullable(),
  members: z.number().int(),
  online: z.number().int(),
  rooms: z.array(Room),
  /** Who may read what was written before they came. */
  history: z.enum(['all', 'from-join']),
  /** New members wait for a moderator's yes, whatever the invite says. */
  approval: z.boolean(),
  retentionDays: z.number().int(),
  retentionBytes: Bytes,
  /** Holders that each shared file should have; 0 asks for none. */
  keepCopies: z.number().int(),
  /** Space I give for that. */
  keepSpaceBytes: Bytes,
  keptBytes: Bytes,
  /** Files with fewer holders than asked for. */
  tooFewCopies: z.number().int(),
  requests: z.number().int(),
  problem: Coded.nullable(),
})
export type Circle = z.infer<typeof Circle>

export const CircleDetails = Circle.extend({ people: z.array(CircleMember) })
export type CircleDetails = z.infer<typeof CircleDetails>

export const NewCircle = z.object({ name: GivenName, myName: GivenName.optional() })

export const CircleChange = z.object({
  name: GivenName.optional(),
  history: z.enum(['all', 'from-join']).optional(),
  approval: z.boolean().optional(),
  retentionDays: z.number().int().min(1).max(365).optional(),
  retentionBytes: Bytes.min(1_000_000).max(5_000_000_000).optional(),
  keepCopies: z.number().int().min(0).max(10).optional(),
  /** Mine alone: space I give to keep copies. */
  keepSpaceBytes: Bytes.max(1e14).optional(),
})

export const NewInvite = z.object({
  expiresInSeconds: z
    .number()
    .int()
    .min(60)
    .max(30 * 86_400)
    .default(72 * 3_600),
  uses: z.number().int().min(1).max(500).default(1),
  approval: z.boolean().default(false),
  role: z.enum(['member', 'keeper']).default('member'),
})

export const Invite = z.object({
  /** Public half. */
  id: KeyText,
  /** Only in the answer that makes it; it cannot be shown again. */
  link: z.string().nullable(),
  role: z.enum(['member', 'keeper']),
  uses: z.number().int(),
  used: z.number().int(),
  expiresAt: Moment,
  approval: z.boolean(),
  by: PersonId,
  revoked: z.boolean(),
  /** Somebody must be online for them to join: how many who can let in are now, this device among them. */
  admittersOnline: z.number().int(),
})
export type Invite = z.infer<typeof Invite>

export const JoinRequest = z.object({ link: PeopleLink, name: GivenName.optional() })

/** A circle on its way to be joined. */
export const Joining = z.object({
  /** Of the invite. */
  id: KeyText,
  circle: CircleId,
  /** Known once received. */
  name: ForeignText.nullable(),
  role: z.enum(['member', 'keeper']),
  step: z.enum([
    /** Nobody of it has been found yet; goes on by itself. */
    'looking',
    'asking',
    /** A moderator must say yes. */
    'waiting-approval',
    'receiving-history',
    'joined',
    'failed',
  ]),
  membersFound: z.number().int(),
  /** INVITE_USED, INVITE_EXPIRED …, when failed. */
  problem: Coded.nullable(),
  since: Moment,
})
export type Joining = z.infer<typeof Joining>

export const JoinAsked = z.object({
  person: PersonId,
  name: ForeignText,
  invite: KeyText,
  at: Moment,
})

/** What a link is, before anything is done with it. */
export const PeopleLinkFacts = z.object({
  kind: z.enum(['invite', 'contact', 'device']),
  circle: CircleId.nullable(),
  person: PersonId.nullable(),
  name: ForeignText.nullable(),
  role: z.enum(['member', 'keeper']).nullable(),
  expiresAt: Moment.nullable(),
  /** Member, contact or own device already. */
  known: z.boolean(),
})

export const SharedFilesRequest = z.object({
  id: CircleId,
  /** Of one member only. */
  person: PersonId.optional(),
  /** Folder of one member, with `/`; only with `person`. */
  path: z.string().max(4_096).default(''),
  ...Page,
})

/** What one person offers to me alone. */
export const PersonFilesRequest = z.object({
  id: PersonId,
  /** Folder of theirs, with `/`. */
  path: z.string().max(4_096).default(''),
  ...Page,
})

/** One content that members of circles, or devices nearby, offer. */
export const OthersEntry = z.object({
  content: ContentIdText,
  name: ForeignText,
  kind: z.string(),
  mediaType: z.string().nullable(),
  lengthBytes: Bytes,
  facts: MediaFacts,
  /** Other names for the same content. */
  otherNames: z.array(ForeignText),
  /** Proven offers, the first twenty. */
  holders: z.array(
    z.object({
      person: PersonId.nullable(),
      device: DeviceId,
      name: ForeignText,
      online: z.boolean(),
      circle: CircleId.nullable(),
      path: ForeignText,
    }),
  ),
  holderCount: z.number().int(),
  onlineCount: z.number().int(),
  /** It is here too. */
  here: z.boolean(),
  licence: z.string().nullable(),
})
export type OthersEntry = z.infer<typeof OthersEntry>

export const SharedFilesAnswer = z.object({
  folders: z.array(z.object({ name: ForeignText, files: z.number().int(), totalBytes: Bytes })),
  files: z.array(OthersEntry),
  total: z.number().int(),
})

export const OthersSearchRequest = z.object({
  in: z.enum(['circles', 'nearby']),
  words: z.string().max(200).default(''),
  typing: z.stringbool().optional(),
  /** One circle only. */
  circle: CircleId.optional(),
  ...Page,
})

export const OthersSearchAnswer = z.object({
  entries: z.array(OthersEntry),
  total: z.number().int(),
  more: z.boolean(),
  ignored: z.array(z.string()),
  /** Whose catalogues were searched whole, and who could not be asked now. */
  reached: z.number().int(),
  missing: z.array(z.object({ person: PersonId.nullable(), name: ForeignText })),
})
export type OthersSearchAnswer = z.infer<typeof OthersSearchAnswer>

export const GetSharedRequest = z.object({
  /** A circle, a person, or a device nearby. */
  from: z.string().regex(/^(circle|person|device):[a-z2-7]{52}$/),
  contents: z
    .array(z.object({ content: ContentIdText, path: z.string().min(1).max(4_096) }))
    .min(1)
    .max(10_000),
  saveFolder: z.string().max(4_096).optional(),
})

export const Wish = z.object({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  words: z.string(),
  /** Where it looks. */
  in: z.enum(['circles', 'nearby']),
  hits: z.number().int(),
  unseen: z.number().int(),
  at: Moment,
})
export type Wish = z.infer<typeof Wish>

export const WishDetails = Wish.extend({ entries: z.array(OthersEntry) })
