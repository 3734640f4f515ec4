// Two devices that were linked find each other again when one of them begins anew, as their meeting machines have it: in virtual
// time, with calls that take a while, routers that let nobody in, and many draws of chance.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import type { DeviceAddress } from '../device-address.ts'
import type { DeviceId } from '../ids.ts'
import { Meeting } from './meeting.ts'

const PLACE = 'tcp/192.0.2.1:5' as DeviceAddress
const LINK_MS = 150
/** Nobody is at that port. */
const REFUSED_MS = 50
/** Nothing answers at all. */
const SILENT_MS = 6_000
const STEP_MS = 10
const SEEDS = 40

interface Side {
  readonly id: DeviceId
  /** Whether others can call it. */
  readonly open: boolean
  meeting: Meeting
  up: boolean
}

interface CallUnderWay {
  readonly by: Side
  readonly endsAt: number
  readonly meeting: Meeting
}

class Pair {
  readonly sides: readonly [Side, Side]
  now = 0
  linked = false
  #calls: CallUnderWay[] = []
  readonly #random: SeededRandom

  constructor(seed: number, open: readonly [boolean, boolean]) {
    this.#random = new SeededRandom(seed)
    this.sides = [this.#side('a', open[0]), this.#side('b', open[1])]
  }

  #side(name: string, open: boolean): Side {
    const id = name as DeviceId
    return { id, open, up: true, meeting: this.#meeting(name === 'a' ? 'b' : 'a') }
  }

  /** As at the start of a program: with the addresses that are remembered, and nothing else. */
  #meeting(other: string): Meeting {
    const world = { wanted: () => (this.linked ? [] : [other as DeviceId]), addresses: () => [PLACE] }
    return new Meeting(world, this.#random)
  }

  other(side: Side): Side {
    return side === this.sides[0] ? this.sides[1] : this.sides[0]
  }

  stop(side: Side): void {
    side.up = false
    this.#calls = this.#calls.filter(({ by }) => by !== side)
    if (!this.linked) return
    this.linked = false
    this.other(side).meeting.lost(side.id, this.now as Millis)
  }

  start(side: Side): void {
    side.up = true
    side.meeting = this.#meeting(this.other(side).id)
  }

  /** Until `condition`, or so long. @returns how long it took */
  run(mostMs: number, condition: () => boolean = () => false): number {
    const begun = this.now
    while (this.now - begun < mostMs && !condition()) {
      this.now += STEP_MS
      for (const side of this.sides) if (side.up) this.#take(side)
      for (const call of this.#calls.filter(({ endsAt }) => endsAt <= this.now)) this.#end(call)
    }
    return this.now - begun
  }

  #take(side: Side): void {
    const due = side.meeting.deadline()
    if (due !== undefined && due > this.now) return
    const other = this.other(side)
    for (const _ of side.meeting.take(this.now as Millis)) {
      const lastsMs = other.up ? (other.open ? LINK_MS : SILENT_MS) : other.open ? REFUSED_MS : SILENT_MS
      this.#calls.push({ by: side, endsAt: this.now + lastsMs, meeting: side.meeting })
    }
  }

  #end(call: CallUnderWay): void {
    this.#calls = this.#calls.filter((other) => other !== call)
    const now = this.now as Millis
    const other = this.other(call.by)
    const arrives = other.up && other.open
    if (arrives && !this.linked) {
      this.linked = true
      for (const side of this.sides) side.meeting.linked(this.other(side).id, now)
    }
    call.meeting.ended(other.id, this.linked, now)
  }
}

/** The longest of many, from when the program is there again. */
function slowest(open: readonly [boolean, boolean], which: 0 | 1, awayMs: number): number {
  const times = Array.from({ length: SEEDS }, (_, seed) => {
    const pair = new Pair(seed + 1, open)
    pair.run(60_000, () => pair.linked)
    assert.ok(pair.linked)
    pair.run(30_000)
    const side = pair.sides[which]
    pair.stop(side)
    pair.run(awayMs)
    pair.start(side)
    const took = pair.run(120_000, () => pair.linked)
    assert.ok(pair.linked, `seed ${seed}: never`)
    return took
  })
  return Math.max(...times)
}

for (const awayMs of [300, 3_000, 12_000, 60_000]) {
  test(`after a restart that took ${awayMs / 1_000} s two that can call each other are linked within a second`, () => {
    for (const which of [0, 1] as const) assert.ok(slowest([true, true], which, awayMs) <= 1_000)
  })

  test(`after a restart that took ${awayMs / 1_000} s the one that nobody can call is linked within five seconds`, () => {
    // Begun anew it calls by what it remembers.
    assert.ok(slowest([true, false], 1, awayMs) <= 1_000)
    // It waits for the other one, and calls again and again.
    assert.ok(slowest([true, false], 0, awayMs) <= 5_000)
  })
}

test('whoever is away for an hour is not called all the time', () => {
  const pair = new Pair(1, [true, true])
  pair.run(60_000, () => pair.linked)
  pair.run(30_000)
  pair.stop(pair.sides[0])
  pair.run(600_000)
  let calls = 0
  const { meeting } = pair.sides[1]
  const take = meeting.take.bind(meeting)
  meeting.take = (now) => {
    const made = take(now)
    calls += made.length
    return made
  }
  pair.run(3_000_000)
  assert.ok(calls <= 10, String(calls))
})
