// What a person needs to come back by their words alone: which circles they are in, and where a member of each was met. A few
// values in the DHT (BEP 44) under a key that only the words give, sealed under a secret that only they give.
// {c [{a [addresses], d device, i circle}]}

import { decode } from '../../base/bencode.ts'
import { encode } from '../../base/bencode-encode.ts'
import { concatBytes } from '../../base/bytes.ts'
import { RecordError } from '../community-error.ts'
import { type CommunityCrypto, NONCE_BYTES, TAG_BYTES } from '../crypto.ts'
import { type DeviceAddress, MAX_ADDRESS_BYTES, readAddresses } from '../device-address.ts'
import { recoverySecret } from '../identity/person-key.ts'
import { type CircleId, type DeviceId, KEY_BYTES, keyBytes, keyText } from '../ids.ts'
import { readRecord } from '../record-fields.ts'

export interface RecoveredCircle {
  readonly circle: CircleId
  /** A member's, where somebody was met. */
  readonly device: DeviceId | undefined
  readonly addresses: readonly DeviceAddress[]
}

/** BEP 44, with what stands around a string of bytes. */
const MAX_PAYLOAD_BYTES = 1_000 - 4 - NONCE_BYTES - TAG_BYTES
/** 64 circles, nine or so in each. */
export const MOST_ITEMS = 8
/** Of one member. */
const ADDRESSES = 2
const MOST_IN_ONE = 32
const LIMITS = { lengthBytes: 1_000, depth: 4, tokens: 512 }
const BESIDE = new TextEncoder().encode('shoal recovery 1')

/** Values as they are put, bencoded; those that do not fit into MOST_ITEMS are left out. */
export function sealRecovery(
  circles: readonly RecoveredCircle[],
  entropy: Uint8Array,
  crypto: CommunityCrypto,
): Uint8Array[] {
  const secret = recoverySecret(entropy, crypto)
  const values: Uint8Array[] = []
  let held: Uint8Array[] = []
  const close = (): void => {
    if (held.length > 0) values.push(encode(crypto.seal(secret, payloadOf(held), BESIDE)))
    held = []
  }
  for (const circle of circles) {
    const bytes = encode({
      a: circle.addresses.slice(0, ADDRESSES),
      ...(circle.device === undefined ? {} : { d: keyBytes(circle.device) }),
      i: keyBytes(circle.circle),
    })
    if (payloadOf([...held, bytes]).length > MAX_PAYLOAD_BYTES) close()
    held.push(bytes)
  }
  close()
  return values.slice(0, MOST_ITEMS)
}

/** Undefined for what these words did not seal. */
export function openRecovery(
  value: Uint8Array,
  entropy: Uint8Array,
  crypto: CommunityCrypto,
): readonly RecoveredCircle[] | undefined {
  try {
    const sealed = decode(value, 'canonical', { lengthBytes: LIMITS.lengthBytes, depth: 1, tokens: 2 }).value
    if (!(sealed instanceof Uint8Array)) return undefined
    const plain = crypto.open(recoverySecret(entropy, crypto), sealed, BESIDE)
    return plain === undefined ? undefined : readCircles(plain)
  } catch (error) {
    if (error instanceof RecordError || (error as Error).name === 'BencodeError') return undefined
    throw error
  }
}

function readCircles(plain: Uint8Array): readonly RecoveredCircle[] {
  const fields = readRecord(plain, 'recovery', LIMITS)
  return fields.listOfRecords('c', MOST_IN_ONE, (entry) => {
    const addresses = entry.listOfBytes('a', ADDRESSES, 1, MAX_ADDRESS_BYTES)
    const device = entry.optionalBytes('d', KEY_BYTES)
    return {
      circle: keyText<CircleId>(entry.bytes('i', KEY_BYTES)),
      device: device === undefined ? undefined : keyText<DeviceId>(device),
      addresses: readAddresses(addresses.map((bytes) => String.fromCharCode(...bytes))),
    }
  })
}

/** A dictionary with one list of dictionaries that are encoded already. */
function payloadOf(circles: readonly Uint8Array[]): Uint8Array {
  const text = new TextEncoder()
  return concatBytes([text.encode('d1:cl'), ...circles, text.encode('ee')])
}
