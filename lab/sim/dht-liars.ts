// What nodes of a DHT can do to others: Sybils beside a target, and malicious nodes of several kinds. They are as able as may
// be: they know every node, and find addresses that fit any id they like (BEP 42).

import { compactEndpoint } from '../../src/base/address.ts'
import { encode } from '../../src/base/bencode-encode.ts'
import { crc32c } from '../../src/base/crc32c.ts'
import { type Random, randomInt } from '../../src/base/random.ts'
import { type Contact, compactContacts } from '../../src/protocol/dht/contact.ts'
import { type Krpc, parseKrpc } from '../../src/protocol/dht/krpc.ts'
import { compareDistance, idAt, idFits } from '../../src/protocol/dht/node-id.ts'
import type { Liar, SwarmNode } from './dht-swarm.ts'

/** For any beginning of an id, an address that it fits, with room for others like it. */
export class FittingAddresses {
  /** By the first 21 bits of an id: the bits of an address that count, and r in the bits that do not. */
  readonly #byPrefix = new Uint32Array(2 ** 21)
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
    const bytes = new Uint8Array(4)
    for (let combination = 0; combination < 2 ** 23; combination++) {
      bytes[0] = ((combination >>> 20) << 5) | ((combination >>> 18) & 0x03)
      bytes[1] = (combination >>> 14) & 0x0f
      bytes[2] = (combination >>> 8) & 0x3f
      bytes[3] = combination & 0xff
      this.#byPrefix[crc32c(bytes) >>> 11] =
        ((bytes[0] as number) << 24) |
        ((bytes[1] as number) << 16) |
        ((bytes[2] as number) << 8) |
        (bytes[3] as number)
    }
  }

  /** An id that shares `bits` bits with the target, and an address where it may be; undefined where there is none. */
  beside(target: Uint8Array, bits: number): { readonly id: Uint8Array; readonly host: string } | undefined {
    const id = idAt(target, bits, this.#random)
    const prefix = ((id[0] as number) << 13) | ((id[1] as number) << 5) | ((id[2] as number) >> 3)
    const found = this.#byPrefix[prefix] as number
    if (found === 0) return undefined
    const draw = (below: number) => randomInt(this.#random, below)
    // Free bits are drawn: the first byte stays between 16 and 95, which are public.
    const a = ((found >>> 24) & 0x03) | ((4 + draw(20)) << 2)
    const b = ((found >>> 16) & 0x0f) | (draw(16) << 4)
    const c = ((found >>> 8) & 0x3f) | (draw(4) << 6)
    const host = `${a}.${b}.${c}.${found & 0xff}`
    id[19] = ((id[19] as number) & 0xf8) | (found >>> 29)
    return idFits(id, host) ? { id, host } : undefined
  }
}

export type Malice = 'silent' | 'invents nodes' | 'colludes' | 'wrong peers' | 'false tokens'
export const MALICE: readonly Malice[] = [
  'silent',
  'invents nodes',
  'colludes',
  'wrong peers',
  'false tokens',
]

type Query = Extract<Krpc, { kind: 'query' }>
type Fields = Parameters<typeof encode>[0]

function reply(query: Query, values: Fields): Uint8Array {
  return encode({ r: values, t: query.transaction, y: 'r' })
}

function targetOf({ args }: Query): Uint8Array | undefined {
  const target = args.bytes('info_hash') ?? args.bytes('target')
  return target?.length === 20 ? target : undefined
}

const FALSE_TOKEN = new Uint8Array(8).fill(0x66)

/** Of eight beside a target: tells of the others only, takes what is announced, and tells nobody. */
export function sybil(own: Uint8Array, accomplices: () => readonly Contact[]): Liar {
  return (bytes, from, send) => {
    const query = parseKrpc(bytes)
    if (query?.kind !== 'query') return true
    const nodes = targetOf(query) === undefined ? undefined : compactContacts(accomplices(), 4)
    send(reply(query, { id: own, nodes, token: nodes === undefined ? undefined : FALSE_TOKEN }), from)
    return true
  }
}

export class Conspiracy {
  readonly #addresses: FittingAddresses
  readonly #random: Random
  readonly #members: SwarmNode[] = []

  constructor(addresses: FittingAddresses, random: Random) {
    this.#addresses = addresses
    this.#random = random
  }

  /** A node of the swarm turns malicious; its own upkeep goes on, so that it is in others' tables. */
  turn(member: SwarmNode, malice: Malice): void {
    if (malice === 'colludes') this.#members.push(member)
    member.lies = (bytes, from, send) => {
      const query = parseKrpc(bytes)
      const target = query?.kind === 'query' ? targetOf(query) : undefined
      if (query?.kind !== 'query' || target === undefined || query.method === 'ping') return false
      switch (malice) {
        case 'silent':
          return true
        case 'invents nodes':
          send(
            reply(query, { id: member.node.nodeId, nodes: this.#invented(target), token: FALSE_TOKEN }),
            from,
          )
          return true
        case 'colludes':
          send(
            reply(query, { id: member.node.nodeId, nodes: this.#colluding(target), token: FALSE_TOKEN }),
            from,
          )
          return true
        case 'wrong peers':
          if (query.method !== 'get_peers') return false
          send(
            reply(query, {
              id: member.node.nodeId,
              nodes: compactContacts(member.node.closest(target, 8), 4),
              token: FALSE_TOKEN,
              values: Array.from({ length: 50 }, () => this.#drawn()),
            }),
            from,
          )
          return true
        case 'false tokens':
          if (query.method !== 'get_peers') return false
          send(
            reply(query, {
              id: member.node.nodeId,
              nodes: compactContacts(member.node.closest(target, 8), 4),
              token: FALSE_TOKEN,
            }),
            from,
          )
          return true
      }
    }
  }

  leave(member: SwarmNode): void {
    const at = this.#members.indexOf(member)
    if (at >= 0) this.#members.splice(at, 1)
  }

  #drawn(): Uint8Array {
    return compactEndpoint({ host: `${20 + randomInt(this.#random, 60)}.6.6.6`, port: 666 })
  }

  /** Eight nodes that are not there, each where its id fits, closer than anybody. */
  #invented(target: Uint8Array): Uint8Array {
    const contacts: Contact[] = []
    for (let tries = 0; contacts.length < 8 && tries < 40; tries++) {
      const made = this.#addresses.beside(target, 14 + (tries % 12))
      if (made !== undefined) contacts.push({ id: made.id, endpoint: { host: made.host, port: 6881 } })
    }
    return compactContacts(contacts, 4)
  }

  /** The eight accomplices that are closest, as they are; they answer, and know of none but one another. */
  #colluding(target: Uint8Array): Uint8Array {
    const closest: SwarmNode[] = []
    for (const member of this.#members) {
      let at = closest.length
      while (
        at > 0 &&
        compareDistance(target, member.node.nodeId, (closest[at - 1] as SwarmNode).node.nodeId) < 0
      )
        at--
      if (at < 8) closest.splice(at, 0, member)
      if (closest.length > 8) closest.pop()
    }
    return compactContacts(
      closest.map(({ node, endpoint }) => ({ id: node.nodeId, endpoint })),
      4,
    )
  }
}
