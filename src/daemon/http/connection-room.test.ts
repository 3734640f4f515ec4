// Who makes way when the room is full.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionRoom } from './connection-room.ts'

class Line {
  gone = false
  readonly #closed: (() => void)[] = []

  once(_: 'close', then: () => void): void {
    this.#closed.push(then)
  }

  destroy(): void {
    this.gone = true
    for (const then of this.#closed) then()
  }
}

test('whoever asked nothing for longest makes way, and never somebody who is being answered', () => {
  const room = new ConnectionRoom<Line>(3)
  const [asking, silent, later] = [new Line(), new Line(), new Line()]
  for (const line of [asking, silent, later]) room.came(line)
  const answered = room.asked(asking)
  const fourth = new Line()
  room.came(fourth)
  assert.deepEqual([asking.gone, silent.gone, later.gone, fourth.gone], [false, true, false, false])
  answered()
  room.came(new Line())
  assert.deepEqual([asking.gone, later.gone], [false, true], 'an answer makes its connection the newest')
  assert.equal(room.size, 3)
})

test('when all are being answered a newcomer is turned away', () => {
  const room = new ConnectionRoom<Line>(2)
  const lines = [new Line(), new Line()]
  for (const line of lines) {
    room.came(line)
    room.asked(line)
  }
  const newcomer = new Line()
  room.came(newcomer)
  assert.equal(newcomer.gone, true)
  assert.equal(room.size, 2)
})

test('an answer that ends after its connection leaves nothing behind', () => {
  const room = new ConnectionRoom<Line>(2)
  const line = new Line()
  room.came(line)
  const answered = room.asked(line)
  line.destroy()
  answered()
  assert.equal(room.size, 0)
})
