// What stands in an operation of each kind: its fields written and read. One place for both, so that they agree.

import type { Encodable } from '../../base/bencode-encode.ts'
import { compareBytes } from '../../base/bytes.ts'
import { NONCE_BYTES, SECRET_BYTES, TAG_BYTES } from '../crypto.ts'
import { MAX_CARD_BYTES } from '../identity/device-card.ts'
import {
  type DeviceId,
  type InviteId,
  KEY_BYTES,
  keyBytes,
  keyText,
  type PersonId,
  type RecordId,
  SIGNATURE_BYTES,
} from '../ids.ts'
import type { CirclePolicy } from '../membership.ts'
import type { RecordFields } from '../record-fields.ts'
import {
  MAX_DEVICES,
  MAX_DEVICES_PER_PERSON,
  MAX_INVITE_USES,
  MAX_OPERATIONS,
  MAX_PARENTS,
  MAX_PINS,
  MAX_SECONDS,
  MAX_SHARES,
} from './limits.ts'
import type {
  DevicePin,
  EpochPast,
  EpochShare,
  InviteBacking,
  OperationBody,
  OperationKind,
} from './operation.ts'

type Fields = { readonly [key: string]: Encodable | undefined }

const ROLES = ['owner', 'moderator', 'member', 'keeper'] as const
const JOIN_ROLES = ['member', 'keeper'] as const
const SALT_BYTES = 16
/** HPKE: encapsulated key, secrets, tag. */
export const KEEPER_SHARE_BYTES = KEY_BYTES + SECRET_BYTES + TAG_BYTES
export const MEMBER_SHARE_BYTES = KEY_BYTES + 2 * SECRET_BYTES + TAG_BYTES
const SEALED_SECRET_BYTES = NONCE_BYTES + SECRET_BYTES + TAG_BYTES
const MAX_CHAT_SEQ = 0xffff_ffff
/** As CircleChange allows. */
const MAX_RETENTION_DAYS = 365
const MAX_RETENTION_BYTES = 5_000_000_000
const MAX_KEEP_COPIES = 10

export function bodyFields(body: OperationBody): Fields {
  switch (body.kind) {
    case 'create':
      return { c: body.card, o: policyFields(body.policy), s: body.salt }
    case 'add':
      return { b: body.backing && backingFields(body.backing), c: body.cards, r: body.role }
    case 'remove':
      return { i: body.pins.map(pinFields), p: keyBytes(body.person) }
    case 'leave':
      return { i: body.pins.map(pinFields) }
    case 'role':
      return { p: keyBytes(body.person), r: body.role }
    case 'mute':
      return { m: body.muted ? 1 : 0, p: keyBytes(body.person) }
    case 'invite':
      return {
        a: body.approval ? 1 : 0,
        e: body.expires,
        i: keyBytes(body.invite),
        r: body.role,
        u: body.uses,
      }
    case 'invite-revoke':
      return { i: keyBytes(body.invite) }
    case 'epoch':
      return {
        a: body.accessHash,
        f: body.after.map((epoch) => keyBytes(epoch)),
        g: body.generation,
        h: body.past.map((past) => ({ a: past.access, e: keyBytes(past.epoch), r: past.read })),
        r: body.readHash,
        s: body.shares.map(shareFields),
      }
    case 'share':
      return { e: keyBytes(body.epoch), s: body.shares.map(shareFields) }
    case 'policy':
      return { o: policyFields(body.policy) }
    case 'device':
      return { c: body.card }
    case 'device-remove':
      return { d: keyBytes(body.device), i: body.pin && pinFields(body.pin) }
  }
}

/** @throws RecordError; fields that are left over are for the caller to refuse */
export function readBody(kind: OperationKind, fields: RecordFields): OperationBody {
  switch (kind) {
    case 'create':
      return {
        kind,
        card: fields.bytesWithin('c', 1, MAX_CARD_BYTES),
        policy: readPolicy(fields),
        salt: fields.bytes('s', SALT_BYTES),
      }
    case 'add':
      return readAdd(fields)
    case 'remove':
      return { kind, pins: readPins(fields), person: person(fields) }
    case 'leave':
      return { kind, pins: readPins(fields) }
    case 'role':
      return { kind, person: person(fields), role: fields.oneOf('r', ROLES) }
    case 'mute':
      return { kind, muted: fields.flag('m'), person: person(fields) }
    case 'invite':
      return {
        kind,
        approval: fields.flag('a'),
        expires: fields.int('e', 0, MAX_SECONDS),
        invite: invite(fields),
        role: fields.oneOf('r', JOIN_ROLES),
        uses: fields.int('u', 1, MAX_INVITE_USES),
      }
    case 'invite-revoke':
      return { kind, invite: invite(fields) }
    case 'epoch':
      return readEpoch(fields)
    case 'share':
      return {
        kind,
        epoch: keyText<RecordId>(fields.bytes('e', KEY_BYTES)),
        shares: readShares(fields, 1, MAX_SHARES),
      }
    case 'policy':
      return { kind, policy: readPolicy(fields) }
    case 'device':
      return { kind, card: fields.bytesWithin('c', 1, MAX_CARD_BYTES) }
    case 'device-remove':
      return {
        kind,
        device: keyText<DeviceId>(fields.bytes('d', KEY_BYTES)),
        pin: fields.has('i') ? readOnePin(fields) : undefined,
      }
  }
}

function readAdd(fields: RecordFields): OperationBody {
  const backing = fields.has('b') ? readBacking(fields.inner('b')) : undefined
  const cards = fields.listOfBytes('c', MAX_DEVICES_PER_PERSON, 1, MAX_CARD_BYTES)
  return { kind: 'add', backing, cards, role: fields.oneOf('r', JOIN_ROLES) }
}

function readBacking(fields: RecordFields): InviteBacking {
  const backing: InviteBacking = {
    admitter: keyText<DeviceId>(fields.bytes('a', KEY_BYTES)),
    invite: invite(fields),
    nonce: fields.bytes('n', KEY_BYTES),
    signature: fields.bytes('s', SIGNATURE_BYTES),
  }
  fields.end()
  return backing
}

function backingFields(backing: InviteBacking): Fields {
  return {
    a: keyBytes(backing.admitter),
    i: keyBytes(backing.invite),
    n: backing.nonce,
    s: backing.signature,
  }
}

function readEpoch(fields: RecordFields): OperationBody {
  const after = fields.listOfBytes('f', MAX_PARENTS, KEY_BYTES, KEY_BYTES)
  const past = fields.listOfRecords('h', MAX_PARENTS, readPast)
  const shares = readShares(fields, 0, MAX_DEVICES)
  const body = {
    kind: 'epoch' as const,
    generation: fields.int('g', 1, MAX_OPERATIONS),
    after: after.map((epoch) => keyText<RecordId>(epoch)),
    accessHash: fields.bytes('a', KEY_BYTES),
    readHash: fields.bytes('r', KEY_BYTES),
    shares,
    past,
  }
  if (!ascending(after)) fields.refuse('f')
  if (!ascending(past.map(({ epoch }) => keyBytes(epoch)))) fields.refuse('h')
  return body
}

function readPast(fields: RecordFields): EpochPast {
  return {
    access: fields.bytes('a', SEALED_SECRET_BYTES),
    epoch: keyText<RecordId>(fields.bytes('e', KEY_BYTES)),
    read: fields.bytes('r', SEALED_SECRET_BYTES),
  }
}

function shareFields(share: EpochShare): Fields {
  return { d: keyBytes(share.device), s: share.sealed }
}

function readShares(fields: RecordFields, least: number, most: number): EpochShare[] {
  const shares = fields.listOfRecords('s', most, readShare)
  if (shares.length < least || !ascending(shares.map(({ device }) => keyBytes(device)))) fields.refuse('s')
  return shares
}

function readShare(fields: RecordFields): EpochShare {
  const sealed = fields.bytesWithin('s', KEEPER_SHARE_BYTES, MEMBER_SHARE_BYTES)
  if (sealed.length !== KEEPER_SHARE_BYTES && sealed.length !== MEMBER_SHARE_BYTES) fields.refuse('s')
  return { device: keyText<DeviceId>(fields.bytes('d', KEY_BYTES)), sealed }
}

function policyFields(policy: CirclePolicy): Fields {
  return {
    a: policy.approval ? 1 : 0,
    b: policy.retentionBytes,
    d: policy.retentionDays,
    h: policy.history,
    k: policy.keepCopies,
  }
}

function readPolicy(outer: RecordFields): CirclePolicy {
  const fields = outer.inner('o')
  const policy: CirclePolicy = {
    approval: fields.flag('a'),
    retentionBytes: fields.int('b', 0, MAX_RETENTION_BYTES),
    retentionDays: fields.int('d', 1, MAX_RETENTION_DAYS),
    history: fields.oneOf('h', ['all', 'from-join']),
    keepCopies: fields.int('k', 0, MAX_KEEP_COPIES),
  }
  fields.end()
  return policy
}

function pinFields(pin: DevicePin): Fields {
  return { d: keyBytes(pin.device), h: pin.head && keyBytes(pin.head), q: pin.seq }
}

function readPins(fields: RecordFields): DevicePin[] {
  const pins = fields.listOfRecords('i', MAX_PINS, readPin)
  if (!ascending(pins.map(({ device }) => keyBytes(device)))) fields.refuse('i')
  return pins
}

function readOnePin(outer: RecordFields): DevicePin {
  const fields = outer.inner('i')
  const pin = readPin(fields)
  fields.end()
  return pin
}

function readPin(fields: RecordFields): DevicePin {
  const head = fields.optionalBytes('h', KEY_BYTES)
  const seq = fields.int('q', 0, MAX_CHAT_SEQ)
  if ((head === undefined) !== (seq === 0)) fields.refuse('h')
  return {
    device: keyText<DeviceId>(fields.bytes('d', KEY_BYTES)),
    seq,
    head: head && keyText<RecordId>(head),
  }
}

function person(fields: RecordFields): PersonId {
  return keyText<PersonId>(fields.bytes('p', KEY_BYTES))
}

function invite(fields: RecordFields): InviteId {
  return keyText<InviteId>(fields.bytes('i', KEY_BYTES))
}

function ascending(keys: readonly Uint8Array[]): boolean {
  return keys.every((key, index) => index === 0 || compareBytes(keys[index - 1] as Uint8Array, key) < 0)
}
