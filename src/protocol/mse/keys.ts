// What both sides derive from the shared secret and the infohash (MSE calls it SKEY), by SHA-1 over a label and those.

import { concatBytes, utf8 } from '../../base/bytes.ts'
import { hashBytes, type WireHash } from '../../base/ids.ts'
import type { Digest } from '../../base/ports.ts'
import { Rc4 } from './rc4.ts'

export const HASH_BYTES = 20

const SYNCHRONISATION = utf8('req1')
const TORRENT = utf8('req2')
const BLINDING = utf8('req3')
const INITIATOR = utf8('keyA')
const RESPONDER = utf8('keyB')

/** The mark after the initiator's first pad. */
export function synchronisationMark(digest: Digest, secret: Uint8Array): Uint8Array {
  return digest.sha1(concatBytes([SYNCHRONISATION, secret]))
}

/** By this the responder finds the torrent in a table: the same work for each torrent and for none. */
export function torrentTag(digest: Digest, hash: WireHash): Uint8Array {
  return digest.sha1(concatBytes([TORRENT, hashBytes(hash)]))
}

/** Puts the blinding on a tag, or takes it off: whoever watches cannot tell two connections of one torrent. */
export function blinded(digest: Digest, tag: Uint8Array, secret: Uint8Array): Uint8Array {
  const mask = digest.sha1(concatBytes([BLINDING, secret]))
  return tag.map((byte, at) => byte ^ (mask[at] as number))
}

export interface Ciphers {
  readonly fromInitiator: Rc4
  readonly fromResponder: Rc4
}

export function ciphersOf(digest: Digest, secret: Uint8Array, hash: WireHash): Ciphers {
  const torrent = hashBytes(hash)
  return {
    fromInitiator: Rc4.dropped(digest.sha1(concatBytes([INITIATOR, secret, torrent]))),
    fromResponder: Rc4.dropped(digest.sha1(concatBytes([RESPONDER, secret, torrent]))),
  }
}
