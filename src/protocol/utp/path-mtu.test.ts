import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import {
  LEAST_PACKET_BYTES,
  LEAST_PADDING_BYTES,
  MOST_PACKET_BYTES,
  PROBE_AGAIN_MS,
  PROBE_STEP_BYTES,
  PROBES_PER_SIZE,
} from './limits.ts'
import { PathMtu } from './path-mtu.ts'

const NOW = 1_000 as Millis

/** Probes as long as one is wanted. @returns the sizes tried */
function search(mtu: PathMtu, carriesBytes: number, now = NOW): number[] {
  const tried: number[] = []
  for (;;) {
    const wanted = mtu.wanted(now)
    if (wanted === undefined) return tried
    tried.push(wanted)
    assert.ok(wanted - mtu.packetBytes >= LEAST_PADDING_BYTES && wanted <= MOST_PACKET_BYTES)
    mtu.probe(wanted)
    assert.equal(mtu.wanted(now), undefined, 'one at a time')
    if (wanted <= carriesBytes) mtu.arrived()
    else mtu.lost()
  }
}

test('most paths are known after one probe', () => {
  const mtu = new PathMtu()
  assert.equal(mtu.packetBytes, LEAST_PACKET_BYTES)
  assert.deepEqual(search(mtu, 1_472), [MOST_PACKET_BYTES])
  assert.equal(mtu.packetBytes, MOST_PACKET_BYTES)
})

test('any path is known to within a step, with each size tried three times before it counts as too long', () => {
  for (let carriesBytes = LEAST_PACKET_BYTES; carriesBytes < 1_500; carriesBytes += 3) {
    const mtu = new PathMtu()
    const tried = search(mtu, carriesBytes)
    assert.ok(mtu.packetBytes <= carriesBytes)
    assert.ok(mtu.packetBytes > Math.min(carriesBytes, MOST_PACKET_BYTES) - PROBE_STEP_BYTES)
    for (const [bytes, times] of Map.groupBy(tried, (size) => size).entries())
      assert.equal(times.length, bytes <= carriesBytes ? 1 : PROBES_PER_SIZE)
  }
})

test('a path that widens is noticed after ten minutes', () => {
  const mtu = new PathMtu()
  search(mtu, 1_232)
  assert.equal(mtu.wanted(NOW), undefined)
  const later = (NOW + PROBE_AGAIN_MS) as Millis
  assert.deepEqual(search(mtu, 1_472, later), [MOST_PACKET_BYTES])
})

test('a path that narrows is searched again from the least', () => {
  const mtu = new PathMtu()
  search(mtu, 1_472)
  mtu.shrink()
  assert.equal(mtu.packetBytes, LEAST_PACKET_BYTES)
  search(mtu, 1_000)
  assert.ok(mtu.packetBytes <= 1_000 && mtu.packetBytes > 984)
})
