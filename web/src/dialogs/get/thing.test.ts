import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AddRequest, type Inspection } from '../../../../src/api/schemas/adding.ts'
import { addRequest, newThing, prioritiesOf, readinessOf, type Thing, wantedBytes } from './thing.ts'

const HASH = '9c0f'.repeat(10)
const TO = { saveFolder: '/save', category: null }

const INSPECTION: Inspection = {
  kind: 'torrent',
  id: HASH,
  name: 'film',
  audience: 'everyone',
  private: false,
  totalBytes: 300,
  files: [
    { index: 0, path: ['film', 'a.mp4'], lengthBytes: 200, kind: 'video' },
    { index: 1, path: ['film', 'b.txt'], lengthBytes: 100, kind: 'document' },
  ],
  hosts: ['tracker.example.org'],
  trackers: [],
  infohashV1: HASH,
  infohashV2: null,
  here: false,
  saveFolder: '/save',
  freeBytes: 1_000,
}

function thing(change: Partial<Thing> = {}): Thing {
  return { ...newThing('1', { link: HASH }, undefined), inspection: INSPECTION, ...change }
}

test('what is got of it is what is chosen, and all of it when nothing was said', () => {
  assert.equal(wantedBytes(thing()), 300)
  assert.equal(wantedBytes(thing({ chosen: new Set([1]) })), 100)
  assert.deepEqual(addRequest(thing(), TO), { source: { link: HASH }, saveFolder: '/save', category: null })
  const part = addRequest(thing({ chosen: new Set([1]), exceptHosts: new Set(['a']) }), TO)
  assert.deepEqual(part.files, [1])
  assert.deepEqual(part.exceptHosts, ['a'])
  assert.ok(AddRequest.safeParse(part).success)
})

test('a thing says why it cannot be got yet, or not any more', () => {
  assert.equal(readinessOf(newThing('1', { link: HASH }, undefined)), 'looking')
  assert.equal(readinessOf(thing()), 'ready')
  assert.equal(readinessOf(thing({ chosen: new Set() })), 'nothing-chosen')
  assert.equal(readinessOf(thing({ error: new Error('no') })), 'failed')
  assert.equal(readinessOf(thing({ inspection: { ...INSPECTION, here: true } })), 'here')
  const blind = { ...INSPECTION, files: null, totalBytes: null }
  assert.equal(readinessOf(thing({ inspection: blind })), 'blind')
  assert.equal(wantedBytes(thing({ inspection: blind })), undefined)
})

test('one whose list was asked for is among the transfers by our own doing', () => {
  const asked = thing({ inspection: { ...INSPECTION, here: true }, asking: { id: HASH, known: true } })
  assert.equal(readinessOf(asked), 'ready')
  assert.deepEqual(
    prioritiesOf({ ...asked, chosen: new Set([0]) }).map(({ priority }) => priority > 0),
    [true, false],
  )
})
