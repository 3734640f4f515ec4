// Stopping all sharing is the last word: what was on its way to being shared when it was said is not shared afterwards.

import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import { Ground, OWN_WORK, pattern } from '../../test/doubles/real-daemon.ts'
import type { Daemon } from './daemon.ts'

const STOPPED = { code: 'SHARING_STOPPED' }
const LINK = { audience: 'link', format: 'hybrid' } as const

async function scene(ground: Ground) {
  const folder = path.join(ground.folder, 'own', 'songs')
  await mkdir(folder, { recursive: true })
  for (let n = 0; n < 40; n++) await writeFile(path.join(folder, `${n}.ogg`), pattern(1_000 + n))
  return folder
}

async function done(daemon: Daemon, id: string) {
  await until('looked at', async () => (await daemon.handlers.review({ id, after: 0 })).state === 'done')
  return id
}

test('a share that was being counted when all sharing was stopped is not shared', async (t) => {
  const ground = await Ground.make(t)
  const folder = await scene(ground)
  const daemon = await ground.start('one')
  const refused = assert.rejects(async () => daemon.handlers.addShare({ path: folder, ...LINK }), STOPPED)
  await daemon.handlers.stopShares({ all: true })
  await refused
  assert.equal(daemon.transfers.size, 0)
})

for (const audience of ['link', 'everyone'] as const)
  test(`a library folder that was about to be offered (${audience}) when all sharing was stopped is not offered`, async (t) => {
    const ground = await Ground.make(t)
    const folder = await scene(ground)
    const daemon = await ground.start('one')
    const { id } = await daemon.handlers.addLibraryFolder({ path: folder })
    const { id: review } = await daemon.handlers.startReview({ folder: id, only: 'all' })
    await done(daemon, review)
    const wish = { id, audience, review, licence: OWN_WORK }
    const refused = assert.rejects(async () => daemon.handlers.changeFolderAudience(wish), STOPPED)
    await daemon.handlers.stopShares({ all: true })
    await refused
    const { folders } = await daemon.handlers.libraryFolders({})
    assert.equal(folders[0]?.audience, 'me')
    assert.equal(daemon.transfers.size, 0)
  })

test('a folder that is for oneself again before it was offered is not offered', async (t) => {
  const ground = await Ground.make(t)
  const folder = await scene(ground)
  const daemon = await ground.start('one')
  const { id } = await daemon.handlers.addLibraryFolder({ path: folder })
  const { id: review } = await daemon.handlers.startReview({ folder: id, only: 'all' })
  await done(daemon, review)
  const wish = { id, audience: 'everyone', review, licence: OWN_WORK } as const
  const refused = assert.rejects(async () => daemon.handlers.changeFolderAudience(wish), STOPPED)
  const narrowing = daemon.handlers.changeFolderAudience({ id, audience: 'me' })
  await refused
  assert.equal((await narrowing).audience, 'me')
  const { folders } = await daemon.handlers.libraryFolders({})
  assert.equal(folders[0]?.audience, 'me')
})
