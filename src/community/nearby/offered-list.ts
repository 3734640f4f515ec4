// The list of files of an offer, as it travels after a yes: the same as of a file in a conversation.

import { encode } from '../../base/bencode-encode.ts'
import { dictionaryOf } from '../chat/entry.ts'
import { type FileOffer, offerFields, readOffer } from '../chat/file-offer.ts'
import { RecordError } from '../community-error.ts'
import { MAX_WHOLE_BYTES } from './limits.ts'

const LIMITS = { lengthBytes: MAX_WHOLE_BYTES, depth: 4, tokens: 8_192 }

export function encodeList(offer: FileOffer): Uint8Array {
  return encode(offerFields(offer))
}

/** @throws RecordError */
export function decodeList(bytes: Uint8Array): FileOffer {
  const dict = dictionaryOf(bytes, LIMITS)
  if (dict === undefined) throw new RecordError('RECORD_INVALID', { what: 'offered list' })
  return readOffer(dict)
}
