// What an invite's link carries: which circle, until when, where to ask, and the seed. No secret of the circle.
// {c circle, e expires (seconds), h [addresses], r role, s seed}

import { encode } from '../../base/bencode-encode.ts'
import { equalBytes } from '../../base/bytes.ts'
import { CommunityError, RecordError } from '../community-error.ts'
import { type CircleId, KEY_BYTES, keyBytes, keyText } from '../ids.ts'
import { readRecord } from '../record-fields.ts'
import { SEED_BYTES } from './join-proof.ts'
import { MAX_SECONDS } from './limits.ts'
import type { JoinRole } from './operation.ts'

export interface InviteLink {
  readonly circle: CircleId
  readonly role: JoinRole
  /** Seconds since 1970: lets the link say so by itself; what counts is the operation. */
  readonly expires: number
  /** Where a member was found when it was made. */
  readonly hints: readonly string[]
  readonly seed: Uint8Array
}

/** So that a QR code of it is read at once. */
export const MAX_HINTS = 4
/** A multiaddr with a device in it. */
export const MAX_HINT_BYTES = 128
export const MAX_INVITE_LINK_BYTES = 1_024
const LIMITS = { lengthBytes: MAX_INVITE_LINK_BYTES, depth: 2, tokens: 32 }

/** Hints that are too long are left out. */
export function encodeInvite(link: InviteLink): Uint8Array {
  const hints = link.hints.filter((hint) => hint.length > 0 && hint.length <= MAX_HINT_BYTES && isAscii(hint))
  return encode({
    c: keyBytes(link.circle),
    e: link.expires,
    h: hints.slice(0, MAX_HINTS),
    r: link.role,
    s: link.seed,
  })
}

/** @throws CommunityError LINK_NOT_OURS */
export function decodeInvite(payload: Uint8Array): InviteLink {
  try {
    const fields = readRecord(payload, 'invite', LIMITS)
    const circle = keyText<CircleId>(fields.bytes('c', KEY_BYTES))
    const expires = fields.int('e', 0, MAX_SECONDS)
    const hints = fields
      .listOfBytes('h', MAX_HINTS, 1, MAX_HINT_BYTES)
      .map((hint) => String.fromCharCode(...hint))
    const role = fields.oneOf('r', ['member', 'keeper'])
    const seed = fields.bytes('s', SEED_BYTES)
    fields.end()
    const link: InviteLink = { circle, role, expires, hints, seed }
    if (!hints.every(isAscii) || !equalBytes(encodeInvite(link), payload)) fields.refuse('form')
    return link
  } catch (error) {
    if (!(error instanceof RecordError)) throw error
    throw new CommunityError('LINK_NOT_OURS', {}, error)
  }
}

function isAscii(text: string): boolean {
  return /^[\x21-\x7e]*$/.test(text)
}
