import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OPEN_LICENCES } from '../../../../src/api/open-licences.ts'
import { AudienceRequest } from '../../../../src/api/schemas/library.ts'
import { isLicenceMissing, licencePart, NO_LICENCE, reached } from './licence-choice.ts'

test('nothing goes to everyone before it was said what allows it', () => {
  assert.ok(isLicenceMissing('everyone', NO_LICENCE))
  assert.ok(isLicenceMissing('everyone', { ...NO_LICENCE, kind: 'open' }))
  assert.ok(!isLicenceMissing('everyone', { ...NO_LICENCE, kind: 'open', id: 'MIT' }))
  assert.ok(!isLicenceMissing('everyone', { ...NO_LICENCE, kind: 'permission' }))
  assert.ok(!isLicenceMissing('link', NO_LICENCE))
})

test('who is not sure stays with people who have the link, and then no licence is told', () => {
  const unsure = { ...NO_LICENCE, kind: 'not-sure', publisher: 'Ana' } as const
  assert.equal(reached('everyone', unsure), 'link')
  assert.deepEqual(licencePart('everyone', unsure), {})
  assert.equal(reached('everyone', { ...unsure, kind: 'own-work' }), 'everyone')
  assert.deepEqual(licencePart('link', { ...unsure, kind: 'own-work' }), {})
})

test('the publisher is told only if there is a name, and each licence is one the daemon takes', () => {
  const own = { ...NO_LICENCE, kind: 'own-work', publisher: ' Ana ' } as const
  assert.deepEqual(licencePart('everyone', own), {
    licence: { kind: 'own-work', id: null },
    publisher: 'Ana',
  })
  for (const { id } of OPEN_LICENCES) {
    const part = licencePart('everyone', { ...NO_LICENCE, kind: 'open', id })
    assert.ok(AudienceRequest.safeParse({ audience: 'everyone', ...part }).success, id)
    assert.equal('publisher' in part, false)
  }
})
