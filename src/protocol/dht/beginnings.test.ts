import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import { Beginnings } from './beginnings.ts'

function at(seconds: number): Millis {
  return (1_000 * seconds) as Millis
}

function endpoint(i: number) {
  return { host: `8.${i >> 8}.${i & 255}.1`, port: 6881 }
}

function round(beginnings: Beginnings, now: Millis): string[] {
  const hosts: string[] = []
  for (let next = beginnings.next(now); next !== undefined; next = beginnings.next(now)) hosts.push(next.host)
  return hosts
}

test('each is offered once a round, and pauses grow from five seconds to five minutes', () => {
  const beginnings = new Beginnings()
  beginnings.add([endpoint(1), endpoint(2), endpoint(1)])
  let now = at(0)
  const pauses: number[] = []
  for (let i = 0; i < 10; i++) {
    assert.equal(round(beginnings, now).length, 2)
    assert.deepEqual(round(beginnings, now), [])
    const roundAt = beginnings.roundAt as Millis
    pauses.push((roundAt - now) / 1_000)
    now = roundAt
  }
  assert.deepEqual(pauses.slice(0, 4), [5, 10, 20, 40])
  assert.equal(pauses.at(-1), 300)
})

test('what is told anew is offered at once; after a change of network all are', () => {
  const beginnings = new Beginnings()
  beginnings.add([endpoint(1)])
  round(beginnings, at(0))
  beginnings.add([endpoint(2)])
  assert.deepEqual(round(beginnings, at(0)), [endpoint(2).host])
  beginnings.restart()
  assert.equal(round(beginnings, at(0)).length, 2)
})

test('300 are remembered, and with none there is nothing to wait for', () => {
  const beginnings = new Beginnings()
  assert.equal(beginnings.next(at(0)), undefined)
  assert.equal(beginnings.roundAt, undefined)
  beginnings.add(Array.from({ length: 1_000 }, (_, i) => endpoint(i)))
  const offered = round(beginnings, at(0))
  assert.equal(offered.length, 300)
  assert.equal(offered.at(-1), endpoint(999).host)
})
