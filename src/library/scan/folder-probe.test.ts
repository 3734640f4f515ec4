import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import { FolderProbe } from './folder-probe.ts'

test('a folder that answers is there to be walked, also when it says that nothing is there', async () => {
  const clock = new VirtualClock()
  assert.equal(await new FolderProbe(clock, async () => {}).answers('/a'), true)
  const refusing = new FolderProbe(clock, () => Promise.reject(new Error('ENOENT')))
  assert.equal(await refusing.answers('/a'), true)
  assert.equal(clock.waiting, 0)
})

test('a folder that does not answer is given up within the deadline, asked once, and believed when it answers', async () => {
  const clock = new VirtualClock()
  const waiting: (() => void)[] = []
  const probe = new FolderProbe(clock, () => new Promise<void>((resolve) => waiting.push(resolve)))
  for (let time = 0; time < 3; time++) {
    const answer = probe.answers('/a')
    await clock.advance(time === 0 ? 15_000 : 100)
    assert.equal(await answer, false)
  }
  assert.equal(waiting.length, 1)
  const answer = probe.answers('/a')
  waiting[0]?.()
  assert.equal(await answer, true)
  void probe.answers('/a')
  assert.equal(waiting.length, 2)
})
