import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Interrupt } from './interrupt.ts'

function forget(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(signal)
}

test('nothing listens until a command asks, so that the system ends the process as ever', () => {
  const before = process.listenerCount('SIGINT')
  const interrupt = new Interrupt()
  assert.equal(process.listenerCount('SIGINT'), before)
  interrupt.listen()
  interrupt.listen()
  assert.equal(process.listenerCount('SIGINT'), before + 1)
  forget()
})

test('the first signal aborts and decides the exit code', () => {
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 143],
  ] as const) {
    const interrupt = new Interrupt()
    const abort = interrupt.listen()
    assert.equal(interrupt.exitCode, undefined)
    process.emit(signal)
    assert.equal(abort.aborted, true)
    assert.equal(interrupt.exitCode, exitCode)
    forget()
  }
})

test('the same keystroke heard twice is one wish, a second wish later ends the process', (t) => {
  let nowMs = 5_000
  const exits: unknown[] = []
  t.mock.method(performance, 'now', () => nowMs)
  t.mock.method(process, 'exit', (code: unknown) => exits.push(code))
  new Interrupt().listen()
  process.emit('SIGINT')
  nowMs += 200
  process.emit('SIGINT')
  assert.deepEqual(exits, [])
  nowMs += 2_000
  process.emit('SIGINT')
  assert.deepEqual(exits, [130])
  forget()
})
