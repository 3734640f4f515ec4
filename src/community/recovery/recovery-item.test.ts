import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { DeviceAddress } from '../device-address.ts'
import { type CircleId, type DeviceId, keyText } from '../ids.ts'
import { SystemCrypto } from '../network/system-crypto.ts'
import { MOST_ITEMS, openRecovery, type RecoveredCircle, sealRecovery } from './recovery-item.ts'

const crypto = new SystemCrypto()
const WORDS = new Uint8Array(16).fill(7)
const key = <Id extends CircleId | DeviceId>(number: number): Id =>
  keyText<Id>(crypto.sha256(Uint8Array.of(number & 0xff, number >> 8)))
const circleOf = (number: number): RecoveredCircle => ({
  circle: key(number),
  device: number % 5 === 0 ? undefined : key(1_000 + number),
  addresses:
    number % 5 === 0
      ? []
      : ['tcp/203.0.113.5:6881', 'utp/[2001:db8::7]:6881'].map((text) => text as DeviceAddress),
})

test('what the words seal they open, in values that the DHT takes', () => {
  for (const count of [1, 5, 30, 64]) {
    const circles = Array.from({ length: count }, (_, number) => circleOf(number))
    const values = sealRecovery(circles, WORDS, crypto)
    assert.ok(values.length <= MOST_ITEMS && values.every(({ length }) => length <= 1_000))
    const opened = values.flatMap((value) => openRecovery(value, WORDS, crypto) ?? [])
    assert.deepEqual(opened, circles.slice(0, opened.length))
    assert.ok(opened.length >= Math.min(count, 40), `${opened.length} of ${count}`)
  }
  assert.deepEqual(sealRecovery([], WORDS, crypto), [])
})

test('other words, and any changed byte, open nothing', () => {
  const [value] = sealRecovery([circleOf(1)], WORDS, crypto) as [Uint8Array]
  assert.equal(openRecovery(value, new Uint8Array(16), crypto), undefined)
  for (let at = 0; at < value.length; at++) {
    const bent = value.slice()
    bent[at] = (bent[at] as number) ^ 1
    assert.equal(openRecovery(bent, WORDS, crypto), undefined)
  }
  for (let length = 0; length < value.length; length++)
    assert.equal(openRecovery(value.subarray(0, length), WORDS, crypto), undefined)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1_100 }), (bytes) => {
      assert.equal(openRecovery(bytes, WORDS, crypto), undefined)
    }),
    { seed: 5, numRuns: 200 },
  )
})
