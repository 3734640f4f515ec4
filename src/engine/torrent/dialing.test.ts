import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import { Candidates } from '../discovery/candidates.ts'
import { Dialing } from './dialing.ts'
import { PeerTable } from './peer-table.ts'

const at = (seconds: number) => (seconds * 1_000) as Millis
const NOW = at(0)
const peer = (i: number): Endpoint => ({ host: `198.51.${i}.1`, port: 6881 })

const anybody = () => true

function scene(
  options: { readonly maxPeers?: number; readonly budget?: number; readonly full?: Set<string> } = {},
) {
  const candidates = new Candidates({ random: new SeededRandom(1) })
  const dialled: string[] = []
  const dialing = new Dialing({
    candidates,
    peers: new PeerTable(),
    maxPeers: () => options.maxPeers ?? 50,
    dial: (to, how) => {
      if (dialled.length >= (options.budget ?? 100) || options.full?.has(endpointText(to))) return false
      dialled.push(`${how} ${endpointText(to)}`)
      return true
    },
  })
  const know = (...numbers: number[]) =>
    candidates.add(
      numbers.map((i) => ({ endpoint: peer(i), source: 'hand', teller: 'hand' })),
      NOW,
    )
  return { candidates, dialing, dialled, know }
}

test('a dial that nobody answers asks for a hole while it goes on, once', () => {
  const { dialing, know } = scene()
  know(1)
  dialing.more(NOW)
  assert.deepEqual(dialing.unanswered(at(2.9), anybody), [])
  assert.deepEqual(
    dialing.unanswered(at(3), () => false),
    [],
    'whoever could help comes later',
  )
  assert.deepEqual(dialing.unanswered(at(3), anybody), [peer(1)])
  assert.deepEqual(dialing.unanswered(at(4), anybody), [])
  assert.equal(dialing.failed(peer(1), 'TIMEOUT', at(8)), false, 'it was asked for already')
})

test('a dial that is refused before asks for one then; who answered at all needs none', () => {
  const { dialing, know } = scene()
  know(1, 2, 3)
  dialing.more(NOW)
  assert.equal(dialing.failed(peer(1), 'REFUSED', NOW), true)
  assert.equal(dialing.failed(peer(2), 'SELF', NOW), false)
  assert.equal(dialing.failed(peer(3), 'WRONG_HASH', NOW), false)
})

test('a dial through a hole asks for no other, and is not made again', () => {
  const { dialing, dialled } = scene()
  dialing.punch(peer(1), NOW)
  assert.ok(dialing.isPunched(peer(1)))
  assert.deepEqual(dialing.unanswered(at(5), anybody), [])
  dialing.punch(peer(1), at(5))
  assert.equal(dialing.failed(peer(1), 'TIMEOUT', at(8)), false)
  assert.deepEqual(dialled, ['punch 198.51.1.1:6881'])
  assert.equal(dialing.underWay, 0)
})

test('whom somebody punches to while we dial it is tried again through the hole, once', () => {
  const { dialing, dialled, know } = scene()
  know(1)
  dialing.more(NOW)
  assert.ok(!dialing.isPunched(peer(1)))
  dialing.punch(peer(1), at(3))
  assert.ok(dialing.isPunched(peer(1)))
  assert.equal(dialing.failed(peer(1), 'TIMEOUT', at(8)), false)
  assert.equal(dialing.failed(peer(1), 'TIMEOUT', at(16)), false)
  assert.deepEqual(dialled, ['any 198.51.1.1:6881', 'punch 198.51.1.1:6881'])
  assert.equal(dialing.underWay, 0)
})

test('dials that nobody answers leave room for holes, and holes for no more than that', () => {
  const { dialing, dialled, know } = scene()
  know(...Array.from({ length: 30 }, (_, i) => i + 1))
  dialing.more(NOW)
  assert.equal(dialing.underWay, 10)
  for (let i = 41; i < 60; i++) dialing.punch(peer(i), NOW)
  assert.equal(dialled.filter((text) => text.startsWith('punch')).length, 5)
  dialing.more(NOW)
  assert.equal(dialing.underWay, 15)
})

test('holes need a place in the torrent and in the session', () => {
  const full = scene({ maxPeers: 1 })
  full.dialing.punch(peer(1), NOW)
  full.dialing.punch(peer(2), NOW)
  assert.deepEqual(full.dialled, ['punch 198.51.1.1:6881'])
  const poor = scene({ budget: 0 })
  poor.dialing.punch(peer(1), NOW)
  assert.equal(poor.dialing.underWay, 0)
})

test('a connection under another name of the dialled address leaves nothing behind', () => {
  const { dialing, dialled, know } = scene()
  know(1)
  dialing.more(NOW)
  dialing.answered({ host: '198.51.1.1', port: 7000 }, undefined, NOW)
  assert.equal(dialing.underWay, 0)
  dialing.punch(peer(1), NOW)
  assert.deepEqual(dialled, ['any 198.51.1.1:6881', 'punch 198.51.1.1:6881'])
})

test('whoever has no room now is dialled once there is, and stands in nobody’s way meanwhile', () => {
  const full = new Set([endpointText(peer(1)), endpointText(peer(2))])
  const { dialing, dialled, know } = scene({ full })
  know(1, 2, 3)
  dialing.more(NOW)
  assert.deepEqual(dialled, ['any 198.51.3.1:6881'])
  full.clear()
  dialing.more(at(1))
  assert.deepEqual(
    dialled.toSorted(),
    [1, 2, 3].map((i) => `any 198.51.${i}.1:6881`),
  )
})
