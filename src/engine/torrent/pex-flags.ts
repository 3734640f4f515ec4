// What peer exchange says of a peer besides its address (BEP 11): what is known of it from our own connection to it.

import { PEX_HOLEPUNCH, PEX_PREFERS_ENCRYPTION, PEX_SEED, PEX_UTP } from '../../protocol/wire/pex-message.ts'
import { encryptionOf } from '../peer/encrypting.ts'
import type { Peer } from '../peer/peer.ts'

export function pexFlagsOf(peer: Peer): number {
  return (
    (peer.uploadOnly || peer.isSeed ? PEX_SEED : 0) |
    (peer.connection.transport === 'utp' ? PEX_UTP : 0) |
    (encryptionOf(peer.connection) !== 'none' ? PEX_PREFERS_ENCRYPTION : 0) |
    (peer.knows('ut_holepunch') ? PEX_HOLEPUNCH : 0)
  )
}
