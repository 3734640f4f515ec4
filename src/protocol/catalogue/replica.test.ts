import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  catalogueOf,
  type DrawnCatalogue,
  drawnEntry,
  entryOf,
  headOf,
  hexOf,
} from '../../../test/doubles/catalogues.ts'
import { digest } from '../../../test/doubles/digest.ts'
import { encode } from '../../base/bencode-encode.ts'
import { compareBytes, EMPTY, toHex } from '../../base/bytes.ts'
import { catalogueAudience, EVERYONE } from './audience.ts'
import { CatalogueError } from './catalogue-error.ts'
import { decodeDeltaPage, deltaPage } from './delta.ts'
import { type CatalogueEntry, encodeEntry } from './entry.ts'
import { type CatalogueHead, emptyRoot } from './head.ts'
import { MAX_PAGE_BYTES, MAX_REPLICATED_ENTRIES } from './limits.ts'
import { Replica } from './replica.ts'
import { CatalogueTree } from './tree.ts'

const CIRCLE = catalogueAudience('circle:band')

function pageOf(from: DrawnCatalogue, to: DrawnCatalogue, after?: Uint8Array): Uint8Array {
  const changes = from.tree
    .changesTo(to.tree, digest)
    .filter(({ key }) => after === undefined || compareBytes(key, after) > 0)
    .map(({ key, after }) => ({ key, entry: after && to.entries.get(hexOf(key)) }))
  return deltaPage({ from: from.tree.root(digest), to: to.tree.root(digest), after }, changes)
}

function replicaOf(from: DrawnCatalogue, head: CatalogueHead): Replica {
  return new Replica({ from: from.tree.root(digest), tree: from.tree, head }, digest)
}

function faultOf(replica: Replica, page: Uint8Array) {
  const taken = replica.take(page)
  return taken.ok ? undefined : taken.fault
}

const NOTHING = catalogueOf([])

test('the differences between any two catalogues lead from the one to the other', () => {
  for (const audience of [EVERYONE, CIRCLE])
    fc.assert(
      fc.property(
        fc.array(drawnEntry(audience), { maxLength: 12 }),
        fc.array(drawnEntry(audience), { maxLength: 12 }),
        fc.array(drawnEntry(audience), { maxLength: 12 }),
        (both, first, second) => {
          const [a, b] = [catalogueOf([...both, ...first]), catalogueOf([...both, ...second])]
          const replica = replicaOf(a, headOf(b.tree, { audience }))
          const taken = replica.take(pageOf(a, b))
          assert.ok(taken.ok && taken.done)
          assert.equal(toHex(replica.tree.root(digest)), toHex(b.tree.root(digest)))
          for (const { key, bytes } of taken.added) assert.deepEqual(b.entries.get(hexOf(key)), bytes)
        },
      ),
      { seed: 31, numRuns: 40 },
    )
})

const many = catalogueOf(
  Array.from({ length: 4_000 }, (_, number) => entryOf({ number, name: `${number} ${'n'.repeat(200)}` })),
)
const fewer = catalogueOf(Array.from({ length: 1_500 }, (_, number) => entryOf({ number: number * 2 })))

test('much is told in pages that fit, and goes on from any of them after an interruption', () => {
  const head = headOf(many.tree)
  const from = fewer.tree.root(digest)
  let tree = fewer.tree
  let cursor: Uint8Array | undefined
  let pages = 0
  for (let done = false; !done; pages++) {
    // Each page by a reader that knows nothing but what the one before left behind.
    const replica = new Replica({ from, tree, cursor, head }, digest)
    const page = pageOf(fewer, many, cursor)
    assert.ok(page.length <= MAX_PAGE_BYTES)
    const taken = replica.take(page)
    assert.ok(taken.ok)
    ;({ tree, cursor } = replica)
    done = taken.done
  }
  assert.ok(pages >= 4, `${pages} pages`)
  assert.equal(toHex(tree.root(digest)), toHex(many.tree.root(digest)))
})

test('a page that is not the next one is refused, and after a refusal nothing more is taken', () => {
  const head = headOf(many.tree)
  const first = pageOf(NOTHING, many)
  const { end } = decodeDeltaPage(first)
  const second = pageOf(NOTHING, many, end?.slice())
  const replica = replicaOf(NOTHING, head)
  assert.equal(faultOf(replicaOf(NOTHING, head), second), 'WRONG_PAGE')
  assert.equal(faultOf(replicaOf(fewer, head), first), 'WRONG_PAGE')
  assert.equal(faultOf(replicaOf(NOTHING, headOf(fewer.tree)), first), 'WRONG_PAGE')
  assert.equal(faultOf(replica, first), undefined)
  assert.equal(faultOf(replica, first), 'WRONG_PAGE')
  assert.equal(faultOf(replica, second), 'WRONG_PAGE')
  assert.equal(replica.tree.count, decodeDeltaPage(first).changes.length)
})

const small = catalogueOf([entryOf({ number: 1 }), entryOf({ number: 2 }), entryOf({ number: 3 })])
const order = small.leaves.toSorted((a, b) => compareBytes(a.key, b.key))
const bytes = order.map(({ key }) => small.entries.get(hexOf(key)) as Uint8Array)
const page = (o: readonly Uint8Array[], more: object = {}) =>
  encode({ a: emptyRoot(digest), b: small.tree.root(digest), f: EMPTY, o, ...more })

test('an entry that was forged, left out, put in or moved does not make the signed root', () => {
  const head = headOf(small.tree)
  const fault = (changes: readonly Uint8Array[]) => faultOf(replicaOf(NOTHING, head), page(changes))
  const [one, two, three] = bytes as [Uint8Array, Uint8Array, Uint8Array]
  assert.equal(fault([one, two, three]), undefined)
  assert.equal(fault([one, three]), 'ROOT_DIFFERS')
  assert.equal(fault([one, three, two]), 'WRONG_CHANGE')
  assert.equal(fault([one, one, two, three]), 'WRONG_CHANGE')
  assert.equal(fault([(order[0] as { key: Uint8Array }).key, one]), 'WRONG_CHANGE')
  assert.equal(fault([encodeEntry(entryOf({ folders: [] }))]), 'WRONG_ENTRY')
  assert.equal(fault([new Uint8Array(40)]), 'MALFORMED')
  const renamed = encodeEntry({ ...entryOf({ number: 3 }), name: 'other.flac' })
  const forged = order.map(({ key }, i) =>
    hexOf(key) === hexOf(catalogueOf([entryOf({ number: 3 })]).leaves[0]?.key as Uint8Array)
      ? renamed
      : (bytes[i] as Uint8Array),
  )
  assert.equal(fault(forged), 'ROOT_DIFFERS')
})

test('more entries than the head counts are noticed before the end', () => {
  const head = { ...headOf(small.tree), count: 2 }
  const last = order.at(-1)?.key as Uint8Array
  assert.equal(faultOf(replicaOf(NOTHING, head), page(bytes, { n: last })), 'TOO_MANY_ENTRIES')
  const huge = { ...headOf(small.tree), count: MAX_REPLICATED_ENTRIES + 1 }
  assert.equal(faultOf(replicaOf(NOTHING, huge), page(bytes)), 'TOO_MANY_ENTRIES')
})

test('a page is read whole or not at all', () => {
  const whole = page(bytes)
  for (let length = 0; length < whole.length; length++)
    assert.throws(() => decodeDeltaPage(whole.subarray(0, length)), CatalogueError)
  assert.throws(() => decodeDeltaPage(page([], { n: new Uint8Array(32).fill(1) })), { code: 'BAD_FIELD' })
  assert.throws(() => decodeDeltaPage(page(bytes, { n: new Uint8Array(32), f: new Uint8Array(32) })), {
    code: 'BAD_FIELD',
  })
  assert.throws(() => decodeDeltaPage(page([new Uint8Array(31)])), { code: 'BAD_FIELD' })
  assert.throws(() => decodeDeltaPage(page(bytes, { z: 1 })), { code: 'NOT_CANONICAL' })
  assert.throws(() => decodeDeltaPage(new Uint8Array(MAX_PAGE_BYTES + 1)), { code: 'MALFORMED' })
})

test('an empty catalogue after a full one takes one page', () => {
  const empty: readonly CatalogueEntry[] = []
  const replica = replicaOf(small, headOf(CatalogueTree.EMPTY))
  const taken = replica.take(pageOf(small, catalogueOf(empty)))
  assert.ok(taken.ok && taken.done)
  assert.equal(taken.removed.length, 3)
  assert.equal(replica.tree.count, 0)
})
