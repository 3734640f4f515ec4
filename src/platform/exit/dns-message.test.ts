import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concatBytes, fromHex, toHex } from '../../base/bytes.ts'
import { encodeQuestion, parseAnswer } from './dns-message.ts'

/** The question as RFC 1035 writes it, by hand. */
const QUESTION =
  '1234' + '0100' + '0001000000000000' + '07747261636b6572' + '076578616d706c65' + '00' + '00010001'
const HEAD = (flags: string, answers: string) => `1234${flags}0001${answers}00000000${QUESTION.slice(24)}`
const ALIAS = 'c00c' + '00050001' + '0000003c' + '0004' + '0161c014'
const ADDRESS = 'c029' + '00010001' + '0000003c' + '0004' + 'c6336407'

function addresses(hex: string, type: 'A' | 'AAAA' = 'A'): unknown {
  return parseAnswer(fromHex(hex), 0x1234, 'tracker.example', type)
}

test('a question is as RFC 1035 has it', () => {
  assert.equal(toHex(encodeQuestion(0x1234, 'tracker.example', 'A')), QUESTION)
})

test('addresses behind an alias are found', () => {
  assert.deepEqual(addresses(HEAD('8180', '0002') + ALIAS + ADDRESS), {
    kind: 'addresses',
    addresses: ['198.51.100.7'],
  })
})

test('a name that is not there has no addresses; a server in trouble has said nothing', () => {
  assert.deepEqual(addresses(HEAD('8183', '0000')), { kind: 'addresses', addresses: [] })
  assert.deepEqual(addresses(HEAD('8182', '0000')), { kind: 'failed' })
})

test('answers to another question are none', () => {
  const good = HEAD('8180', '0001') + ADDRESS
  assert.equal(parseAnswer(fromHex(good), 0x1235, 'tracker.example', 'A'), undefined)
  assert.equal(parseAnswer(fromHex(good), 0x1234, 'tracker.Example', 'A'), undefined)
  assert.equal(addresses(good, 'AAAA'), undefined)
  assert.equal(addresses(HEAD('0180', '0001') + ADDRESS), undefined)
})

test('cut at any byte, an answer gives what came whole', () => {
  const whole = fromHex(HEAD('8180', '0002') + ALIAS + ADDRESS)
  for (let length = 0; length < whole.length; length++) {
    const cut = parseAnswer(whole.subarray(0, length), 0x1234, 'tracker.example', 'A')
    if (cut !== undefined) assert.deepEqual(cut, { kind: 'addresses', addresses: [] })
  }
})

test('names that never end are given up', () => {
  const long = concatBytes([fromHex(HEAD('8180', 'ffff')), new Uint8Array(2_000).fill(1)])
  assert.deepEqual(parseAnswer(long, 0x1234, 'tracker.example', 'A'), { kind: 'addresses', addresses: [] })
})
