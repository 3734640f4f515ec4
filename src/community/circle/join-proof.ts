// What a joiner proves: that it has the seed of an invite, to one admitter, for one nonce of theirs, with its own card. The
// proof becomes part of the add, so every member checks it again; it is of no use to anybody else, for anybody else, nor
// in another circle.

import { encode } from '../../base/bencode-encode.ts'
import type { CommunityCrypto } from '../crypto.ts'
import { type CircleId, type DeviceId, type InviteId, KEY_BYTES, keyBytes, keyText } from '../ids.ts'
import { signedMessage } from '../record-fields.ts'
import type { InviteBacking } from './operation.ts'

export const SEED_BYTES = 32
export const JOIN_NONCE_BYTES = KEY_BYTES
const PURPOSE = 'join 1'

export function inviteId(seed: Uint8Array, crypto: CommunityCrypto): InviteId {
  return keyText<InviteId>(crypto.publicKey(seed))
}

/** @param card of the joining device, encoded */
export function proveInvite(
  seed: Uint8Array,
  circle: CircleId,
  card: Uint8Array,
  asked: { readonly admitter: DeviceId; readonly nonce: Uint8Array },
  crypto: CommunityCrypto,
): InviteBacking {
  const backing = { invite: inviteId(seed, crypto), admitter: asked.admitter, nonce: asked.nonce }
  return { ...backing, signature: crypto.sign(message(backing, circle, card, crypto), seed) }
}

export function verifyBacking(
  backing: InviteBacking,
  circle: CircleId,
  card: Uint8Array,
  crypto: CommunityCrypto,
): boolean {
  return crypto.verify(backing.signature, message(backing, circle, card, crypto), keyBytes(backing.invite))
}

function message(
  backing: Omit<InviteBacking, 'signature'>,
  circle: CircleId,
  card: Uint8Array,
  crypto: CommunityCrypto,
): Uint8Array {
  return signedMessage(
    PURPOSE,
    encode({
      a: keyBytes(backing.admitter),
      c: keyBytes(circle),
      d: crypto.sha256(card),
      i: keyBytes(backing.invite),
      n: backing.nonce,
    }),
  )
}
