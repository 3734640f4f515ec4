// Local Service Discovery for a whole session (BEP 14): one socket per address family, all torrents together.
// Promise: at most one round of messages a minute, each hash at its start, a minute later and then every 5 minutes;
// only senders on the link or a private network are believed, however many messages anybody sends.

import { canonicalIp, scopeOf } from '../../base/address.ts'
import { toHex } from '../../base/bytes.ts'
import type { DeadlineQueue, Sleeper } from '../../base/deadline-queue.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import { after, type Millis, type WireHash } from '../../base/ids.ts'
import { type Clock, type DatagramSocket, type Random, SocketError, type Udp } from '../../base/ports.ts'
import { randomFraction } from '../../base/random.ts'
import {
  encodeLsd,
  LSD_GROUP_IPV4,
  LSD_GROUP_IPV6,
  LSD_PORT,
  MAX_LSD_HASHES,
  parseLsd,
} from '../../protocol/lsd/message.ts'
import type { PeerHint } from './candidates.ts'

/** BEP 14: every 5 minutes. */
export const LSD_INTERVAL_MS = 5 * 60_000
/** BEP 14: no more than one announce a minute, to avoid multicast storms. */
export const LSD_MIN_GAP_MS = 60_000
/** The first message waits up to this long, so that a lab full of machines does not speak at once. */
const FIRST_SPREAD_MS = 500
/** Messages of one round; further torrents wait for the next minute. */
const MAX_MESSAGES_PER_ROUND = 8
/** Messages heard: sustained per second and in a burst, in all and from one sender. Work per message is small. */
const HEARD_PER_SECOND = 50
const HEARD_BURST = 200
const SENDER_PER_SECOND = 1
const SENDER_BURST = 20
/** Senders whose rate is remembered; a LAN has fewer. */
const MAX_SENDERS = 512

/** What a torrent registers. */
export interface LanMember {
  /** Read at each announce: they grow when a magnet's metadata comes. */
  hashes(): readonly WireHash[]
  /** 0: not listening, so nothing to announce; others are heard all the same. */
  port(): number
  found(hints: readonly PeerHint[]): void
}

export interface LanDiscoveryOptions {
  readonly udp: Udp
  readonly clock: Clock
  readonly random: Random
  readonly wakes: DeadlineQueue
}

interface Membership {
  readonly member: LanMember
  /** When its next announce is due. */
  dueAt: Millis
  announces: number
}

interface Bucket {
  tokens: number
  at: Millis
}

export class LanDiscovery implements Sleeper {
  readonly #options: LanDiscoveryOptions
  readonly #cookie: string
  readonly #members = new Set<Membership>()
  readonly #sockets: { readonly socket: DatagramSocket; readonly group: string }[] = []
  readonly #senders = new Map<string, Bucket>()
  #all: Bucket
  #lastRoundAt: Millis | undefined
  #closed = false

  constructor(options: LanDiscoveryOptions) {
    this.#options = options
    this.#cookie = toHex(options.random.bytes(8))
    this.#all = { tokens: HEARD_BURST, at: options.clock.now() }
  }

  /** Opens a socket per family; a family that the machine has not is left out. @returns the families that work. */
  async start(): Promise<readonly (4 | 6)[]> {
    const families: (4 | 6)[] = []
    for (const [family, host, group] of [
      [4, '0.0.0.0', LSD_GROUP_IPV4],
      [6, '::', LSD_GROUP_IPV6],
    ] as const) {
      const socket = await this.#bind(host, group)
      if (socket === undefined) continue
      if (this.#closed) {
        socket.close()
        continue
      }
      socket.onMessage = (bytes, from) => this.#heard(bytes, from)
      this.#sockets.push({ socket, group })
      families.push(family)
    }
    this.#rearm()
    return families
  }

  async #bind(host: string, multicastGroup: string): Promise<DatagramSocket | undefined> {
    try {
      return await this.#options.udp.bind({ at: { host, port: LSD_PORT }, multicastGroup })
    } catch (error) {
      if (error instanceof SocketError) return undefined
      throw error
    }
  }

  close(): void {
    this.#closed = true
    this.#options.wakes.forget(this)
    for (const { socket } of this.#sockets) socket.close()
    this.#sockets.length = 0
    this.#members.clear()
  }

  /** Announces and listens for this torrent until the returned function is called. Never for a private one. */
  join(member: LanMember): () => void {
    const now = this.#options.clock.now()
    const membership: Membership = { member, dueAt: now, announces: 0 }
    this.#members.add(membership)
    this.#rearm()
    return () => {
      this.#members.delete(membership)
      this.#rearm()
    }
  }

  /** Announces it in the next round, which may be up to LSD_MIN_GAP_MS away. */
  again(member: LanMember, now: Millis): void {
    for (const membership of this.#members) if (membership.member === member) membership.dueAt = now
    this.#rearm()
  }

  wake(now: Millis): Millis | undefined {
    const due = [...this.#members]
      .filter((membership) => membership.dueAt <= now)
      .sort((a, b) => a.dueAt - b.dueAt)
    if (due.length > 0 && this.#sockets.length > 0 && (this.#earliestRound() ?? now) <= now)
      this.#round(due, now)
    return this.#deadline()
  }

  #earliestRound(): Millis | undefined {
    return this.#lastRoundAt === undefined ? undefined : after(this.#lastRoundAt, LSD_MIN_GAP_MS)
  }

  #deadline(): Millis | undefined {
    if (this.#sockets.length === 0) return undefined
    let earliest: Millis | undefined
    for (const { dueAt } of this.#members) if (earliest === undefined || dueAt < earliest) earliest = dueAt
    if (earliest === undefined) return undefined
    const gap = this.#earliestRound()
    return gap !== undefined && gap > earliest ? gap : earliest
  }

  #rearm(): void {
    const { wakes, clock, random } = this.#options
    const at = this.#deadline()
    const soon = after(clock.now(), FIRST_SPREAD_MS * randomFraction(random))
    wakes.set(this, at === undefined ? undefined : (Math.max(at, soon) as Millis))
  }

  /** Torrents of one listening port share messages; who finds no room stays due. */
  #round(due: readonly Membership[], now: Millis): void {
    const byPort = new Map<number, Set<WireHash>>()
    let room = MAX_MESSAGES_PER_ROUND * MAX_LSD_HASHES
    for (const membership of due) {
      const hashes = membership.member.hashes()
      const port = membership.member.port()
      if (hashes.length > room) break
      room -= hashes.length
      membership.announces++
      const waitMs = membership.announces === 1 ? LSD_MIN_GAP_MS : LSD_INTERVAL_MS
      membership.dueAt = after(now, waitMs)
      if (port < 1) continue
      const together = byPort.get(port) ?? new Set()
      for (const hash of hashes) together.add(hash)
      byPort.set(port, together)
    }
    let said = false
    for (const [port, hashes] of byPort) said = this.#say(port, [...hashes]) || said
    if (said) this.#lastRoundAt = now
  }

  #say(port: number, hashes: readonly WireHash[]): boolean {
    for (let at = 0; at < hashes.length; at += MAX_LSD_HASHES) {
      const part = hashes.slice(at, at + MAX_LSD_HASHES)
      for (const { socket, group } of this.#sockets) {
        socket.send(encodeLsd(group, { port, hashes: part, cookie: this.#cookie }), {
          host: group,
          port: LSD_PORT,
        })
      }
    }
    return hashes.length > 0
  }

  #heard(datagram: Uint8Array, from: Endpoint): void {
    const now = this.#options.clock.now()
    const host = canonicalIp(from.host)
    if (host === undefined || !isNear(host) || !this.#mayBeHeard(host, now)) return
    const message = parseLsd(datagram)
    if (message === undefined || message.cookie === this.#cookie) return
    const told = new Set(message.hashes)
    const hint: PeerHint = { endpoint: { host, port: message.port }, source: 'lsd', teller: host }
    for (const { member } of [...this.#members]) {
      if (member.hashes().some((hash) => told.has(hash))) member.found([hint])
    }
  }

  #mayBeHeard(host: string, now: Millis): boolean {
    let sender = this.#senders.get(host)
    if (sender === undefined) {
      if (this.#senders.size >= MAX_SENDERS) this.#senders.delete(this.#senders.keys().next().value as string)
      sender = { tokens: SENDER_BURST, at: now }
      this.#senders.set(host, sender)
    }
    return (
      take(sender, SENDER_PER_SECOND, SENDER_BURST, now) &&
      take(this.#all, HEARD_PER_SECOND, HEARD_BURST, now)
    )
  }
}

/** SAFETY.md, Scope of addresses: who is not on our own network has no business here. */
function isNear(host: string): boolean {
  const scope = scopeOf(host)
  return scope === 'link' || scope === 'private'
}

function take(bucket: Bucket, perSecond: number, burst: number, now: Millis): boolean {
  bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond)
  bucket.at = now
  if (bucket.tokens < 1) return false
  bucket.tokens--
  return true
}
