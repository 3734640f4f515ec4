import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catalogueOf, DAY, entryOf, headOf, NOW, SEED, signatures } from '../../../test/doubles/catalogues.ts'
import { digest } from '../../../test/doubles/digest.ts'
import { encode } from '../../base/bencode-encode.ts'
import { toHex } from '../../base/bytes.ts'
import { catalogueAudience, EVERYONE } from './audience.ts'
import { CatalogueError } from './catalogue-error.ts'
import { type CatalogueHead, checkHead, decodeHead, emptyRoot, encodeHead } from './head.ts'
import { MAX_HEAD_BYTES } from './limits.ts'
import { succession } from './succession.ts'
import { CatalogueTree } from './tree.ts'

const { tree } = catalogueOf([entryOf()])
const author = signatures.publicKey(SEED)
const wanted = { audience: EVERYONE, author, now: NOW }

test('a head comes back as it was written, and nothing shorter is one', () => {
  const longest = catalogueAudience(`circle:${'z'.repeat(64)}`)
  const most = { audience: longest, seq: Number.MAX_SAFE_INTEGER, count: 1_000_000 }
  for (const changes of [{}, most]) {
    const head = headOf(tree, changes)
    const bytes = encodeHead(head)
    assert.ok(bytes.length <= MAX_HEAD_BYTES)
    assert.deepEqual(decodeHead(bytes), head)
    for (let length = 0; length < bytes.length; length++)
      assert.throws(() => decodeHead(bytes.subarray(0, length)), CatalogueError)
  }
})

test('a flipped bit breaks a head at every byte', () => {
  const bytes = encodeHead(headOf(tree))
  for (let at = 0; at < bytes.length; at++) {
    const bent = bytes.slice()
    bent[at] = (bent[at] as number) ^ 1
    try {
      assert.notEqual(checkHead(decodeHead(bent), wanted, signatures), undefined)
    } catch (error) {
      assert.ok(error instanceof CatalogueError)
    }
  }
})

test('what is out of bounds, unknown or missing is no head', () => {
  const head = headOf(tree)
  const fields = {
    a: head.audience,
    c: head.count,
    e: head.expires,
    i: head.issued,
    k: head.author,
    n: head.seq,
    r: head.root,
    s: head.signature,
  }
  assert.deepEqual(decodeHead(encode(fields)), head)
  for (const change of [
    { a: 'link' },
    { a: 'circle:' },
    { c: -1 },
    { c: 1_000_001 },
    { e: head.issued },
    { e: head.issued + 7 * DAY + 1 },
    { i: -1 },
    { k: head.author.subarray(1) },
    { n: 0 },
    { r: head.root.subarray(1) },
    { s: head.signature.subarray(1) },
    { s: undefined },
  ])
    assert.throws(() => decodeHead(encode({ ...fields, ...change })), { code: 'BAD_FIELD' })
  assert.throws(() => decodeHead(encode({ ...fields, z: 1 })), { code: 'NOT_CANONICAL' })
  assert.throws(() => decodeHead(encode([fields])), { code: 'MALFORMED' })
})

test('the head of an empty catalogue says that there is nothing any more', () => {
  const head = headOf(CatalogueTree.EMPTY)
  assert.equal(checkHead(head, wanted, signatures), undefined)
  assert.equal(head.count, 0)
  assert.equal(toHex(head.root), toHex(emptyRoot(digest)))
})

test('only a higher number replaces a head, and one number that says two things is caught', () => {
  const known = headOf(tree, { seq: 10 })
  const kind = (next: CatalogueHead) => succession(known, next).kind
  assert.equal(succession(undefined, known).kind, 'newer')
  assert.equal(kind(headOf(tree, { seq: 11 })), 'newer')
  assert.equal(kind(headOf(tree, { seq: 10 })), 'same')
  assert.equal(kind(headOf(CatalogueTree.EMPTY, { seq: 9, issued: NOW + 5 })), 'older')
  const other = headOf(CatalogueTree.EMPTY, { seq: 10 })
  assert.deepEqual(succession(known, other), { kind: 'equivocation', evidence: [known, other] })
  assert.equal(kind(headOf(tree, { seq: 10, expires: NOW + DAY })), 'equivocation')
  assert.throws(
    () => succession(known, headOf(tree, { audience: catalogueAudience('person:ana') })),
    TypeError,
  )
})
