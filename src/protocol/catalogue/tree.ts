// The merkle tree over the entries of one catalogue: a binary trie of their keys in which every node branches.
// Promises: its shape and root depend on the set of entries alone, never on the order in which they came; a tree never changes,
// so adding or removing one entry makes a new tree that shares all but one path with the old; only that path is hashed again.

import type { Digest } from '../../base/ports.ts'
import { CatalogueError } from './catalogue-error.ts'
import { HASH_BYTES, PATH_STEP_BYTES } from './limits.ts'

/** One character per byte: key (32), then leaf hash (32). A string takes a third of what an array of bytes does. */
type Leaf = string

class Node {
  /** Keys below have the same bits before this one; those with 0 here lie left. */
  readonly bit: number
  readonly left: Subtree
  readonly right: Subtree
  readonly count: number
  /** Made when first asked for. */
  hash: string | undefined

  constructor(bit: number, left: Subtree, right: Subtree) {
    this.bit = bit
    this.left = left
    this.right = right
    this.count = countOf(left) + countOf(right)
  }
}
type Subtree = Leaf | Node

/** An entry as the tree sees it, both 32 bytes. */
export interface TreeLeaf {
  readonly key: Uint8Array
  readonly hash: Uint8Array
}

/** How one entry differs between two trees; without `before` it was added, without `after` removed. */
export interface TreeChange {
  readonly key: Uint8Array
  readonly before: Uint8Array | undefined
  readonly after: Uint8Array | undefined
}

const KEY_BITS = 8 * HASH_BYTES
const NODE_PREFIX = '\x01'

export class CatalogueTree {
  readonly #top: Subtree | undefined

  private constructor(top: Subtree | undefined) {
    this.#top = top
  }

  static readonly EMPTY = new CatalogueTree(undefined)

  /** In any order. Hashes nothing yet. @throws CatalogueError DUPLICATE_ENTRY for two leaves with one key */
  static of(leaves: Iterable<TreeLeaf>): CatalogueTree {
    const sorted = Array.from(leaves, leafText).sort()
    for (let i = 1; i < sorted.length; i++)
      if (firstDifference(sorted[i - 1] as Leaf, sorted[i] as Leaf) === KEY_BITS)
        throw new CatalogueError('DUPLICATE_ENTRY')
    return sorted.length === 0 ? CatalogueTree.EMPTY : new CatalogueTree(build(sorted, 0, sorted.length))
  }

  get count(): number {
    return this.#top === undefined ? 0 : countOf(this.#top)
  }

  /** 32 bytes; of an empty tree the hash of nothing (as in RFC 6962). */
  root(digest: Digest): Uint8Array {
    return this.#top === undefined ? digest.sha256(new Uint8Array(0)) : bytesOf(hashOf(this.#top, digest))
  }

  /** The leaf hash of an entry, undefined when there is none with that key. */
  get(key: Uint8Array): Uint8Array | undefined {
    const leaf = this.#find(textOf(key))
    return leaf === undefined ? undefined : bytesOf(leaf.slice(HASH_BYTES))
  }

  /** Adds an entry or replaces the one with its key. */
  with(added: TreeLeaf): CatalogueTree {
    const leaf = leafText(added)
    if (this.#top === undefined) return new CatalogueTree(leaf)
    const nearest = descend(this.#top, leaf)
    if (nearest === leaf) return this
    return new CatalogueTree(place(this.#top, leaf, firstDifference(nearest, leaf)))
  }

  /** The same tree when there is no such entry. */
  without(key: Uint8Array): CatalogueTree {
    const text = textOf(key)
    if (this.#top === undefined || this.#find(text) === undefined) return this
    const left = removed(this.#top, text)
    return left === undefined ? CatalogueTree.EMPTY : new CatalogueTree(left)
  }

  /**
   * What leads from an entry to the root: for each node on the way, from below, its bit (one byte) and the hash of its
   * other side. Undefined when there is no such entry.
   */
  path(key: Uint8Array, digest: Digest): Uint8Array | undefined {
    const text = textOf(key)
    if (this.#find(text) === undefined) return undefined
    const others: { bit: number; other: Subtree }[] = []
    for (let at = this.#top as Subtree; typeof at !== 'string'; ) {
      const [next, other] = bitAt(text, at.bit) === 0 ? [at.left, at.right] : [at.right, at.left]
      others.push({ bit: at.bit, other })
      at = next
    }
    const path = new Uint8Array(others.length * PATH_STEP_BYTES)
    others.reverse().forEach(({ bit, other }, i) => {
      path[i * PATH_STEP_BYTES] = bit
      path.set(bytesOf(hashOf(other, digest)), i * PATH_STEP_BYTES + 1)
    })
    return path
  }

  /** How many keys are at or below this one. */
  rank(key: Uint8Array): number {
    const text = textOf(key)
    if (this.#top === undefined) return 0
    const nearest = descend(this.#top, text)
    const split = firstDifference(nearest, text)
    let before = 0
    let at = this.#top
    while (typeof at !== 'string' && at.bit < split) {
      if (bitAt(text, at.bit) === 0) at = at.left
      else {
        before += countOf(at.left)
        at = at.right
      }
    }
    // All keys below `at` lie on the same side of the key, or are the key.
    return split === KEY_BITS || bitAt(text, split) === 1 ? before + countOf(at) : before
  }

  /** Ascending by key. */
  *leaves(): Generator<TreeLeaf> {
    const waiting: Subtree[] = this.#top === undefined ? [] : [this.#top]
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (typeof at === 'string') yield leafOf(at)
      else waiting.push(at.right, at.left)
    }
  }

  /** What leads from this tree to `next`, ascending by key; takes time by how much differs, not by how much there is. */
  changesTo(next: CatalogueTree, digest: Digest): TreeChange[] {
    const changes: TreeChange[] = []
    compare(this.#top, next.#top, digest, changes)
    return changes
  }

  #find(key: string): Leaf | undefined {
    if (this.#top === undefined) return undefined
    const leaf = descend(this.#top, key)
    return firstDifference(leaf, key) === KEY_BITS ? leaf : undefined
  }
}

/** The root over more leaves than fit in memory: they pass once, ascending by key. @throws CatalogueError DUPLICATE_ENTRY */
export function rootOfMany(leaves: Iterable<TreeLeaf>, digest: Digest): Uint8Array {
  /** Finished left sides, each with the bit at which its node branches; bits rise, so there are at most 256. */
  const open: { readonly hash: Uint8Array; readonly bit: number }[] = []
  let last: Leaf | undefined
  let hash = digest.sha256(new Uint8Array(0))
  const close = (from: number): void => {
    for (let left = open.at(-1); left !== undefined && left.bit > from; left = open.at(-1)) {
      hash = nodeHash(left.bit, left.hash, hash, digest)
      open.pop()
    }
  }
  for (const leaf of leaves) {
    const text = leafText(leaf)
    if (last !== undefined) {
      const bit = firstDifference(last, text)
      if (bit === KEY_BITS || bitAt(text, bit) === 0) throw new CatalogueError('DUPLICATE_ENTRY')
      close(bit)
      open.push({ hash, bit })
    }
    hash = leaf.hash
    last = text
  }
  close(-1)
  return hash
}

/** The hash of an inner node. */
export function nodeHash(bit: number, left: Uint8Array, right: Uint8Array, digest: Digest): Uint8Array {
  const input = new Uint8Array(2 + 2 * HASH_BYTES)
  input[0] = 1
  input[1] = bit
  input.set(left, 2)
  input.set(right, 2 + HASH_BYTES)
  return digest.sha256(input)
}

function hashOf(subtree: Subtree, digest: Digest): string {
  if (typeof subtree === 'string') return subtree.slice(HASH_BYTES)
  subtree.hash ??= textOf(
    digest.sha256(
      bytesOf(
        NODE_PREFIX +
          String.fromCharCode(subtree.bit) +
          hashOf(subtree.left, digest) +
          hashOf(subtree.right, digest),
      ),
    ),
  )
  return subtree.hash
}

/** @param sorted leaves with different keys; those from `start` to before `end` */
function build(sorted: readonly Leaf[], start: number, end: number): Subtree {
  const first = sorted[start] as Leaf
  if (end - start === 1) return first
  const bit = firstDifference(first, sorted[end - 1] as Leaf)
  let low = start + 1
  let high = end - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (bitAt(sorted[middle] as Leaf, bit) === 0) low = middle + 1
    else high = middle
  }
  return new Node(bit, build(sorted, start, low), build(sorted, low, end))
}

/** `split`: the first bit in which the new key differs from those it will lie beside; KEY_BITS when it is there already. */
function place(subtree: Subtree, leaf: Leaf, split: number): Subtree {
  if (typeof subtree === 'string' || subtree.bit > split) {
    if (split === KEY_BITS) return leaf
    return bitAt(leaf, split) === 0 ? new Node(split, leaf, subtree) : new Node(split, subtree, leaf)
  }
  const { bit, left, right } = subtree
  return bitAt(leaf, bit) === 0
    ? new Node(bit, place(left, leaf, split), right)
    : new Node(bit, left, place(right, leaf, split))
}

/** The subtree without a key that is in it; undefined when nothing is left. */
function removed(subtree: Subtree, key: string): Subtree | undefined {
  if (typeof subtree === 'string') return undefined
  const { bit, left, right } = subtree
  if (bitAt(key, bit) === 0) {
    const rest = removed(left, key)
    return rest === undefined ? right : new Node(bit, rest, right)
  }
  const rest = removed(right, key)
  return rest === undefined ? left : new Node(bit, left, rest)
}

function compare(
  before: Subtree | undefined,
  after: Subtree | undefined,
  digest: Digest,
  changes: TreeChange[],
): void {
  if (before === after) return
  if (before === undefined || after === undefined) {
    for (const leaf of leavesOf(before ?? after)) changes.push(change(leaf, before !== undefined))
    return
  }
  const [bitBefore, bitAfter] = [bitOf(before), bitOf(after)]
  const split = firstDifference(firstLeaf(before), firstLeaf(after))
  if (split < Math.min(bitBefore, bitAfter)) {
    // Nothing in common: all of one side comes before all of the other.
    const beforeIsLeft = bitAt(firstLeaf(before), split) === 0
    compare(beforeIsLeft ? before : undefined, beforeIsLeft ? undefined : after, digest, changes)
    compare(beforeIsLeft ? undefined : before, beforeIsLeft ? after : undefined, digest, changes)
  } else if (typeof before === 'string' && typeof after === 'string') {
    const key = bytesOf(before.slice(0, HASH_BYTES))
    changes.push({ key, before: leafOf(before).hash, after: leafOf(after).hash })
  } else if (bitBefore === bitAfter) {
    if (hashOf(before, digest) === hashOf(after, digest)) return
    const [a, b] = [before as Node, after as Node]
    compare(a.left, b.left, digest, changes)
    compare(a.right, b.right, digest, changes)
  } else if (bitBefore < bitAfter) {
    const { bit, left, right } = before as Node
    const goesLeft = bitAt(firstLeaf(after), bit) === 0
    compare(left, goesLeft ? after : undefined, digest, changes)
    compare(right, goesLeft ? undefined : after, digest, changes)
  } else {
    const { bit, left, right } = after as Node
    const goesLeft = bitAt(firstLeaf(before), bit) === 0
    compare(goesLeft ? before : undefined, left, digest, changes)
    compare(goesLeft ? undefined : before, right, digest, changes)
  }
}

function change(leaf: Leaf, wasThere: boolean): TreeChange {
  const { key, hash } = leafOf(leaf)
  return { key, before: wasThere ? hash : undefined, after: wasThere ? undefined : hash }
}

function* leavesOf(subtree: Subtree | undefined): Generator<Leaf> {
  const waiting = subtree === undefined ? [] : [subtree]
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (typeof at === 'string') yield at
    else waiting.push(at.right, at.left)
  }
}

/** The one leaf that a key can be. */
function descend(subtree: Subtree, key: string): Leaf {
  let at = subtree
  while (typeof at !== 'string') at = bitAt(key, at.bit) === 0 ? at.left : at.right
  return at
}

function firstLeaf(subtree: Subtree): Leaf {
  let at = subtree
  while (typeof at !== 'string') at = at.left
  return at
}

function countOf(subtree: Subtree): number {
  return typeof subtree === 'string' ? 1 : subtree.count
}

/** A leaf branches after the last bit of its key. */
function bitOf(subtree: Subtree): number {
  return typeof subtree === 'string' ? KEY_BITS : subtree.bit
}

function bitAt(text: string, bit: number): number {
  return (text.charCodeAt(bit >>> 3) >>> (7 - (bit & 7))) & 1
}

/** The first bit in which two keys differ; KEY_BITS when they are equal. */
function firstDifference(a: string, b: string): number {
  for (let i = 0; i < HASH_BYTES; i++) {
    const difference = a.charCodeAt(i) ^ b.charCodeAt(i)
    if (difference !== 0) return 8 * i + Math.clz32(difference) - 24
  }
  return KEY_BITS
}

function leafText({ key, hash }: TreeLeaf): Leaf {
  if (key.length !== HASH_BYTES || hash.length !== HASH_BYTES)
    throw new CatalogueError('BAD_FIELD', { field: 'leaf' })
  return textOf(key) + textOf(hash)
}

function leafOf(leaf: Leaf): TreeLeaf {
  return { key: bytesOf(leaf.slice(0, HASH_BYTES)), hash: bytesOf(leaf.slice(HASH_BYTES)) }
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
