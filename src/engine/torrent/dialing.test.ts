import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import { Candidates } from '../discovery/candidates.ts'
import { Dialing } from './dialing.ts'
import { PeerTable } from './peer-table.ts'

const NOW = 0 as Millis
const peer = (i: number): Endpoint => ({ host: `198.51.${i}.1`, port: 6881 })

function scene(options: { readonly maxPeers?: number; readonly budget?: number } = {}) {
  const candidates = new Candidates({ random: new SeededRandom(1) })
  const dialled: string[] = []
  const dialing = new Dialing({
    candidates,
    peers: new PeerTable(),
    maxPeers: options.maxPeers ?? 50,
    dial: (to, how) => {
      if (dialled.length >= (options.budget ?? 100)) return false
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

test('a dial that fails asks for a hole, unless it went through one or reached ourselves', () => {
  const { dialing, know } = scene()
  know(1, 2)
  dialing.more(NOW)
  assert.equal(dialing.failed(peer(1), 'TIMEOUT', NOW), true)
  assert.equal(dialing.failed(peer(2), 'SELF', NOW), false)
  dialing.punch(peer(1))
  assert.equal(dialing.failed(peer(1), 'TIMEOUT', NOW), false)
  assert.equal(dialing.underWay, 0)
})

test('whom somebody punches to while we dial it is tried again through the hole, once', () => {
  const { dialing, dialled, know } = scene()
  know(1)
  dialing.more(NOW)
  dialing.punch(peer(1))
  assert.deepEqual(dialled, ['any 198.51.1.1:6881'])
  assert.equal(dialing.failed(peer(1), 'TIMEOUT', NOW), false)
  assert.deepEqual(dialled, ['any 198.51.1.1:6881', 'punch 198.51.1.1:6881'])
  dialing.punch(peer(1))
  assert.equal(dialing.failed(peer(1), 'TIMEOUT', NOW), false)
  assert.equal(dialled.length, 2)
  assert.equal(dialing.underWay, 0)
})

test('holes have no room of their own', () => {
  const full = scene({ maxPeers: 1 })
  full.dialing.punch(peer(1))
  full.dialing.punch(peer(2))
  assert.deepEqual(full.dialled, ['punch 198.51.1.1:6881'])
  const poor = scene({ budget: 0 })
  poor.dialing.punch(peer(1))
  assert.equal(poor.dialing.underWay, 0)
})

test('a connection under another name of the dialled address leaves nothing behind', () => {
  const { dialing, dialled, know } = scene()
  know(1)
  dialing.more(NOW)
  dialing.answered({ host: '198.51.1.1', port: 7000 }, undefined, NOW)
  assert.equal(dialing.underWay, 0)
  dialing.punch(peer(1))
  assert.deepEqual(dialled, ['any 198.51.1.1:6881', 'punch 198.51.1.1:6881'])
})
