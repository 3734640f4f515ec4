import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS, PageRoom } from './page-room.ts'

test('one address gets its part, all together get all, and whoever leaves makes room', () => {
  const room = new PageRoom()
  const entered: string[] = []
  for (let at = 0; at < 10 * MAX_CONNECTIONS; at++) {
    const address = `192.168.1.${at % 10}`
    if (room.enter(address)) entered.push(address)
  }
  assert.equal(entered.length, MAX_CONNECTIONS)
  room.left(entered[0] ?? '')
  assert.ok(room.enter('192.168.1.77'))
  assert.ok(!room.enter('192.168.1.78'))

  const alone = new PageRoom()
  const mine = Array.from({ length: 20 }, () => alone.enter('192.168.1.1')).filter(Boolean)
  assert.equal(mine.length, MAX_CONNECTIONS_PER_ADDRESS)
  alone.left('192.168.1.1')
  assert.ok(alone.enter('192.168.1.1'))
  assert.ok(!alone.enter('192.168.1.1'))
})
