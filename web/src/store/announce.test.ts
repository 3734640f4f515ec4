import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { announce, announced, together } from './announce.ts'

test('one of its kind is said as it is, several are counted, and kinds are said one after another', () => {
  const arrived = (count: number) => `${count} have arrived.`
  const failed = (count: number) => `${count} need you.`
  assert.equal(
    together(
      new Map([
        [arrived, ['Sintel has arrived.', 'Meadow has arrived.']],
        [failed, ['Orchard needs you.']],
      ]),
    ),
    '2 have arrived. Orchard needs you.',
  )
})

test('what comes within five seconds is said together, and the same sentence again is spoken again', (t) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.after(() => mock.timers.reset())
  const said: string[] = []
  announced.subscribe(() => said.push(announced.value))
  announce('One.')
  mock.timers.tick(5_000)
  announce('Two.')
  announce('Three.')
  assert.deepEqual(said, ['One.'])
  mock.timers.tick(5_000)
  announce('Two. Three.')
  mock.timers.tick(5_000)
  assert.deepEqual(said, ['One.', 'Two. Three.', 'Two. Three.\u00A0'])
})
