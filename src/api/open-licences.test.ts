import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OPEN_LICENCES } from './open-licences.ts'
import { AudienceRequest, GivenLicence } from './schemas/library.ts'

test('a licence is offered under only if it is one', () => {
  for (const { id } of OPEN_LICENCES) assert.ok(GivenLicence.safeParse({ kind: 'open', id }).success, id)
  for (const id of ['foo', 'cc-by-4.0', null])
    assert.ok(!GivenLicence.safeParse({ kind: 'open', id }).success, String(id))
  assert.ok(GivenLicence.safeParse({ kind: 'own-work', id: null }).success)
  assert.ok(!GivenLicence.safeParse({ kind: 'own-work', id: 'MIT' }).success)
  const licence = { kind: 'open', id: 'foo' }
  assert.ok(!AudienceRequest.safeParse({ audience: 'everyone', licence }).success)
})
