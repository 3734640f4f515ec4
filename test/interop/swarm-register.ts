// What a tracker knows: who is in which swarm, and every announce it heard, in order.
// Promise: an answer never names the peer that asked, and holds only addresses of the family asked for.

import { isIPv6 } from 'node:net'

export type AnnounceEvent = 'none' | 'completed' | 'started' | 'stopped'

export interface Announce {
  readonly protocol: 'http' | 'udp'
  /** 40 hexadecimal digits: for a v2 torrent, the first 20 bytes of its infohash. */
  readonly infohash: string
  readonly peerId: string
  readonly address: string
  readonly port: number
  readonly event: AnnounceEvent
  readonly uploaded: number
  readonly downloaded: number
  readonly left: number
  readonly numWant: number
  /** Request target of an HTTP announce, or URL data (BEP 41) of a UDP one. */
  readonly target: string
  readonly atMs: number
}

export interface Member {
  readonly peerId: string
  readonly address: string
  readonly port: number
  readonly left: number
}

export interface Counts {
  readonly seeds: number
  readonly leeches: number
  readonly completed: number
}

interface Swarm {
  /** By peer id and address family: a client on both families announces once over each. */
  readonly members: Map<string, Member>
  completed: number
}

export class SwarmRegister {
  readonly announces: Announce[] = []
  readonly #swarms = new Map<string, Swarm>()

  /** Records the announce and answers who else is there. */
  announce(announce: Announce): readonly Member[] {
    this.announces.push(announce)
    const swarm = this.#swarm(announce.infohash)
    const ipv6 = isIPv6(announce.address)
    const key = `${announce.peerId} ${ipv6}`
    if (announce.event === 'completed') swarm.completed++
    if (announce.event === 'stopped') {
      swarm.members.delete(key)
      return []
    }
    const { peerId, address, port, left } = announce
    swarm.members.set(key, { peerId, address, port, left })
    return [...swarm.members.values()]
      .filter((member) => member.peerId !== peerId && isIPv6(member.address) === ipv6)
      .slice(0, announce.numWant)
  }

  counts(infohash: string): Counts {
    const swarm = this.#swarm(infohash)
    const members = [...swarm.members.values()]
    const seeds = members.filter((member) => member.left === 0).length
    return { seeds, leeches: members.length - seeds, completed: swarm.completed }
  }

  members(infohash: string): readonly Member[] {
    return [...this.#swarm(infohash).members.values()]
  }

  infohashes(): readonly string[] {
    return [...this.#swarms.keys()]
  }

  #swarm(infohash: string): Swarm {
    const known = this.#swarms.get(infohash)
    if (known !== undefined) return known
    const swarm: Swarm = { members: new Map(), completed: 0 }
    this.#swarms.set(infohash, swarm)
    return swarm
  }
}

/** `::ffff:10.0.0.1`, as a socket for both families names an IPv4 peer, becomes `10.0.0.1`. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address
}

/** Compact peers: 6 bytes each for IPv4 (BEP 23), 18 for IPv6 (BEP 7). */
export function compactPeers(members: readonly Member[]): Buffer {
  return Buffer.concat(
    members.map(({ address, port }) => {
      const bytes = isIPv6(address) ? ipv6Bytes(address) : Buffer.from(address.split('.').map(Number))
      return Buffer.concat([bytes, Buffer.from([port >> 8, port & 255])])
    }),
  )
}

function ipv6Bytes(address: string): Buffer {
  const [head = '', tail] = address.split('::')
  const words = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16))
  const before = words(head)
  const after = tail === undefined ? [] : words(tail)
  const zeros = new Array<number>(8 - before.length - after.length).fill(0)
  const all = [...before, ...zeros, ...after]
  return Buffer.from(all.flatMap((word) => [word >> 8, word & 255]))
}
