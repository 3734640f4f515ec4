// libp2p as we run it, far below its defaults: TCP and uTP of ours, Noise, Yamux, ping, nothing else. No identify, so that a
// stranger who connects learns nothing of us but our key; nothing that finds, announces, relays or dials by itself.

import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Libp2p, Transport, Upgrader } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import type { Millis } from '../../base/ids.ts'
import { MOST_ADDRESSES } from '../device-address.ts'
import { boundedNoise } from './bounded-noise.ts'
import { boundedYamux } from './bounded-yamux.ts'
import {
  DIAL_ALL_MS,
  DIAL_MS,
  HANDSHAKE_MS,
  NEGOTIATION_MS,
  PING_EVERY_MS,
  PING_TIMEOUT_MS,
  STREAMS_PER_CONNECTION,
  STREAMS_PER_PROTOCOL,
  WINDOW_BYTES,
} from './deadlines.ts'
import { MOST_HANDSHAKES, MOST_LINKS } from './front-door.ts'
import type { Gatekeeper } from './gatekeeper.ts'
import { wireMultiaddr } from './multiaddrs.ts'
import { SILENT_LOG } from './silent-log.ts'
import type { WireTransport } from './wire-transport.ts'

/** Not started. */
export async function createNode(
  seed: Uint8Array,
  transports: readonly WireTransport[],
  gatekeeper: Gatekeeper,
  relayed: (upgrader: Upgrader) => Transport,
  now: () => Millis,
): Promise<Libp2p> {
  return createLibp2p({
    privateKey: await generateKeyPairFromSeed('Ed25519', seed),
    start: false,
    logger: SILENT_LOG,
    nodeInfo: { name: 'shoal', version: '1', userAgent: 'shoal' },
    addresses: {
      // Which wire listens where is the wire's to know; this only starts it.
      listen: transports.map(({ kind }) => wireMultiaddr(kind, { host: '0.0.0.0', port: 0 }).toString()),
    },
    transports: [...transports.map((transport) => () => transport), ({ upgrader }) => relayed(upgrader)],
    connectionEncrypters: [boundedNoise(noise())],
    streamMuxers: [
      boundedYamux(
        yamux({
          maxInboundStreams: STREAMS_PER_CONNECTION,
          maxOutboundStreams: STREAMS_PER_CONNECTION,
          maxEarlyStreams: STREAMS_PER_PROTOCOL,
          // The monitor below asks for a word.
          enableKeepAlive: false,
          streamOptions: {
            maxStreamWindowSize: WINDOW_BYTES,
            maxReadBufferLength: 2 * WINDOW_BYTES,
            maxWriteBufferLength: 4 * WINDOW_BYTES,
          },
        }),
        now,
      ),
    ],
    connectionGater: gatekeeper,
    connectionManager: {
      // Ours are counted by the gatekeeper, who knows whom there is room for.
      maxConnections: MOST_LINKS + MOST_HANDSHAKES,
      maxIncomingPendingConnections: MOST_HANDSHAKES,
      inboundConnectionThreshold: 1_000,
      maxParallelDials: 8,
      maxDialQueueLength: MOST_LINKS,
      maxPeerAddrsToDial: MOST_ADDRESSES,
      dialTimeout: DIAL_ALL_MS,
      addressDialTimeout: DIAL_MS + HANDSHAKE_MS,
      inboundUpgradeTimeout: HANDSHAKE_MS,
      outboundStreamProtocolNegotiationTimeout: NEGOTIATION_MS,
      inboundStreamProtocolNegotiationTimeout: NEGOTIATION_MS,
      connectionCloseTimeout: 1_000,
      reconnectRetries: 0,
      resolvers: {},
      // As they were given: the caller knows which is best.
      addressSorter: () => 0,
    },
    connectionMonitor: {
      pingInterval: PING_EVERY_MS,
      pingTimeout: { maxTimeout: PING_TIMEOUT_MS },
      abortConnectionOnPingFailure: true,
    },
    services: {
      ping: ping({ maxInboundStreams: 2, maxOutboundStreams: 2, timeout: PING_TIMEOUT_MS }),
    },
  })
}
