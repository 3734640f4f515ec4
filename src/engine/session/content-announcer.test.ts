// Turns in virtual time over a DHT that only listens.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OfferedFiles } from '../../../test/doubles/content-scene.ts'
import { VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import { DeadlineQueue } from '../../base/deadline-queue.ts'
import type { WireHash } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import type { DhtMember } from '../discovery/dht.ts'
import { AT_ONCE, ContentAnnouncer, NEXT_EVERY_MS, ROUND_MS } from './content-announcer.ts'

function scene(count: number, own: (hash: WireHash) => boolean = () => false) {
  const clock = new VirtualClock()
  const source = new OfferedFiles()
  const random = new SeededRandom(3)
  const hashes = Array.from({ length: count }, () => random.bytes(20).toHex() as WireHash)
  for (const hash of hashes) source.offered.set(hash, {} as never)
  const said: { readonly at: number; readonly keys: readonly WireHash[] }[] = []
  let member: DhtMember | undefined
  const note = () => said.push({ at: clock.now(), keys: [...(member?.keys() ?? [])] })
  const dht = {
    join: (joined: DhtMember) => {
      member = joined
      return () => {
        member = undefined
        note()
      }
    },
    review: note,
  }
  const announcer = new ContentAnnouncer({
    source,
    wakes: new DeadlineQueue(clock),
    dht: () => dht,
    now: () => clock.now(),
    hasOwn: own,
  })
  announcer.start()
  return { clock, source, announcer, said, hashes }
}

test('every entry has its turn, one at a time and few at once, and rounds do not follow each other sooner than peers forget', async () => {
  const { clock, announcer, said, hashes } = scene(150)
  await clock.advance(200 * NEXT_EVERY_MS)
  const seen = said.flatMap(({ keys }) => keys)
  assert.deepEqual([...new Set(seen)].sort(), [...hashes].sort())
  for (const { keys } of said) assert.ok(keys.length <= AT_ONCE)
  const before = announcer.announced
  await clock.advance(ROUND_MS)
  assert.ok(announcer.announced > before, 'a second round')
  assert.ok(announcer.announced <= 2 * hashes.length)
  const turns = said.filter(({ keys }, at) => keys.at(-1) !== said[at - 1]?.keys.at(-1))
  for (const [at, turn] of turns.entries())
    assert.ok(at === 0 || turn.at - (turns[at - 1]?.at ?? 0) >= NEXT_EVERY_MS)
})

test('a few entries are announced once in a quarter of an hour', async () => {
  const { clock, announcer } = scene(3)
  await clock.advance(ROUND_MS - 1)
  assert.equal(announcer.announced, 3)
  await clock.advance(ROUND_MS)
  assert.equal(announcer.announced, 6)
})

test('what is not offered any more is not said from that moment, what is new soon, and what is a transfer by that alone', async () => {
  const { clock, source, announcer, said, hashes } = scene(2, (hash) => hash === hashes[1])
  await clock.advance(3 * NEXT_EVERY_MS)
  assert.equal(announcer.announced, 1)
  source.offered.clear()
  announcer.offersChanged()
  assert.deepEqual(said.at(-1)?.keys, [])
  await clock.advance(5 * NEXT_EVERY_MS)
  assert.deepEqual(said.at(-1)?.keys ?? [], [])
  source.offered.set(hashes[0] as WireHash, {} as never)
  announcer.offersChanged()
  await clock.advance(3 * NEXT_EVERY_MS)
  assert.deepEqual(said.at(-1)?.keys, [hashes[0]])
  announcer.close()
  assert.deepEqual(said.at(-1)?.keys, [])
  assert.equal(clock.waiting, 0)
})
