import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import { randomInt, SeededRandom } from '../../base/random.ts'
import type { Allowance } from '../peer/host.ts'
import { QUANTUM_BYTES, RateLimiter } from './rate-limiter.ts'

const at = (ms: number) => ms as Millis
const BLOCK = 16_384

/** Each asker asks every so many ms for so many blocks; whole blocks are used, the rest is given back. */
function share(
  askers: readonly { allowance: Allowance; everyMs: number; blocks: number }[],
  ms: number,
): number[] {
  const taken = askers.map(() => 0)
  for (let now = 0; now < ms; now++) {
    for (const [i, { allowance, everyMs, blocks }] of askers.entries()) {
      if (now % everyMs !== 0) continue
      const granted = allowance.take(blocks * BLOCK, at(now))
      const used = Math.floor(granted / BLOCK) * BLOCK
      allowance.give(granted - used, at(now))
      taken[i] = (taken[i] as number) + used
    }
  }
  return taken
}

test('without a limit everything is granted', () => {
  const limiter = new RateLimiter(() => undefined)
  const asker = limiter.asker()
  assert.equal(asker.unlimited, true)
  assert.equal(asker.take(1e9, at(0)), 1e9)
})

test('a lone asker gets the whole rate', () => {
  const limiter = new RateLimiter(() => 1_000_000)
  const [taken] = share([{ allowance: limiter.asker(), everyMs: 10, blocks: 16 }], 10_000) as [number]
  assert.ok(taken > 9.7e6 && taken <= 10.25e6, String(taken))
})

test('who asks often and much gets no more than who asks seldom and little, as long as both want more', () => {
  const limiter = new RateLimiter(() => 500_000)
  const taken = share(
    [
      { allowance: limiter.asker(), everyMs: 1, blocks: 100 },
      { allowance: limiter.asker(), everyMs: 50, blocks: 4 },
      { allowance: limiter.asker(), everyMs: 7, blocks: 16 },
    ],
    60_000,
  )
  const total = taken.reduce((sum, bytes) => sum + bytes, 0)
  assert.ok(total > 0.95 * 30e6 && total <= 30e6 + 250_000, String(total))
  for (const bytes of taken) assert.ok(Math.abs(bytes - total / 3) < 0.05 * total, taken.join(' '))
})

test('who needs little gets it at once, and the others share the rest', () => {
  const limiter = new RateLimiter(() => 1_000_000)
  const little = limiter.asker()
  const greedy = [limiter.asker(), limiter.asker()]
  const taken = [0, 0]
  const waitsMs: number[] = []
  let wantedSince = 0
  for (let now = 0; now < 30_000; now++) {
    for (const [i, asker] of greedy.entries()) {
      if (now % 5 === 0) taken[i] = (taken[i] as number) + asker.take(16 * BLOCK, at(now))
    }
    // One block a second, asked for again and again until it is granted whole.
    if (now % 10 !== 0 || now < wantedSince) continue
    const granted = little.take(BLOCK, at(now))
    if (granted < BLOCK) little.give(granted, at(now))
    else {
      waitsMs.push(now - wantedSince)
      wantedSince += 1_000
    }
  }
  assert.equal(waitsMs.length, 30)
  assert.ok(Math.max(...waitsMs) <= 100, waitsMs.join(' '))
  assert.ok((taken[0] as number) + (taken[1] as number) > 28e6, taken.join(' '))
  assert.ok(Math.abs((taken[0] as number) - (taken[1] as number)) < 1e6, taken.join(' '))
})

test('silence earns no credit: who comes late does not make up for it', () => {
  const limiter = new RateLimiter(() => 1_000_000)
  const early = limiter.asker()
  const late = limiter.asker()
  share([{ allowance: early, everyMs: 10, blocks: 16 }], 20_000)
  let first = 0
  let second = 0
  for (let now = 20_000; now < 30_000; now += 10) {
    first += early.take(16 * BLOCK, at(now))
    second += late.take(16 * BLOCK, at(now))
  }
  assert.ok(Math.abs(first - second) <= 4 * QUANTUM_BYTES + 250_000, `${first} and ${second}`)
})

test('who was refused and never asks again holds nobody up', () => {
  const limiter = new RateLimiter(() => 1_000_000)
  const gone = limiter.asker()
  const there = limiter.asker()
  there.take(1e9, at(0))
  gone.take(1e9, at(0))
  let taken = 0
  for (let now = 0; now < 10_000; now += 10) taken += there.take(16 * BLOCK, at(now))
  assert.ok(taken > 9e6, String(taken))
})

test('torrents share the session’s rate, peers their torrent’s, and a torrent’s own limit holds', () => {
  const session = new RateLimiter(() => 900_000)
  const limits = [undefined, undefined, 100_000]
  const peers = limits.flatMap((limit, torrent) => {
    const limiter = new RateLimiter(() => limit, session.asker())
    return Array.from({ length: torrent + 1 }, () => ({ allowance: limiter.asker(), everyMs: 5, blocks: 8 }))
  })
  const taken = share(peers, 60_000) as [number, number, number, number, number, number]
  const torrents = [taken[0], taken[1] + taken[2], taken[3] + taken[4] + taken[5]] as [number, number, number]
  const total = torrents[0] + torrents[1] + torrents[2]
  assert.ok(total > 0.95 * 54e6 && total < 54.3e6, String(total))
  assert.ok(Math.abs(torrents[0] - torrents[1]) < 0.1 * total, torrents.join(' '))
  assert.ok(torrents[2] > 5.5e6 && torrents[2] <= 6.05e6, String(torrents[2]))
  assert.ok(Math.abs(taken[1] - taken[2]) < 0.1 * torrents[1])
})

test('a limit may be set, changed and lifted while bytes flow', () => {
  let limit: number | undefined
  const limiter = new RateLimiter(() => limit)
  const asker = limiter.asker()
  assert.equal(asker.take(1e7, at(0)), 1e7)
  limit = 100_000
  asker.take(1e9, at(0))
  assert.equal(asker.take(1e9, at(100)), 10_000)
  assert.ok(asker.nextAt(at(100)) > 100)
  limit = undefined
  assert.equal(asker.take(1e7, at(101)), 1e7)
})

test('over random askers, never more passes than the rate, and equals get equal parts', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = new SeededRandom(seed)
    const rate = 50_000 + randomInt(random, 3_000_000)
    const limiter = new RateLimiter(() => rate)
    const askers = Array.from({ length: 2 + randomInt(random, 20) }, () => ({
      allowance: limiter.asker(),
      everyMs: 1 + randomInt(random, 60),
      blocks: 2 + randomInt(random, 40),
    }))
    const taken = share(askers, 40_000)
    const total = taken.reduce((sum, bytes) => sum + bytes, 0)
    assert.ok(total <= 40 * rate + Math.max(32_768, rate / 4), `seed ${seed}`)
    assert.ok(total > 0.9 * 40 * rate, `seed ${seed}: ${total / 40} of ${rate}`)
    const fair = total / taken.length
    const spread = 0.1 * fair + 3 * QUANTUM_BYTES
    for (const bytes of taken) assert.ok(Math.abs(bytes - fair) < spread, `seed ${seed}: ${taken.join(' ')}`)
  }
})
