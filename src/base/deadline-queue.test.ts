import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DeadlineQueue, type Sleeper } from './deadline-queue.ts'
import type { Millis } from './ids.ts'
import type { Clock } from './ports.ts'

class HandClock implements Clock {
  time = 0
  alarms: { at: number; wake: () => void }[] = []
  now = () => this.time as Millis
  wallMs = () => this.time
  schedule(at: Millis, wake: () => void) {
    const alarm = { at, wake }
    this.alarms.push(alarm)
    return () => {
      this.alarms = this.alarms.filter((other) => other !== alarm)
    }
  }
  advance(to: number) {
    for (;;) {
      const due = this.alarms.filter((alarm) => alarm.at <= to).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.alarms = this.alarms.filter((other) => other !== due)
      this.time = Math.max(this.time, due.at)
      due.wake()
    }
    this.time = to
  }
}

function sleeper(
  log: string[],
  name: string,
  clock: HandClock,
  again?: (now: number) => number | undefined,
): Sleeper {
  return {
    wake(now) {
      log.push(`${name}@${clock.time}`)
      return again?.(now) as Millis | undefined
    },
  }
}

test('sleepers are woken in the order of their deadlines with a single alarm', () => {
  const clock = new HandClock()
  const queue = new DeadlineQueue(clock)
  const log: string[] = []
  for (const [name, at] of [
    ['c', 30],
    ['a', 10],
    ['b', 20],
  ] as const) {
    queue.set(sleeper(log, name, clock), at as Millis)
    assert.ok(clock.alarms.length <= 1)
  }
  clock.advance(100)
  assert.deepEqual(log, ['a@10', 'b@20', 'c@30'])
  assert.equal(clock.alarms.length, 0)
})

test('a deadline may be moved either way, hastened and forgotten', () => {
  const clock = new HandClock()
  const queue = new DeadlineQueue(clock)
  const log: string[] = []
  const a = sleeper(log, 'a', clock)
  const b = sleeper(log, 'b', clock)
  queue.set(a, 10 as Millis)
  queue.set(a, 50 as Millis)
  queue.set(b, 40 as Millis)
  queue.hasten(b, 60 as Millis)
  queue.hasten(b, 30 as Millis)
  clock.advance(45)
  assert.deepEqual(log, ['b@30'])
  queue.forget(a)
  clock.advance(100)
  assert.deepEqual(log, ['b@30'])
  assert.equal(queue.size, 0)
})

test('a sleeper that always wants waking now cannot keep the others from their turn', () => {
  const clock = new HandClock()
  const queue = new DeadlineQueue(clock)
  const log: string[] = []
  let greed = 0
  queue.set(
    sleeper(log, 'greedy', clock, () => (++greed < 5 ? clock.time : undefined)),
    10 as Millis,
  )
  queue.set(sleeper(log, 'modest', clock), 10 as Millis)
  clock.advance(10)
  assert.equal(log[1], 'modest@10')
  assert.equal(greed, 5)
})

test('what a sleeper returns counts, and a deadline set meanwhile is kept if it is earlier', () => {
  const clock = new HandClock()
  const queue = new DeadlineQueue(clock)
  const log: string[] = []
  const a: Sleeper = {
    wake() {
      log.push(`a@${clock.time}`)
      if (log.length === 1) {
        queue.set(a, 15 as Millis)
        return 20 as Millis
      }
      return undefined
    },
  }
  queue.set(a, 10 as Millis)
  clock.advance(100)
  assert.deepEqual(log, ['a@10', 'a@15'])
})
