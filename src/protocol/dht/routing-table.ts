// The nodes that one node knows, in buckets by distance (BEP 5): many near, few far.
// Invariants: only nodes that answered us are in a bucket; at most K a bucket, one per address, and MAX_PER_NETWORK of one
// public network; a node of a public address whose id does not fit it (BEP 42) gives way to any that does.

import { compactEndpoint, isPublicHost, networkOf } from '../../base/address.ts'
import { equalBytes, readUint32 } from '../../base/bytes.ts'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import { after, type Millis } from '../../base/ids.ts'
import type { Random } from '../../base/random.ts'
import type { Contact } from './contact.ts'
import { ASK_AFTER_MS, ASK_AGAIN_MS, K, MAX_FAILURES, MAX_PER_NETWORK, QUESTIONABLE_MS } from './limits.ts'
import { compareDistance, distanceShare, idAt, idFits, sharedBits } from './node-id.ts'

export interface TableNode extends Contact {
  /** When it last answered or asked us. */
  heardAt: Millis
  /** Queries unanswered since it last answered. */
  failures: number
  /** When we last asked it, to see whether it is there. */
  pingedAt: Millis
  readonly fits: boolean
  /** The first four bytes of its id. */
  readonly head: number
}

interface Bucket {
  readonly nodes: TableNode[]
  /** Answered once and wait for a place, newest last. */
  readonly waiting: TableNode[]
  changedAt: Millis
}

export class RoutingTable {
  #ownId: Uint8Array
  /** Bucket i holds ids that share i leading bits with ours, the last one all nearer ones too. */
  #buckets: Bucket[]
  readonly #byAddress = new Map<string, TableNode>()
  readonly #perNetwork = new Map<string, number>()
  /** Being heard of only puts off when a node is due. */
  #nobodyDueBefore = 0

  constructor(ownId: Uint8Array, now: Millis) {
    this.#ownId = ownId
    this.#buckets = [newBucket(now)]
  }

  get ownId(): Uint8Array {
    return this.#ownId
  }

  get size(): number {
    return this.#byAddress.size
  }

  /** A new id: the same nodes, in other buckets. */
  rename(ownId: Uint8Array, now: Millis): void {
    const nodes = [...this.#byAddress.values()]
    this.#ownId = ownId
    this.#buckets = [newBucket(now)]
    this.#byAddress.clear()
    this.#perNetwork.clear()
    for (const node of nodes) this.#place(node, now)
  }

  /** Forgets all. @returns them, the closest to us last */
  clear(now: Millis): TableNode[] {
    const nodes = [...this.#byAddress.values()]
    nodes.sort((a, b) => compareDistance(this.#ownId, b.id, a.id))
    this.#buckets = [newBucket(now)]
    this.#byAddress.clear()
    this.#perNetwork.clear()
    return nodes
  }

  find(endpoint: Endpoint): TableNode | undefined {
    return this.#byAddress.get(keyOf(endpoint))
  }

  /** It answered us. */
  answered(contact: Contact, now: Millis): void {
    const known = this.find(contact.endpoint)
    if (
      known !== undefined &&
      equalBytes(known.id, contact.id) &&
      known.endpoint.port === contact.endpoint.port
    ) {
      known.heardAt = now
      known.failures = 0
      // A bucket that is full and answers needs no refreshing; one with room is looked into all the same.
      const bucket = this.#buckets[this.#indexOf(known.id)] as Bucket
      if (bucket.nodes.length >= K) bucket.changedAt = now
      return
    }
    // Two behind one address: the one that we know and that answers is kept.
    if (known !== undefined && known.endpoint.port !== contact.endpoint.port && isGood(known, now)) return
    // Another id at the same address and port: it began anew; the one that answers now counts.
    if (known !== undefined) this.#remove(known)
    const { id, endpoint } = contact
    const head = readUint32(id, 0)
    const compact = compactEndpoint(endpoint)
    this.#place(
      { id, endpoint, compact, head, heardAt: now, failures: 0, pingedAt: now, fits: fits(contact) },
      now,
    )
  }

  /** It asked us something. @returns whether it is worth asking back: unknown, and there is room for it */
  asked(contact: Contact, now: Millis): boolean {
    const known = this.find(contact.endpoint)
    if (known !== undefined) {
      if (equalBytes(known.id, contact.id) && known.failures === 0) known.heardAt = now
      return false
    }
    return this.wants(contact)
  }

  /** Whether there is a place for such a node if it answers. */
  wants(contact: Contact): boolean {
    if (equalBytes(contact.id, this.#ownId) || this.#networkIsFull(contact.endpoint.host)) return false
    const index = this.#indexOf(contact.id)
    const bucket = this.#buckets[index] as Bucket
    if (bucket.nodes.length < K || this.#maySplit(index)) return true
    return fits(contact) && bucket.nodes.some((node) => !node.fits || node.failures >= MAX_FAILURES)
  }

  /** It did not answer. Bad nodes leave when somebody waits for their place, or soon after anyway. */
  failed(endpoint: Endpoint, now: Millis): void {
    const node = this.find(endpoint)
    if (node === undefined) {
      const key = keyOf(endpoint)
      for (const { waiting } of this.#buckets) remove(waiting, (other) => keyOf(other.endpoint) === key)
      return
    }
    node.failures++
    this.#nobodyDueBefore = 0
    if (node.failures < MAX_FAILURES) return
    const bucket = this.#buckets[this.#indexOf(node.id)] as Bucket
    this.#remove(node)
    const next = bucket.waiting.pop()
    if (next !== undefined) this.#place(next, now)
  }

  /** The `count` closest to the target that are not known to fail; for replies and to begin a lookup. */
  closest(target: Uint8Array, count: number): TableNode[] {
    const found: TableNode[] = []
    const head = readUint32(target, 0)
    // Most are out by their first bytes: this is done for every question that comes in.
    let farthest = 0
    for (const node of this.#byAddress.values()) {
      const distance = (node.head ^ head) >>> 0
      if (node.failures > 0 || (found.length >= count && distance > farthest)) continue
      let at = found.length
      while (at > 0 && compareDistance(target, node.id, (found[at - 1] as TableNode).id) < 0) at--
      if (at >= count) continue
      if (found.length >= count) found.pop()
      found.splice(at, 0, node)
      farthest = ((found[found.length - 1] as TableNode).head ^ head) >>> 0
    }
    return found
  }

  /** Nodes that the whole network has, about, judged by how close our neighbours are; no bound while we know too few. */
  networkSize(): number {
    const farthest = this.closest(this.#ownId, K)[K - 1]
    return farthest === undefined ? Number.POSITIVE_INFINITY : K / distanceShare(this.#ownId, farthest.id)
  }

  goodCount(now: Millis): number {
    let good = 0
    for (const node of this.#byAddress.values()) if (isGood(node, now)) good++
    return good
  }

  /** Nodes that are questionable or soon will be, the one heard of least recently first; each again after a while. */
  questionable(now: Millis, count: number): TableNode[] {
    if (now < this.#nobodyDueBefore) return []
    const found: TableNode[] = []
    let dueAt = Number.POSITIVE_INFINITY
    for (const node of this.#byAddress.values()) {
      const quietAt = node.failures > 0 ? now : after(node.heardAt, ASK_AFTER_MS)
      const nodeDueAt = Math.max(quietAt, after(node.pingedAt, ASK_AGAIN_MS))
      dueAt = Math.min(dueAt, nodeDueAt)
      if (nodeDueAt <= now) found.push(node)
    }
    this.#nobodyDueBefore = dueAt
    found.sort((a, b) => a.heardAt - b.heardAt)
    found.length = Math.min(found.length, count)
    return found
  }

  /** An id to look for in a bucket that nothing was heard of for long; undefined when all are fresh. Marks it as fresh. */
  stale(now: Millis, random: Random): Uint8Array | undefined {
    for (const [index, bucket] of this.#buckets.entries()) {
      if (after(bucket.changedAt, QUESTIONABLE_MS) > now) continue
      bucket.changedAt = now
      return idAt(this.#ownId, index, random)
    }
    return undefined
  }

  #indexOf(id: Uint8Array): number {
    return Math.min(sharedBits(this.#ownId, id), this.#buckets.length - 1)
  }

  /** BEP 5: only the bucket that our own id falls into is split. */
  #maySplit(index: number): boolean {
    return index === this.#buckets.length - 1 && index < MOST_BUCKETS - 1
  }

  #networkIsFull(host: string): boolean {
    return isPublicHost(host) && (this.#perNetwork.get(networkOf(host)) ?? 0) >= MAX_PER_NETWORK
  }

  #place(node: TableNode, now: Millis): void {
    if (equalBytes(node.id, this.#ownId) || this.#networkIsFull(node.endpoint.host)) return
    for (;;) {
      const index = this.#indexOf(node.id)
      const bucket = this.#buckets[index] as Bucket
      if (bucket.nodes.some((other) => equalBytes(other.id, node.id))) return
      if (bucket.nodes.length >= K && !this.#makeRoom(bucket, node)) {
        if (!this.#maySplit(index)) {
          wait(bucket, node)
          return
        }
        this.#split(now)
        continue
      }
      bucket.nodes.push(node)
      bucket.changedAt = now
      this.#nobodyDueBefore = Math.min(this.#nobodyDueBefore, after(node.heardAt, ASK_AFTER_MS))
      this.#byAddress.set(keyOf(node.endpoint), node)
      this.#count(node.endpoint.host, 1)
      return
    }
  }

  /** A node that fails, or whose id does not fit its address, gives way. */
  #makeRoom(bucket: Bucket, node: TableNode): boolean {
    const leaving =
      bucket.nodes.find((other) => other.failures >= MAX_FAILURES) ??
      (node.fits ? bucket.nodes.find((other) => !other.fits) : undefined)
    if (leaving === undefined) return false
    this.#remove(leaving)
    return true
  }

  #split(now: Millis): void {
    const last = this.#buckets.length - 1
    const old = this.#buckets[last] as Bucket
    const far = newBucket(old.changedAt)
    const near = newBucket(now)
    for (const part of ['nodes', 'waiting'] as const) {
      for (const node of old[part]) {
        const bucket = sharedBits(this.#ownId, node.id) === last ? far : near
        bucket[part].push(node)
      }
    }
    this.#buckets.splice(last, 1, far, near)
  }

  #remove(node: TableNode): void {
    const bucket = this.#buckets[this.#indexOf(node.id)] as Bucket
    const at = bucket.nodes.indexOf(node)
    if (at < 0) return
    bucket.nodes.splice(at, 1)
    this.#byAddress.delete(keyOf(node.endpoint))
    this.#count(node.endpoint.host, -1)
  }

  #count(host: string, change: 1 | -1): void {
    if (!isPublicHost(host)) return
    const network = networkOf(host)
    const count = (this.#perNetwork.get(network) ?? 0) + change
    if (count === 0) this.#perNetwork.delete(network)
    else this.#perNetwork.set(network, count)
  }
}

/** Ids that share more leading bits than this with ours do not occur in a network of this world. */
const MOST_BUCKETS = 64

function newBucket(now: Millis): Bucket {
  return { nodes: [], waiting: [], changedAt: now }
}

function wait(bucket: Bucket, node: TableNode): void {
  if (!node.fits) return
  remove(bucket.waiting, (other) => equalBytes(other.id, node.id))
  bucket.waiting.push(node)
  if (bucket.waiting.length > K) bucket.waiting.shift()
}

function remove(nodes: TableNode[], is: (node: TableNode) => boolean): void {
  const at = nodes.findIndex(is)
  if (at >= 0) nodes.splice(at, 1)
}

function isGood(node: TableNode, now: Millis): boolean {
  return node.failures === 0 && after(node.heardAt, QUESTIONABLE_MS) > now
}

function fits({ id, endpoint }: Contact): boolean {
  return idFits(id, endpoint.host)
}

/** SAFETY.md: one node per public address, whatever its port; on private ranges port and address make a node. */
function keyOf(endpoint: Endpoint): string {
  return isPublicHost(endpoint.host) ? endpoint.host : endpointText(endpoint)
}
