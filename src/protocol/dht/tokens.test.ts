import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import { SystemDigest } from '../../platform/digest.ts'
import { Tokens } from './tokens.ts'

const MINUTE_MS = 60_000
const HOST = '192.0.2.1'

function at(minutes: number): Millis {
  return (minutes * MINUTE_MS) as Millis
}

function tokens(): Tokens {
  return new Tokens(new SystemDigest(), new SeededRandom(1), at(0))
}

test('a token is good at the address that it was given to, and at no other', () => {
  const made = tokens()
  const token = made.make(HOST, at(0))
  assert.ok(made.accepts(token, HOST, at(0)))
  assert.ok(!made.accepts(token, '192.0.2.2', at(0)))
  assert.ok(!made.accepts(made.make('2001:db8::1', at(0)), '2001:db8::2', at(0)))
})

test('a token lives five to ten minutes (BEP 5)', () => {
  for (const madeAt of [0, 1, 4.9, 5, 7]) {
    const made = tokens()
    const token = made.make(HOST, at(madeAt))
    assert.ok(made.accepts(token, HOST, at(madeAt + 4.9)), `made at ${madeAt}`)
    assert.ok(!made.accepts(token, HOST, at(madeAt + 10.1)), `made at ${madeAt}`)
  }
})

test('a token stays good while the secret changes once between', () => {
  const made = tokens()
  const token = made.make(HOST, at(4))
  assert.ok(made.accepts(token, HOST, at(6)))
  assert.notDeepEqual(made.make(HOST, at(6)), token)
  assert.ok(made.accepts(token, HOST, at(9)))
  assert.ok(!made.accepts(token, HOST, at(11)))
})

test('after a long silence no old token is good', () => {
  const made = tokens()
  const token = made.make(HOST, at(1))
  assert.ok(!made.accepts(token, HOST, at(600)))
})

test('none, a short one, a long one and a bent one are refused', () => {
  const made = tokens()
  const token = made.make(HOST, at(0))
  assert.ok(!made.accepts(undefined, HOST, at(0)))
  for (let end = 0; end < token.length; end++) assert.ok(!made.accepts(token.subarray(0, end), HOST, at(0)))
  assert.ok(!made.accepts(Uint8Array.of(...token, 0), HOST, at(0)))
  for (let bit = 0; bit < 8 * token.length; bit++) {
    const bent = token.slice()
    bent[bit >> 3] = (bent[bit >> 3] as number) ^ (1 << (bit & 7))
    assert.ok(!made.accepts(bent, HOST, at(0)))
  }
})
