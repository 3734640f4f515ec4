// A crowd is a small model of peers around a choker: who is interested, what each gives us, how fast each could take.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import { type Random, randomInt, SeededRandom } from '../../base/random.ts'
import { type ChokeCandidate, Choker, OPTIMISTIC_MS, ROUND_MS, TURN_BYTES, TURN_MS } from './choker.ts'
import { MIN_SLOTS } from './upload-slots.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

class Crowd {
  readonly choker: Choker
  readonly peers = new Map<number, Mutable<ChokeCandidate>>()
  now = 0
  /** What all together can be given. */
  upBytesPerSecond = 1_000_000
  /** How long each was unchoked. */
  readonly unchokedMs = new Map<number, number>()
  decisions = 0

  constructor(random: Random, slots?: number) {
    this.choker = new Choker(random, slots === undefined ? {} : { slots })
  }

  add(key: number, more: Partial<ChokeCandidate> = {}): void {
    this.peers.set(key, {
      key,
      interested: true,
      unchoked: false,
      snubbed: false,
      downBytesPerSecond: 0,
      upBytesPerSecond: 0,
      givenBytes: 0,
      connectedAt: this.now as Millis,
      unchokedAt: undefined,
      preferred: false,
      uploadOnly: false,
      ...more,
    })
  }

  set(key: number, more: Partial<ChokeCandidate>): void {
    Object.assign(this.peers.get(key) as object, more)
  }

  decide(seeding = false): number[] {
    const chosen = this.choker.decide([...this.peers.values()], seeding, this.now as Millis)
    this.decisions++
    for (const peer of this.peers.values()) {
      const unchoked = chosen.has(peer.key)
      if (unchoked !== peer.unchoked) peer.unchokedAt = unchoked ? (this.now as Millis) : undefined
      peer.unchoked = unchoked
    }
    return [...chosen].sort((a, b) => a - b)
  }

  /** Decides whenever it is due; between decisions capacity is shared evenly, `limits` bounding what each can take. */
  run(untilMs: number, seeding: boolean, limits: ReadonlyMap<number, number> = new Map()): void {
    while (this.now < untilMs) {
      if (this.now >= (this.choker.deadline() ?? 0)) this.decide(seeding)
      const takers = [...this.peers.values()].filter((peer) => peer.unchoked && peer.interested)
      for (const peer of this.peers.values()) {
        const fair = this.upBytesPerSecond / Math.max(1, takers.length)
        peer.upBytesPerSecond = takers.includes(peer) ? Math.min(fair, limits.get(peer.key) ?? fair) : 0
        peer.givenBytes += peer.upBytesPerSecond
        if (peer.unchoked) this.unchokedMs.set(peer.key, (this.unchokedMs.get(peer.key) ?? 0) + 1_000)
      }
      this.now += 1_000
    }
  }
}

function crowd(seed: number, slots?: number): Crowd {
  return new Crowd(new SeededRandom(seed), slots)
}

test('only interested peers are unchoked, and only as many as there are slots', () => {
  const people = crowd(1, 4)
  for (let key = 1; key <= 10; key++) people.add(key, { interested: key > 3, downBytesPerSecond: 1000 * key })
  const chosen = people.decide()
  assert.equal(chosen.length, 4)
  assert.ok(chosen.every((key) => key > 3))
})

test('whoever wants a slot has one while there are enough', () => {
  const people = crowd(1, 4)
  people.add(1)
  people.add(2, { snubbed: true })
  people.add(3, { interested: false })
  assert.deepEqual(people.decide(), [1, 2])
  assert.deepEqual(people.decide(true), [1, 2])
})

test('a leecher unchokes those that give it most, and one more by lot', () => {
  const lucky = new Set<number>()
  for (let seed = 1; seed <= 60; seed++) {
    const people = crowd(seed, 4)
    for (let key = 1; key <= 9; key++) people.add(key, { downBytesPerSecond: 1000 * key })
    const chosen = people.decide()
    assert.deepEqual(chosen.slice(-3), [7, 8, 9], `seed ${seed}`)
    lucky.add(chosen[0] as number)
  }
  assert.deepEqual([...lucky].sort(), [1, 2, 3, 4, 5, 6])
})

test('who snubs us loses its regular slot, even if it was the fastest', () => {
  for (let seed = 1; seed <= 30; seed++) {
    const people = crowd(seed, 3)
    for (let key = 1; key <= 4; key++) people.add(key, { downBytesPerSecond: 1000 * key })
    people.set(4, { snubbed: true })
    const chosen = people.decide()
    assert.ok(chosen.includes(2) && chosen.includes(3), `seed ${seed}: ${chosen}`)
  }
})

test('the optimistic slot goes to another after thirty seconds, not before', () => {
  const people = crowd(3, 2)
  people.add(1, { downBytesPerSecond: 9_000 })
  for (let key = 2; key <= 6; key++) people.add(key)
  const guests: (number | undefined)[] = []
  for (; people.now < 4 * OPTIMISTIC_MS; people.now += ROUND_MS) {
    const chosen = people.decide()
    assert.ok(chosen.includes(1))
    guests.push(chosen.find((key) => key !== 1))
  }
  for (let turn = 0; turn < guests.length; turn += 3) {
    assert.equal(guests[turn], guests[turn + 1])
    assert.equal(guests[turn], guests[turn + 2])
    if (turn > 0) assert.notEqual(guests[turn], guests[turn - 1])
  }
})

test('between rounds nobody loses a slot; one that became free is filled at once', () => {
  const people = crowd(1, 3)
  for (let key = 1; key <= 3; key++) people.add(key, { downBytesPerSecond: 10 })
  assert.deepEqual(people.decide(), [1, 2, 3])
  people.add(4, { downBytesPerSecond: 99_000 })
  people.now = 5_000
  assert.deepEqual(people.decide(), [1, 2, 3])
  people.set(2, { interested: false })
  assert.deepEqual(people.decide(), [1, 3, 4])
  assert.equal(people.choker.deadline(), ROUND_MS)
})

test('somebody the person knows goes first, leeching and seeding', () => {
  for (const seeding of [false, true]) {
    const people = crowd(1, 2)
    for (let key = 1; key <= 5; key++)
      people.add(key, { downBytesPerSecond: 1000 * key, preferred: key === 1 })
    assert.ok(people.decide(seeding).includes(1))
    people.run(20 * TURN_MS, seeding)
    assert.equal(people.unchokedMs.get(1), 20 * TURN_MS)
  }
})

test('people who are known share half of the slots before strangers, and strangers are not left out', () => {
  for (const seeding of [false, true]) {
    const people = crowd(2, 4)
    for (let key = 1; key <= 12; key++)
      people.add(key, { downBytesPerSecond: seeding ? 0 : 1_000, preferred: key <= 6 })
    people.decide(seeding)
    people.run(60 * TURN_MS, seeding)
    const had = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, i) => people.unchokedMs.get(from + i) ?? 0)
    const known = had(1, 6)
    const strangers = had(7, 12)
    const sum = (all: number[]) => all.reduce((total, each) => total + each, 0)
    assert.ok(sum(known) >= 60 * TURN_MS * 2, 'at least half')
    assert.ok(sum(strangers) > 0)
    if (!seeding) continue
    assert.ok(Math.min(...known) > 0.5 * Math.max(...known), `turns among them: ${known.join(' ')}`)
    assert.ok(Math.min(...strangers) > 0, `turns among strangers: ${strangers.join(' ')}`)
  }
})

test('whoever is known need not wait for a stranger’s turn to end', () => {
  const people = crowd(1, 4)
  for (let key = 1; key <= 4; key++) people.add(key, {})
  assert.deepEqual(people.decide(true), [1, 2, 3, 4])
  people.add(5, { preferred: true })
  people.now = ROUND_MS
  assert.ok(people.decide(true).includes(5))
})

test('a newcomer has three lots in the optimistic lottery', () => {
  let newcomer = 0
  const runs = 3_000
  const random = new SeededRandom(7)
  for (let run = 0; run < runs; run++) {
    const people = new Crowd(random, 1)
    people.now = 30_000
    for (let key = 1; key <= 4; key++)
      people.add(key, { connectedAt: (key === 1 ? 30_000 : -31_000) as Millis })
    // All have waited equally long as far as the choker knows, except that the newcomer has not waited at all.
    if (people.decide()[0] === 1) newcomer++
  }
  // One second with three lots against three times 62 seconds with one: about 1.6 %; without the three lots 0.5 %.
  assert.ok(newcomer > 0.008 * runs && newcomer < 0.03 * runs, `${newcomer} of ${runs}`)
})

test('over thirty minutes twenty leechers that give nothing share the time fairly', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const people = crowd(seed, 4)
    for (let key = 1; key <= 20; key++) people.add(key)
    people.run(30 * 60_000, false)
    const fair = (30 * 60_000 * 4) / 20
    for (const [key, ms] of people.unchokedMs) {
      assert.ok(ms > 0.5 * fair && ms < 1.6 * fair, `seed ${seed}: peer ${key} had ${ms} of ${fair} ms`)
    }
    assert.equal(people.unchokedMs.size, 20)
  }
})

test('equal leechers who give each other what they get end up with each other, strangers get a share', () => {
  const people = crowd(5, 4)
  for (let key = 1; key <= 12; key++) people.add(key)
  for (let minute = 1; minute <= 60; minute++) {
    for (const peer of people.peers.values()) {
      // Peers 1 to 6 give back what they got lately; the others give nothing.
      peer.downBytesPerSecond = peer.key <= 6 ? peer.upBytesPerSecond : 0
    }
    people.run(minute * 10_000, false)
  }
  const had = (from: number, to: number) => {
    let ms = 0
    for (let key = from; key <= to; key++) ms += people.unchokedMs.get(key) ?? 0
    return ms
  }
  assert.ok(had(1, 6) > 2.5 * had(7, 12), `${had(1, 6)} and ${had(7, 12)}`)
  assert.ok(had(7, 12) > 0)
})

test('a seed’s turn ends after its bytes or its time, and only if somebody waits', () => {
  const people = crowd(1, 1)
  people.add(1)
  assert.deepEqual(people.decide(true), [1])
  people.set(1, { givenBytes: 10 * TURN_BYTES })
  people.now = 10 * TURN_MS
  assert.deepEqual(people.decide(true), [1])
  people.add(2)
  people.now += ROUND_MS
  assert.deepEqual(people.decide(true), [2])
  people.now += ROUND_MS
  assert.deepEqual(people.decide(true), [2])
  people.now += TURN_MS - 2 * ROUND_MS
  assert.deepEqual(people.decide(true), [2])
  people.now += ROUND_MS
  assert.deepEqual(people.decide(true), [1])
  people.set(1, { givenBytes: 11 * TURN_BYTES })
  people.now += ROUND_MS
  assert.deepEqual(people.decide(true), [2])
})

test('what a seed gives is shared fairly among twenty peers, fast and slow ones apart', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const people = crowd(seed, 4)
    people.upBytesPerSecond = 4_000_000
    const limits = new Map<number, number>()
    for (let key = 1; key <= 20; key++) {
      people.add(key)
      if (key > 15) limits.set(key, 20_000)
    }
    people.run(6 * 3_600_000, true, limits)
    const fast = [...people.peers.values()].filter((peer) => peer.key <= 15).map((peer) => peer.givenBytes)
    const mean = fast.reduce((sum, bytes) => sum + bytes, 0) / fast.length
    for (const bytes of fast)
      assert.ok(Math.abs(bytes - mean) < 0.2 * mean, `seed ${seed}: ${fast.join(' ')}`)
    for (let key = 16; key <= 20; key++)
      assert.ok((people.unchokedMs.get(key) ?? 0) > 0, `seed ${seed}: ${key}`)
  }
})

test('a peer that reconnects again and again gets no more from a seed than one that stays', () => {
  const people = crowd(4, 2)
  for (let key = 1; key <= 10; key++) people.add(key)
  let given = 0
  let key = 100
  for (let minute = 1; minute <= 600; minute++) {
    given += people.peers.get(key)?.givenBytes ?? 0
    people.peers.delete(key)
    people.add(++key)
    people.run(minute * 60_000, true)
  }
  const stayed = [...people.peers.values()].filter((peer) => peer.key <= 10).map((peer) => peer.givenBytes)
  assert.ok(given <= 1.1 * Math.max(...stayed), `${given} against ${stayed.join(' ')}`)
})

test('when the limit is not used up while somebody waits, more slots are opened, and closed again when it is', () => {
  const random = new SeededRandom(1)
  const people = new Crowd(random)
  const choker = new Choker(random, { uploadLimitBytesPerSecond: () => 1_000_000 })
  Object.assign(people, { choker })
  const limits = new Map<number, number>()
  for (let key = 1; key <= 40; key++) {
    people.add(key)
    limits.set(key, 50_000)
  }
  people.run(10 * 60_000, true, limits)
  assert.ok(choker.slots() >= 18 && choker.slots() <= 30, `${choker.slots()} slots`)
  limits.clear()
  people.run(60 * 60_000, true, limits)
  assert.equal(choker.slots(), MIN_SLOTS)
})

test('without a limit, slow receivers get more slots and a full line keeps to four', () => {
  const full = crowd(1)
  for (let key = 1; key <= 40; key++) full.add(key)
  full.run(3_600_000, true)
  let fourOrSix = 0
  for (let minute = 61; minute <= 120; minute++) {
    full.run(minute * 60_000, true)
    if (full.choker.slots() === MIN_SLOTS) fourOrSix++
  }
  assert.ok(fourOrSix >= 50, `${fourOrSix} of 60 minutes with ${MIN_SLOTS} slots`)

  const slow = crowd(2)
  slow.upBytesPerSecond = 10_000_000
  const limits = new Map<number, number>()
  for (let key = 1; key <= 40; key++) {
    slow.add(key)
    limits.set(key, 20_000)
  }
  slow.run(20 * 60_000, true, limits)
  assert.ok(slow.choker.slots() >= 25, `${slow.choker.slots()} slots`)
})

test('over random crowds, decisions keep to slots and interest, leave no wanted slot empty, and forget who left', () => {
  for (let seed = 1; seed <= 150; seed++) {
    const random = new SeededRandom(seed)
    const slots = 1 + randomInt(random, 8)
    const people = new Crowd(random, slots)
    let key = 0
    for (let step = 0; step < 150; step++) {
      people.now += randomInt(random, 8_000)
      const act = randomInt(random, 6)
      const one = [...people.peers.keys()][randomInt(random, Math.max(1, people.peers.size))]
      if (act < 2)
        people.add(++key, { interested: randomInt(random, 2) === 0, uploadOnly: randomInt(random, 5) === 0 })
      else if (one === undefined) continue
      else if (act === 2) people.peers.delete(one)
      else {
        people.set(one, {
          interested: randomInt(random, 3) > 0,
          snubbed: randomInt(random, 4) === 0,
          downBytesPerSecond: randomInt(random, 3) * randomInt(random, 100_000),
          givenBytes: (people.peers.get(one)?.givenBytes ?? 0) + randomInt(random, TURN_BYTES),
        })
      }
      const wishers = [...people.peers.values()].filter((peer) => peer.interested && !peer.uploadOnly)
      const chosen = people.decide(randomInt(random, 40) === 0)
      const what = `seed ${seed} step ${step}`
      assert.equal(chosen.length, Math.min(slots, wishers.length), what)
      assert.ok(
        chosen.every((each) => wishers.some((peer) => peer.key === each)),
        what,
      )
      const deadline = people.choker.deadline() as number
      assert.ok(deadline > people.now && deadline <= people.now + ROUND_MS, what)
    }
  }
})
