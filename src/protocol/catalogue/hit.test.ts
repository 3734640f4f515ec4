import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  catalogueOf,
  DAY,
  drawnEntry,
  entryOf,
  headOf,
  leafOf,
  NOW,
  SEED,
  signatures,
} from '../../../test/doubles/catalogues.ts'
import { digest } from '../../../test/doubles/digest.ts'
import { catalogueAudience, EVERYONE } from './audience.ts'
import { type CatalogueEntry, encodeEntry } from './entry.ts'
import { encodeHead } from './head.ts'
import { checkHit, type Hit } from './hit.ts'
import { MAX_PATH_STEPS, PATH_STEP_BYTES } from './limits.ts'

const CIRCLE = catalogueAudience('circle:band')
const wanted = { audience: EVERYONE, author: signatures.publicKey(SEED), now: NOW + DAY }

function hitsOf(entries: readonly CatalogueEntry[], audience = EVERYONE): Hit[] {
  const { tree, leaves, entries: bytes } = catalogueOf(entries)
  const head = encodeHead(headOf(tree, { audience }))
  return leaves.map(({ key }) => ({
    entry: bytes.get(Buffer.from(key).toString('hex')) as Uint8Array,
    path: tree.path(key, digest) as Uint8Array,
    head,
  }))
}

const faultOf = (hit: Hit, at: Partial<typeof wanted> = {}) => {
  const checked = checkHit(hit, { ...wanted, ...at }, digest, signatures)
  return checked.ok ? undefined : checked.fault
}

const flipped = (bytes: Uint8Array, at: number, bit: number): Uint8Array => {
  const bent = bytes.slice()
  bent[at] = (bent[at] as number) ^ (1 << bit)
  return bent
}

test('every entry of every catalogue can be shown to stand in it', () => {
  for (const audience of [EVERYONE, CIRCLE])
    fc.assert(
      fc.property(fc.array(drawnEntry(audience), { minLength: 1, maxLength: 20 }), (entries) => {
        for (const hit of hitsOf(entries, audience)) assert.equal(faultOf(hit, { audience }), undefined)
      }),
      { seed: 21, numRuns: 30 },
    )
})

test('one flipped bit anywhere, or anything missing, and it shows nothing', () => {
  const hits = hitsOf(Array.from({ length: 5 }, (_, number) => entryOf({ number })))
  const hit = hits[2] as Hit
  assert.equal(faultOf(hit), undefined)
  for (const part of ['entry', 'path', 'head'] as const) {
    const bytes = hit[part]
    for (let at = 0; at < bytes.length; at++) {
      assert.notEqual(faultOf({ ...hit, [part]: flipped(bytes, at, at % 8) }), undefined, `${part} ${at}`)
      assert.notEqual(faultOf({ ...hit, [part]: bytes.subarray(0, at) }), undefined, `${part} until ${at}`)
    }
  }
})

test('an entry that is not in it cannot be shown by the path of another', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(drawnEntry(), { minLength: 2, maxLength: 8, selector: ({ root }) => String(root) }),
      (entries) => {
        const [forged, ...real] = entries
        const bytes = encodeEntry(forged as CatalogueEntry)
        for (const hit of hitsOf(real)) assert.equal(faultOf({ ...hit, entry: bytes }), 'NOT_INCLUDED')
      },
    ),
    { seed: 22, numRuns: 60 },
  )
})

test('a node of the tree cannot pass for an entry, nor an entry for a node', () => {
  const [first, second] = hitsOf([entryOf({ number: 1 }), entryOf({ number: 2 })]) as [Hit, Hit]
  assert.equal(first.path.length, PATH_STEP_BYTES)
  const node = Uint8Array.of(1, first.path[0] as number, ...leafOf(entryOf()).hash, ...first.path.subarray(1))
  assert.equal(faultOf({ ...first, entry: node, path: new Uint8Array(0) }), 'MALFORMED')
  assert.equal(faultOf({ ...first, path: second.path }), 'NOT_INCLUDED')
})

test('somebody else, for others, too late or too early: not believed', () => {
  const { tree } = catalogueOf([entryOf()])
  const [hit] = hitsOf([entryOf()]) as [Hit]
  const under = (changes: Parameters<typeof headOf>[1], entry = hit.entry) =>
    faultOf({ ...hit, entry, head: encodeHead(headOf(tree, changes)) })
  assert.equal(under({}), undefined)
  assert.equal(under({ seed: new Uint8Array(32).fill(8) }), 'WRONG_AUTHOR')
  assert.equal(under({ audience: CIRCLE }), 'WRONG_AUDIENCE')
  assert.equal(under({ issued: NOW - 9 * DAY, expires: NOW - 2 * DAY }), 'EXPIRED')
  assert.equal(under({ expires: NOW + DAY }), 'EXPIRED')
  assert.equal(under({ issued: NOW + DAY + 601, expires: NOW + 2 * DAY }), 'NOT_YET')
  assert.equal(under({ issued: NOW + DAY + 600, expires: NOW + 2 * DAY }), undefined)
  assert.throws(() => headOf(tree, { expires: NOW + 7 * DAY + 1 }), { code: 'BAD_FIELD' })
  const elsewhere = entryOf({ folders: ['Music'] })
  const [member] = hitsOf([elsewhere], CIRCLE) as [Hit]
  assert.equal(faultOf(member, { audience: CIRCLE }), undefined)
  assert.equal(faultOf(member), 'WRONG_ENTRY')
})

test('a path longer than a key has bits is refused before it is hashed', () => {
  const [hit] = hitsOf([entryOf()]) as [Hit]
  assert.equal(
    faultOf({ ...hit, path: new Uint8Array((MAX_PATH_STEPS + 1) * PATH_STEP_BYTES) }),
    'NOT_INCLUDED',
  )
  // Nodes whose bits do not fall from the entry to the root are no path.
  const { tree, leaves } = catalogueOf(Array.from({ length: 9 }, (_, number) => entryOf({ number })))
  const { key, hash } = leaves[0] as (typeof leaves)[0]
  assert.ok(hash.length === 32)
  const path = tree.path(key, digest) as Uint8Array
  const twice = Uint8Array.of(...path.subarray(0, PATH_STEP_BYTES), ...path)
  assert.equal(faultOf({ ...hit, path: twice, head: encodeHead(headOf(tree)) }), 'NOT_INCLUDED')
})
