// What was computed a second time elsewhere (test/vectors/catalogue.json). If one of these fails, the protocol was changed.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { signatures } from '../../../test/doubles/catalogues.ts'
import { digest } from '../../../test/doubles/digest.ts'
import { fromHex, toHex } from '../../base/bytes.ts'
import { catalogueAudience } from './audience.ts'
import { decodeDeltaPage } from './delta.ts'
import { type CatalogueEntry, decodeEntry, encodeEntry, entryKey, leafHash } from './entry.ts'
import { encodeHead, signHead } from './head.ts'
import { checkHit } from './hit.ts'
import { Replica } from './replica.ts'
import { CatalogueTree } from './tree.ts'

interface Vectors {
  readonly seed: string
  readonly issued: number
  readonly catalogues: readonly {
    readonly audience: string
    readonly root: string
    readonly head: string
    readonly entries: readonly {
      readonly entry: Omit<CatalogueEntry, 'root'> & { readonly root: string }
      readonly bytes: string
      readonly key: string
      readonly leaf: string
      readonly path: string
    }[]
  }[]
  readonly page: string
}

const { seed, issued, catalogues, page } = JSON.parse(
  readFileSync(new URL('../../../test/vectors/catalogue.json', import.meta.url), 'utf8'),
) as Vectors

/** JSON leaves out what is undefined. */
function entryFrom({ root, ...rest }: Vectors['catalogues'][0]['entries'][0]['entry']): CatalogueEntry {
  const absent: Partial<CatalogueEntry> = { licence: undefined, publisher: undefined, folders: undefined }
  return { ...absent, ...rest, root: fromHex(root) }
}

test('entries, their keys and their leaves are these bytes', () => {
  for (const { entries } of catalogues)
    for (const { entry, bytes, key, leaf } of entries) {
      assert.equal(toHex(encodeEntry(entryFrom(entry))), bytes)
      assert.equal(toHex(entryKey(decodeEntry(fromHex(bytes)), digest)), key)
      assert.equal(toHex(leafHash(fromHex(bytes), digest)), leaf)
    }
})

test('roots, paths and signed heads are these bytes, and believed', () => {
  for (const { audience, root, head, entries } of catalogues) {
    const tree = CatalogueTree.of(
      entries.map(({ key, leaf }) => ({ key: fromHex(key), hash: fromHex(leaf) })),
    )
    assert.equal(toHex(tree.root(digest)), root)
    const facts = { seq: issued, count: entries.length, root: fromHex(root), issued }
    const whole = { ...facts, audience: catalogueAudience(audience), expires: issued + 7 * 86_400 }
    assert.equal(toHex(encodeHead(signHead(whole, fromHex(seed), signatures))), head)
    for (const { bytes, key, path } of entries) {
      assert.equal(toHex(tree.path(fromHex(key), digest) as Uint8Array), path)
      const hit = { entry: fromHex(bytes), path: fromHex(path), head: fromHex(head) }
      const wanted = { audience: catalogueAudience(audience), now: issued }
      assert.equal(checkHit(hit, wanted, digest, signatures).ok, true)
    }
  }
})

test('a page of differences leads from its one root to its other', () => {
  const three = catalogues[2]?.entries.slice(0, 3) ?? []
  const tree = CatalogueTree.of(three.map(({ key, leaf }) => ({ key: fromHex(key), hash: fromHex(leaf) })))
  const { from, to } = decodeDeltaPage(fromHex(page))
  assert.equal(toHex(tree.root(digest)), toHex(from))
  const audience = catalogueAudience('everyone')
  const facts = { audience, seq: 2, count: 3, root: to, issued, expires: issued + 1 }
  const replica = new Replica({ from, tree, head: signHead(facts, fromHex(seed), signatures) }, digest)
  const taken = replica.take(fromHex(page))
  assert.ok(taken.ok && taken.done)
  assert.deepEqual([taken.added.length, taken.removed.length], [2, 1])
})
