// Every door by which something becomes visible, through a real daemon: nothing is, before the person answered.

import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { until } from '../../../lab/netns/until.ts'
import { MarkedThings } from '../../../test/doubles/private-things.ts'
import { Ground, lookedAtForAll, OWN_WORK, seen, shared } from '../../../test/doubles/real-daemon.ts'
import type { Daemon } from '../daemon.ts'

const KEY = 'PRIVATE private-key\n'

async function scene(t: TestContext) {
  const ground = await Ground.make(t)
  const things = new MarkedThings()
  const start = () => ground.start('one', {}, { privateThings: things })
  const folder = path.join(ground.folder, 'own', 'trip')
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'plain.txt'), 'plain '.repeat(10_000))
  await writeFile(path.join(folder, 'id_rsa'), KEY)
  return { ground, things, start, folder, daemon: await start() }
}

const LINK = { audience: 'link', format: 'hybrid' } as const

/** Its row once it waits for an answer. */
function waiting(daemon: Daemon, id: string) {
  return seen(daemon, id, 'waits for an answer', ({ problem }) => problem?.code === 'SHARE_NEEDS_ANSWER')
}

/** The row of what it became. */
async function given(daemon: Daemon, id: string) {
  const facts = await until('it is offered', async () => {
    const share = await daemon.handlers.share({ id })
    return share.link !== null && share
  })
  return await seen(daemon, facts.transfer.id, 'giving')
}

test('a share that nobody looked at waits, says for what, and nothing of it is in the engine', async (t) => {
  const { daemon, folder, ground, start } = await scene(t)
  const { transfer, link } = await daemon.handlers.addShare({ path: folder, ...LINK })
  assert.deepEqual([transfer.state, link], ['hashing', null])
  const row = await waiting(daemon, transfer.id)
  assert.deepEqual(
    [row.state, row.needsYou, row.problem?.data.count, row.problem?.data.files],
    ['failed', true, 1, 'id_rsa'],
  )
  assert.equal([...(daemon.host.engine?.session.torrents ?? [])].length, 0)
  assert.equal((await daemon.handlers.share({ id: transfer.id })).link, null)
  await ground.end(daemon)
  const again = await start()
  await waiting(again, transfer.id)
  assert.equal(
    [...(again.host.engine?.session.torrents ?? [])].length,
    0,
    'it waits after the next start, too',
  )
})

test('answered in its own look it goes on when it is told to, without what is left out', async (t) => {
  const { daemon, folder } = await scene(t)
  const { transfer } = await daemon.handlers.addShare({ path: folder, ...LINK })
  const { problem } = await waiting(daemon, transfer.id)
  const id = String(problem?.data.review)
  const { open } = await daemon.handlers.answerReview({
    id,
    answers: [{ class: 'private-key', answer: 'leave-out' }],
  })
  assert.equal(open, 0)
  assert.equal(daemon.feed.row(transfer.id)?.state, 'failed', 'an answer alone shares nothing')
  const again = await daemon.handlers.addShare({ path: folder, ...LINK, review: id })
  assert.equal(again.transfer.id, transfer.id, 'it is the same share')
  const row = await given(daemon, transfer.id)
  assert.equal(row.fileCount, 1)
  assert.deepEqual(
    daemon.transfers
      .get(row.id)
      .metainfo?.files.filter(({ pad }) => !pad)
      .map((file) => file.path),
    [['trip', 'plain.txt']],
  )
  await assert.rejects(async () => daemon.handlers.review({ id, after: 0 }), { code: 'REVIEW_UNKNOWN' })
})

test('with a look that is over and answered it is shared at once; with one that is not it is refused', async (t) => {
  const { daemon, folder } = await scene(t)
  const review = await daemon.handlers.startReview({ path: folder, audience: 'link' })
  const wish = { path: folder, ...LINK, review: review.id }
  await until(
    'looked at',
    async () => (await daemon.handlers.review({ id: review.id, after: 0 })).state === 'done',
  )
  await assert.rejects(async () => daemon.handlers.addShare(wish), { code: 'SHARE_NEEDS_ANSWER' })
  await daemon.handlers.answerReview({ id: review.id, answers: [{ class: 'private-key', answer: 'share' }] })
  const everyone = { ...wish, audience: 'everyone', licence: OWN_WORK } as const
  await assert.rejects(async () => daemon.handlers.addShare(everyone), { code: 'REVIEW_NEEDED' })
  await assert.rejects(async () => daemon.handlers.addShare({ ...wish, exclude: ['*.txt'] }), {
    code: 'REVIEW_NEEDED',
  })
  await assert.rejects(async () => daemon.handlers.addShare({ ...wish, review: 'another' }), {
    code: 'REVIEW_UNKNOWN',
  })
  assert.equal(daemon.transfers.size, 0)
  const { transfer } = await daemon.handlers.addShare(wish)
  assert.equal((await given(daemon, transfer.id)).fileCount, 2)
  const { looked } = [...daemon.transfers][0]?.record ?? {}
  assert.deepEqual([looked?.review, looked?.audience], [review.id, 'link'])
})

test('what may be shared can be said beforehand, for those who cannot be asked', async (t) => {
  const { daemon, folder } = await scene(t)
  const { transfer } = await daemon.handlers.addShare({ path: folder, ...LINK, allow: ['private-key'] })
  assert.equal((await given(daemon, transfer.id)).fileCount, 2)
})

test('what a torrent file describes is looked at as well, and is shared whole or not at all', async (t) => {
  const { daemon, folder, ground } = await scene(t)
  const { transfer } = await daemon.handlers.addShare({ path: folder, ...LINK, allow: ['private-key'] })
  const { id } = await given(daemon, transfer.id)
  const { torrent } = await daemon.handlers.transferTorrent({ id })
  await daemon.handlers.removeTransfers({ ids: [id], data: 'keep' })
  const file = path.join(ground.folder, 'own', 'trip.torrent')
  await writeFile(file, Buffer.from(torrent, 'base64'))
  // What was allowed before is remembered for the unchanged file.
  await daemon.handlers.forgetAnswers({})
  const described = await daemon.handlers.addShare({ path: file, ...LINK })
  const { problem } = await waiting(daemon, described.transfer.id)
  const review = String(problem?.data.review)
  const answer = (answer: 'share' | 'leave-out') =>
    daemon.handlers.answerReview({ id: review, answers: [{ class: 'private-key', answer }] })
  await answer('leave-out')
  await daemon.handlers.addShare({ path: file, ...LINK, review })
  await seen(daemon, described.transfer.id, 'refused', (row) => row.problem?.code === 'SHARE_WHOLE_ONLY')
  assert.equal([...(daemon.host.engine?.session.torrents ?? [])].length, 0)
  await answer('share')
  await daemon.handlers.addShare({ path: file, ...LINK, review })
  assert.equal((await given(daemon, described.transfer.id)).id, id)
})

test('more people get it only once it was looked at for them, as it is now', async (t) => {
  const { daemon, ground } = await scene(t)
  const at = await ground.file('note.txt', 40_000)
  const { id } = await shared(daemon, at)
  const widen = (review?: string) =>
    daemon.handlers.changeAudience({
      id,
      audience: 'everyone',
      licence: OWN_WORK,
      ...(review ? { review } : {}),
    })
  const other = await daemon.handlers.startReview({ path: at })
  await assert.rejects(
    async () => widen(other.id),
    { code: 'REVIEW_NEEDED' },
    'a look at the path is not one at the share',
  )
  const stale = await lookedAtForAll(daemon, id)
  await writeFile(at, KEY)
  await assert.rejects(async () => widen(stale), { code: 'FILE_CHANGED' })
  await assert.rejects(async () => widen(await lookedAtForAll(daemon, id)), { code: 'SHARE_NEEDS_ANSWER' })
  assert.equal(daemon.feed.row(id)?.audience, 'link')
})

test('a share of everyone needs a licence at every door, also for what is being hashed', async (t) => {
  const { daemon, folder } = await scene(t)
  const wish = { path: folder, audience: 'everyone', format: 'hybrid' } as const
  await assert.rejects(async () => daemon.handlers.addShare(wish), { code: 'LICENCE_NEEDED' })
  const { transfer } = await daemon.handlers.addShare({ path: folder, ...LINK })
  const wider = { id: transfer.id, audience: 'everyone' } as const
  await assert.rejects(async () => daemon.handlers.changeAudience(wider), { code: 'LICENCE_NEEDED' })
  await daemon.handlers.changeAudience({ ...wider, licence: OWN_WORK })
  await waiting(daemon, transfer.id)
  assert.deepEqual(daemon.transfers.get(transfer.id).record.licence, OWN_WORK)
})

test('while it is hashed more people get it only by a look at itself, never by one at something else', async (t) => {
  const { daemon, folder, ground } = await scene(t)
  const other = await ground.file('other.txt', 40_000)
  const review = await daemon.handlers.startReview({ path: other })
  await until(
    'looked at',
    async () => (await daemon.handlers.review({ id: review.id, after: 0 })).state === 'done',
  )
  const { transfer } = await daemon.handlers.addShare({ path: folder, ...LINK })
  const wider = { id: transfer.id, audience: 'everyone', licence: OWN_WORK, review: review.id } as const
  await assert.rejects(async () => daemon.handlers.changeAudience(wider), { code: 'REVIEW_NEEDED' })
  assert.equal(daemon.transfers.get(transfer.id).record.audience, 'link')
})

test('a file that is changed between the look and its hashing is looked at again first', async (t) => {
  const { daemon, ground, things } = await scene(t)
  const at = await ground.file('note.txt', 40_000)
  const review = await daemon.handlers.startReview({ path: at })
  await until(
    'looked at',
    async () => (await daemon.handlers.review({ id: review.id, after: 0 })).state === 'done',
  )
  await writeFile(at, KEY)
  things.scanned.length = 0
  const { transfer } = await daemon.handlers.addShare({ path: at, ...LINK, review: review.id })
  const { problem } = await waiting(daemon, transfer.id)
  assert.deepEqual([things.scanned, problem?.data.review], [['note.txt'], review.id])
})

test('a file that is written anew and given its old time back is looked at again first', async (t) => {
  const { daemon, ground, things } = await scene(t)
  const at = await ground.file('note.txt', KEY.length)
  // As fine as it can be set again.
  const { atime, mtime } = await stat(at)
  await utimes(at, atime, mtime)
  const review = await daemon.handlers.startReview({ path: at })
  await until(
    'looked at',
    async () => (await daemon.handlers.review({ id: review.id, after: 0 })).state === 'done',
  )
  await writeFile(at, KEY)
  await utimes(at, atime, mtime)
  things.scanned.length = 0
  const { transfer } = await daemon.handlers.addShare({ path: at, ...LINK, review: review.id })
  await waiting(daemon, transfer.id)
  assert.deepEqual(things.scanned, ['note.txt'])
})

test('photos without their place are given as such copies, which go at the start after the share is gone', async (t) => {
  const { daemon, folder, ground, start } = await scene(t)
  await rm(path.join(folder, 'id_rsa'))
  await writeFile(path.join(folder, 'photo.jpg'), 'PRIVATE photo-place\nPLACE')
  const review = await daemon.handlers.startReview({ path: folder })
  await until(
    'looked at',
    async () => (await daemon.handlers.review({ id: review.id, after: 0 })).state === 'done',
  )
  await daemon.handlers.answerReview({
    id: review.id,
    answers: [{ class: 'photo-place', answer: 'without-place' }],
  })
  const { transfer } = await daemon.handlers.addShare({ path: folder, ...LINK, review: review.id })
  const { id } = await given(daemon, transfer.id)
  const { record } = daemon.transfers.get(id)
  const copies = path.join(ground.stateFolder('one'), 'without-place', review.id)
  assert.ok(record.diskPaths?.some((at) => at?.startsWith(copies)))
  const getter = await ground.start('getter')
  const { link } = await daemon.handlers.share({ id })
  const got = await getter.handlers.addTransfer({ source: { link: link ?? '' } })
  await seen(getter, got.transfer.id, 'giving')
  const text = await readFile(path.join(ground.saveFolder('getter'), 'trip', 'photo.jpg'), 'utf8')
  assert.doesNotMatch(text, /PLACE/)
  await ground.end(daemon)
  const again = await start()
  await seen(again, id, 'giving')
  await again.handlers.removeTransfers({ ids: [id], data: 'keep' })
  await ground.end(again)
  await start()
  await until('they are gone', async () => (await readdir(path.dirname(copies))).length === 0)
})
