import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Demo } from '../../api/schemas/demo.ts'
import type { DemoOptions, DemoResult } from './demo.ts'
import { DemoCalls } from './demo-calls.ts'
import { DemoError } from './demo-error.ts'

const RESULT: DemoResult = {
  totalBytes: 100,
  hashesRight: 3,
  hashes: 3,
  seconds: 9,
  takenBytes: 300,
  givenBySharerBytes: 110,
  fromEachOtherShare: 0.63,
  sha256: 'ab',
}

/** A play whose end the test decides; like the real one it ends when it is told to. */
function rehearsal() {
  const plays: { options: DemoOptions; end: (result: DemoResult) => void }[] = []
  const calls = new DemoCalls({
    temporaryFolder: '/tmp',
    stateFolder: '/state',
    run: (options) =>
      new Promise((resolve, reject) => {
        plays.push({ options, end: resolve })
        options.signal.addEventListener('abort', () =>
          reject(new DemoError('INTERRUPTED', { name: 'the demo' })),
        )
      }),
  })
  const ask = async (name: 'demo' | 'startDemo' | 'stopDemo'): Promise<Demo> => calls.handlers[name]({})
  return { plays, ask }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('a demo asked for twice is played once, and told as it goes', async () => {
  const { plays, ask } = rehearsal()
  assert.equal((await ask('demo')).stage, 'none')
  assert.equal((await ask('startDemo')).stage, 'preparing')
  await ask('startDemo')
  assert.equal(plays.length, 1)
  const [play] = plays
  assert.ok(play)
  play.options.watch.opening({ name: 'film', film: true, totalBytes: 100 })
  play.options.watch.preparing('hashes', 50, 100)
  assert.equal((await ask('demo')).preparing, 0.75)
  play.options.watch.sharing({ pieces: 1, pieceLengthBytes: 100, fish: [] })
  const ben = { name: 'Ben', state: 'getting', doneBytes: 40, givenBytes: 10, takenBytes: 40 } as const
  play.options.watch.sharerLeft({ totalBytes: 100, fish: [ben], wholeWhenOff: [] }, 4)
  const running = await ask('demo')
  assert.equal(running.stage, 'running')
  assert.deepEqual(running.fish, [ben])
  assert.deepEqual(running.wholeWhenOff, [])
  play.end(RESULT)
  await settled()
  const done = await ask('demo')
  assert.equal(done.stage, 'done')
  assert.equal(done.result?.hashesRight, 3)
})

test('a demo that is stopped leaves nothing to see, and can begin again', async () => {
  const { plays, ask } = rehearsal()
  await ask('startDemo')
  assert.equal((await ask('stopDemo')).stage, 'none')
  assert.equal(plays[0]?.options.signal.aborted, true)
  await ask('startDemo')
  assert.equal(plays.length, 2)
})

test('a demo that breaks off says why in a sentence', async () => {
  const calls = new DemoCalls({
    temporaryFolder: '/tmp',
    stateFolder: '/state',
    run: () => Promise.reject(new DemoError('DEMO_STALLED', { seconds: 60 })),
  })
  await calls.handlers.startDemo({})
  await settled()
  const failed = await calls.handlers.demo({})
  assert.equal(failed.stage, 'failed')
  assert.match(failed.error?.message ?? '', /nothing moved for 60 seconds/)
})
