import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type DeviceId, keyBytes, keyText } from './ids.ts'

test('32 bytes become 52 letters and come back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      const text = keyText<DeviceId>(bytes)
      assert.match(text, /^[a-z2-7]{52}$/)
      assert.deepEqual(keyBytes(text), bytes)
    }),
  )
})

test('there is one way to write a key', () => {
  assert.throws(() => keyBytes('a'.repeat(51)), { code: 'BAD_KEY_TEXT' })
  assert.throws(() => keyBytes('a'.repeat(53)), { code: 'BAD_KEY_TEXT' })
  assert.throws(() => keyBytes(`${'a'.repeat(51)}b`), { code: 'BAD_KEY_TEXT' })
  assert.throws(() => keyBytes('A'.repeat(52)), { code: 'BAD_KEY_TEXT' })
  assert.throws(() => keyText(new Uint8Array(31)), { code: 'BAD_KEY_TEXT' })
})
