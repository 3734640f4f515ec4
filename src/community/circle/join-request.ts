// What somebody with an invite sends to be let in: their cards and the proof, the same in the frame `join`, where it is
// passed on to a moderator, and where it waits in the store.
// {b {a admitter, i invite, n nonce, s signature}, c circle, d [cards]}

import { encode } from '../../base/bencode-encode.ts'
import { equalBytes } from '../../base/bytes.ts'
import type { CommunityCrypto } from '../crypto.ts'
import { type DeviceCard, MAX_CARD_BYTES, readCard } from '../identity/device-card.ts'
import {
  type CircleId,
  type DeviceId,
  type InviteId,
  KEY_BYTES,
  keyBytes,
  keyText,
  SIGNATURE_BYTES,
} from '../ids.ts'
import { readRecord } from '../record-fields.ts'
import { JOIN_NONCE_BYTES, verifyBacking } from './join-proof.ts'
import type { InviteBacking } from './operation.ts'

export interface JoinRequest {
  readonly circle: CircleId
  /** Encoded: the joining device's first. */
  readonly card: Uint8Array
  readonly backing: InviteBacking
}

/** Before the gate no frame is longer than 1 KiB: one card, one proof. */
export const MAX_JOIN_REQUEST_BYTES = 960
const LIMITS = { lengthBytes: MAX_JOIN_REQUEST_BYTES, depth: 2, tokens: 24 }

export function encodeJoinRequest({ circle, card, backing }: JoinRequest): Uint8Array {
  return encode({
    b: {
      a: keyBytes(backing.admitter),
      i: keyBytes(backing.invite),
      n: backing.nonce,
      s: backing.signature,
    },
    c: keyBytes(circle),
    d: card,
  })
}

/** Shape, card and proof. @throws RecordError */
export function readJoinRequest(
  bytes: Uint8Array,
  crypto: CommunityCrypto,
): JoinRequest & { readonly who: DeviceCard } {
  const fields = readRecord(bytes, 'join request', LIMITS)
  const inner = fields.inner('b')
  const backing: InviteBacking = {
    admitter: keyText<DeviceId>(inner.bytes('a', KEY_BYTES)),
    invite: keyText<InviteId>(inner.bytes('i', KEY_BYTES)),
    nonce: inner.bytes('n', JOIN_NONCE_BYTES),
    signature: inner.bytes('s', SIGNATURE_BYTES),
  }
  inner.end()
  const circle = keyText<CircleId>(fields.bytes('c', KEY_BYTES))
  const card = fields.bytesWithin('d', 1, MAX_CARD_BYTES)
  fields.end()
  const request: JoinRequest = { circle, card, backing }
  if (!equalBytes(encodeJoinRequest(request), bytes)) fields.refuse('form')
  const who = readCard(card, crypto)
  if (!verifyBacking(backing, circle, card, crypto)) fields.refuse('b')
  return { ...request, who }
}
