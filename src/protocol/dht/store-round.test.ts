import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answerer } from './lookup.ts'
import { type Errand, StoreRound } from './store-round.ts'

function answerers(count: number, without: readonly number[] = []): Answerer[] {
  return Array.from({ length: count }, (_, i) => ({
    id: new Uint8Array(20).fill(i),
    endpoint: { host: `192.0.2.${i + 1}`, port: 6881 },
    token: without.includes(i) ? undefined : Uint8Array.of(i),
  }))
}

function round(wanted: number, among: readonly Answerer[]): { round: StoreRound; begun: Errand[] } {
  const made = new StoreRound(wanted, among, ({ token }) =>
    token === undefined ? undefined : { method: 'put', args: { token } },
  )
  const begun = made.begin()
  for (const errand of begun) made.sent(errand)
  return { round: made, begun }
}

const hosts = (errands: readonly Errand[]) => errands.map(({ to }) => to.endpoint.host)

test('the closest are told; those without a token are passed over for the next', () => {
  const { begun } = round(3, answerers(6, [1]))
  assert.deepEqual(hosts(begun), ['192.0.2.1', '192.0.2.3', '192.0.2.4'])
})

test('who does not answer in time is told once more, then the next closest is, and either answer counts once', () => {
  const { round: stores, begun } = round(1, answerers(3))
  const [first] = begun as [Errand]
  assert.equal(stores.late(first), first)
  stores.sent(first)
  const second = stores.late(first)
  assert.equal(second?.to.endpoint.host, '192.0.2.2')
  stores.sent(second as Errand)
  assert.ok(!stores.done)
  stores.took(first)
  assert.ok(stores.done)
  stores.took(first)
  assert.equal(stores.stored, 1)
})

test('a round in which nobody answers ends, and has asked each twice at most', () => {
  const { round: stores, begun } = round(2, answerers(4))
  let waiting = begun
  const sent = new Map<string, number>()
  const count = (errand: Errand) =>
    sent.set(errand.to.endpoint.host, (sent.get(errand.to.endpoint.host) ?? 0) + 1)
  for (const errand of waiting) count(errand)
  const flying = [...begun]
  while (waiting.length > 0) {
    const more = waiting.flatMap((errand) => stores.late(errand) ?? [])
    for (const errand of more) {
      stores.sent(errand)
      count(errand)
      flying.push(errand)
    }
    waiting = more
  }
  assert.deepEqual([...sent.values()], [2, 2, 2, 2])
  for (const errand of flying) {
    assert.ok(!stores.done)
    assert.equal(stores.failed(errand), undefined)
  }
  assert.ok(stores.done)
  assert.equal(stores.stored, 0)
})

test('where there is no room the next closest takes its place; what is wrong with the item itself is told to no more', () => {
  const { round: stores, begun } = round(2, answerers(4))
  const [first, second] = begun as [Errand, Errand]
  assert.equal(stores.refused(first, 202)?.to.endpoint.host, '192.0.2.3')
  assert.equal(stores.refused(second, 302), undefined)
  assert.deepEqual(stores.refusals, [202, 302])
  assert.ok(!stores.done, 'the one in its place was not answered yet')
})

test('nobody to tell is an end too', () => {
  assert.ok(round(0, []).round.done)
  assert.ok(round(2, answerers(2, [0, 1])).round.done)
})
