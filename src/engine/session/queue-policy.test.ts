// Queues are drawn, one torrent per character in order of position:
//   d download   s seed   D S stalled ones   f forced download   . not wanted
// and the answer has the same characters for active ones, '-' for the others.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomInt, SeededRandom } from '../../base/random.ts'
import { activeTorrents, type QueueEntry, type QueueLimits } from './queue-policy.ts'

function entriesOf(queue: string): QueueEntry<number>[] {
  return [...queue].map((mark, position) => ({
    key: position,
    kind: mark.toLowerCase() === 's' ? 'seed' : 'download',
    wanted: mark !== '.',
    forced: mark === 'f',
    stalled: mark === 'D' || mark === 'S',
  }))
}

function active(queue: string, limits: Partial<QueueLimits> = {}): string {
  const all: QueueLimits = { maxDownloads: 2, maxSeeds: 2, maxActive: 100, ...limits }
  const keys = activeTorrents(entriesOf(queue), all)
  return [...queue].map((mark, position) => (keys.has(position) ? mark : '-')).join('')
}

test('downloads and seeds in front are active, each kind up to its own limit', () => {
  assert.equal(active('ddsdss'), 'dds-s-')
})

test('what is paused takes no place', () => {
  assert.equal(active('.d.dd'), '-d-d-')
})

test('a stalled torrent stays active and takes no place', () => {
  assert.equal(active('DDddd'), 'DDdd-')
  assert.equal(active('ddD'), 'dd-')
})

test('all together, stalled ones included, are bounded, and downloads come first', () => {
  assert.equal(active('sDDDDd', { maxActive: 3 }), '-DDD--')
  assert.equal(active('sdsd', { maxActive: 3 }), 'sd-d')
})

test('a forced torrent always runs and takes no place', () => {
  assert.equal(active('ddff', { maxDownloads: 2, maxActive: 2 }), 'ddff')
})

test('limits may be lifted', () => {
  assert.equal(active('dddsss', { maxDownloads: Number.POSITIVE_INFINITY, maxSeeds: 0 }), 'ddd---')
})

test('over random queues, limits hold and nobody is passed over for one behind', () => {
  for (let seed = 1; seed <= 500; seed++) {
    const random = new SeededRandom(seed)
    const queue = Array.from({ length: randomInt(random, 20) }, () => 'dsDSf.'[randomInt(random, 6)]).join('')
    const limits = {
      maxDownloads: randomInt(random, 5),
      maxSeeds: randomInt(random, 5),
      maxActive: randomInt(random, 12),
    }
    const entries = entriesOf(queue)
    const keys = activeTorrents(entries, limits)
    const counted = entries.filter((entry) => keys.has(entry.key) && !entry.forced)
    const moving = (kind: string) => counted.filter((entry) => entry.kind === kind && !entry.stalled).length
    assert.ok(moving('download') <= limits.maxDownloads && moving('seed') <= limits.maxSeeds, `seed ${seed}`)
    assert.ok(counted.length <= limits.maxActive, `seed ${seed}`)
    for (const refused of entries.filter((entry) => entry.wanted && !keys.has(entry.key))) {
      const behind = counted.filter((entry) => entry.kind === refused.kind && entry.key > refused.key)
      assert.deepEqual(behind, [], `seed ${seed}: ${queue}`)
    }
    assert.ok(
      entries.every((entry) => entry.wanted || !keys.has(entry.key)),
      `seed ${seed}`,
    )
  }
})
