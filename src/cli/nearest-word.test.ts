import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { editDistance, nearestWord } from './nearest-word.ts'

test('each kind of slip counts once', () => {
  assert.equal(editDistance('share', 'share'), 0)
  assert.equal(editDistance('shar', 'share'), 1)
  assert.equal(editDistance('sshare', 'share'), 1)
  assert.equal(editDistance('shore', 'share'), 1)
  assert.equal(editDistance('sahre', 'share'), 1)
  assert.equal(editDistance('', 'share'), 5)
  assert.equal(editDistance('kitten', 'sitting'), 3)
})

test('a distance is the same both ways, zero only for equals, and never more than the longer word', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 7 })
  fc.assert(
    fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b)
      assert.equal(distance, editDistance(b, a))
      assert.equal(distance === 0, a === b)
      assert.ok(distance <= Math.max(a.length, b.length))
      assert.ok(distance >= Math.abs(a.length - b.length))
    }),
  )
})

test('a typo finds the word that was meant', () => {
  const commands = ['create', 'inspect', 'verify', 'share', 'get', 'demo', 'help', 'version']
  assert.equal(nearestWord('craete', commands), 'create')
  assert.equal(nearestWord('SHARE', commands), 'share')
  assert.equal(nearestWord('gte', commands), 'get')
  assert.equal(nearestWord('verison', commands), 'version')
})

test('the first of equally near words is answered, and a nearer one wins over an earlier one', () => {
  assert.equal(nearestWord('pear', ['bear', 'peer']), 'bear')
  assert.equal(nearestWord('peers', ['pears-', 'peer']), 'peer')
})

test('a word near to none is not guessed', () => {
  assert.equal(nearestWord('frobnicate', ['create', 'get']), undefined)
  assert.equal(nearestWord('x', ['get']), undefined)
})
