import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endpointText } from '../base/endpoint.ts'
import { Bans } from './bans.ts'
import { Guard } from './guard.ts'

test('taking back the bans of one reason pardons those that were banned for it, and nobody else', () => {
  const guard = new Guard(() => 0)
  const pardoned: string[] = []
  const bans = new Bans({ guard, pardon: (endpoint) => pardoned.push(endpointText(endpoint)) })
  bans.note('192.0.2.1:6881', 'POISON')
  bans.note('[2001:db8::1]:6881', 'POISON')
  bans.note('192.0.2.9:1', 'METADATA_WRONG')
  assert.equal(guard.undo('POISON'), true)
  assert.deepEqual(pardoned, ['192.0.2.1:6881', '[2001:db8::1]:6881'])
  assert.equal(guard.undo('POISON'), false)
  assert.deepEqual(
    guard.rows().map(({ reason, undo }) => [reason, undo]),
    [['METADATA_WRONG', true]],
  )
})

test('a web seed that was banned is named by its host, and needs no pardon', () => {
  const guard = new Guard(() => 0)
  const pardoned: unknown[] = []
  new Bans({ guard, pardon: (endpoint) => pardoned.push(endpoint) }).note('files.example', 'POISON')
  assert.equal(guard.undo('POISON'), true)
  assert.deepEqual(pardoned, [])
})
