// A device's key as libp2p names it. Ed25519 only: an id of another kind names no device of ours.

import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import type { PeerId } from '@libp2p/interface'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { type DeviceId, keyBytes, keyText } from '../ids.ts'

export function peerIdOf(device: DeviceId): PeerId {
  return peerIdFromPublicKey(publicKeyFromRaw(keyBytes(device)))
}

export function deviceOf(peer: PeerId): DeviceId | undefined {
  return peer.type === 'Ed25519' ? keyText<DeviceId>(peer.publicKey.raw) : undefined
}
