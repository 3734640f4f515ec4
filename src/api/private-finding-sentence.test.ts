import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainPrivateFinding, FINDING_CLASSES, findingClassName } from './private-finding-sentence.ts'
import { FindingClass } from './schemas/review.ts'

const said = (of: FindingClass, data: Record<string, string | number> = {}, sure = true) =>
  explainPrivateFinding({ class: of, sure, data }).sentence

test('every class has its words, sure and not, without a full stop', () => {
  assert.deepEqual([...FINDING_CLASSES].sort(), [...FindingClass.options].sort())
  for (const of of FINDING_CLASSES) {
    assert.match(findingClassName(of), /^[A-Z][^.]+$/)
    for (const sure of [true, false]) assert.match(said(of, {}, sure), /^[a-z][^.]+$/, of)
    assert.doesNotMatch(said(of, {}, false), /undefined|looks as if it looks/, of)
  }
})

test('what is sure is said so, and what is not looks so', () => {
  assert.equal(said('private-key'), 'holds a private key')
  assert.equal(said('private-key', { what: 'RSA key' }), 'holds an RSA key')
  assert.equal(said('private-key', { what: 'PGP key' }, false), 'looks as if it holds a PGP key')
  assert.equal(said('tax', {}, false), 'looks like a tax paper')
  assert.equal(said('card-number', { count: 12 }), 'holds 12 card numbers')
  assert.equal(said('card-number', { count: 1 }, false), 'looks as if it holds a card number')
  assert.equal(said('national-id', { what: 'tax number', country: 'DE' }), 'holds a tax number (DE)')
  assert.equal(said('unreadable', { what: 'password' }), 'is closed with a password, so nobody looked inside')
})

test('only what was covered is shown', () => {
  const finding = { class: 'secret', sure: true, data: { masked: 'AKIA…' } } as const
  assert.equal(explainPrivateFinding(finding).seen, 'AKIA…')
  assert.equal(explainPrivateFinding({ ...finding, data: {} }).seen, undefined)
})
