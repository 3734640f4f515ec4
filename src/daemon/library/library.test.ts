// The library in a real daemon: folders are found and searched for oneself, offered only as they were looked at, and narrowed at once.

import assert from 'node:assert/strict'
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { until } from '../../../lab/netns/until.ts'
import { Ground, OWN_WORK, pattern, seen, shared } from '../../../test/doubles/real-daemon.ts'
import type { LibraryFolder } from '../../api/schemas/library.ts'
import { NodeDisk } from '../../platform/disk.ts'
import type { Daemon } from '../daemon.ts'
import { libraryFile } from './library-file.ts'

const PAGE = { offset: 0, limit: 50 }

async function scene(t: TestContext) {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const folder = path.join(ground.folder, 'own', 'songs')
  await mkdir(path.join(folder, 'live'), { recursive: true })
  await writeFile(path.join(folder, 'river.ogg'), pattern(90_000))
  await writeFile(path.join(folder, 'live', 'bridge.ogg'), pattern(70_000))
  await writeFile(path.join(folder, 'key'), 'PRIVATE private-key\n')
  const { id } = await daemon.handlers.addLibraryFolder({ path: folder })
  await hashed(daemon, id, 3)
  return { ground, daemon, folder, id }
}

function folderNow(daemon: Daemon, id: string, what: string, fits: (now: LibraryFolder) => boolean) {
  return until(
    what,
    async () => {
      const now = await row(daemon, id)
      return fits(now) && now
    },
    { describe: () => 'the folder is not so' },
  )
}

async function row(daemon: Daemon, id: string) {
  const { folders } = await daemon.handlers.libraryFolders({})
  const found = folders.find((folder) => folder.id === id)
  assert.ok(found)
  return found
}

const hashed = (daemon: Daemon, id: string, files: number) =>
  folderNow(daemon, id, 'all is hashed', (now) => now.hashedFiles === files && now.state === 'watching')

async function looked(daemon: Daemon, folder: string, only: 'all' | 'proposals' = 'all') {
  const { id } = await daemon.handlers.startReview({ folder, only })
  await until('looked at', async () => (await daemon.handlers.review({ id, after: 0 })).state === 'done')
  await daemon.handlers.answerReview({ id, answers: [{ class: 'private-key', answer: 'leave-out' }] })
  return id
}

const strangers = (daemon: Daemon) => daemon.handlers.seenBy({ audience: 'everyone', path: '', ...PAGE })
const names = (rows: readonly { name: string }[]) => rows.map(({ name }) => name).toSorted()

test('a folder is only for oneself: found and searched here, and nobody sees any of it', async (t) => {
  const { daemon, id, folder } = await scene(t)
  const { entries } = await daemon.handlers.search({ words: 'brid', typing: true, sort: 'fit', ...PAGE })
  assert.deepEqual(names(entries), ['bridge.ogg'])
  const { folders, files } = await daemon.handlers.browseLibrary({ folder: id, path: '', ...PAGE })
  assert.deepEqual([names(folders), names(files)], [['live'], ['key', 'river.ogg']])
  const seenByAll = await strangers(daemon)
  assert.deepEqual([seenByAll.rows, seenByAll.shares, seenByAll.head], [[], [], null])
  assert.equal((await row(daemon, id)).audience, 'me')
  await assert.rejects(async () => daemon.handlers.addLibraryFolder({ path: path.join(folder, 'live') }), {
    code: 'FOLDER_INSIDE_ANOTHER',
  })
})

test('everyone gets it only with a look at it and a licence, without what is left out; what appears later waits', async (t) => {
  const { daemon, id, folder } = await scene(t)
  const widen = (wish: object) => daemon.handlers.changeFolderAudience({ id, audience: 'everyone', ...wish })
  await assert.rejects(async () => widen({}), { code: 'LICENCE_NEEDED' })
  await assert.rejects(async () => widen({ licence: OWN_WORK }), { code: 'REVIEW_NEEDED' })
  const unanswered = await daemon.handlers.startReview({ folder: id, only: 'all' })
  await until(
    'looked at',
    async () => (await daemon.handlers.review({ id: unanswered.id, after: 0 })).state === 'done',
  )
  await assert.rejects(async () => widen({ licence: OWN_WORK, review: unanswered.id }), {
    code: 'SHARE_NEEDS_ANSWER',
  })
  await assert.rejects(async () => daemon.handlers.changeFolderAudience({ id, audience: 'circle:1' }), {
    code: 'AUDIENCE_UNKNOWN',
  })
  assert.deepEqual((await strangers(daemon)).rows, [])
  await widen({ licence: OWN_WORK, publisher: 'Ana', review: await looked(daemon, id) })
  const page = await until('strangers see it', async () => {
    const now = await strangers(daemon)
    return now.rows.length === 2 && now
  })
  assert.deepEqual(names(page.rows), ['bridge.ogg', 'river.ogg'])
  assert.deepEqual([page.rows[0]?.licence, page.rows[0]?.publisher], [OWN_WORK, 'Ana'])
  await writeFile(path.join(folder, 'new.ogg'), pattern(50_000))
  await appendFile(path.join(folder, 'river.ogg'), 'more')
  await folderNow(daemon, id, 'two wait', ({ proposals }) => proposals === 2)
  await until(
    'the changed one is not seen any more',
    async () => names((await strangers(daemon)).rows).length === 1,
  )
  const { files } = await daemon.handlers.folderProposals({ id, ...PAGE })
  assert.deepEqual(
    files.map(({ path: below, why }) => [below.join('/'), why]),
    [
      ['new.ogg', 'new'],
      ['river.ogg', 'changed'],
    ],
  )
  await daemon.handlers.acceptProposals({ id, review: await looked(daemon, id, 'proposals') })
  await until('all three are seen', async () => (await strangers(daemon)).rows.length === 3)
})

test('what is blocked stands in no catalogue and is not played when that is answered; unblocked, it is back', async (t) => {
  const { daemon, id, ground } = await scene(t)
  const disk = new NodeDisk()
  await daemon.handlers.changeFolderAudience({
    id,
    audience: 'everyone',
    licence: OWN_WORK,
    review: await looked(daemon, id),
  })
  const { rows } = await until('strangers see it', async () => {
    const now = await strangers(daemon)
    return now.rows.length === 2 && now
  })
  const river = rows.find(({ name }) => name === 'river.ogg')?.content ?? ''
  assert.ok(await libraryFile(river, daemon.library, disk))
  await daemon.handlers.blockContent({ content: river, why: 'not mine' })
  const without = await strangers(daemon)
  assert.deepEqual([names(without.rows), without.head?.count], [['bridge.ogg'], 1])
  await assert.rejects(libraryFile(river, daemon.library, disk), { code: 'FILE_LOCKED' })
  await ground.end(daemon)
  const again = await ground.start('one')
  await hashed(again, id, 3)
  assert.deepEqual(names((await strangers(again)).rows), ['bridge.ogg'])
  await again.handlers.unblockContent({ content: river })
  await until('it is seen again', async () => (await strangers(again)).rows.length === 2)
  assert.ok(await libraryFile(river, again.library, disk))
})

test('what is locked in a transfer is not offered by the library either', async (t) => {
  const { daemon, id } = await scene(t)
  await daemon.handlers.changeFolderAudience({
    id,
    audience: 'everyone',
    licence: OWN_WORK,
    review: await looked(daemon, id),
  })
  await until('strangers see it', async () => (await strangers(daemon)).rows.length === 2)
  const { folders } = await daemon.handlers.libraryFolders({})
  const { id: share } = await shared(daemon, path.join(folders[0]?.path ?? '', 'river.ogg'))
  await daemon.transfers.get(share).arrival.lock(0, {
    found: 'A strain',
    by: 'A scanner',
    because: 'scanner',
    content: null,
  })
  await until('it is seen no more', async () => names((await strangers(daemon)).rows).join() === 'bridge.ogg')
})

test('narrowed, nobody sees it when it is answered, nor after the next start', async (t) => {
  const { daemon, id, ground } = await scene(t)
  await daemon.handlers.changeFolderAudience({
    id,
    audience: 'everyone',
    licence: OWN_WORK,
    review: await looked(daemon, id),
  })
  await until('strangers see it', async () => (await strangers(daemon)).rows.length === 2)
  const before = (await strangers(daemon)).head?.seq ?? 0
  await daemon.handlers.changeFolderAudience({ id, audience: 'me' })
  const now = await strangers(daemon)
  assert.deepEqual([now.rows, now.head?.count], [[], 0])
  assert.ok((now.head?.seq ?? 0) > before, 'others learn that it is empty')
  await ground.end(daemon)
  const again = await ground.start('one')
  assert.deepEqual((await strangers(again)).rows, [])
  assert.equal((await row(again, id)).audience, 'me')
})

test('people with the link get one share of exactly what was looked at; narrowed, it is gone', async (t) => {
  const { daemon, id, ground } = await scene(t)
  await daemon.handlers.changeFolderAudience({ id, audience: 'link', review: await looked(daemon, id) })
  const { share } = await folderNow(daemon, id, 'its share', ({ share: one }) => one !== null)
  const given = await until('it is given', async () => {
    const facts = await daemon.handlers.share({ id: share ?? '' })
    return facts.link !== null && facts
  })
  assert.equal(given.transfer.fileCount, 2)
  await ground.end(daemon)
  const again = await ground.start('one')
  await seen(again, given.transfer.id, 'giving')
  const getter = await ground.start('getter')
  const { link } = await again.handlers.share({ id: given.transfer.id })
  const got = await getter.handlers.addTransfer({ source: { link: link ?? '' } })
  await seen(getter, got.transfer.id, 'giving')
  await again.handlers.changeFolderAudience({ id, audience: 'me' })
  assert.equal(again.feed.row(given.transfer.id), undefined)
  assert.equal([...(again.host.engine?.session.torrents ?? [])].length, 0)
})

test('the share of a folder that is removed ends the offer: it is not begun again at the next start', async (t) => {
  const { daemon, id, ground } = await scene(t)
  await daemon.handlers.changeFolderAudience({ id, audience: 'link', review: await looked(daemon, id) })
  const { share } = await folderNow(daemon, id, 'its share', ({ share: one }) => one !== null)
  const { transfer } = await until('it is given', async () => {
    const facts = await daemon.handlers.share({ id: share ?? '' })
    return facts.link !== null && facts
  })
  const { done, failed } = await daemon.handlers.removeTransfers({ ids: [transfer.id], data: 'keep' })
  assert.deepEqual([done, failed], [[transfer.id], []])
  const now = await row(daemon, id)
  assert.deepEqual([now.audience, now.share, now.offeredFiles], ['me', null, 0])
  await ground.end(daemon)
  const again = await ground.start('one')
  await hashed(again, id, 3)
  assert.equal((await row(again, id)).audience, 'me')
  assert.deepEqual([...again.transfers], [])
})

test('an entry says how its content was checked where it arrived, and that it is locked', async (t) => {
  const { daemon, ground } = await scene(t)
  const getter = await ground.start('getter')
  const { link } = await shared(daemon, await ground.file('meadow.mkv', 100_000))
  const { transfer } = await getter.handlers.addTransfer({ source: { link } })
  await seen(getter, transfer.id, 'giving')
  const checkOf = async () =>
    (await getter.handlers.search({ words: 'meadow', sort: 'fit', ...PAGE })).entries[0]?.check
  await until('it is found as checked', async () => (await checkOf()) === 'plain-not-scanned')
  await getter.transfers.get(transfer.id).arrival.lock(0, {
    found: 'A strain',
    by: 'A scanner',
    because: 'scanner',
    content: null,
  })
  await until('it is found as locked', async () => (await checkOf()) === 'locked')
})

test('stop all sharing ends shares and folders in one call, and nothing of it comes back', async (t) => {
  const { daemon, id, ground } = await scene(t)
  await shared(daemon, await ground.file('a.bin', 100_000))
  await daemon.handlers.changeFolderAudience({
    id,
    audience: 'everyone',
    licence: OWN_WORK,
    review: await looked(daemon, id),
  })
  await until('strangers see it', async () => (await strangers(daemon)).rows.length === 2)
  const { stopped, folders } = await daemon.handlers.stopShares({ all: true })
  assert.deepEqual([stopped.length, folders], [1, [{ id, name: 'songs' }]])
  await folderNow(daemon, id, 'for oneself', ({ audience }) => audience === 'me')
  assert.deepEqual((await strangers(daemon)).rows, [])
  await ground.end(daemon)
  const again = await ground.start('one')
  assert.deepEqual((await strangers(again)).rows, [])
  assert.equal((await row(again, id)).offeredFiles, 0)
})

test('transfers are found beside folders, under the name they have now, and not when they are gone', async (t) => {
  const { daemon, ground } = await scene(t)
  const { id } = await shared(daemon, await ground.file('meadow.mkv', 100_000))
  const found = async (words: string) =>
    (await daemon.handlers.search({ words, sort: 'fit', ...PAGE })).entries.flatMap(({ places }) =>
      places.map((place) => place.id),
    )
  await until('it is found', async () => (await found('meadow')).includes(id))
  await daemon.handlers.removeTransfers({ ids: [id], data: 'keep' })
  await until('it is found no more', async () => (await found('meadow')).length === 0)
})

test('a library of a newer Shoal is left alone: the daemon runs, and every call says so', async (t) => {
  const { daemon, ground, id } = await scene(t)
  await ground.end(daemon)
  const file = path.join(ground.stateFolder('one'), 'library.db')
  const database = new DatabaseSync(file)
  database.exec('PRAGMA user_version = 9999')
  database.close()
  const again = await ground.start('one')
  await assert.rejects(async () => again.handlers.libraryFolders({}), { code: 'LIBRARY_NEWER' })
  await assert.rejects(async () => again.handlers.changeFolderAudience({ id, audience: 'me' }), {
    code: 'LIBRARY_NEWER',
  })
  assert.equal((await again.handlers.library({})).problem?.code, 'LIBRARY_NEWER')
  await shared(again, await ground.file('a.bin', 100_000))
  await rm(file)
})
