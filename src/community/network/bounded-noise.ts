// The Noise handshake, with a bound on what its stream keeps: libp2p's has none, and whoever asks for answers (pings) and
// reads none would fill memory. Ed25519 only is asked by the gatekeeper once the key is proved.

import type { ConnectionEncrypter, SecuredConnection } from '@libp2p/interface'
import { MOST_UNSENT_BYTES } from './wire-connection.ts'

type Factory<C> = (components: C) => ConnectionEncrypter

export function boundedNoise<C>(factory: Factory<C>): Factory<C> {
  return (components) => {
    const inner = factory(components)
    const bounded = async (secured: Promise<SecuredConnection>): Promise<SecuredConnection> => {
      const result = await secured
      result.connection.maxWriteBufferLength = MOST_UNSENT_BYTES
      return result
    }
    return {
      protocol: inner.protocol,
      secureInbound: (stream, options) => bounded(inner.secureInbound(stream, options)),
      secureOutbound: (stream, options) => bounded(inner.secureOutbound(stream, options)),
    }
  }
}
