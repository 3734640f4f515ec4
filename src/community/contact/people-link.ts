// The text of links for people: `shoal:<kind>:<base32>`, of a payload and its checksum. One parser for all of them.
// Promise: a typo, a missing part or another kind's payload is LINK_NOT_OURS before anything is done or anybody contacted.
// Base32 and colons, so that a QR code of the link in capitals is in its densest mode of letters; case does not matter.

import { concatBytes, EMPTY, equalBytes, fromBase32, toBase32, utf8 } from '../../base/bytes.ts'
import type { Digest } from '../../base/ports.ts'
import { CommunityError } from '../community-error.ts'

export type PeopleLinkKind = 'invite' | 'contact' | 'device'

export interface PeopleLink {
  readonly kind: PeopleLinkKind
  /** What it says is the kind's own to read. */
  readonly payload: Uint8Array
}

/** As api/schemas/people.ts takes; a QR code holds some 4,000 letters at most. */
export const MAX_LINK_LETTERS = 4_096
/** One wrong link in 2^40 passes, and then its payload must still be one. */
const CHECKSUM_BYTES = 5
const LINK = /^shoal:(invite|contact|device):([a-z2-7]+)$/i

export function writePeopleLink(kind: PeopleLinkKind, payload: Uint8Array, digest: Digest): string {
  const text = toBase32(concatBytes([payload, checksum(kind, payload, digest)]))
  const link = `shoal:${kind}:${text.toLowerCase()}`
  if (link.length > MAX_LINK_LETTERS) throw new RangeError(`a payload of ${payload.length} bytes is too long`)
  return link
}

/** Space around it and inside (a line broken in an e-mail) is let pass. @throws CommunityError LINK_NOT_OURS */
export function readPeopleLink(text: string, digest: Digest): PeopleLink {
  const tidy = text.length > 2 * MAX_LINK_LETTERS ? '' : text.replaceAll(/\s/g, '')
  const [, word = '', letters = ''] = (tidy.length <= MAX_LINK_LETTERS && LINK.exec(tidy)) || []
  const kind = word.toLowerCase() as PeopleLinkKind
  const bytes = bytesOf(letters)
  const payload = bytes.subarray(0, Math.max(0, bytes.length - CHECKSUM_BYTES))
  if (word === '' || payload.length === 0) throw notOurs()
  if (!equalBytes(bytes.subarray(payload.length), checksum(kind, payload, digest))) throw notOurs()
  return { kind, payload }
}

export function notOurs(): CommunityError {
  return new CommunityError('LINK_NOT_OURS', {})
}

/** There is one way to write bytes: letters that stand for no whole byte are none of ours. */
function bytesOf(letters: string): Uint8Array {
  try {
    const bytes = fromBase32(letters)
    return toBase32(bytes).length === letters.length ? bytes : EMPTY
  } catch {
    // No letters of base32, or bits left over.
    return EMPTY
  }
}

function checksum(kind: PeopleLinkKind, payload: Uint8Array, digest: Digest): Uint8Array {
  return digest.sha256(concatBytes([utf8(`shoal link 1 ${kind}\n`), payload])).subarray(0, CHECKSUM_BYTES)
}
