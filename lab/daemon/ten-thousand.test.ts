// A sample of `npm run lab:many`, in what is counted and not in what a busy machine may stretch: hundreds of transfers in a
// real daemon process, started again as they were.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pause } from '../netns/until.ts'
import { countingSyncs, syncsIn } from './count-syncs.ts'
import { DaemonProcess } from './daemon-process.ts'
import { makeManyTorrents } from './many-torrents.ts'
import { addAll, settled, withStream } from './ten-thousand.ts'

const COUNT = 300
const REST_MS = 4_000
/**
 * Its torrent file, its record and, when it was found whole, the record again; its journal and what it vouches for; and the
 * folders of these names, shared where several are added at once.
 */
const SYNCS_AN_ADDITION = 9
/** Of a start with nothing new to keep: each journal is made durable before it is believed. */
const SYNCS_AN_OPENING = 3
/** Five times as much is allowed (docs/daemon-scale.md); with nothing going on there is nothing to tell but totals. */
const REST_BYTES_PER_SECOND = 1_000

async function started(
  t: TestContext,
  state: string,
  settings: Readonly<Record<string, unknown>> | undefined,
  counts: string,
): Promise<DaemonProcess> {
  const daemon = await DaemonProcess.start(state, settings, countingSyncs(counts))
  t.after(() => daemon.kill())
  return daemon
}

test('hundreds of transfers: few syncs each, all listed at the first answer after a restart, nothing told at rest', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-hundreds-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const [state, counts] = [join(folder, 'state'), join(folder, 'syncs')]
  const many = await makeManyTorrents(join(folder, 'data'), COUNT)
  const first = await started(
    t,
    state,
    { 'saving.folder': many.saveFolder, 'saving.maxActive': 50, 'sharing.maxActive': COUNT },
    counts,
  )
  const before = syncsIn(counts)
  await addAll(first, many.torrents, many.saveFolder)
  await settled(first, COUNT)
  const adding = (syncsIn(counts) - before) / COUNT
  assert.ok(adding > 1 && adding <= SYNCS_AN_ADDITION, `${adding.toFixed(1)} syncs for each that was added`)

  const { transfers: added } = await first.call('listTransfers', {})
  const ids = added.map(({ id }) => id)
  const { done, failed } = await first.call('changeTransfers', { ids, change: { addTags: ['kept'] } })
  assert.deepEqual([done.length, failed], [COUNT, []])
  // What was answered is durable.
  await first.kill()

  const restarted = syncsIn(counts)
  const again = await started(t, state, undefined, counts)
  const { transfers: rows } = await again.call('listTransfers', {})
  assert.deepEqual(new Set(rows.map(({ id }) => id)), new Set(ids))
  assert.ok(rows.every(({ tags }) => tags.includes('kept')))
  await settled(again, COUNT)
  // Counters are kept once a minute; what is left of the killed one is put in order within the first second.
  const opening = (syncsIn(counts) - restarted) / COUNT
  assert.ok(opening <= SYNCS_AN_OPENING, `${opening.toFixed(1)} syncs for each that was opened`)

  const rest = await withStream(again, () => pause(REST_MS))
  assert.ok(
    rest.bytesPerSecond <= REST_BYTES_PER_SECOND,
    `${Math.round(rest.bytesPerSecond)} bytes a second at rest`,
  )
  const most = await again.call('removeTransfers', { ids: ids.slice(1), data: 'keep' })
  assert.equal(most.done.length, COUNT - 1)
  assert.equal((await again.call('listTransfers', {})).transfers.length, 1)
  assert.equal(await again.stop(), 0)
})
