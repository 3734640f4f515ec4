import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { seal, unseal } from './checked-file.ts'

const BODY = { name: 'ä "quoted" \u2028 name', list: [1, null, true] }

test('what was sealed comes back, and is JSON that any program reads', () => {
  const bytes = seal(1, BODY)
  assert.deepEqual(unseal(bytes, 1), { version: 1, body: BODY })
  assert.deepEqual(JSON.parse(new TextDecoder().decode(bytes)).body, BODY)
})

test('any flipped bit anywhere is noticed, also in checksum and version', () => {
  const bytes = seal(1, BODY)
  for (let at = 0; at < bytes.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const flipped = bytes.slice()
      flipped[at] = (flipped[at] as number) ^ (1 << bit)
      assert.equal(unseal(flipped, 1), 'corrupt', `byte ${at}, bit ${bit}`)
    }
  }
})

test('one that ends early, and one that was never one, are corrupt', () => {
  const bytes = seal(1, BODY)
  for (let length = 0; length < bytes.length; length++)
    assert.equal(unseal(bytes.subarray(0, length), 1), 'corrupt', `${length} bytes`)
  for (const text of ['{}', 'null', '{"crc32c":"00000000",']) assert.equal(unseal(utf8(text), 1), 'corrupt')
})

test('what a newer Shoal wrote is known as such, what an older one wrote is read', () => {
  assert.equal(unseal(seal(2, BODY), 1), 'newer')
  assert.deepEqual(unseal(seal(1, BODY), 2), { version: 1, body: BODY })
})
