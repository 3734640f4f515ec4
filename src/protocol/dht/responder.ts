// Answers the queries of other nodes: ping, find_node, get_peers, announce_peer (BEP 5), get, put (BEP 44),
// sample_infohashes (BEP 51).
// Promises: one datagram of at most MAX_REPLY_BYTES (with an item, MAX_ITEM_REPLY_BYTES) for one query, back to where it came
// from; nothing is kept for anybody who has not been given a token at that address.

import { type Encodable, RawBencode } from '../../base/bencode-encode.ts'
import { type BDict, textOf } from '../../base/bencode-value.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import type { DhtNodeOptions } from './api.ts'
import { compactBytes, compactContacts, type Family, nodesKey } from './contact.ts'
import { mutableIn } from './item.ts'
import { ItemStore, type PutRefusal } from './item-store.ts'
import { encodeError, encodeReply, KRPC_ERRORS, type Krpc } from './krpc.ts'
import { K, MAX_ITEM_REPLY_BYTES, MAX_REPLY_BYTES } from './limits.ts'
import { NODE_ID_BYTES } from './node-id.ts'
import { PeerStore } from './peer-store.ts'
import type { RoutingTable } from './routing-table.ts'
import type { Throttle } from './throttle.ts'
import { Tokens } from './tokens.ts'

type Query = Extract<Krpc, { kind: 'query' }>
type Fields = { values?: readonly Uint8Array[]; [key: string]: Encodable | undefined }

/** What is answered; peers are put in as far as there is room. */
interface Answer {
  readonly fields: Fields
  readonly limitBytes?: number
  readonly peers?: (count: number) => readonly Uint8Array[]
}

/** `6:valuesl` and `e`. */
const VALUES_BYTES = 10

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
    const ownId = () => table.ownId
    this.peers = new PeerStore(options.digest, options.random, ownId)
    this.items = new ItemStore(options.digest, options.signatures, ownId)
  }

  /** The datagram to send back. */
  answer(query: Query, from: Endpoint, now: Millis): Uint8Array {
    const id = query.args.bytes('id')
    const answer = id?.length === NODE_ID_BYTES ? this.#answerTo(query, from, now) : PROTOCOL
    if ('code' in answer) return encodeError(query.transaction, answer.code, answer.text, from, this.#version)
    const { fields, peers, limitBytes = MAX_REPLY_BYTES } = answer
    const encoded = () =>
      encodeReply(query.transaction, { id: this.#table.ownId, ...fields }, from, this.#version)
    let reply = encoded()
    while (reply.length > limitBytes && this.#trim(fields, reply.length - limitBytes)) reply = encoded()
    const entryBytes = this.#options.family === 4 ? 8 : 21
    const room = Math.floor((limitBytes - reply.length - VALUES_BYTES) / entryBytes)
    const values = room > 0 ? peers?.(room) : undefined
    if (values === undefined || values.length === 0) return reply
    fields.values = values
    return encoded()
  }

  /** Nodes are what can be done without: those of the other family first, then the farthest. */
  #trim(fields: Fields, tooManyBytes: number): boolean {
    const { family } = this.#options
    const other = nodesKey(family === 4 ? 6 : 4)
    const nodes = fields[nodesKey(family)]
    if (fields[other] !== undefined) delete fields[other]
    else if (nodes instanceof Uint8Array && nodes.length > 0) {
      const size = compactBytes(family)
      fields[nodesKey(family)] = nodes.subarray(
        0,
        Math.max(0, nodes.length - size * Math.ceil(tooManyBytes / size)),
      )
    } else return false
    return true
  }

  #answerTo({ method, args }: Query, from: Endpoint, now: Millis): Answer | PutRefusal {
    switch (method) {
      case 'ping':
        return NOTHING_MORE
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
        return target?.length === NODE_ID_BYTES ? { fields: this.#nodes(target, args) } : UNKNOWN_METHOD
      }
    }
  }

  #findNode(args: BDict): Answer | PutRefusal {
    const target = args.bytes('target')
    return target?.length === NODE_ID_BYTES ? { fields: this.#nodes(target, args) } : PROTOCOL
  }

  /** Of our family, unless the other or both are wanted (BEP 32). */
  #nodes(target: Uint8Array, args: BDict): Fields {
    const wanted = wantedFamilies(args) ?? [this.#options.family]
    const nodes: Fields = {}
    for (const family of wanted) {
      const source = family === this.#options.family ? this.#table : this.#options.sibling?.()
      if (source !== undefined) nodes[nodesKey(family)] = compactContacts(source.closest(target, K), family)
    }
    return nodes
  }

  #getPeers(args: BDict, from: Endpoint, now: Millis): Answer | PutRefusal {
    const hash = args.bytes('info_hash')
    if (hash?.length !== NODE_ID_BYTES) return PROTOCOL
    const filters = isSet(args, 'scrape') ? this.peers.filters(hash, now) : undefined
    const noSeeds = isSet(args, 'noseed')
    return {
      fields: {
        ...this.#nodes(hash, args),
        token: this.#tokens.make(from.host, now),
        BFsd: filters?.seeds,
        BFpe: filters?.peers,
      },
      peers: (count) => this.peers.peers(hash, count, noSeeds, now),
    }
  }

  #announce(args: BDict, from: Endpoint, now: Millis): Answer | PutRefusal {
    const hash = args.bytes('info_hash')
    const port = isSet(args, 'implied_port') ? from.port : args.int('port')
    if (hash?.length !== NODE_ID_BYTES || port === undefined || port < 1 || port > 65_535) return PROTOCOL
    if (!this.#tokens.accepts(args.bytes('token'), from.host, now)) return BAD_TOKEN
    const peer = { host: from.host, port }
    return this.peers.announce(hash, peer, args.int('seed') === 1, now) ? NOTHING_MORE : FULL
  }

  #get(args: BDict, from: Endpoint, now: Millis): Answer | PutRefusal {
    const target = args.bytes('target')
    if (target?.length !== NODE_ID_BYTES) return PROTOCOL
    const found = this.items.get(target, now)
    const known = args.int('seq')
    const common = { ...this.#nodes(target, args), token: this.#tokens.make(from.host, now) }
    if (found === undefined) return { fields: common }
    const { mutable, value } = found
    const limitBytes = MAX_ITEM_REPLY_BYTES
    if (mutable === undefined) return { fields: { ...common, v: new RawBencode(value) }, limitBytes }
    // BEP 44: who has it, or a newer one, is told the number only.
    if (known !== undefined && known >= mutable.sequence)
      return { fields: { ...common, seq: mutable.sequence } }
    const { publicKey: k, sequence: seq, signature: sig } = mutable
    return { fields: { ...common, k, seq, sig, v: new RawBencode(value) }, limitBytes }
  }

  #put(args: BDict, from: Endpoint, now: Millis): Answer | PutRefusal {
    const value = args.raw('v')
    if (value === undefined) return PROTOCOL
    if (!this.#tokens.accepts(args.bytes('token'), from.host, now)) return BAD_TOKEN
    if (!args.has('k')) return this.items.putImmutable(value, from, now) ?? NOTHING_MORE
    const item = mutableIn(args, value)
    if (item === undefined) return PROTOCOL
    if (!this.#throttle.mayVerify(now)) return BUSY
    return this.items.putMutable(item, args.int('cas'), from, now) ?? NOTHING_MORE
  }

  #sample(args: BDict, now: Millis): Answer | PutRefusal {
    const target = args.bytes('target')
    if (target?.length !== NODE_ID_BYTES) return PROTOCOL
    const { hashes, total, intervalS } = this.peers.sample(now)
    const samples = new Uint8Array(hashes.length * NODE_ID_BYTES)
    for (const [i, hash] of hashes.entries()) samples.set(hash, i * NODE_ID_BYTES)
    return { fields: { ...this.#nodes(target, args), interval: intervalS, num: total, samples } }
  }

  expire(now: Millis): void {
    this.peers.expire(now)
    this.items.expire(now)
  }
}

/** BEP 5: present and not zero. */
function isSet(args: BDict, flag: string): boolean {
  return (args.int(flag) ?? 0) !== 0
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

const NOTHING_MORE: Answer = { fields: {} }
const PROTOCOL = { code: KRPC_ERRORS.protocol, text: 'malformed arguments' }
const BAD_TOKEN = { code: KRPC_ERRORS.protocol, text: 'bad token' }
const UNKNOWN_METHOD = { code: KRPC_ERRORS.unknownMethod, text: 'unknown method' }
const FULL = { code: KRPC_ERRORS.server, text: 'no room' }
const BUSY = { code: KRPC_ERRORS.server, text: 'too busy' }
