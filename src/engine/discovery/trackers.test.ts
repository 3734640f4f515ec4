import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import { randomInt, SeededRandom } from '../../base/random.ts'
import type { AnnounceReply } from '../../protocol/tracker/announce.ts'
import type { TrackerFailure } from './tracker-state.ts'
import {
  FIRST_RETRY_MS,
  LAST_RETRY_MS,
  MAX_TRACKERS,
  Trackers,
  type TrackersEffect,
  type TrackersInput,
} from './trackers.ts'

type Announce = Extract<TrackersEffect, { kind: 'announce' }>

const REPLY: AnnounceReply = {
  intervalS: 1800,
  minIntervalS: 300,
  peers: [],
  seeds: 1,
  leeches: 2,
  downloads: 3,
  trackerId: undefined,
  warning: undefined,
  externalIp: undefined,
}
const DEAD: TrackerFailure = { code: 'TIMEOUT', detail: '', retryMs: undefined }
const MINUTE = 60_000

/** A machine with a clock; `tiers` are written as letters: 'ab c' is [[a, b], [c]]. */
class Scene {
  readonly machine: Trackers
  now = 0

  constructor(tiers: string, options: { private?: boolean; seed?: number } = {}) {
    this.machine = new Trackers({
      tiers: tiers
        .split(' ')
        .filter(Boolean)
        .map((tier) => [...tier].map((letter) => ({ url: url(letter), by: 'torrent' as const }))),
      private: options.private ?? false,
      random: new SeededRandom(options.seed ?? 1),
    })
  }

  feed(input: TrackersInput): TrackersEffect[] {
    return this.machine.handle(input, this.now as Millis)
  }

  start(): Announce[] {
    return announces(this.feed({ kind: 'start' }))
  }

  answered(announce: Announce, reply: Partial<AnnounceReply> = {}, newPeers = 1): TrackersEffect[] {
    return this.feed({
      kind: 'answered',
      id: announce.id,
      round: announce.round,
      reply: { ...REPLY, ...reply },
      newPeers,
    })
  }

  failed(announce: Announce, failure: Partial<TrackerFailure> = {}): TrackersEffect[] {
    return this.feed({
      kind: 'failed',
      id: announce.id,
      round: announce.round,
      failure: { ...DEAD, ...failure },
    })
  }

  /** Jumps to the next deadline and ticks. */
  wait(wantsPeers = false): Announce[] {
    const early = announces(this.feed({ kind: 'tick', wantsPeers }))
    assert.deepEqual(early, [], 'nothing is due yet')
    const at = this.machine.deadline()
    assert.ok(at !== undefined, 'something will be due')
    this.now = at
    return announces(this.feed({ kind: 'tick', wantsPeers }))
  }
}

function url(letter: string): string {
  return `http://${letter}.example/announce`
}

function announces(effects: readonly TrackersEffect[]): Announce[] {
  return effects.filter((effect) => effect.kind === 'announce')
}

/** Trackers of announces as letters. */
function letters(list: readonly Announce[]): string {
  return list.map((announce) => announce.tracker.host[0]).join('')
}

function only(list: readonly Announce[]): Announce {
  assert.equal(list.length, 1)
  return list[0] as Announce
}

test('every tier of a public torrent announces `started` to one of its trackers', () => {
  const scene = new Scene('a b cd')
  const first = scene.start()
  assert.equal(first.length, 3)
  assert.equal(letters(first).slice(0, 2), 'ab')
  assert.ok(first.every((announce) => announce.event === 'started'))
})

test('a tier is shuffled: over seeds each tracker comes first about as often', () => {
  const firsts = new Map<string, number>()
  for (let seed = 0; seed < 300; seed++) {
    const letter = letters(new Scene('abc', { seed }).start())
    firsts.set(letter, (firsts.get(letter) ?? 0) + 1)
  }
  assert.equal(firsts.size, 3)
  for (const count of firsts.values()) assert.ok(count > 60, `${count} of 300`)
})

test('when one tracker of a tier fails the next is tried at once, and the one that works stays first', () => {
  const scene = new Scene('abc')
  const one = only(scene.start())
  const two = only(announces(scene.failed(one)))
  assert.notEqual(two.tracker.text, one.tracker.text)
  const three = only(announces(scene.failed(two)))
  assert.equal(new Set([one, two, three].map((announce) => announce.tracker.text)).size, 3)
  scene.answered(three)
  assert.equal(
    scene.machine.states()[0]?.url,
    three.tracker.text,
    'promoted to the front of its tier (BEP 12)',
  )
  assert.equal(scene.machine.states()[0]?.status, 'working')
  const again = only(scene.wait())
  assert.equal(again.tracker.text, three.tracker.text)
  assert.equal(again.event, undefined, 'it has been told that we started')
})

test('regular announces keep the interval, and never come before it', () => {
  const scene = new Scene('a')
  scene.answered(only(scene.start()), { intervalS: 1800 })
  for (let i = 0; i < 5; i++) {
    const before = scene.now
    const next = only(scene.wait())
    assert.ok(scene.now - before >= 1800_000 && scene.now - before <= 1800_000 * 1.06)
    scene.answered(next, { intervalS: 1800 })
  }
})

test('who wants peers comes back after the min interval, and less and less often when it brings nothing', () => {
  const scene = new Scene('a')
  scene.answered(only(scene.start()), { intervalS: 3600, minIntervalS: 300 }, 0)
  const gaps: number[] = []
  for (let i = 0; i < 6; i++) {
    const before = scene.now
    const next = only(scene.wait(true))
    gaps.push(Math.round((scene.now - before) / MINUTE))
    scene.answered(next, { intervalS: 3600, minIntervalS: 300 }, 0)
  }
  assert.deepEqual(gaps.slice(0, 4), [5, 10, 20, 40])
  assert.ok(
    gaps.slice(4).every((gap) => gap >= 60 && gap <= 63),
    String(gaps),
  )
  const before = scene.now
  scene.answered(only(scene.wait(true)), { intervalS: 3600, minIntervalS: 300 }, 5)
  assert.ok(scene.now > before)
  const again = scene.now
  only(scene.wait(true))
  assert.equal(scene.now - again, 5 * MINUTE, 'new peers make it worth asking soon')
})

test('failures back off from half a minute to an hour', () => {
  const scene = new Scene('a')
  let announce = only(scene.start())
  const waits: number[] = []
  for (let i = 0; i < 12; i++) {
    scene.failed(announce)
    const before = scene.now
    announce = only(scene.wait(true))
    waits.push(scene.now - before)
  }
  for (const [i, wait] of waits.entries()) {
    const least = Math.min(FIRST_RETRY_MS * 2 ** i, LAST_RETRY_MS)
    assert.ok(wait >= least && wait <= least * 1.25, `wait ${i}: ${wait}`)
  }
  assert.equal(announce.event, 'started', 'it still has to be told')
})

test('where nobody was reached it is tried again after five seconds, then ever later', () => {
  for (const code of ['REFUSED', 'NAME_NOT_FOUND', 'OTHER'] as const) {
    const scene = new Scene('a')
    let announce = only(scene.start())
    for (const least of [5_000, 10_000, 20_000]) {
      scene.failed(announce, { code, detail: '', retryMs: undefined })
      const before = scene.now
      announce = only(scene.wait(true))
      assert.ok(
        scene.now - before >= least && scene.now - before <= least * 1.25,
        `${code}: ${scene.now - before}`,
      )
    }
  }
})

test('a tracker that names a time to come back is not asked before it, and never again if it says so (BEP 31)', () => {
  const scene = new Scene('a')
  scene.failed(only(scene.start()), { code: 'SAID_NO', detail: 'Overloaded', retryMs: 45 * MINUTE })
  const announce = only(scene.wait(true))
  assert.ok(scene.now >= 45 * MINUTE)
  scene.failed(announce, { code: 'SAID_NO', detail: 'Not a tracker', retryMs: 'never' })
  assert.equal(scene.machine.deadline(), undefined)
  assert.equal(scene.machine.states()[0]?.status, 'given up')
})

test('`completed` goes out at once, exactly once, to trackers that know us', () => {
  const scene = new Scene('a b')
  const [a, b] = scene.start() as [Announce, Announce]
  scene.answered(a)
  scene.failed(b)
  scene.now += 1_000
  const completed = announces(scene.feed({ kind: 'completed' }))
  assert.deepEqual([letters(completed), completed[0]?.event], ['a', 'completed'])
  scene.answered(completed[0] as Announce)
  const next = scene.wait()
  assert.deepEqual(
    [letters(next), next[0]?.event],
    ['b', 'started'],
    'whoever did not know us hears that we start',
  )
})

test('another port is told as soon as the min interval permits, and once', () => {
  const scene = new Scene('a')
  scene.answered(only(scene.start()))
  const answeredAt = scene.now
  scene.now += MINUTE
  assert.deepEqual(scene.feed({ kind: 'moved' }), [])
  const again = only(scene.wait())
  assert.deepEqual([again.event, scene.now], [undefined, answeredAt + 1_000 * REPLY.minIntervalS])
  scene.answered(again)
  scene.wait()
  assert.ok(scene.now >= answeredAt + 1_000 * (REPLY.minIntervalS + REPLY.intervalS))
})

test('another port that comes while an announce is under way is told after it', () => {
  const scene = new Scene('a')
  const started = only(scene.start())
  assert.deepEqual(scene.feed({ kind: 'moved' }), [])
  assert.equal(announces(scene.answered(started, { minIntervalS: 0 })).length, 1)
})

test('completed while `started` is under way follows it', () => {
  const scene = new Scene('a')
  const started = only(scene.start())
  assert.deepEqual(scene.feed({ kind: 'completed' }), [])
  const then = only(announces(scene.answered(started)))
  assert.equal(then.event, 'completed')
  assert.deepEqual(announces(scene.answered(then)), [])
})

test('a `completed` that failed is said again', () => {
  const scene = new Scene('a')
  scene.answered(only(scene.start()))
  scene.failed(only(announces(scene.feed({ kind: 'completed' }))))
  assert.equal(only(scene.wait()).event, 'completed')
})

test('stopping tells everyone who knows us or may by now, and then nobody is announced to', () => {
  const scene = new Scene('a b c')
  const [a, b] = scene.start() as [Announce, Announce, Announce]
  scene.answered(a)
  scene.failed(b)
  const farewells = announces(scene.feed({ kind: 'stop' }))
  assert.equal(letters(farewells), 'ac')
  assert.ok(farewells.every((announce) => announce.event === 'stopped'))
  assert.equal(scene.machine.deadline(), undefined)
  assert.deepEqual(scene.feed({ kind: 'tick', wantsPeers: true }), [])
  assert.deepEqual(scene.answered(a), [], 'late answers change nothing')
  assert.equal(letters(scene.start()), 'abc', 'and it can start again')
})

test('a private torrent uses one tracker at a time, in order, and forgets its peers when it changes (BEP 27)', () => {
  const scene = new Scene('a b c', { private: true })
  const a = only(scene.start())
  assert.equal(letters([a]), 'a')
  scene.answered(a)
  const again = only(scene.wait())
  const b = only(announces(scene.failed(again)))
  assert.equal(letters([b]), 'b')
  const effects = scene.feed({ kind: 'heard', id: b.id, round: b.round })
  assert.equal(effects[0]?.kind, 'forgetPeers', 'before the peers of the new one are used')
  assert.deepEqual(
    announces(effects).map((announce) => [letters([announce]), announce.event]),
    [['a', 'stopped']],
  )
  assert.deepEqual(scene.answered(b), [])
  assert.equal(letters(scene.wait()), 'b', 'it stays with the one that works')
})

test('the first answer of a private torrent is no change of tracker', () => {
  const scene = new Scene('a b', { private: true })
  const b = only(announces(scene.failed(only(scene.start()))))
  assert.deepEqual(scene.feed({ kind: 'heard', id: b.id, round: b.round }), [])
})

test('a magnet that turns out private leaves all trackers but one', () => {
  const scene = new Scene('a b c')
  const [a, b] = scene.start() as [Announce, Announce, Announce]
  scene.answered(a)
  scene.answered(b)
  const effects = scene.feed({ kind: 'private' })
  assert.equal(letters(announces(effects)), 'bc')
  assert.ok(announces(effects).every((announce) => announce.event === 'stopped'))
  assert.equal(letters(scene.wait()), 'a')
})

test('twenty trackers at most, each once, and only those we can speak to', () => {
  const machine = new Trackers({
    tiers: Array.from({ length: 30 }, (_, i) => [
      { url: `udp://t${i}.example:80`, by: 'torrent' as const },
      { url: `wss://t${i}.example`, by: 'torrent' as const },
      { url: 'http://same.example/announce', by: 'torrent' as const },
    ]),
    private: false,
    random: new SeededRandom(1),
  })
  assert.equal(machine.size, MAX_TRACKERS)
  assert.equal(machine.add({ url: 'http://late.example/announce', by: 'hand' }), false)
})

test('a tracker added later is announced to in a tier of its own', () => {
  const scene = new Scene('a')
  scene.answered(only(scene.start()))
  assert.equal(scene.machine.add({ url: url('z'), by: 'hand' }), true)
  assert.equal(scene.machine.add({ url: url('z'), by: 'hand' }), false)
  assert.equal(scene.machine.add({ url: 'nonsense', by: 'hand' }), false)
  const z = only(announces(scene.feed({ kind: 'tick', wantsPeers: false })))
  assert.deepEqual([letters([z]), z.event, z.by], ['z', 'started', 'hand'])
})

test('asked again by the person, who works is announced to when it permits, and who failed a moment after that', () => {
  const scene = new Scene('a b')
  const [a, b] = scene.start() as [Announce, Announce]
  scene.answered(a)
  scene.failed(b)
  const answeredAt = scene.now
  scene.now += MINUTE / 6
  const again = only(announces(scene.feed({ kind: 'again' })))
  assert.equal(letters([again]), 'b', 'it failed more than five seconds ago')
  scene.answered(again)
  assert.equal(letters(scene.wait()), 'a')
  assert.equal(scene.now, answeredAt + 1_000 * REPLY.minIntervalS)
})

test('a tracker that asked to be left alone is left alone, also when the person asks', () => {
  const scene = new Scene('a')
  scene.failed(only(scene.start()), { retryMs: 10 * MINUTE })
  scene.now += MINUTE
  assert.deepEqual(scene.feed({ kind: 'again' }), [])
})

test('a tracker that is removed hears that we left, and another of its tier takes over', () => {
  const scene = new Scene('ab')
  const first = only(scene.start())
  scene.answered(first)
  const effects = announces(scene.feed({ kind: 'remove', url: first.tracker.text }))
  assert.deepEqual(
    effects.map(({ event }) => event),
    ['stopped', 'started'],
  )
  assert.equal(effects[0]?.tracker.text, first.tracker.text)
  assert.equal(scene.machine.has(first.tracker.text), false)
  assert.deepEqual(scene.answered(first), [], 'its late answer means nothing')
  assert.deepEqual(scene.feed({ kind: 'remove', url: 'http://unknown.example/announce' }), [])
})

test('when the tracker of a private torrent is removed, whoever it told of is forgotten first (BEP 27)', () => {
  const scene = new Scene('a b', { private: true })
  scene.answered(only(scene.start()))
  assert.deepEqual(
    scene.feed({ kind: 'remove', url: url('a') }).map((effect) => effect.kind),
    ['forgetPeers', 'announce', 'announce'],
  )
  scene.feed({ kind: 'remove', url: url('b') })
  assert.equal(scene.machine.size, 0)
  assert.equal(scene.machine.deadline(), undefined)
})

test('the state of each tracker can be told to a person', () => {
  const scene = new Scene('a b')
  const [a, b] = scene.start() as [Announce, Announce]
  scene.answered(a, { seeds: 7, leeches: 3, warning: 'slow today' })
  scene.failed(b, { code: 'STATUS', detail: '503' })
  const [one, two] = scene.machine.states()
  assert.deepEqual(
    [one?.status, one?.seeds, one?.leeches, one?.warning, one?.failure],
    ['working', 7, 3, 'slow today', undefined],
  )
  assert.ok((one?.nextAnnounceAt ?? 0) >= 1800_000)
  assert.deepEqual(
    [two?.status, two?.failure?.code, two?.failure?.detail, two?.failures],
    ['failing', 'STATUS', '503', 1],
  )
})

test('over random histories no tier has two rounds at once, no tracker is asked before it may be, and time always ends a wait', () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = new SeededRandom(seed)
    const priv = seed % 3 === 0
    const scene = new Scene('ab c def', { seed, private: priv })
    const running = new Map<number, Announce>()
    const notBefore = new Map<string, number>()
    const carry = (effects: readonly TrackersEffect[]) => {
      for (const announce of announces(effects)) {
        if (announce.event === 'stopped') continue
        const host = announce.tracker.host
        if (announce.event === undefined)
          assert.ok(scene.now >= (notBefore.get(host) ?? 0), `seed ${seed}: ${host} too early`)
        running.set(announce.round, announce)
        const tiers = [...running.values()].map((other) =>
          priv ? 0 : scene.machine.states().find((s) => s.url === other.tracker.text)?.tier,
        )
        assert.equal(new Set(tiers).size, tiers.length, `seed ${seed}: two rounds in a tier`)
      }
    }
    carry(scene.feed({ kind: 'start' }))
    for (let step = 0; step < 200; step++) {
      const pick = [...running.values()][randomInt(random, Math.max(1, running.size))]
      if (pick !== undefined && randomInt(random, 3) > 0) {
        running.delete(pick.round)
        if (randomInt(random, 2) === 0) carry(scene.failed(pick))
        else {
          notBefore.set(pick.tracker.host, scene.now + 300_000)
          carry(scene.answered(pick, {}, randomInt(random, 2)))
        }
      } else if (randomInt(random, 20) === 0) {
        carry(scene.feed({ kind: 'completed' }))
      } else {
        const at = scene.machine.deadline()
        assert.ok(at !== undefined || running.size > 0, `seed ${seed}: stuck`)
        if (at !== undefined) scene.now = Math.max(scene.now, at)
        carry(scene.feed({ kind: 'tick', wantsPeers: randomInt(random, 2) === 0 }))
      }
    }
  }
})
