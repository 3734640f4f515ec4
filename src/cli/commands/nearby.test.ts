import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PHONE, sampleNearby } from '../../../test/doubles/sample-people.ts'
import { servedCommands } from '../../../test/doubles/served-command.ts'

test('devices are listed with what they offer; what they call themselves is only text', async (t) => {
  const { run } = await servedCommands(t, {
    nearby: () => ({ devices: [sampleNearby({ deviceName: 'phone\u001b[2J' })] }),
  })
  const { out } = await run(['nearby'])
  assert.match(out, /dev2dev2 {2}Ana {3}phone<U\+001B>\[2J {2}contact {2}3 files, 5\.0 MB/)
  assert.equal((await run(['nearby', '--json'])).objects.length, 1)
})

test('what one of them offers to everyone is browsed', async (t) => {
  const { run, heard } = await servedCommands(t, {
    nearby: () => ({ devices: [sampleNearby()] }),
    nearbyFiles: () => ({ folders: [{ name: 'Live', files: 2, totalBytes: 9 }], files: [], total: 5 }),
  })
  const { out, err } = await run(['nearby', 'ana', 'Music'])
  assert.deepEqual(heard.at(-1)?.input, { id: PHONE, path: 'Music', offset: 0, limit: 200 })
  assert.match(out, /Live\/ \(2 files\)/)
  assert.match(err, /and 4 more: --from 1/)
})
