import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import { randomInt, SeededRandom } from '../../base/random.ts'
import type { HolepunchMessage, HolepunchProblem } from '../../protocol/wire/holepunch-message.ts'
import { Holepunch, type HolepunchEffect, type HolepunchWorld, MAX_WANTED, type Party } from './holepunch.ts'

const at = (seconds: number) => Math.round(seconds * 1_000) as Millis
const peer = (i: number): Endpoint => ({ host: `198.51.${i}.1`, port: 6881 })
const rendezvous = (endpoint: Endpoint): HolepunchMessage => ({ type: 'rendezvous', endpoint })
const connect = (endpoint: Endpoint): HolepunchMessage => ({ type: 'connect', endpoint })
const error = (endpoint: Endpoint, problem: HolepunchProblem): HolepunchMessage => ({
  type: 'error',
  endpoint,
  problem,
})

/** Connected peers by number: found at peer(number), and told of by the numbers in `introducers`. */
class Scene implements HolepunchWorld {
  readonly machine = new Holepunch(this)
  readonly parties = new Map<number, Party>()
  readonly told = new Map<string, number[]>()
  readonly own = new Set<string>()

  joins(key: number, facts: Partial<Party> = {}): this {
    this.parties.set(key, { key, supports: true, reach: peer(key), ...facts })
    return this
  }

  leaves(key: number, now: Millis): string[] {
    this.parties.delete(key)
    for (const [text, keys] of this.told)
      this.told.set(
        text,
        keys.filter((other) => other !== key),
      )
    return shown(this.machine.handle({ kind: 'gone', peer: key }, now))
  }

  hears(from: number, message: HolepunchMessage, now: Millis): string[] {
    return shown(this.machine.handle({ kind: 'heard', from, message }, now))
  }

  failsToReach(i: number, now: Millis): string[] {
    return shown(this.machine.handle({ kind: 'unreachable', endpoint: peer(i) }, now))
  }

  tick(now: Millis): string[] {
    return shown(this.machine.handle({ kind: 'tick' }, now))
  }

  introduces(target: number, ...by: number[]): this {
    this.told.set(endpointText(peer(target)), by)
    return this
  }

  party(key: number): Party | undefined {
    return this.parties.get(key)
  }

  at(endpoint: Endpoint): Party | undefined {
    return [...this.parties.values()].find((party) => endpointText(party.reach) === endpointText(endpoint))
  }

  introducers(endpoint: Endpoint): readonly number[] {
    const told = this.told.get(endpointText(endpoint)) ?? []
    return told.filter((key) => this.party(key)?.supports === true)
  }

  isOwn(endpoint: Endpoint): boolean {
    return this.own.has(endpointText(endpoint))
  }
}

function shown(effects: readonly HolepunchEffect[]): string[] {
  return effects.map((effect) => {
    if (effect.kind === 'dial') return `dial ${endpointText(effect.to)}`
    const { type, endpoint } = effect.message
    const problem = effect.message.type === 'error' ? ` ${effect.message.problem}` : ''
    return `${effect.to}: ${type}${problem} ${endpointText(endpoint)}`
  })
}

// ── initiator ──

test('whom we cannot reach we ask for where somebody told us of it, and dial it when told to', () => {
  const scene = new Scene().joins(1).joins(2).introduces(9, 2)
  assert.deepEqual(scene.failsToReach(9, at(0)), ['2: rendezvous 198.51.9.1:6881'])
  assert.deepEqual(scene.hears(2, connect(peer(9)), at(0.1)), ['dial 198.51.9.1:6881'])
  assert.equal(scene.machine.deadline(), undefined)
})

test('nobody is asked for a peer that no connected one told us of, or only one without the extension', () => {
  const scene = new Scene().joins(1).joins(2, { supports: false }).introduces(9, 2)
  assert.deepEqual(scene.failsToReach(8, at(0)), [])
  assert.deepEqual(scene.failsToReach(9, at(0)), [])
  assert.equal(scene.machine.deadline(), undefined)
})

test('a relay may know another port of the address', () => {
  const scene = new Scene().joins(1).introduces(9, 1)
  scene.failsToReach(9, at(0))
  assert.deepEqual(scene.hears(1, connect({ ...peer(9), port: 50_000 }), at(0.1)), ['dial 198.51.9.1:50000'])
  assert.deepEqual(scene.tick(at(60)), [])
})

test('the next one is asked when a relay says no, says nothing or leaves; each of them once', () => {
  const scene = new Scene().joins(1).joins(2).joins(3).joins(4).introduces(9, 1, 2, 3, 4)
  assert.deepEqual(scene.failsToReach(9, at(0)), ['1: rendezvous 198.51.9.1:6881'])
  assert.deepEqual(scene.hears(1, error(peer(9), 'NOT_CONNECTED'), at(0.1)), [
    '2: rendezvous 198.51.9.1:6881',
  ])
  assert.deepEqual(scene.tick(at(5)), [])
  assert.equal(scene.machine.deadline(), at(5.1))
  assert.deepEqual(scene.tick(at(5.1)), ['3: rendezvous 198.51.9.1:6881'])
  assert.deepEqual(scene.leaves(3, at(6)), ['4: rendezvous 198.51.9.1:6881'])
  assert.deepEqual(scene.hears(4, error(peer(9), 'OTHER'), at(6.1)), [])
  assert.equal(scene.machine.deadline(), undefined)
})

test('a target that does not know the extension is not asked for elsewhere', () => {
  const scene = new Scene().joins(1).joins(2).introduces(9, 1, 2)
  scene.failsToReach(9, at(0))
  assert.deepEqual(scene.hears(1, error(peer(9), 'NO_SUPPORT'), at(0.1)), [])
  assert.deepEqual(scene.tick(at(60)), [])
})

test('one peer is asked once in ten seconds, for one target after another', () => {
  const scene = new Scene().joins(1).introduces(7, 1).introduces(8, 1).introduces(9, 1)
  assert.deepEqual(scene.failsToReach(7, at(0)), ['1: rendezvous 198.51.7.1:6881'])
  assert.deepEqual(scene.failsToReach(8, at(1)), [])
  assert.deepEqual(scene.failsToReach(9, at(2)), [])
  scene.hears(1, connect(peer(7)), at(2))
  assert.deepEqual(scene.tick(at(9.9)), [])
  assert.deepEqual(scene.tick(at(10)), ['1: rendezvous 198.51.8.1:6881'])
  assert.deepEqual(scene.tick(at(20)), ['1: rendezvous 198.51.9.1:6881'])
})

test('who connected to us meanwhile is not asked for', () => {
  const scene = new Scene().joins(1).introduces(8, 1).introduces(9, 1)
  scene.failsToReach(8, at(0))
  scene.failsToReach(9, at(0))
  scene.joins(9)
  assert.deepEqual(scene.tick(at(20)), [])
})

test('no more targets are kept than the limit', () => {
  const scene = new Scene().joins(1)
  for (let i = 2; i < MAX_WANTED + 10; i++) {
    scene.introduces(i, 1)
    scene.failsToReach(i, at(0))
  }
  let asked = 1
  for (let s = 10; s < 2_000; s += 10) asked += scene.tick(at(s)).length
  assert.equal(asked, MAX_WANTED)
})

// ── relay ──

test('two connected peers are told of each other, once each', () => {
  const scene = new Scene().joins(1, { reach: { ...peer(1), port: 40_000 } }).joins(2)
  assert.deepEqual(scene.hears(1, rendezvous(peer(2)), at(0)), [
    '2: connect 198.51.1.1:40000',
    '1: connect 198.51.2.1:6881',
  ])
})

test('what cannot be is answered with its reason', () => {
  const scene = new Scene().joins(1).joins(2, { supports: false })
  scene.own.add(endpointText(peer(5)))
  const cases: readonly (readonly [Endpoint, string])[] = [
    [{ host: '0.0.0.0', port: 6881 }, 'NO_SUCH_PEER'],
    [{ ...peer(2), port: 0 }, 'NO_SUCH_PEER'],
    [peer(5), 'NO_SELF'],
    [peer(1), 'NO_SELF'],
    [peer(8), 'NOT_CONNECTED'],
    [peer(2), 'NO_SUPPORT'],
  ]
  for (const [i, [endpoint, problem]] of cases.entries()) {
    assert.deepEqual(scene.hears(1, rendezvous(endpoint), at(20 * i)), [
      `1: error ${problem} ${endpointText(endpoint)}`,
    ])
  }
})

test('nobody is told an address of narrower scope than its own, and families do not mix', () => {
  const scene = new Scene()
    .joins(1)
    .joins(2, { reach: { host: '192.168.1.2', port: 1 } })
    .joins(3, { reach: { host: '2600::3', port: 1 } })
  for (const [i, host] of ['192.168.1.2', '2600::3'].entries()) {
    assert.deepEqual(scene.hears(1, rendezvous({ host, port: 1 }), at(20 * i)), [
      `1: error NOT_CONNECTED ${endpointText({ host, port: 1 })}`,
    ])
  }
  assert.deepEqual(scene.hears(2, rendezvous(peer(1)), at(60)), ['2: error NOT_CONNECTED 198.51.1.1:6881'])
})

test('who asks too often is not answered, and nobody is called too often however many ask', () => {
  const scene = new Scene()
  for (let i = 1; i <= 20; i++) scene.joins(i)
  const answered = (key: number, s: number) => scene.hears(key, rendezvous(peer(20)), at(s)).length > 0
  assert.deepEqual(
    [0, 0, 0, 5, 9].map((s) => answered(1, s)),
    [true, true, false, false, false],
  )
  for (let key = 2; key < 20; key++) assert.equal(answered(key, 9), false, 'the target was called twice')
  assert.deepEqual(
    [11, 12, 21].map((s) => answered(2, s)),
    [true, false, true],
  )
})

test('who does not know the extension is not answered', () => {
  const scene = new Scene().joins(1, { supports: false }).joins(2)
  assert.deepEqual(scene.hears(1, rendezvous(peer(2)), at(0)), [])
  assert.deepEqual(scene.hears(8, rendezvous(peer(2)), at(0)), [], 'and who is not connected')
})

// ── target ──

test('whom a connected peer says to connect to is dialled, but not often, not us, and not who is here', () => {
  const scene = new Scene().joins(1).joins(2)
  scene.own.add(endpointText(peer(5)))
  assert.deepEqual(scene.hears(1, connect(peer(5)), at(0)), [])
  assert.deepEqual(scene.hears(1, connect(peer(2)), at(0)), [])
  assert.deepEqual(scene.hears(1, connect(peer(9)), at(20)), ['dial 198.51.9.1:6881'])
  assert.deepEqual(scene.hears(1, connect(peer(10)), at(20)), ['dial 198.51.10.1:6881'])
  assert.deepEqual(scene.hears(1, connect(peer(11)), at(20)), [])
  assert.deepEqual(scene.hears(2, connect(peer(11)), at(20)), ['dial 198.51.11.1:6881'])
})

test('a stranger cannot send us into our own network, or nowhere', () => {
  for (const host of ['192.168.1.1', '127.0.0.1', '10.0.0.1', '0.0.0.0', '239.1.1.1', 'fe80::1']) {
    const scene = new Scene().joins(1)
    assert.deepEqual(scene.hears(1, connect({ host, port: 80 }), at(0)), [], host)
  }
  const scene = new Scene().joins(1)
  assert.deepEqual(scene.hears(1, connect({ ...peer(9), port: 0 }), at(0)), [])
})

// ── whatever comes ──

test('however peers behave, each of them costs others little', () => {
  const seed = (Math.random() * 2 ** 32) >>> 0
  const random = new SeededRandom(seed)
  const scene = new Scene()
  const seconds = 600
  const caused = new Map<string, number>()
  for (let i = 0; i < 20_000; i++) {
    const now = at((seconds * i) / 20_000)
    const key = randomInt(random, 12)
    const other = randomInt(random, 16)
    const kind = randomInt(random, 6)
    let effects: string[] = []
    if (kind === 0 && !scene.parties.has(key)) scene.joins(key, { supports: randomInt(random, 4) > 0 })
    else if (kind === 1 && randomInt(random, 200) === 0) effects = scene.leaves(key, now)
    else if (kind === 2) effects = scene.hears(key, rendezvous(peer(other)), now)
    else if (kind === 3) effects = scene.hears(key, connect(peer(other)), now)
    else if (kind === 4) effects = scene.hears(key, error(peer(other), 'NOT_CONNECTED'), now)
    else {
      scene.introduces(other, key)
      effects = scene.failsToReach(other, now)
    }
    for (const effect of effects) {
      const [to = '', what = ''] = effect.split(' ')
      const name = `${to} ${what}`
      if (to !== 'dial') assert.ok(scene.parties.has(Number.parseInt(to, 10)), `seed ${seed}: ${effect}`)
      if (what === 'connect' || what === 'rendezvous') caused.set(name, (caused.get(name) ?? 0) + 1)
    }
  }
  for (const [name, count] of caused) {
    // Both halves of being brought together, for each of a few connections under the same number, with its bursts.
    assert.ok(count <= 2 * (seconds / 10 + 2 * 20), `seed ${seed}: ${name} ${count}`)
  }
  assert.ok(caused.size > 10, 'something happened')
})
