// Answers the queries of other nodes: ping, find_node, get_peers, announce_peer (BEP 5), get, put (BEP 44),
// sample_infohashes (BEP 51).
// Promises: one datagram of at most MAX_REPLY_BYTES for one query, back to where it came from; nothing is kept for anybody
// who has not been given a token at that address.

import { type Encodable, RawBencode } from '../../base/bencode-encode.ts'
import { type BDict, textOf } from '../../base/bencode-value.ts'
import { EMPTY } from '../../base/bytes.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import type { DhtNodeOptions } from './api.ts'
import { FILTER_BYTES } from './bloom-filter.ts'
import { compactContacts, type Family, nodesKey } from './contact.ts'
import { type MutableItem, PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from './item.ts'
import { ItemStore, type PutRefusal } from './item-store.ts'
import { encodeError, encodeReply, KRPC_ERRORS, type Krpc } from './krpc.ts'
import { K, MAX_REPLY_BYTES } from './limits.ts'
import { NODE_ID_BYTES } from './node-id.ts'
import { PeerStore } from './peer-store.ts'
import type { RoutingTable } from './routing-table.ts'
import type { Throttle } from './throttle.ts'
import { Tokens } from './tokens.ts'

type Query = Extract<Krpc, { kind: 'query' }>
type Values = { readonly [key: string]: Encodable | undefined }

/** Framing, ids, token, address and version of a reply, with room. */
const REPLY_OVERHEAD_BYTES = 180

export class Responder {
  readonly peers: PeerStore
  readonly items: ItemStore
  readonly #options: DhtNodeOptions
  readonly #table: RoutingTable
  readonly #tokens: Tokens
  readonly #throttle: Throttle
  readonly #version: Uint8Array

  constructor(options: DhtNodeOptions, table: RoutingTable, throttle: Throttle, version: Uint8Array) {
    this.#options = options
    this.#table = table
    this.#throttle = throttle
    this.#version = version
    this.#tokens = new Tokens(options.digest, options.random, options.now)
    this.peers = new PeerStore(options.digest, options.random)
    this.items = new ItemStore(options.digest, options.signatures)
  }

  /** The datagram to send back. */
  answer(query: Query, from: Endpoint, now: Millis): Uint8Array {
    const id = query.args.bytes('id')
    if (id?.length !== NODE_ID_BYTES) return this.#refuse(query, PROTOCOL)
    const values = this.#valuesFor(query, from, now)
    if ('code' in values && 'text' in values) return this.#refuse(query, values as unknown as PutRefusal)
    return encodeReply(
      query.transaction,
      { id: this.#table.ownId, ...(values as Values) },
      from,
      this.#version,
    )
  }

  #refuse({ transaction }: Query, { code, text }: PutRefusal): Uint8Array {
    return encodeError(transaction, code, text, this.#version)
  }

  #valuesFor({ method, args }: Query, from: Endpoint, now: Millis): Values | PutRefusal {
    switch (method) {
      case 'ping':
        return {}
      case 'find_node':
        return this.#findNode(args)
      case 'get_peers':
        return this.#getPeers(args, from, now)
      case 'announce_peer':
        return this.#announce(args, from, now)
      case 'get':
        return this.#get(args, from, now)
      case 'put':
        return this.#put(args, from, now)
      case 'sample_infohashes':
        return this.#sample(args, now)
      default: {
        // BEP 5 has no rule for unknown methods that look for something; other nodes answer them like find_node.
        const target = args.bytes('target') ?? args.bytes('info_hash')
        return target?.length === NODE_ID_BYTES ? this.#nodes(target, args) : UNKNOWN_METHOD
      }
    }
  }

  #findNode(args: BDict): Values | PutRefusal {
    const target = args.bytes('target')
    return target?.length === NODE_ID_BYTES ? this.#nodes(target, args) : PROTOCOL
  }

  /** Of our family, unless the other or both are wanted (BEP 32). */
  #nodes(target: Uint8Array, args: BDict): { [key: string]: Uint8Array } {
    const wanted = wantedFamilies(args) ?? [this.#options.family]
    const nodes: { [key: string]: Uint8Array } = {}
    for (const family of wanted) {
      const source = family === this.#options.family ? this.#table : this.#options.sibling?.()
      if (source !== undefined) nodes[nodesKey(family)] = compactContacts(source.closest(target, K), family)
    }
    return nodes
  }

  #getPeers(args: BDict, from: Endpoint, now: Millis): Values | PutRefusal {
    const hash = args.bytes('info_hash')
    if (hash?.length !== NODE_ID_BYTES) return PROTOCOL
    const nodes = this.#nodes(hash, args)
    const filters = args.int('scrape') === 1 ? this.peers.filters(hash, now) : undefined
    let room = MAX_REPLY_BYTES - REPLY_OVERHEAD_BYTES
    for (const list of Object.values(nodes)) room -= list.length + 12
    if (filters !== undefined) room -= 2 * (FILTER_BYTES + 10)
    const entryBytes = this.#options.family === 4 ? 8 : 21
    const count = Math.max(0, Math.floor(room / entryBytes))
    const values = this.peers.peers(hash, count, args.int('noseed') === 1, now)
    return {
      ...nodes,
      token: this.#tokens.make(from.host, now),
      values: values.length === 0 ? undefined : values,
      BFsd: filters?.seeds,
      BFpe: filters?.peers,
    }
  }

  #announce(args: BDict, from: Endpoint, now: Millis): Values | PutRefusal {
    const hash = args.bytes('info_hash')
    const port = args.int('implied_port') === 1 ? from.port : args.int('port')
    if (hash?.length !== NODE_ID_BYTES || port === undefined || port < 1 || port > 65_535) return PROTOCOL
    if (!this.#tokens.accepts(args.bytes('token'), from.host, now)) return BAD_TOKEN
    this.peers.announce(hash, { host: from.host, port }, args.int('seed') === 1, now)
    return {}
  }

  #get(args: BDict, from: Endpoint, now: Millis): Values | PutRefusal {
    const target = args.bytes('target')
    if (target?.length !== NODE_ID_BYTES) return PROTOCOL
    const found = this.items.get(target, now)
    const known = args.int('seq')
    const common = { ...this.#nodes(target, args), token: this.#tokens.make(from.host, now) }
    if (found === undefined) return common
    const { mutable, value } = found
    if (mutable === undefined) return { ...common, v: new RawBencode(value) }
    // BEP 44: who has it, or a newer one, is told the number only.
    if (known !== undefined && known >= mutable.sequence) return { ...common, seq: mutable.sequence }
    return {
      ...common,
      k: mutable.publicKey,
      seq: mutable.sequence,
      sig: mutable.signature,
      v: new RawBencode(value),
    }
  }

  #put(args: BDict, from: Endpoint, now: Millis): Values | PutRefusal {
    const value = args.raw('v')
    if (value === undefined) return PROTOCOL
    if (!this.#tokens.accepts(args.bytes('token'), from.host, now)) return BAD_TOKEN
    if (!args.has('k')) return this.items.putImmutable(value, from.host, now) ?? {}
    const item = mutableIn(args, value)
    if (item === undefined) return PROTOCOL
    if (!this.#throttle.mayVerify(now)) return BUSY
    return this.items.putMutable(item, args.int('cas'), from.host, now) ?? {}
  }

  #sample(args: BDict, now: Millis): Values | PutRefusal {
    const target = args.bytes('target')
    if (target?.length !== NODE_ID_BYTES) return PROTOCOL
    const { hashes, total, intervalS } = this.peers.sample(now)
    const samples = new Uint8Array(hashes.length * NODE_ID_BYTES)
    for (const [i, hash] of hashes.entries()) samples.set(hash, i * NODE_ID_BYTES)
    return { ...this.#nodes(target, args), interval: intervalS, num: total, samples }
  }

  expire(now: Millis): void {
    this.peers.expire(now)
    this.items.expire(now)
  }
}

/** A mutable item as a message carries it; undefined when a part is missing or of the wrong size. */
export function mutableIn(dict: BDict, value: Uint8Array): MutableItem | undefined {
  const publicKey = dict.bytes('k')
  const signature = dict.bytes('sig')
  const sequence = dict.int('seq')
  if (
    publicKey?.length !== PUBLIC_KEY_BYTES ||
    signature?.length !== SIGNATURE_BYTES ||
    sequence === undefined
  )
    return undefined
  return { publicKey, signature, sequence, salt: dict.bytes('salt') ?? EMPTY, value }
}

/** BEP 32; undefined where nothing understandable is wanted. */
function wantedFamilies(args: BDict): Family[] | undefined {
  const want = args.list('want')
  if (want === undefined) return undefined
  const families: Family[] = []
  for (const item of want) {
    const text = item instanceof Uint8Array ? textOf(item) : undefined
    if (text === 'n4' && !families.includes(4)) families.push(4)
    if (text === 'n6' && !families.includes(6)) families.push(6)
  }
  return families.length === 0 ? undefined : families
}

const PROTOCOL = { code: KRPC_ERRORS.protocol, text: 'malformed arguments' }
const BAD_TOKEN = { code: KRPC_ERRORS.protocol, text: 'bad token' }
const UNKNOWN_METHOD = { code: KRPC_ERRORS.unknownMethod, text: 'unknown method' }
const BUSY = { code: KRPC_ERRORS.server, text: 'too busy' }
