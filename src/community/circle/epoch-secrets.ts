// The two secrets of an epoch: what commits to them, how they are told to devices and sealed for those who come later, and
// the tags by which members know one another without saying of which circle.

import { compareBytes, concatBytes, equalBytes, utf8 } from '../../base/bytes.ts'
import type { Random } from '../../base/ports.ts'
import { type CommunityCrypto, SECRET_BYTES } from '../crypto.ts'
import { type CircleId, type DeviceId, keyBytes, type RecordId } from '../ids.ts'
import { signedMessage } from '../record-fields.ts'
import type { EpochPast } from './operation.ts'
import type { Of } from './register.ts'

export interface Secrets {
  readonly access: Uint8Array
  /** Not for keepers. */
  readonly read: Uint8Array | undefined
}

/** Half a hash: a guess is right once in 2^128. */
export const TAG_LENGTH_BYTES = 16

export function freshSecrets(random: Random): { readonly access: Uint8Array; readonly read: Uint8Array } {
  return { access: random.bytes(SECRET_BYTES), read: random.bytes(SECRET_BYTES) }
}

/** What the operation says of a secret, so that nobody is told another one. */
export function commitment(
  secret: Uint8Array,
  which: 'access' | 'read',
  crypto: CommunityCrypto,
): Uint8Array {
  return crypto.hmac(secret, utf8(`shoal epoch ${which}`))
}

/** What HPKE binds a share to: circle, device and this very pair of secrets. */
export function shareInfo(
  circle: CircleId,
  device: DeviceId,
  commitments: { readonly accessHash: Uint8Array; readonly readHash: Uint8Array },
): Uint8Array {
  return signedMessage(
    'epoch share 1',
    concatBytes([keyBytes(circle), keyBytes(device), commitments.accessHash, commitments.readHash]),
  )
}

export function sharePlain(secrets: Secrets, reads: boolean): Uint8Array {
  return reads && secrets.read ? concatBytes([secrets.access, secrets.read]) : secrets.access
}

/** Undefined for what is not what the operation commits to. */
export function readShare(
  plain: Uint8Array,
  epoch: Of<'epoch'>,
  crypto: CommunityCrypto,
): Secrets | undefined {
  if (plain.length !== SECRET_BYTES && plain.length !== 2 * SECRET_BYTES) return undefined
  const access = plain.slice(0, SECRET_BYTES)
  const read = plain.length === SECRET_BYTES ? undefined : plain.slice(SECRET_BYTES)
  return isOf(epoch, { access, read }, crypto) ? { access, read } : undefined
}

export function isOf(epoch: Of<'epoch'>, secrets: Secrets, crypto: CommunityCrypto): boolean {
  if (!equalBytes(commitment(secrets.access, 'access', crypto), epoch.accessHash)) return false
  return secrets.read === undefined || equalBytes(commitment(secrets.read, 'read', crypto), epoch.readHash)
}

/** The epochs before under this one, for whoever may read them. Those not known whole are left out. */
export function sealPast(
  circle: CircleId,
  secrets: { readonly access: Uint8Array; readonly read: Uint8Array },
  before: readonly { readonly epoch: RecordId; readonly secrets: Secrets }[],
  crypto: CommunityCrypto,
): EpochPast[] {
  const sealed: EpochPast[] = []
  for (const { epoch, secrets: old } of before) {
    if (old.read === undefined) continue
    sealed.push({
      epoch,
      access: crypto.seal(secrets.access, old.access, pastBinding(circle, epoch, 'access')),
      read: crypto.seal(secrets.read, old.read, pastBinding(circle, epoch, 'read')),
    })
  }
  return sealed.sort((a, b) => compareBytes(keyBytes(a.epoch), keyBytes(b.epoch)))
}

export function openPast(
  circle: CircleId,
  secrets: Secrets,
  past: EpochPast,
  crypto: CommunityCrypto,
): Secrets | undefined {
  const access = crypto.open(secrets.access, past.access, pastBinding(circle, past.epoch, 'access'))
  if (access === undefined) return undefined
  const read = secrets.read && crypto.open(secrets.read, past.read, pastBinding(circle, past.epoch, 'read'))
  return { access, read }
}

function pastBinding(circle: CircleId, epoch: RecordId, which: string): Uint8Array {
  return signedMessage(`past ${which} 1`, concatBytes([keyBytes(circle), keyBytes(epoch)]))
}

/** Says to `to`, who has the secret, that `from` has it; to anybody else nothing, and of no use to anybody else. */
export function gateTag(
  access: Uint8Array,
  from: DeviceId,
  to: DeviceId,
  crypto: CommunityCrypto,
): Uint8Array {
  const message = signedMessage('gate 1', concatBytes([keyBytes(from), keyBytes(to)]))
  return crypto.hmac(access, message).slice(0, TAG_LENGTH_BYTES)
}
