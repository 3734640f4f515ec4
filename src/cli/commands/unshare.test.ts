import assert from 'node:assert/strict'
import { test } from 'node:test'
import { servedCommands } from '../../../test/doubles/served-command.ts'

test('to stop all sharing takes one command, which says what stopped, library folders too', async (t) => {
  const stopped = {
    stopped: [{ id: '9c'.repeat(20), name: 'trip' }],
    folders: [{ id: '00000000000000aa', name: 'Music' }],
  }
  const { run, heard } = await servedCommands(t, { stopShares: () => stopped })
  const { code, out } = await run(['unshare', '--all'])
  assert.equal(code, 0)
  assert.deepEqual(heard.at(-1)?.input, { all: true })
  assert.match(out, /Not shared any more: trip \(9c9c9c9c\)\nOnly yours again: the library folder Music\n/)
  assert.deepEqual((await run(['unshare', '--all', '--json'])).objects, [stopped])
})
