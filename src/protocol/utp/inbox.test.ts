import assert from 'node:assert/strict'
import { randomInt as dice } from 'node:crypto'
import { test } from 'node:test'
import { randomInt, SeededRandom, shuffle } from '../../base/random.ts'
import { Inbox } from './inbox.ts'
import { RECEIVE_WINDOW_BYTES, WINDOW_PACKETS } from './limits.ts'
import { later } from './sequence.ts'

/** Packets as letters, delivered into a string. */
class Reader {
  text = ''
  readonly take = (bytes: Uint8Array): void => {
    this.text += String.fromCharCode(...bytes)
  }
}

const letter = (text: string): Uint8Array => new TextEncoder().encode(text)

test('early packets wait for the gap to close', () => {
  const inbox = new Inbox(65_534)
  const reader = new Reader()
  assert.equal(inbox.data(0, letter('c'), reader.take), 'early')
  assert.equal(inbox.data(65_534, letter('a'), reader.take), 'order')
  assert.equal(reader.text, 'a')
  assert.ok(inbox.hasGap)
  assert.equal(inbox.data(65_535, letter('b'), reader.take), 'order')
  assert.equal(reader.text, 'abc')
  assert.equal(inbox.ack, 0)
  assert.equal(inbox.data(65_535, letter('x'), reader.take), 'old')
})

test('the mask draws what is here behind the gap', () => {
  const inbox = new Inbox(100)
  const reader = new Reader()
  assert.equal(inbox.sackBytes, 0)
  for (const sequence of [101, 103, 140]) inbox.data(sequence, letter('.'), reader.take)
  assert.equal(inbox.sackBytes, 8)
  const mask = new Uint8Array(8)
  inbox.writeSack(mask, 0, 8)
  // Bit 0 is packet 101.
  assert.deepEqual([...mask], [0b101, 0, 0, 0, 0b1000_0000, 0, 0, 0])
})

test('a paused owner hears nothing; what it may hold shrinks the window to nothing', () => {
  const inbox = new Inbox(0)
  const reader = new Reader()
  inbox.paused = true
  let sequence = 0
  while (inbox.data(sequence, new Uint8Array(1_400), reader.take) === 'order') sequence++
  assert.equal(reader.text, '')
  assert.equal(inbox.ack, sequence - 1, 'what is held is acked')
  assert.ok(inbox.windowBytes < 1_400 && inbox.heldBytes <= RECEIVE_WINDOW_BYTES)
  inbox.paused = false
  inbox.resume(reader.take)
  assert.equal(reader.text.length, sequence * 1_400)
  assert.equal(inbox.windowBytes, RECEIVE_WINDOW_BYTES)
})

test('small packets close the window by their number', () => {
  const inbox = new Inbox(0)
  inbox.paused = true
  for (let i = 0; i < WINDOW_PACKETS; i++)
    assert.equal(
      inbox.data(i, letter('.'), () => {}),
      'order',
    )
  assert.equal(inbox.windowBytes, 0)
  assert.equal(
    inbox.data(WINDOW_PACKETS, letter('.'), () => {}),
    'refused',
  )
})

test('the end comes after the last byte, and only once', () => {
  const inbox = new Inbox(7)
  const reader = new Reader()
  assert.equal(inbox.fin(8, reader.take), 'early')
  assert.equal(inbox.ended, false)
  assert.equal(inbox.data(9, letter('x'), reader.take), 'old')
  assert.equal(inbox.fin(10, reader.take), 'old')
  assert.equal(inbox.data(7, letter('a'), reader.take), 'order')
  assert.ok(inbox.ended)
  assert.deepEqual([reader.text, inbox.ack], ['a', 8])
})

test('pausing inside a delivery holds the rest', () => {
  const inbox = new Inbox(0)
  const seen: number[] = []
  const take = (bytes: Uint8Array): void => {
    seen.push(bytes[0] as number)
    inbox.paused = true
  }
  inbox.data(1, Uint8Array.of(1), take)
  inbox.data(2, Uint8Array.of(2), take)
  inbox.data(0, Uint8Array.of(0), take)
  assert.deepEqual([seen, inbox.ack], [[0], 2])
  inbox.paused = false
  inbox.resume(take)
  assert.deepEqual(seen, [0, 1])
})

test('whatever the order and the repetitions, bytes come once and in order', () => {
  for (let run = 0; run < 200; run++) {
    const seed = dice(2 ** 31)
    const random = new SeededRandom(seed)
    const first = randomInt(random, 65_536)
    const count = 1 + randomInt(random, 300)
    const inbox = new Inbox(first)
    const reader = new Reader()
    const deal = shuffle(
      random,
      Array.from({ length: 2 * count }, (_, i) => i % count),
    )
    for (const number of deal) {
      if (randomInt(random, 5) === 0) inbox.paused = !inbox.paused
      if (!inbox.paused) inbox.resume(reader.take)
      inbox.data(later(first, number), letter(String.fromCharCode(33 + (number % 90))), reader.take)
    }
    inbox.paused = false
    inbox.resume(reader.take)
    const all = Array.from({ length: count }, (_, i) => String.fromCharCode(33 + (i % 90))).join('')
    assert.equal(reader.text, all, `seed ${seed}`)
    assert.deepEqual([inbox.heldBytes, inbox.hasGap, inbox.sackBytes], [0, false, 0], `seed ${seed}`)
  }
})
