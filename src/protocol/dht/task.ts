// What a lookup is for: which query it sends, what it makes of the answers, and what follows when the closest are known.
// One class a purpose; dht-node.ts moves them along.

import { mayContact, parseIp } from '../../base/address.ts'
import { type Encodable, RawBencode } from '../../base/bencode-encode.ts'
import { type BDict, BList } from '../../base/bencode-value.ts'
import { EMPTY, equalBytes, toHex } from '../../base/bytes.ts'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import type { Digest, Signatures } from '../../base/ports.ts'
import type { AnnounceFacts, DhtEffect, DhtResult } from './api.ts'
import { BloomFilter, FILTER_BYTES, isPlausible } from './bloom-filter.ts'
import { endpointIn } from './contact.ts'
import { immutableTarget, isNewer, isSignedWell, type MutableItem, mutableIn, mutableTarget } from './item.ts'
import type { ItemStore } from './item-store.ts'
import { KRPC_ERRORS } from './krpc.ts'
import { MAX_VALUE_BYTES } from './limits.ts'
import { type Answerer, Lookup } from './lookup.ts'
import { NODE_ID_BYTES } from './node-id.ts'
import type { PeerStore } from './peer-store.ts'

type Fields = { readonly [key: string]: Encodable | undefined }

/** A query that stores something at a node that answered. */
export interface StoreQuery {
  readonly method: 'announce_peer' | 'put'
  readonly args: Fields
}

export interface Task {
  readonly lookup: Lookup
  readonly method: string
  readonly args: Fields
  /** Before anybody is asked: what we keep for others may be what is looked for. @returns what to tell at once */
  remember(kept: Kept, now: Millis): DhtEffect[]
  /** @returns what to tell at once; `enough` ends the lookup early */
  heard(values: BDict, from: Endpoint): { readonly effects: DhtEffect[]; readonly enough: boolean }
  /** We are one of the closest: keeps what is to be left there. @returns whether it does */
  keep(items: ItemStore, now: Millis): boolean
  /** What to send to those that answered closest, if anything. */
  store(to: Answerer): StoreQuery | undefined
  /** @param stored nodes that took it @param refusals codes of those that did not */
  result(stored: number, refusals: readonly number[]): DhtResult | undefined
}

/** What we keep for others. */
export interface Kept {
  readonly peers: PeerStore
  readonly items: ItemStore
}

const NOTHING = { effects: [], enough: false } as const satisfies ReturnType<Task['heard']>

/** Peers taken from one answer; what fits into a datagram is less. */
const MAX_VALUES = 250
/** Those that count of an answer without filters. */
const MAX_UNFILTERED = 100

/** Only to know nodes: filling the table. */
export class FindNode implements Task {
  readonly lookup: Lookup
  readonly method = 'find_node'
  readonly args: Fields

  constructor(target: Uint8Array) {
    this.lookup = new Lookup(target)
    this.args = { target }
  }

  remember(): [] {
    return []
  }

  keep(): false {
    return false
  }

  heard(): ReturnType<Task['heard']> {
    return { ...NOTHING, effects: [] }
  }

  store(): undefined {
    return undefined
  }

  result(): undefined {
    return undefined
  }
}

export interface FindPeersOptions {
  readonly id: number
  readonly hash: Uint8Array
  readonly announce: AnnounceFacts | undefined
  readonly scrape: boolean
  readonly noSeeds: boolean
  readonly digest: Digest
  /** A person's rule about addresses. */
  readonly allows?: (host: string) => boolean
}

export class FindPeers implements Task {
  readonly lookup: Lookup
  readonly method = 'get_peers'
  readonly args: Fields
  readonly #options: FindPeersOptions
  readonly #seen = new Set<string>()
  readonly #seeds: BloomFilter
  readonly #leeches: BloomFilter
  /** Told by nodes that do not count: BEP 33 takes them for leeches unless others know better. */
  readonly #unfiltered = new Set<string>()
  #counted = false

  constructor(options: FindPeersOptions) {
    const { hash, scrape, noSeeds, digest } = options
    this.#options = options
    this.lookup = new Lookup(hash)
    this.args = { info_hash: hash, scrape: scrape ? 1 : undefined, noseed: noSeeds ? 1 : undefined }
    this.#seeds = new BloomFilter(digest)
    this.#leeches = new BloomFilter(digest)
  }

  remember({ peers }: Kept, now: Millis): DhtEffect[] {
    const { hash, noSeeds } = this.#options
    const effects: DhtEffect[] = []
    for (const { endpoint, seed } of peers.all(hash, now))
      if (!(seed && noSeeds)) effects.push(...this.#tell([endpoint], endpoint))
    return effects
  }

  keep(): false {
    return false
  }

  heard(values: BDict, from: Endpoint): ReturnType<Task['heard']> {
    const { allows } = this.#options
    const endpoints = endpointsIn(values)
    this.#count(values, endpoints)
    const usable = endpoints.filter(({ host }) => mayContact(host, from.host) && allows?.(host) !== false)
    return { effects: this.#tell(usable, from), enough: false }
  }

  #tell(endpoints: readonly Endpoint[], from: Endpoint): DhtEffect[] {
    const fresh = endpoints.filter((endpoint) => {
      const key = endpointText(endpoint)
      if (this.#seen.has(key)) return false
      this.#seen.add(key)
      return true
    })
    return fresh.length === 0 ? [] : [{ kind: 'peers', id: this.#options.id, endpoints: fresh, from }]
  }

  #count(values: BDict, endpoints: readonly Endpoint[]): void {
    if (!this.#options.scrape) return
    const seeds = values.bytes('BFsd')
    const leeches = values.bytes('BFpe')
    if (seeds?.length === FILTER_BYTES && leeches?.length === FILTER_BYTES) {
      this.#counted = true
      if (isPlausible(seeds)) this.#seeds.merge(seeds)
      if (isPlausible(leeches)) this.#leeches.merge(leeches)
    } else for (const { host } of endpoints.slice(0, MAX_UNFILTERED)) this.#unfiltered.add(host)
  }

  store({ token }: Answerer): StoreQuery | undefined {
    const { announce, hash } = this.#options
    if (announce === undefined || token === undefined) return undefined
    const { port, impliedPort, seed } = announce
    const args = { implied_port: impliedPort ? 1 : 0, info_hash: hash, port, seed: seed ? 1 : 0, token }
    return { method: 'announce_peer', args }
  }

  result(stored: number): DhtResult {
    for (const host of this.#unfiltered) {
      const address = parseIp(host) ?? EMPTY
      if (!this.#seeds.has(address)) this.#leeches.add(address)
    }
    const swarm = this.#counted
      ? { seeds: Math.round(this.#seeds.estimate()), leeches: Math.round(this.#leeches.estimate()) }
      : undefined
    return { kind: 'peers', announcedTo: stored, swarm }
  }
}

function endpointsIn(values: BDict): Endpoint[] {
  const list = values.list('values')
  const found: Endpoint[] = []
  if (!(list instanceof BList)) return found
  for (const item of list) {
    if (found.length >= MAX_VALUES) break
    if (!(item instanceof Uint8Array) || (item.length !== 6 && item.length !== 18)) continue
    const endpoint = endpointIn(item)
    if (endpoint !== undefined) found.push(endpoint)
  }
  return found
}

/** Looks for a value; with something of our own to put, stores it where it belongs (BEP 44). */
export class FindItem implements Task {
  readonly lookup: Lookup
  readonly method = 'get'
  readonly args: Fields
  readonly #digest: Digest
  readonly #signatures: Signatures
  readonly #wanted: ItemWish
  /** Nodes that have a version already. */
  readonly #holders = new Set<string>()
  #value: Uint8Array | undefined
  #newest: MutableItem | undefined

  constructor(wanted: ItemWish, digest: Digest, signatures: Signatures) {
    this.#wanted = wanted
    this.#digest = digest
    this.#signatures = signatures
    const target = targetOf(wanted, digest)
    this.lookup = new Lookup(target)
    this.args = { target }
  }

  heard(values: BDict, from: Endpoint): ReturnType<Task['heard']> {
    if (values.has('v') || values.has('seq')) this.#holders.add(endpointText(from))
    const value = values.raw('v')
    if (value === undefined || value.length > MAX_VALUE_BYTES) return { ...NOTHING, effects: [] }
    const { kind } = this.#wanted
    if (kind === 'get-mutable' || kind === 'put-mutable') this.#heardMutable(values, value)
    else if (toHex(immutableTarget(value, this.#digest)) === toHex(this.lookup.target))
      this.#value = value.slice()
    return { effects: [], enough: kind === 'get-immutable' && this.#value !== undefined }
  }

  #heardMutable(values: BDict, value: Uint8Array): void {
    const { publicKey, salt } = keyOf(this.#wanted)
    const said = mutableIn(values, value)
    if (said === undefined || toHex(said.publicKey) !== toHex(publicKey)) return
    // The salt is not in the answer: the one we asked with is what is signed.
    const item = { ...said, publicKey, salt, value: value.slice(), signature: said.signature.slice() }
    if (isNewer(item, this.#newest) && isSignedWell(item, this.#signatures)) this.#newest = item
  }

  remember({ items }: Kept, now: Millis): [] {
    const here = items.get(this.lookup.target, now)
    if (here?.mutable === undefined) this.#value = here?.value
    else this.#newest = here.mutable
    return []
  }

  keep(items: ItemStore, now: Millis): boolean {
    const wanted = this.#wanted
    if (wanted.kind === 'put-immutable') return items.putImmutable(wanted.value, undefined, now) === undefined
    if (wanted.kind !== 'put-mutable' || this.#conflict(wanted) !== undefined) return false
    return items.putMutable(wanted.item, wanted.cas, undefined, now) === undefined
  }

  /**
   * The code that holders of the newest version we heard of would refuse ours with. Then it is sent to nobody: nodes that
   * do not have that version yet would take ours, and two would be about.
   */
  #conflict({ item, cas }: Extract<ItemWish, { kind: 'put-mutable' }>): number | undefined {
    const newest = this.#newest
    if (newest === undefined) return undefined
    if (cas !== undefined && cas !== newest.sequence) return KRPC_ERRORS.casMismatch
    const other = newest.sequence === item.sequence && !equalBytes(newest.value, item.value)
    return newest.sequence > item.sequence || other ? KRPC_ERRORS.sequenceTooLow : undefined
  }

  store({ endpoint, token }: Answerer): StoreQuery | undefined {
    const wanted = this.#wanted
    if (token === undefined) return undefined
    if (wanted.kind === 'put-immutable')
      return { method: 'put', args: { token, v: new RawBencode(wanted.value) } }
    if (wanted.kind !== 'put-mutable' || this.#conflict(wanted) !== undefined) return undefined
    const { item, cas } = wanted
    return {
      method: 'put',
      args: {
        // BEP 44: not to who has nothing to compare with.
        cas: this.#holders.has(endpointText(endpoint)) ? cas : undefined,
        k: item.publicKey,
        salt: item.salt.length === 0 ? undefined : item.salt,
        seq: item.sequence,
        sig: item.signature,
        token,
        v: new RawBencode(item.value),
      },
    }
  }

  result(stored: number, refusals: readonly number[]): DhtResult {
    const wanted = this.#wanted
    const conflict = wanted.kind === 'put-mutable' ? this.#conflict(wanted) : undefined
    if (wanted.kind === 'put-immutable' || wanted.kind === 'put-mutable')
      return { kind: 'put', storedAt: stored, refusals: conflict === undefined ? refusals : [conflict] }
    return { kind: 'item', value: this.#newest?.value ?? this.#value, mutable: this.#newest }
  }
}

export type ItemWish =
  | { readonly kind: 'get-immutable'; readonly target: Uint8Array }
  | { readonly kind: 'get-mutable'; readonly publicKey: Uint8Array; readonly salt: Uint8Array }
  | { readonly kind: 'put-immutable'; readonly value: Uint8Array }
  | { readonly kind: 'put-mutable'; readonly item: MutableItem; readonly cas: number | undefined }

function keyOf(wish: ItemWish): { readonly publicKey: Uint8Array; readonly salt: Uint8Array } {
  return wish.kind === 'put-mutable' ? wish.item : (wish as Extract<ItemWish, { kind: 'get-mutable' }>)
}

function targetOf(wish: ItemWish, digest: Digest): Uint8Array {
  if (wish.kind === 'get-immutable') return wish.target
  if (wish.kind === 'put-immutable') return immutableTarget(wish.value, digest)
  const { publicKey, salt } = keyOf(wish)
  return mutableTarget(publicKey, salt, digest)
}

/** Asks nodes near a target which torrents they know (BEP 51). */
export class Sample implements Task {
  readonly lookup: Lookup
  readonly method = 'sample_infohashes'
  readonly args: Fields
  readonly #hashes = new Map<string, Uint8Array>()
  #total = 0

  constructor(target: Uint8Array) {
    this.lookup = new Lookup(target)
    this.args = { target }
  }

  remember(): [] {
    return []
  }

  keep(): false {
    return false
  }

  heard(values: BDict): ReturnType<Task['heard']> {
    const samples = values.bytes('samples')
    const total = values.int('num')
    if (total !== undefined && total > 0) this.#total += total
    for (let at = 0; samples !== undefined && at + NODE_ID_BYTES <= samples.length; at += NODE_ID_BYTES) {
      const hash = samples.slice(at, at + NODE_ID_BYTES)
      this.#hashes.set(toHex(hash), hash)
    }
    return { ...NOTHING, effects: [] }
  }

  store(): undefined {
    return undefined
  }

  result(): DhtResult {
    return { kind: 'sample', hashes: [...this.#hashes.values()], total: this.#total }
  }
}
