import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { digest } from '../../../test/doubles/digest.ts'
import { compareBytes, toHex, utf8 } from '../../base/bytes.ts'
import type { Digest } from '../../base/ports.ts'
import { CatalogueTree, nodeHash, rootOfMany, type TreeLeaf } from './tree.ts'

/** Few different first bytes, so that keys share long beginnings. */
const keys = fc
  .tuple(fc.array(fc.nat({ max: 3 }), { minLength: 2, maxLength: 2 }), fc.nat({ max: 5 }))
  .map(([head, tail]) =>
    Uint8Array.from({ length: 32 }, (_, i) => (i < 2 ? (head[i] as number) : i === 31 ? tail : 9)),
  )
const leaf = fc
  .tuple(keys, fc.nat({ max: 2 }))
  .map(([key, version]): TreeLeaf => ({ key, hash: digest.sha256(Uint8Array.of(...key, version)) }))
const leaves = fc.uniqueArray(leaf, { selector: ({ key }) => toHex(key), maxLength: 40 })

const at = (leaf: TreeLeaf | undefined): TreeLeaf => leaf as TreeLeaf
const sorted = (some: readonly TreeLeaf[]) => [...some].sort((a, b) => compareBytes(a.key, b.key))

/** By the definition, without the code under test. */
function rootBySplitting(some: readonly TreeLeaf[], bit = 0): Uint8Array {
  if (some.length === 0) return digest.sha256(new Uint8Array(0))
  if (some.length === 1) return at(some[0]).hash
  const isOne = ({ key }: TreeLeaf) => (((key[bit >> 3] as number) >> (7 - (bit & 7))) & 1) === 1
  const [left, right] = [some.filter((leaf) => !isOne(leaf)), some.filter(isOne)]
  if (left.length === 0 || right.length === 0) return rootBySplitting(some, bit + 1)
  return nodeHash(bit, rootBySplitting(left, bit + 1), rootBySplitting(right, bit + 1), digest)
}

test('the root is that of the definition, however the tree came to be', () => {
  fc.assert(
    fc.property(leaves, fc.func(fc.nat()), (some, order) => {
      const root = toHex(rootBySplitting(some))
      assert.equal(toHex(CatalogueTree.of(some).root(digest)), root)
      const shuffled = [...some].sort((a, b) => order(toHex(a.key)) - order(toHex(b.key)))
      let grown = CatalogueTree.EMPTY
      for (const leaf of shuffled) grown = grown.with(leaf)
      assert.equal(toHex(grown.root(digest)), root)
      assert.equal(toHex(rootOfMany(sorted(some), digest)), root)
      assert.equal(grown.count, some.length)
      assert.deepEqual([...grown.leaves()], sorted(some))
    }),
    { seed: 1 },
  )
})

test('adding and removing leaves no trace, and changes no other tree', () => {
  fc.assert(
    fc.property(leaves, leaves, (kept, passing) => {
      const start = CatalogueTree.of(kept)
      const root = toHex(start.root(digest))
      const news = passing.filter(({ key }) => start.get(key) === undefined)
      let tree = start
      for (const leaf of news) tree = tree.with(leaf)
      assert.equal(tree.count, kept.length + news.length)
      for (const { key } of news) tree = tree.without(key)
      assert.equal(toHex(tree.root(digest)), root)
      for (const { key } of news) assert.equal(tree.without(key), tree)
      assert.equal(toHex(start.root(digest)), root)
      for (const { key, hash } of kept) assert.deepEqual(start.get(key), hash)
    }),
    { seed: 2 },
  )
})

test('the changes between two trees lead from the one to the other, ascending', () => {
  fc.assert(
    fc.property(leaves, leaves, (a, b) => {
      const [from, to] = [CatalogueTree.of(a), CatalogueTree.of(b)]
      const changes = from.changesTo(to, digest)
      let tree = from
      for (const { key, before, after } of changes) {
        assert.deepEqual(from.get(key), before)
        assert.deepEqual(to.get(key), after)
        assert.notDeepEqual(before, after)
        tree = after === undefined ? tree.without(key) : tree.with({ key, hash: after })
      }
      assert.equal(toHex(tree.root(digest)), toHex(to.root(digest)))
      for (let i = 1; i < changes.length; i++)
        assert.ok(compareBytes(changes[i - 1]?.key as Uint8Array, changes[i]?.key as Uint8Array) < 0)
    }),
    { seed: 3, numRuns: 300 },
  )
})

test('the rank of a key is how many are at or below it', () => {
  fc.assert(
    fc.property(leaves, keys, (some, key) => {
      const below = some.filter((leaf) => compareBytes(leaf.key, key) <= 0).length
      assert.equal(CatalogueTree.of(some).rank(key), below)
    }),
    { seed: 4 },
  )
})

test('two entries with one key are no catalogue', () => {
  const one = { key: new Uint8Array(32), hash: new Uint8Array(32) }
  assert.throws(() => rootOfMany([one, one], digest), { code: 'DUPLICATE_ENTRY' })
  assert.throws(() => CatalogueTree.of([one, { ...one, hash: new Uint8Array(32).fill(1) }]), {
    code: 'DUPLICATE_ENTRY',
  })
})

test('of a catalogue of 100,000 one changed entry costs some thirty hashes, not a hundred thousand', () => {
  let hashed = 0
  const counting: Digest = {
    sha1: (bytes) => digest.sha1(bytes),
    sha256(bytes) {
      hashed++
      return digest.sha256(bytes)
    },
  }
  const some = Array.from({ length: 100_000 }, (_, i) => ({
    key: digest.sha256(utf8(`key ${i}`)),
    hash: digest.sha256(utf8(`entry ${i}`)),
  }))
  let tree = CatalogueTree.of(some)
  tree.root(counting)
  assert.equal(hashed, 99_999)

  let most = 0
  const change = (next: CatalogueTree) => {
    hashed = 0
    next.root(counting)
    most = Math.max(most, hashed)
    tree = next
  }
  for (let i = 0; i < 100; i++) {
    const { key } = at(some[i * 997])
    change(tree.with({ key, hash: digest.sha256(utf8(`changed ${i}`)) }))
    change(tree.without(key))
    change(tree.with({ key: digest.sha256(utf8(`new ${i}`)), hash: key }))
  }
  assert.ok(most <= 40, `${most} hashes`)
  assert.equal(tree.count, 100_000)

  hashed = 0
  const changes = CatalogueTree.of(some).changesTo(tree, counting)
  assert.equal(changes.length, 200)
})
