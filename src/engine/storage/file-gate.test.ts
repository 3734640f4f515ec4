import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settle } from '../../../test/doubles/storage-rig.ts'
import { FileGate } from './file-gate.ts'

test('an exclusive section waits for those inside, and those who come wait for it', async () => {
  const gate = new FileGate()
  const order: string[] = []
  assert.equal(gate.enter(), undefined, 'at once')
  const alone = gate.exclusive(async () => {
    order.push('alone')
    await settle()
    order.push('done')
  })
  const later = Promise.resolve(gate.enter()).then(() => order.push('later'))
  await settle()
  assert.deepEqual(order, [])
  gate.leave()
  await Promise.all([alone, later])
  assert.deepEqual(order, ['alone', 'done', 'later'])
})

test('exclusive sections run one after another, also when one fails', async () => {
  const gate = new FileGate()
  let inside = 0
  const section = async (fails: boolean) => {
    assert.equal(++inside, 1)
    await settle()
    inside--
    if (fails) throw new Error('no')
  }
  const results = await Promise.allSettled([1, 2, 3].map((n) => gate.exclusive(() => section(n === 2))))
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  assert.equal(gate.enter(), undefined)
})
