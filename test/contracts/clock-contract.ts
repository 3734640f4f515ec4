// What every implementation of the Clock port promises.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { after } from '../../src/base/ids.ts'
import type { Clock } from '../../src/base/ports.ts'

export function clockContract(
  name: string,
  within: (body: (clock: Clock) => Promise<void>) => Promise<void>,
): void {
  const promise = (sentence: string, body: (clock: Clock) => Promise<void>): void => {
    test(sentence, () => within(body))
  }

  describe(`Clock contract: ${name}`, () => {
    promise('a wake comes once, at or after its moment, never synchronously', async (clock) => {
      for (const delayMs of [20, 0.3, 0, -1000]) {
        const at = after(clock.now(), delayMs)
        let wakes = 0
        await new Promise<void>((resolve) => {
          clock.schedule(at, () => {
            wakes++
            assert.ok(clock.now() >= at)
            resolve()
          })
          assert.equal(wakes, 0)
        })
        await nextWake(clock, 2)
        assert.equal(wakes, 1)
      }
    })

    promise('time does not go back', async (clock) => {
      let last = clock.now()
      for (let i = 0; i < 20; i++) {
        await nextWake(clock, i % 3)
        assert.ok(clock.now() >= last)
        last = clock.now()
      }
    })

    promise('wakes come in the order of their moments', async (clock) => {
      const now = clock.now()
      const seen: number[] = []
      for (const delayMs of [30, 5, 20, 12]) clock.schedule(after(now, delayMs), () => seen.push(delayMs))
      await nextWake(clock, 60)
      assert.deepEqual(seen, [5, 12, 20, 30])
    })

    promise('a cancelled wake does not come; cancelling late or twice is harmless', async (clock) => {
      const seen: string[] = []
      const cancel = clock.schedule(after(clock.now(), 5), () => seen.push('cancelled'))
      const late = clock.schedule(after(clock.now(), 5), () => seen.push('kept'))
      cancel()
      cancel()
      await nextWake(clock, 20)
      late()
      assert.deepEqual(seen, ['kept'])
    })

    promise('a moment never to come is allowed', async (clock) => {
      const cancel = clock.schedule(after(clock.now(), Number.POSITIVE_INFINITY), () =>
        assert.fail('it came'),
      )
      await nextWake(clock, 5)
      cancel()
    })

    promise('the wall clock tells a plausible date', async (clock) => {
      assert.ok(clock.wallMs() > Date.UTC(2025, 0, 1) && clock.wallMs() < Date.UTC(2100, 0, 1))
    })
  })
}

function nextWake(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.schedule(after(clock.now(), delayMs), resolve))
}
