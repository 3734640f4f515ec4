// Signed catalogues: an entry, a head, a page of differences or a whole search hit from an enemy. What is read is written again
// the same; nothing invented is believed; a page never makes a catalogue that was not signed.

import assert from 'node:assert/strict'
import { encode } from '../../src/base/bencode-encode.ts'
import { EMPTY } from '../../src/base/bytes.ts'
import { catalogueAudience, EVERYONE } from '../../src/protocol/catalogue/audience.ts'
import { CatalogueError } from '../../src/protocol/catalogue/catalogue-error.ts'
import { decodeDeltaPage } from '../../src/protocol/catalogue/delta.ts'
import { decodeEntry, encodeEntry } from '../../src/protocol/catalogue/entry.ts'
import { decodeHead, emptyRoot, encodeHead } from '../../src/protocol/catalogue/head.ts'
import { checkHit } from '../../src/protocol/catalogue/hit.ts'
import { PATH_STEP_BYTES } from '../../src/protocol/catalogue/limits.ts'
import { Replica } from '../../src/protocol/catalogue/replica.ts'
import { CatalogueTree } from '../../src/protocol/catalogue/tree.ts'
import { catalogueOf, entryOf, headOf, NOW, signatures } from '../../test/doubles/catalogues.ts'
import { digest } from '../../test/doubles/digest.ts'
import type { FuzzTarget } from './target.ts'

const CIRCLE = catalogueAudience('circle:band')
const two = catalogueOf([
  entryOf({ number: 1 }),
  entryOf({ number: 2, facts: { artist: 'Zoë', durationMs: 183_500 }, publisher: 'Caro' }),
])
const head = headOf(two.tree)
const known = [...two.entries.values()]
const first = known[0] as Uint8Array
const path = two.tree.path(two.leaves[0]?.key as Uint8Array, digest) as Uint8Array
const changes = [...two.tree.leaves()].map(
  ({ key }) => two.entries.get(Buffer.from(key).toString('hex')) as Uint8Array,
)
const page = encode({ a: emptyRoot(digest), b: head.root, f: EMPTY, o: changes })

/** Undefined for what the decoder refuses with a code. */
function answered<T>(decode: () => T): T | undefined {
  try {
    return decode()
  } catch (error) {
    if (error instanceof CatalogueError) return undefined
    throw error
  }
}

export const target: FuzzTarget = {
  corpus: [
    ...known,
    encodeEntry(entryOf({ folders: ['Music', 'Live'], licence: undefined })),
    encodeHead(head),
    encodeHead(headOf(two.tree, { audience: CIRCLE })),
    page,
    path,
  ],
  run(input) {
    const entry = answered(() => decodeEntry(input))
    if (entry !== undefined) assert.deepEqual(encodeEntry(entry), input)
    const read = answered(() => decodeHead(input))
    if (read !== undefined) assert.deepEqual(encodeHead(read), input)
    answered(() => decodeDeltaPage(input))

    const wanted = { audience: EVERYONE, author: head.author, now: NOW }
    const hit = { entry: first, path, head: encodeHead(head) }
    for (const part of ['entry', 'path', 'head'] as const) {
      const { ok } = checkHit({ ...hit, [part]: input }, wanted, digest, signatures)
      if (ok) assert.deepEqual(input, hit[part], `a changed ${part} is believed`)
    }
    if (input.length % PATH_STEP_BYTES !== 0)
      assert.equal(checkHit({ ...hit, path: input }, wanted, digest, signatures).ok, false)

    const replica = new Replica({ from: emptyRoot(digest), tree: CatalogueTree.EMPTY, head }, digest)
    const taken = replica.take(input)
    if (taken.ok && taken.done) assert.deepEqual(replica.tree.root(digest), head.root)
  },
}
