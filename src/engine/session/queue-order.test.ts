// Queues are drawn, one torrent per letter, the first in front.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type QueueMove, QueueOrder } from './queue-order.ts'

function queue(letters: string): QueueOrder<string> {
  const order = new QueueOrder<string>()
  for (const letter of letters) order.add(letter)
  return order
}

const drawn = (order: QueueOrder<string>): string => [...order].join('')

function moved(letters: string, who: string, to: QueueMove): string {
  const order = queue(letters)
  order.place('a')
  order.move(who, to)
  const places = [...letters].map((letter) => [order.place(letter), letter] as const)
  const byPlace = places.sort(([a], [b]) => (a ?? -1) - (b ?? -1)).map(([, letter]) => letter)
  assert.equal(byPlace.join(''), drawn(order), 'places follow the order')
  return drawn(order)
}

test('one is moved to the top, up, down, to the bottom and to a place', () => {
  assert.equal(moved('abcd', 'c', 'top'), 'cabd')
  assert.equal(moved('abcd', 'c', 'up'), 'acbd')
  assert.equal(moved('abcd', 'b', 'down'), 'acbd')
  assert.equal(moved('abcd', 'b', 'bottom'), 'acdb')
  assert.equal(moved('abcd', 'd', 1), 'adbc')
  assert.equal(moved('abcd', 'a', 2), 'bcad')
})

test('nobody is moved beyond the ends', () => {
  assert.equal(moved('abc', 'a', 'up'), 'abc')
  assert.equal(moved('abc', 'c', 'down'), 'abc')
  assert.equal(moved('abc', 'a', 99), 'bca')
  assert.equal(moved('abc', 'x', 'top'), 'abc')
})

test('several move as a block that keeps its order', () => {
  const after = (who: string, to: Exclude<QueueMove, number>) => {
    const order = queue('abcdef')
    order.moveAll([...who], to)
    return drawn(order)
  }
  assert.equal(after('eb', 'top'), 'beacdf')
  assert.equal(after('eb', 'bottom'), 'acdfbe')
  assert.equal(after('cd', 'up'), 'acdbef')
  assert.equal(after('cd', 'down'), 'abecdf')
  assert.equal(after('ab', 'up'), 'abcdef', 'those in front have nowhere to go')
  assert.equal(after('abd', 'up'), 'abdcef')
  assert.equal(after('ef', 'down'), 'abcdef')
})

test('whoever left has no place, and the others close up', () => {
  const order = queue('abc')
  assert.equal(order.place('c'), 2)
  order.remove('b')
  assert.equal(order.place('b'), undefined)
  assert.equal(order.place('c'), 1)
  order.add('d')
  assert.equal(order.place('d'), 2)
  order.add('e', 0)
  assert.equal(drawn(order), 'eacd')
  assert.equal(order.place('d'), 3)
})
