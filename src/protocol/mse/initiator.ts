// The side that dialled and knows the infohash. It says its key, then proves that it knows the torrent, offers methods and
// sends the first bytes of the stream (IA, our BitTorrent handshake) along; the answer says which method it is to be.

import { concatBytes, readUint16, readUint32 } from '../../base/bytes.ts'
import type { WireHash } from '../../base/ids.ts'
import type { Digest } from '../../base/ports.ts'
import type { Random } from '../../base/random.ts'
import { MseMachine, type MseScript } from './dialogue.ts'
import { KEY_BYTES, KeyPair } from './diffie-hellman.ts'
import { MseError } from './error.ts'
import { blinded, ciphersOf, synchronisationMark, torrentTag } from './keys.ts'
import { CONSTANT_BYTES, encodeMessage, MESSAGE_HEAD_BYTES } from './message.ts'
import { bitsOf, chosenMethod, type MseMethod } from './method.ts'
import { checkedPadLength, noise, zeros } from './pad.ts'

export interface InitiatorOptions {
  readonly digest: Digest
  readonly random: Random
  readonly torrent: WireHash
  /** What we offer, at least one. */
  readonly methods: readonly MseMethod[]
  /** Sends; the bytes never change afterwards. */
  readonly send: (bytes: Uint8Array) => void
  /** Asked once, when it can go: the first bytes of the stream, at most 65,535. */
  readonly initialPayload: () => Uint8Array
}

export function initiator(options: InitiatorOptions): MseMachine {
  return new MseMachine(script(options))
}

function* script(options: InitiatorOptions): MseScript {
  const { digest, random, torrent, methods, send } = options
  const pair = new KeyPair(random)
  send(concatBytes([pair.publicKey, noise(random)]))

  const secret = pair.shared(yield { lengthBytes: KEY_BYTES })
  const { fromInitiator, fromResponder } = ciphersOf(digest, secret, torrent)
  const offer = encodeMessage(bitsOf(methods), zeros(random), options.initialPayload())
  fromInitiator.crypt(offer, offer)
  const tag = blinded(digest, torrentTag(digest, torrent), secret)
  send(concatBytes([synchronisationMark(digest, secret), tag, offer]))

  const mark = new Uint8Array(CONSTANT_BYTES)
  fromResponder.crypt(mark, mark)
  yield { mark }
  const head = yield { lengthBytes: MESSAGE_HEAD_BYTES - CONSTANT_BYTES }
  fromResponder.crypt(head, head)
  const bits = readUint32(head, 0)
  const method = chosenMethod(bits, methods)
  if (method === undefined) throw new MseError('NO_COMMON_METHOD', { bits })
  const pad = yield { lengthBytes: checkedPadLength(readUint16(head, 4)) }
  fromResponder.crypt(pad, pad)
  return method === 'rc4'
    ? { method, encrypt: fromInitiator, decrypt: fromResponder, encryptedBytes: Number.POSITIVE_INFINITY }
    : { method, encrypt: undefined, decrypt: fromResponder, encryptedBytes: 0 }
}
