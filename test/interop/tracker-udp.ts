// The UDP half of the test tracker (BEP 15): one packet in, at most one out.
// A connection id is good for the address it was given to, as the BEP demands, so a client that skips or forges it
// is refused here as it would be outside.

import { randomBytes } from 'node:crypto'
import type { RemoteInfo } from 'node:dgram'
import { type AnnounceEvent, compactPeers, plainAddress, type SwarmRegister } from './swarm-register.ts'

const PROTOCOL_ID = 0x41727101980n
const CONNECT = 0
const ANNOUNCE = 1
const SCRAPE = 2
const ERROR = 3

const EVENTS: readonly AnnounceEvent[] = ['none', 'completed', 'started', 'stopped']
const ANNOUNCE_BYTES = 98
const SCRAPE_HEAD_BYTES = 16
const NUM_WANT = 50
/** BEP 41: an option of URL data. */
const URL_DATA = 2

interface Manner {
  readonly intervalSeconds: number
  readonly failure?: string
}

export class UdpAnswers {
  readonly #register: SwarmRegister
  readonly #manner: Manner
  readonly #connections = new Map<bigint, string>()

  constructor(register: SwarmRegister, manner: Manner) {
    this.#register = register
    this.#manner = manner
  }

  answer(packet: Buffer, from: RemoteInfo): Buffer | undefined {
    if (packet.length < 16) return undefined
    const connection = packet.readBigUInt64BE(0)
    const action = packet.readUInt32BE(8)
    const transaction = packet.readUInt32BE(12)
    if (action === CONNECT) {
      return connection === PROTOCOL_ID ? this.#connect(transaction, from) : undefined
    }
    if (this.#connections.get(connection) !== from.address)
      return refuse(transaction, 'unknown connection id')
    if (action === ANNOUNCE && packet.length >= ANNOUNCE_BYTES) {
      if (this.#manner.failure !== undefined) return refuse(transaction, this.#manner.failure)
      return this.#announce(packet, transaction, from)
    }
    if (action === SCRAPE) return this.#scrape(packet, transaction)
    return refuse(transaction, 'not understood')
  }

  #connect(transaction: number, from: RemoteInfo): Buffer {
    const connection = randomBytes(8).readBigUInt64BE()
    this.#connections.set(connection, from.address)
    const reply = head(CONNECT, transaction, 16)
    reply.writeBigUInt64BE(connection, 8)
    return reply
  }

  #announce(packet: Buffer, transaction: number, from: RemoteInfo): Buffer {
    const infohash = packet.toString('hex', 16, 36)
    const numWant = packet.readInt32BE(92)
    const members = this.#register.announce({
      protocol: 'udp',
      infohash,
      peerId: packet.toString('hex', 36, 56),
      address: plainAddress(from.address),
      downloaded: Number(packet.readBigUInt64BE(56)),
      left: Number(packet.readBigUInt64BE(64)),
      uploaded: Number(packet.readBigUInt64BE(72)),
      event: EVENTS[packet.readUInt32BE(80)] ?? 'none',
      numWant: numWant < 0 ? NUM_WANT : numWant,
      port: packet.readUInt16BE(96),
      target: urlData(packet.subarray(ANNOUNCE_BYTES)),
      atMs: performance.now(),
    })
    const { seeds, leeches } = this.#register.counts(infohash)
    const reply = head(ANNOUNCE, transaction, 20)
    reply.writeUInt32BE(this.#manner.intervalSeconds, 8)
    reply.writeUInt32BE(leeches, 12)
    reply.writeUInt32BE(seeds, 16)
    return Buffer.concat([reply, compactPeers(members)])
  }

  #scrape(packet: Buffer, transaction: number): Buffer {
    const parts = [head(SCRAPE, transaction, 8)]
    for (let at = SCRAPE_HEAD_BYTES; at + 20 <= packet.length; at += 20) {
      const { seeds, leeches, completed } = this.#register.counts(packet.toString('hex', at, at + 20))
      const part = Buffer.alloc(12)
      part.writeUInt32BE(seeds, 0)
      part.writeUInt32BE(completed, 4)
      part.writeUInt32BE(leeches, 8)
      parts.push(part)
    }
    return Buffer.concat(parts)
  }
}

function head(action: number, transaction: number, lengthBytes: number): Buffer {
  const reply = Buffer.alloc(lengthBytes)
  reply.writeUInt32BE(action, 0)
  reply.writeUInt32BE(transaction, 4)
  return reply
}

function refuse(transaction: number, reason: string): Buffer {
  return Buffer.concat([head(ERROR, transaction, 8), Buffer.from(reason)])
}

/** The path and query that BEP 41 options carry, in as many parts as the client needed. */
function urlData(options: Buffer): string {
  let text = ''
  let at = 0
  while (at < options.length) {
    const kind = options[at] ?? 0
    if (kind === 0) break
    const length = kind === URL_DATA ? (options[at + 1] ?? 0) : 0
    text += options.toString('utf8', at + 2, at + 2 + length)
    at += kind === URL_DATA ? 2 + length : 1
  }
  return text
}
