import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NOUNS } from './private-finding-nouns.ts'
import { explainPrivateFinding, FINDING_CLASSES, findingClassName } from './private-finding-sentence.ts'
import { FindingClass } from './schemas/review.ts'

const said = (kind: FindingClass, data: Record<string, string | number> = {}, sure = true) =>
  explainPrivateFinding({ class: kind, sure, data }).sentence

test('every class has its words, sure and not, without a full stop', () => {
  assert.deepEqual([...FINDING_CLASSES].sort(), [...FindingClass.options].sort())
  for (const kind of FINDING_CLASSES) {
    assert.match(findingClassName(kind), /^[A-Z][^.]+$/)
    for (const what of [undefined, 'never-heard-of', ...Object.keys(NOUNS[kind] ?? {})]) {
      for (const sure of [true, false]) {
        const sentence = said(kind, what === undefined ? {} : { what }, sure)
        assert.match(sentence, /^[a-z][^.]+$/, kind)
        assert.doesNotMatch(sentence, /undefined|never-heard-of|looks as if it looks|\ban? (an?|the) /, kind)
      }
    }
  }
})

test('what is sure is said so, and what is not looks so', () => {
  assert.equal(said('private-key'), 'holds a private key')
  assert.equal(said('private-key', { what: 'ssh' }), 'holds an SSH key')
  assert.equal(said('private-key', { what: 'pgp' }, false), 'looks as if it holds a PGP key')
  assert.equal(said('password-store', { what: 'keepass' }), 'is a KeePass store')
  assert.equal(said('wallet', { what: 'electrum' }), 'is an Electrum wallet: whoever has it has the money')
  assert.equal(said('tax', {}, false), 'looks like a tax paper')
  assert.equal(said('card-number', { count: 12 }), 'holds 12 card numbers')
  assert.equal(said('bank-account', { what: 'iban', count: 1 }, false), 'looks as if it holds an IBAN')
  assert.equal(
    said('national-id', { country: 'de' }),
    'holds a number that a state gives to a person (Germany)',
  )
  assert.equal(said('browser-data', { what: 'cookies' }), 'holds what a browser remembers (cookies)')
  assert.equal(
    said('unreadable', { reason: 'password' }),
    'is closed with a password, so nobody looked inside',
  )
})

test('only what was covered is shown', () => {
  const finding = { class: 'secret', sure: true, data: { masked: 'AKIA…' } } as const
  assert.equal(explainPrivateFinding(finding).seen, 'AKIA…')
  assert.equal(explainPrivateFinding({ ...finding, data: {} }).seen, undefined)
})
