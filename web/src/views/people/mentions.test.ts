import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askedAt, fitting, meant, withName } from './mentions.ts'

const PEOPLE = ['Ana', 'Ana Maria', 'Ben', 'Mara'].map((name) => ({ id: name.toLowerCase(), name }))

test('an @ at the beginning of a word asks for a name, an address does not', () => {
  assert.deepEqual(askedAt('hi @an', 6), { from: 3, to: 6, typed: 'an' })
  assert.equal(askedAt('@', 1)?.typed, '')
  assert.equal(askedAt('a@b.example', 11), undefined)
  assert.equal(askedAt('hi @an there now', 16), undefined)
})

test('who fits is found by the beginning of any part of the name', () => {
  assert.deepEqual(
    fitting(PEOPLE, 'mar').map(({ name }) => name),
    ['Mara', 'Ana Maria'],
  )
  assert.equal(fitting(PEOPLE, '').length, 4)
})

test('the name takes the place of what was typed, and only names that still stand there are meant', () => {
  const asked = askedAt('hi @an, you', 6)
  assert.ok(asked && PEOPLE[1])
  assert.deepEqual(withName('hi @an, you', asked, PEOPLE[1]), { text: 'hi @Ana Maria, you', caret: 13 })
  assert.deepEqual(meant('hi @Ben', PEOPLE), ['ben'])
})
