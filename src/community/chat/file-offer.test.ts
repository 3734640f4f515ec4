import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encode } from '../../base/bencode-encode.ts'
import { RecordError } from '../community-error.ts'
import { decodeItems, encodeItems, type FileOffer, MAX_LISTED_BYTES, offerFits } from './file-offer.ts'

const item = (number: number, path = `Day 1/Photo ${number}.jpg`) => ({
  path,
  root: new Uint8Array(32).fill(number % 256),
  lengthBytes: 1_000 + number,
})

test('a list of 5,000 files does not fit a message, and is read from a content of its own as it was written', () => {
  const items = Array.from({ length: 5_000 }, (_, i) => item(i))
  const offer: FileOffer = {
    name: 'Photos',
    kind: 'folder',
    files: 5_000,
    lengthBytes: 1,
    what: { kind: 'list', items },
  }
  assert.equal(offerFits(offer), false)
  const read = decodeItems(encodeItems(items))
  assert.deepEqual(
    read.map((each) => ({ ...each, root: new Uint8Array(each.root) })),
    items,
  )
})

test('more than 100,000 files, or more than 8 MiB, is no list', () => {
  const many = Array.from({ length: 100_001 }, () => item(1, 'x'))
  assert.throws(() => encodeItems(many), RecordError)
  const long = Array.from({ length: 3_000 }, (_, i) => item(i, 'y'.repeat(3_000)))
  assert.throws(() => encodeItems(long), RecordError)
  assert.throws(() => decodeItems(new Uint8Array(MAX_LISTED_BYTES + 1)), RecordError)
  const forged = encode({ i: Array.from({ length: 100_001 }, () => ({ l: 1, p: '', r: '' })) })
  assert.throws(() => decodeItems(forged), RecordError)
  assert.throws(() => decodeItems(encode({ i: [{ l: 1, p: 'a', r: new Uint8Array(31) }] })), RecordError)
})
