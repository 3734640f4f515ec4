// What devices may do to the part that meets people: a handshake with a fresh key each time, from many addresses, and then
// what no honest one does. With those of flood-sockets.ts, all floods there are.

import { randomBytes } from 'node:crypto'
import net from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Connection, MessageStream, StreamMuxerFactory } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { yamux } from '@libp2p/yamux'
import { createLibp2p, type Libp2p } from 'libp2p'
import { encode } from '../../src/base/bencode-encode.ts'
import { concatBytes, writeUint32 } from '../../src/base/bytes.ts'
import type { Millis } from '../../src/base/ids.ts'
import { SocketError, type Connection as Wired } from '../../src/base/ports.ts'
import { FrontDoor } from '../../src/community/network/front-door.ts'
import { PEOPLE_PROTOCOL } from '../../src/community/network/line-table.ts'
import { wireMultiaddr } from '../../src/community/network/multiaddrs.ts'
import { SILENT_LOG } from '../../src/community/network/silent-log.ts'
import type { Wire } from '../../src/community/network/wire.ts'
import { WireTransport } from '../../src/community/network/wire-transport.ts'
import { TcpConnection } from '../../src/platform/tcp-connection.ts'
import {
  connects,
  crowd,
  type Flood,
  junk,
  type Live,
  noiseJunk,
  slowLoris,
  source,
  type Victim,
} from './flood-sockets.ts'

// ── Devices ─────────────────────────────────────────────────────────────────────────────────────────

interface DeviceKind {
  readonly rsa?: boolean
  readonly muxer?: () => StreamMuxerFactory
  readonly extensions?: number
}

let rsaKey: ReturnType<typeof generateKeyPair> | undefined

/** A whole libp2p with a key of its own, from one address. */
async function device(victim: Victim, kind: DeviceKind = {}): Promise<Libp2p> {
  rsaKey ??= generateKeyPair('RSA', 4096) as never
  const transport = new WireTransport(
    wireFrom(source(victim)),
    new FrontDoor(() => performance.now() as Millis),
  )
  const certhashes = Array.from({ length: kind.extensions ?? 0 }, () => new Uint8Array(0))
  return await createLibp2p({
    privateKey: kind.rsa === true ? await (rsaKey as never) : await generateKeyPair('Ed25519'),
    logger: SILENT_LOG,
    transports: [() => transport],
    connectionEncrypters: [
      noise(certhashes.length === 0 ? {} : { extensions: { webtransportCerthashes: certhashes } }),
    ],
    streamMuxers: [kind.muxer ?? yamux({ enableKeepAlive: false })],
    connectionMonitor: { enabled: false },
    connectionGater: { denyDialMultiaddr: () => false },
    connectionManager: { addressDialTimeout: 6_000, dialTimeout: 6_000 },
  })
}

function wireFrom(localAddress: string): Wire {
  return {
    kind: 'tcp',
    dial: (to) => {
      const socket = net.connect({ ...to, localAddress, allowHalfOpen: true })
      const { promise, resolve } = Promise.withResolvers<Wired | SocketError>()
      socket.once('connect', () => {
        const connection = new TcpConnection(socket, { host: localAddress, port: 1 }, to)
        socket.on('data', (bytes: Buffer) => connection.receive(bytes))
        resolve(connection)
      })
      socket.once('error', () => resolve(new SocketError('RESET')))
      return { result: promise, cancel: () => socket.destroy() }
    },
    listen: async () => [],
    close: async () => {},
  }
}

function asDevices(
  size: number,
  kind: DeviceKind,
  behave: (connection: Connection, live: Live) => Promise<void>,
): Flood['begin'] {
  return (victim) =>
    crowd(size, async (_, live) => {
      const libp2p = await device(victim, kind)
      try {
        const to = wireMultiaddr('tcp', victim.at)
        const connection = await libp2p.dial(to, { signal: AbortSignal.timeout(6_000) })
        await behave(connection, live)
      } finally {
        await libp2p.stop()
      }
    })
}

/** The people stream, whoever's key is lower: the target may refuse it by rule, which is an answer, too. */
async function peopleStream(connection: Connection) {
  return await connection.newStream(PEOPLE_PROTOCOL, { signal: AbortSignal.timeout(3_000) })
}

function frame(payload: Uint8Array): Uint8Array {
  const length = new Uint8Array(4)
  writeUint32(length, 0, payload.length)
  return concatBytes([length, payload])
}

function frames(name: string, size: number, perSecond: number, words: () => Uint8Array): Flood {
  return {
    name,
    unit: 'frames',
    begin: asDevices(size, {}, async (connection, live) => {
      const stream = await peopleStream(connection)
      const each = Math.max(1, Math.round(perSecond / size / 20))
      while (live.going && stream.status === 'open') {
        stream.send(concatBytes(Array.from({ length: each }, words)))
        live.count += each
        await pause(50)
      }
    }),
  }
}

export function invalidFrames(perSecond: number): Flood {
  return frames(`${perSecond.toLocaleString('en')} invalid messages a second`, 20, perSecond, () =>
    frame(randomBytes(200)),
  )
}

export function unknownFrames(perSecond: number): Flood {
  const word = frame(encode({ k: 'nobody.hears', b: { x: 'y'.repeat(60) } }))
  return frames(
    `${perSecond.toLocaleString('en')} frames a second that nobody knows`,
    20,
    perSecond,
    () => word,
  )
}

export function circleFrames(perSecond: number): Flood {
  const word = frame(encode({ k: 'circle.gate', b: { t: [randomBytes(32)] } }))
  return frames(`${perSecond.toLocaleString('en')} knocks at circles a second`, 20, perSecond, () => word)
}

export function hugeFrames(size: number): Flood {
  const head = Uint8Array.of(0xff, 0xff, 0xff, 0xff)
  return {
    name: `${size} with frames of 4 GiB`,
    unit: 'times 64 KiB',
    begin: asDevices(size, {}, async (connection, live) => {
      const stream = await peopleStream(connection)
      stream.send(head)
      while (live.going && stream.status === 'open') {
        if (stream.send(randomBytes(65_536))) live.count++
        await pause(10)
      }
    }),
  }
}

export function streams(size: number): Flood {
  return {
    name: `${size} that open streams as fast as they can`,
    unit: 'streams',
    begin: asDevices(size, {}, async (connection, live) => {
      const protocols = [PEOPLE_PROTOCOL, '/shoal/bytes/1', '/shoal/relay/1', '/ipfs/ping/1.0.0', '/none/1']
      while (live.going && connection.status === 'open') {
        await Promise.allSettled(
          protocols.map((protocol) =>
            connection.newStream(protocol, { signal: AbortSignal.timeout(1_000), maxOutboundStreams: 1_000 }),
          ),
        )
        live.count += protocols.length
        await pause(5)
      }
    }),
  }
}

/** Says Yamux, speaks what `words` gives, and reads nothing. */
function deafMuxer(words: () => Uint8Array, live: { count: number }): () => StreamMuxerFactory {
  return () => ({
    protocol: '/yamux/1.0.0',
    createStreamMuxer: (stream: MessageStream) => {
      stream.pause()
      const timer = setInterval(() => {
        if (stream.status !== 'open') {
          clearInterval(timer)
          return
        }
        if (stream.writeBufferLength < 1_000_000) {
          stream.send(words())
          live.count++
        }
      }, 5)
      const inner = yamux({ enableKeepAlive: false })().createStreamMuxer(stream)
      stream.addEventListener('close', () => clearInterval(timer))
      return inner
    },
  })
}

function muxed(name: string, unit: string, size: number, words: () => Uint8Array): Flood {
  return {
    name,
    unit,
    begin: (victim) => {
      const struck = { count: 0 }
      const attack = asDevices(size, { muxer: deafMuxer(words, struck) }, async (connection, live) => {
        while (live.going && connection.status === 'open') await pause(100)
      })(victim)
      return { count: () => struck.count, end: () => attack.end() }
    },
  }
}

/** 12 bytes each: version, type ping, flag SYN, stream 0, and an opaque value that is to be sent back. */
export function deafPings(size: number): Flood {
  const ping = Uint8Array.of(0, 2, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4)
  const many = concatBytes(Array.from({ length: 1_000 }, () => ping))
  return muxed(`${size} that ask for answers and read none`, 'times 1,000 pings', size, () => many)
}

export function yamuxJunk(size: number): Flood {
  return muxed(`${size} with junk for Yamux`, 'times 4 KiB', size, () => randomBytes(4_096))
}

export function rsaKeys(size: number): Flood {
  return {
    name: `${size} with RSA keys`,
    unit: 'handshakes',
    begin: (victim) =>
      crowd(size, async (_, live) => {
        live.count++
        const libp2p = await device(victim, { rsa: true })
        try {
          await libp2p.dial(wireMultiaddr('tcp', victim.at), { signal: AbortSignal.timeout(6_000) })
          await pause(500)
        } finally {
          await libp2p.stop()
        }
      }),
  }
}

/** As many fields as fit into the handshake's 64 KiB. */
export function protobufBombs(size: number): Flood {
  return {
    name: `${size} with 15,000 fields in the handshake`,
    unit: 'handshakes',
    begin: (victim) =>
      crowd(size, async (_, live) => {
        live.count++
        const libp2p = await device(victim, { extensions: 15_000 })
        try {
          await libp2p.dial(wireMultiaddr('tcp', victim.at), { signal: AbortSignal.timeout(6_000) })
          await pause(500)
        } finally {
          await libp2p.stop()
        }
      }),
  }
}

export const FLOODS: readonly Flood[] = [
  connects(10_000 / 60),
  slowLoris(1_000),
  junk(20),
  noiseJunk(20),
  invalidFrames(5_000),
  unknownFrames(5_000),
  circleFrames(5_000),
  hugeFrames(10),
  streams(10),
  deafPings(10),
  yamuxJunk(10),
  rsaKeys(5),
  protobufBombs(5),
]
