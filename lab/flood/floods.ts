// The floods of SAFETY.md, each a crowd of raw peers that goes on until it is told to end. Rates are bounded, so that
// what is measured is the target and not who floods faster.

import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { encode } from '../../src/base/bencode-encode.ts'
import { concatBytes, utf8 } from '../../src/base/bytes.ts'
import { encodeExtended, encodeHave, encodeMessage, encodeRequest } from '../../src/protocol/wire/encode.ts'
import { encodeMetadataRequest } from '../../src/protocol/wire/metadata-message.ts'
import { RawPeer } from '../../test/doubles/raw-peer.ts'
import type { Victim } from './scene.ts'

export interface Attack {
  /** Resolves when it is at full strength. */
  readonly underWay: Promise<unknown>
  /** How often it struck by now. */
  count(): number
  end(): Promise<void>
}

export interface Flood {
  readonly name: string
  /** What is counted. */
  readonly unit: string
  begin(victim: Victim): Attack
}

const SLICE_MS = 10
/** Who was turned away tries again after this, up to twice. */
const RETRY_MS = 2_000
const BLOCK_BYTES = 16_384

/** Some number of peers that come again when they are thrown out. */
function crowd(
  victim: Victim,
  size: number,
  behave: (peer: RawPeer, index: number) => Promise<void> | void,
): { readonly here: () => readonly RawPeer[]; end(): Promise<void> } {
  const peers = new Set<RawPeer>()
  let going = true
  const member = async (index: number): Promise<void> => {
    for (let life = 0; going; life++) {
      const from = victim.addresses[(index + life) % Math.max(1, victim.addresses.length)]
      let peer: RawPeer | undefined
      try {
        const options = { forget: true, ...(from === undefined ? {} : { from }) }
        peer = await RawPeer.greeted(victim.endpoint, { hash: victim.hash }, options)
        peers.add(peer)
        await behave(peer, index)
        await Promise.race([peer.ended, until(() => !going)])
      } catch {
        // Refused, reset or cut off: what floods must expect.
      }
      if (peer !== undefined) {
        peer.end()
        peers.delete(peer)
      }
      if (going) await pause(100)
    }
  }
  const members = Array.from({ length: size }, (_, index) => member(index))
  return {
    here: () => [...peers],
    end: async () => {
      going = false
      await Promise.all(members)
    },
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(50)
}

/** Peers that say something again and again, together so many times a second. */
function chatter(
  name: string,
  options: {
    readonly peers: number
    readonly perSecond: number
    readonly unit: string
    /** Said once after the greeting. */
    readonly opening?: (peer: RawPeer) => void
    /** `count` of them in one go. */
    readonly words: (victim: Victim, count: number) => Uint8Array
  },
): Flood {
  const { peers: size, perSecond, unit, opening, words } = options
  return {
    name,
    unit,
    begin: (victim) => {
      let said = 0
      let owed = 0
      const members = crowd(victim, size, (peer) => opening?.(peer))
      const each = Math.max(1, Math.round((perSecond * SLICE_MS) / 1_000 / size))
      const bytes = words(victim, each)
      const timer = setInterval(() => {
        owed = Math.min(perSecond / 4, owed + (perSecond * SLICE_MS) / 1_000)
        for (const peer of members.here()) {
          if (owed < each) return
          // Whoever is not read from waits, as TCP makes it.
          if (peer.over || peer.socket.writableNeedDrain) continue
          peer.write(bytes)
          said += each
          owed -= each
        }
      }, SLICE_MS)
      return {
        underWay: Promise.race([until(() => members.here().length >= size / 2), pause(2_000)]),
        count: () => said,
        end: async () => {
          clearInterval(timer)
          await members.end()
        },
      }
    },
  }
}

function repeat(bytes: Uint8Array, count: number): Uint8Array {
  return concatBytes(Array.from({ length: count }, () => bytes))
}

/** Connections that are made, behave in some way and are given up again. */
function arrivals(
  name: string,
  perSecond: number,
  behave: (peer: RawPeer, index: number, victim: Victim) => Promise<unknown>,
): Flood {
  return {
    name,
    unit: 'connects',
    begin: (victim) => {
      let made = 0
      const open = new Set<RawPeer>()
      const timer = setInterval(() => {
        for (let i = 0; i < (perSecond * SLICE_MS) / 1_000; i++) void strike(made++)
      }, SLICE_MS)
      const strike = async (index: number): Promise<void> => {
        const from = victim.addresses[index % Math.max(1, victim.addresses.length)]
        try {
          const peer = await RawPeer.connect(victim.endpoint, from === undefined ? {} : { from })
          open.add(peer)
          await behave(peer, index, victim)
          peer.end()
          open.delete(peer)
        } catch {
          // Refused: that is the target's right.
        }
      }
      return {
        underWay: pause(500),
        count: () => made,
        end: async () => {
          clearInterval(timer)
          for (const peer of open) peer.end()
        },
      }
    },
  }
}

/** Every third greets, every third stays silent. */
export function connects(perSecond: number): Flood {
  return arrivals(
    `${Math.round(perSecond * 60)} connects a minute`,
    perSecond,
    async (peer, index, victim) => {
      if (index % 3 === 0) peer.greet({ hash: victim.hash })
      await (index % 3 === 1 ? pause(1_000) : Promise.race([peer.ended, pause(5_000)]))
    },
  )
}

/** Noise that an encrypted handshake could begin with: the target must compute a secret for each. */
export function noise(perSecond: number): Flood {
  return arrivals(`${Math.round(perSecond * 60)} connects a minute with noise`, perSecond, async (peer) => {
    peer.write(randomBytes(1_000))
    await Promise.race([peer.ended, pause(5_000)])
  })
}

/** Handshakes that never end, a byte a second, begun again when they are cut off. */
export function slowLoris(size: number): Flood {
  return {
    name: `${size} slow handshakes`,
    unit: 'connects',
    begin: (victim) => {
      let going = true
      let made = 0
      const member = async (index: number): Promise<void> => {
        const from = victim.addresses[index % Math.max(1, victim.addresses.length)]
        while (going) {
          try {
            const peer = await RawPeer.connect(victim.endpoint, from === undefined ? {} : { from })
            made++
            const opening = utf8('\x13BitTorrent protocol')
            for (let at = 0; going && !peer.over && at < opening.length; at++) {
              peer.write(opening.subarray(at, at + 1))
              await Promise.race([peer.ended, pause(1_000)])
            }
            peer.end()
          } catch {
            // Refused: that is the target's right.
          }
          await pause(RETRY_MS + (index % RETRY_MS))
        }
      }
      const members = Array.from({ length: size }, (_, index) => member(index))
      return {
        underWay: pause(1_500),
        count: () => made,
        end: async () => {
          going = false
          await Promise.all(members)
        },
      }
    },
  }
}

const INTERESTED = encodeMessage({ type: 'interested' })
const HAVE_NONE = encodeMessage({ type: 'haveNone' })

function interested(peer: RawPeer): void {
  peer.write(HAVE_NONE)
  peer.write(INTERESTED)
}

export function haves(perSecond: number): Flood {
  return chatter(`${perSecond} haves a second`, {
    peers: 50,
    perSecond,
    unit: 'haves',
    words: (victim, count) =>
      concatBytes(Array.from({ length: count }, (_, i) => encodeHave(i % victim.pieceCount))),
  })
}

function manyRequests(victim: Victim, count: number): Uint8Array {
  return concatBytes(
    Array.from({ length: count }, (_, i) => encodeRequest(i % victim.pieceCount, 0, BLOCK_BYTES)),
  )
}

/** From peers that are choked: an offence after a few. */
export function requests(perSecond: number): Flood {
  return chatter(`${perSecond} requests a second from 50 choked peers`, {
    peers: 50,
    perSecond,
    unit: 'requests',
    words: manyRequests,
  })
}

/** From peers of which some have a slot, and none reads what it is given. */
export function deafRequests(perSecond: number): Flood {
  return chatter(`${perSecond} requests a second from 50 peers that do not read`, {
    peers: 50,
    perSecond,
    unit: 'requests',
    opening: (peer) => {
      interested(peer)
      peer.socket.pause()
    },
    words: manyRequests,
  })
}

/** Asked and taken back at once: nothing is given, everything is worked on. */
export function cancels(perSecond: number): Flood {
  return chatter(`${perSecond} requests taken back a second`, {
    peers: 50,
    perSecond,
    unit: 'pairs',
    opening: interested,
    words: (victim, count) =>
      concatBytes(
        Array.from({ length: count }, (_, i) => {
          const block = { piece: i % victim.pieceCount, begin: 0, lengthBytes: BLOCK_BYTES }
          return concatBytes([
            encodeMessage({ type: 'request', ...block }),
            encodeMessage({ type: 'cancel', ...block }),
          ])
        }),
      ),
  })
}

export function hashRequests(perSecond: number): Flood {
  return chatter(`${perSecond} hash requests a second`, {
    peers: 50,
    perSecond,
    unit: 'hash requests',
    words: (victim, count) =>
      concatBytes(
        Array.from({ length: count }, (_, i) =>
          // Leaves of a piece: these are hashed from disk.
          encodeMessage({
            type: 'hashRequest',
            root: victim.root,
            baseLayer: 0,
            index: 16 * (i % victim.pieceCount),
            length: 16,
            proofLayers: 3,
          }),
        ),
      ),
  })
}

export function metadataRequests(perSecond: number): Flood {
  return chatter(`${perSecond} metadata requests a second`, {
    peers: 50,
    perSecond,
    unit: 'metadata requests',
    opening: (peer) => peer.describe(),
    words: (_, count) => repeat(encodeExtended(1, encodeMetadataRequest(0)), count),
  })
}

export function extensionWords(perSecond: number): Flood {
  const handshake = encodeExtended(0, encode({ m: { ut_pex: 1 }, reqq: 500 }))
  const uploadOnly = encodeExtended(3, utf8('1'))
  const pex = encodeExtended(2, encode({ added: new Uint8Array(6 * 50).fill(0x55) }))
  return chatter(`${perSecond} extension messages a second`, {
    peers: 50,
    perSecond,
    unit: 'messages',
    words: (_, count) =>
      repeat(concatBytes([handshake, uploadOnly, uploadOnly, uploadOnly, pex]), Math.ceil(count / 5)),
  })
}

export function smallWords(perSecond: number): Flood {
  const words = concatBytes([
    encodeMessage({ type: 'keepAlive' }),
    encodeMessage({ type: 'port', port: 1 }),
    encodeMessage({ type: 'suggest', piece: 1 }),
    encodeMessage({ type: 'allowedFast', piece: 1 }),
    encodeMessage({ type: 'unchoke' }),
    encodeExtended(3, utf8('1')),
    encodeExtended(99, utf8('x')),
    encodeMessage({ type: 'reject', piece: 1, begin: 0, lengthBytes: 1 }),
    encodeMessage({ type: 'cancel', piece: 1, begin: 0, lengthBytes: 1 }),
    encodeMessage({ type: 'interested' }),
  ])
  return chatter(`${perSecond} small messages a second`, {
    peers: 50,
    perSecond,
    unit: 'messages',
    words: (_, count) => repeat(words, Math.ceil(count / 10)),
  })
}
