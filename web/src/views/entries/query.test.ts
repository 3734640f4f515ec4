import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hasFilter, otherFilters, partsOf, toggled, without } from './query.ts'

test('a chip puts its filter in the place of another of its key, and takes it out again', () => {
  assert.equal(toggled('sea -rain', 'type', 'video'), 'type:video sea -rain')
  assert.equal(toggled('sea type:video "at dawn"', 'type', 'audio'), 'type:audio sea "at dawn"')
  assert.equal(toggled('sea type:VIDEO', 'type', 'video'), 'sea')
  assert.ok(hasFilter('a Type:video', 'type', 'video'))
  assert.ok(!hasFilter('a -type:video', 'type', 'video'))
})

test('filters without a chip are told, and taken out alone', () => {
  const query = 'sea type:video by:"Ana B" -ext:mp3'
  const chips = [{ key: 'type', value: 'video' }]
  assert.deepEqual(
    otherFilters(query, chips).map(({ text }) => text),
    ['by:"Ana B"', '-ext:mp3'],
  )
  assert.equal(without(query, 'by:"Ana B"'), 'sea type:video -ext:mp3')
})

test('whatever was typed, pressing a chip twice brings back what it did not stand for', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (typed) => {
      const rest = partsOf(typed).filter(({ key }) => key !== 'type')
      const twice = toggled(toggled(typed, 'type', 'video'), 'type', 'video')
      const back = hasFilter(typed, 'type', 'video') ? toggled(typed, 'type', 'video') : twice
      assert.deepEqual(
        partsOf(back).map(({ text }) => text),
        rest.map(({ text }) => text),
      )
    }),
    { seed: 7 },
  )
})
