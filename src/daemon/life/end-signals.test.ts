import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { EndSignals } from './end-signals.ts'

class Pretended extends EventEmitter {
  exits: number[] = []

  exit(code: number): void {
    this.exits.push(code)
  }
}

function heard() {
  const process = new Pretended()
  let now = 5_000
  let reread = 0
  const signals = new EndSignals(
    () => reread++,
    process,
    () => now,
  )
  const wait = (ms: number): void => {
    now += ms
  }
  return { process, signals, wait, reread: () => reread }
}

test('the first signal asks, and a second one a second later ends the process', async () => {
  const { process, signals, wait } = heard()
  process.emit('SIGTERM')
  assert.equal(await signals.wish, 'SIGTERM')
  assert.deepEqual(process.exits, [])
  wait(1_000)
  process.emit('SIGTERM')
  assert.deepEqual(process.exits, [143])
})

test('one keystroke that arrives twice is one wish', () => {
  const { process, wait } = heard()
  process.emit('SIGINT')
  wait(900)
  process.emit('SIGINT')
  assert.deepEqual(process.exits, [])
  wait(200)
  process.emit('SIGINT')
  assert.deepEqual(process.exits, [130])
})

test('after it was asked over the API, one signal later on ends it', async () => {
  const { process, signals, wait } = heard()
  signals.end('shutdown')
  assert.equal(await signals.wish, 'shutdown')
  wait(2_000)
  process.emit('SIGTERM')
  assert.deepEqual(process.exits, [143])
})

test('SIGHUP reads the settings again and ends nothing', () => {
  const { process, reread } = heard()
  process.emit('SIGHUP')
  process.emit('SIGHUP')
  assert.equal(reread(), 2)
  assert.deepEqual(process.exits, [])
})

test('closed, it leaves the signals to whoever was there before', () => {
  const { process, signals } = heard()
  signals.close()
  assert.deepEqual(process.eventNames(), [])
})
