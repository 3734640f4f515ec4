// How long each kind of message may be, known before a byte of it is kept. Sizes are without the 4-byte prefix
// and the id, unless said otherwise.

import { PEER_ID_BYTES } from '../../base/ids.ts'

/** No client asks for or sends more in one `piece` (BEP 3: implementations close on larger requests). */
export const MAX_BLOCK_BYTES = 16_384

/** A bitfield before the piece count is known (magnet): the 2 M pieces that a torrent may have (SAFETY.md). */
export const MAX_BITFIELD_BYTES = 2_000_000 / 8

/** BEP 10 handshake dictionary; real ones are a few hundred bytes. */
export const MAX_EXTENSION_HANDSHAKE_BYTES = 16_384

/** Other BEP 10 messages; the longest lawful one is a metadata block of 16 KiB and its dictionary (BEP 9). */
export const MAX_EXTENSION_MESSAGE_BYTES = 131_072

/** Messages of unknown id are skipped, not kept; beyond this the stream is taken for broken. */
export const MAX_UNKNOWN_MESSAGE_BYTES = 131_072

/** Length prefix of any message whatever (prefix value, id included). */
export const MAX_FRAME_BYTES = 1_048_576

export const HASH_BYTES = 32

/** BEP 52: "Length SHOULD NOT be greater than 512". */
export const MAX_HASHES_PER_REQUEST = 512

/** Layers above the leaves that a file can have: 2^53 bytes in 2^14-byte leaves (BEP 52). */
export const MAX_TREE_LAYERS = 39

/** root, base layer, index, length, proof layers (BEP 52). */
export const HASH_RANGE_BYTES = HASH_BYTES + 16

/** The longest `hashes` message that can answer a request of ours. */
export const MAX_HASHES_BYTES = HASH_RANGE_BYTES + HASH_BYTES * (MAX_HASHES_PER_REQUEST + MAX_TREE_LAYERS)

/** An info dictionary above this is neither offered nor fetched (SAFETY.md; BEP 9 itself sets no bound). */
export const MAX_METADATA_BYTES = 8 * 1024 * 1024

export const PROTOCOL_STRING = 'BitTorrent protocol'

/** Length byte, protocol string, 8 reserved bytes, hash, peer id (BEP 3). */
export const HANDSHAKE_BYTES = 1 + 19 + 8 + 20 + PEER_ID_BYTES

export interface WireLimits {
  readonly blockBytes: number
  readonly bitfieldBytes: number
  readonly extensionHandshakeBytes: number
  readonly extensionMessageBytes: number
  readonly unknownMessageBytes: number
  readonly hashesBytes: number
}

export const WIRE_LIMITS: WireLimits = {
  blockBytes: MAX_BLOCK_BYTES,
  bitfieldBytes: MAX_BITFIELD_BYTES,
  extensionHandshakeBytes: MAX_EXTENSION_HANDSHAKE_BYTES,
  extensionMessageBytes: MAX_EXTENSION_MESSAGE_BYTES,
  unknownMessageBytes: MAX_UNKNOWN_MESSAGE_BYTES,
  hashesBytes: MAX_HASHES_BYTES,
}
