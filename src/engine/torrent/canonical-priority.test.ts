import assert from 'node:assert/strict'
import { test } from 'node:test'
import { peerPriority } from '../../protocol/wire/priority.ts'
import { priorityTo } from './canonical-priority.ts'

const known = (host: string | undefined) => ({
  announcedPort: () => 6881,
  outside: { connected() {}, seenAs() {}, outside: () => host },
})

test('both ends compute the same number, each from where the other sees it', () => {
  const [one, other] = [
    { host: '123.213.32.10', port: 6881 },
    { host: '98.76.54.32', port: 6881 },
  ]
  // From BEP 40.
  assert.equal(priorityTo(other, known(one.host)), 0xec2d7224)
  assert.equal(priorityTo(one, known(other.host)), 0xec2d7224)
  assert.equal(priorityTo(other, known(one.host)), peerPriority(one, other))
})

test('while our address is not known, or inside our own network, there is none', () => {
  assert.equal(priorityTo({ host: '98.76.54.32', port: 1 }, known(undefined)), undefined)
  assert.equal(priorityTo({ host: '192.168.1.3', port: 1 }, known('123.213.32.10')), undefined)
})
