import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AddressVote } from './address-vote.ts'

test('three networks elect an address, and it is told once', () => {
  const vote = new AddressVote()
  assert.equal(vote.vote('192.0.2.1', '203.0.113.9'), undefined)
  assert.equal(vote.vote('198.51.100.1', '203.0.113.9'), undefined)
  assert.equal(vote.vote('203.0.113.1', '203.0.113.9'), '203.0.113.9')
  assert.equal(vote.elected, '203.0.113.9')
  assert.equal(vote.vote('8.8.8.8', '203.0.113.9'), undefined)
})

test('a whole network of liars has one vote', () => {
  const vote = new AddressVote()
  for (let i = 1; i < 255; i++) assert.equal(vote.vote(`192.0.2.${i}`, '6.6.6.6'), undefined)
  for (let i = 0; i < 1_000; i++)
    assert.equal(vote.vote(`2001:db8:1::${i.toString(16)}`, '2001:db8:bad::1'), undefined)
  assert.equal(vote.elected, undefined)
})

test('a minority moves nothing, a majority does: who has moved is believed after twenty votes', () => {
  const vote = new AddressVote()
  for (let i = 0; i < 12; i++) vote.vote(`8.0.${i}.1`, '203.0.113.9')
  for (let i = 0; i < 8; i++) assert.equal(vote.vote(`9.0.${i}.1`, '6.6.6.6'), undefined)
  assert.equal(vote.elected, '203.0.113.9')
  let moved: string | undefined
  for (let i = 8; i < 20; i++) moved ??= vote.vote(`9.0.${i}.1`, '198.51.100.4')
  assert.equal(moved, '198.51.100.4')
})

test('after a change of network all votes begin anew', () => {
  const vote = new AddressVote()
  for (let i = 0; i < 3; i++) vote.vote(`8.0.${i}.1`, '203.0.113.9')
  vote.clear()
  assert.equal(vote.elected, undefined)
  assert.equal(vote.vote('8.0.9.1', '203.0.113.9'), undefined)
})
