// The side that was dialled and learns from the handshake which torrent it is about. Whatever is wrong ends in a throw,
// after the same work and with the same bytes said (its key and a pad) for a torrent that is not here, one that is and
// whose infohash the other side does not really know, and noise. What must not differ either is when the connection is
// closed; that is the driver's: engine/peer/encrypting.ts.

import { concatBytes, EMPTY, readUint16, readUint32 } from '../../base/bytes.ts'
import { type WireHash, wireHashFromBytes } from '../../base/ids.ts'
import type { Digest } from '../../base/ports.ts'
import type { Random } from '../../base/random.ts'
import { MseMachine, type MseScript } from './dialogue.ts'
import { KEY_BYTES, KeyPair } from './diffie-hellman.ts'
import { MseError } from './error.ts'
import { blinded, ciphersOf, HASH_BYTES, synchronisationMark } from './keys.ts'
import { CONSTANT_BYTES, encodeMessage, LENGTH_BYTES, MESSAGE_HEAD_BYTES } from './message.ts'
import { bitsOf, commonMethod, type MseMethod } from './method.ts'
import { checkedPadLength, noise, zeros } from './pad.ts'

export interface ResponderOptions {
  readonly digest: Digest
  readonly random: Random
  /**
   * The torrent with this tag (keys.ts), from a table: as quick for one that is there as for one that is not. `later`: it is
   * looked for elsewhere, and MseMachine.found() is told.
   */
  readonly find: (tag: Uint8Array) => WireHash | 'later' | undefined
  /** What we take, the best first; at least one. */
  readonly methods: readonly MseMethod[]
  /** Sends; the bytes never change afterwards. */
  readonly send: (bytes: Uint8Array) => void
  /** The other side proved that it knows this torrent. Called once, before the agreement. */
  readonly proved: (torrent: WireHash) => void
}

export function responder(options: ResponderOptions): MseMachine {
  return new MseMachine(script(options))
}

function* script(options: ResponderOptions): MseScript {
  const { digest, random, methods, send } = options
  const remoteKey = yield { lengthBytes: KEY_BYTES }
  const pair = new KeyPair(random)
  const secret = pair.shared(remoteKey)
  send(concatBytes([pair.publicKey, noise(random)]))

  yield { mark: synchronisationMark(digest, secret) }
  const tag = blinded(digest, yield { lengthBytes: HASH_BYTES }, secret)
  const known = options.find(tag)
  const searched = known === 'later' ? yield { torrent: true } : EMPTY
  const torrent = known !== 'later' ? known : searched.length === 0 ? undefined : wireHashFromBytes(searched)
  // For a torrent that is not here the talk goes on under a hash that nobody knows, and fails where a liar's fails.
  const decoy = wireHashFromBytes(random.bytes(HASH_BYTES))
  const { fromInitiator, fromResponder } = ciphersOf(digest, secret, torrent ?? decoy)

  const head = yield { lengthBytes: MESSAGE_HEAD_BYTES }
  fromInitiator.crypt(head, head)
  const different = head.subarray(0, CONSTANT_BYTES).reduce((bits, byte) => bits | byte, 0)
  if (torrent === undefined || different !== 0)
    throw new MseError(torrent === undefined ? 'UNKNOWN_TORRENT' : 'WRONG_CONSTANT')
  const bits = readUint32(head, CONSTANT_BYTES)
  const method = commonMethod(bits, methods)
  if (method === undefined) throw new MseError('NO_COMMON_METHOD', { bits })
  const pad = yield { lengthBytes: checkedPadLength(readUint16(head, CONSTANT_BYTES + 4)) }
  fromInitiator.crypt(pad, pad)
  const length = yield { lengthBytes: LENGTH_BYTES }
  fromInitiator.crypt(length, length)

  options.proved(torrent)
  const choice = encodeMessage(bitsOf([method]), zeros(random))
  fromResponder.crypt(choice, choice)
  send(choice)
  return method === 'rc4'
    ? { method, encrypt: fromResponder, decrypt: fromInitiator, encryptedBytes: Number.POSITIVE_INFINITY }
    : { method, encrypt: undefined, decrypt: fromInitiator, encryptedBytes: readUint16(length, 0) }
}
