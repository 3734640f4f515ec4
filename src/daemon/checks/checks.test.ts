// What arrives, in real daemons with a real clamd: each file in its state, with its words; what was found is put away and given to
// nobody, over restarts and full checks too; what is blocked is turned away and comes back.

import assert from 'node:assert/strict'
import { access, chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { until } from '../../../lab/netns/until.ts'
import { BAD_WORDS, RealClamd } from '../../../test/doubles/real-clamd.ts'
import { Ground, pattern, seen, shared } from '../../../test/doubles/real-daemon.ts'
import { needs } from '../../../test/doubles/require-program.ts'
import { explainFileCheck } from '../../api/check-sentence.ts'
import type { FileRow } from '../../api/schemas/transfer.ts'
import { testFile } from '../../safety/quarantine/probe-files.ts'
import type { Daemon } from '../daemon.ts'

const FILM = Buffer.concat([Buffer.from('\0\0\0\x20ftypisom', 'latin1'), pattern(200_000)])
const THINGS = {
  'film.mp4': FILM,
  'bad.com': Buffer.from(testFile()),
  'photo.jpg': Buffer.from(`${BAD_WORDS}, and more of them`),
  'player.mp4': Buffer.concat([Buffer.from('MZ\x90\0'), pattern(50_000)]),
}

async function things(
  ground: Ground,
  entries: Readonly<Record<string, Uint8Array>> = THINGS,
): Promise<string> {
  const folder = path.join(ground.folder, 'own', 'things')
  await mkdir(folder, { recursive: true })
  for (const [name, bytes] of Object.entries(entries)) await writeFile(path.join(folder, name), bytes)
  return folder
}

async function filesOf(daemon: Daemon, id: string): Promise<Map<string, FileRow>> {
  const { files } = await daemon.handlers.transferFiles({ id })
  return new Map(files.map((file) => [(file.path.at(-1) ?? '').replace('.locked', ''), file]))
}

/** Every file is in the state that is said of it. */
async function stateIs(daemon: Daemon, id: string, wanted: Readonly<Record<string, string>>): Promise<void> {
  let last = ''
  await until(
    JSON.stringify(wanted),
    async () => {
      const files = await filesOf(daemon, id)
      const states = Object.fromEntries([...files].map(([name, { check }]) => [name, check?.state ?? 'none']))
      last = JSON.stringify(states)
      return Object.entries(wanted).every(([name, state]) => states[name] === state)
    },
    { describe: () => last },
  )
}

function say(file: FileRow | undefined): string {
  return file?.check == null ? '' : explainFileCheck(file.check, file.dangers, Date.now())
}

const there = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

test('what arrives is scanned, and what is found is put away, deleted when told, and never fetched again', async (t) => {
  if (!needs(t, 'clamd', 'clamav-daemon')) return
  await using clamd = await RealClamd.start({ settings: ['AlertExceedsMax yes'] })
  const ground = await Ground.make(t)
  const giver = await ground.start('giver')
  const { link } = await shared(giver, await things(ground))
  const settings = { 'checks.scanner': clamd.socket }
  const getter = await ground.start('getter', settings)
  const { transfer } = await getter.handlers.addTransfer({ source: { link } })
  const { id } = transfer
  await seen(getter, id, 'giving')
  const states = {
    'film.mp4': 'clean',
    'bad.com': 'locked',
    'photo.jpg': 'locked',
    'player.mp4': 'careful-clean',
  }
  await stateIs(getter, id, states)
  const folder = path.join(ground.saveFolder('getter'), 'things')
  await until('put away', () => there(path.join(folder, 'bad.com.locked')))
  await until('put away', () => there(path.join(folder, 'photo.jpg.locked')))
  assert.deepEqual((await readdir(folder)).sort(), [
    'bad.com.locked',
    'film.mp4',
    'photo.jpg.locked',
    'player.mp4',
  ])
  assert.equal((await stat(path.join(folder, 'bad.com.locked'))).mode & 0o777, 0)
  assert.equal(getter.feed.row(id)?.check, 'locked')
  const files = await filesOf(getter, id)
  assert.equal(say(files.get('film.mp4')), 'Checked by ClamAV today')
  assert.match(say(files.get('bad.com')), /^Kept locked: Shoal\.TestFile.* found by ClamAV$/)
  assert.match(
    say(files.get('player.mp4')),
    /^Careful: this is a program named like a video\. ClamAV found nothing today/,
  )
  const answer = await getter.handlers.checks({})
  assert.deepEqual(answer.counts, { clean: 1, 'careful-clean': 1, locked: 2 })
  assert.deepEqual(answer.locked.map(({ name }) => name).sort(), ['bad.com', 'photo.jpg'])
  assert.equal(answer.scanner.state, 'ready')

  // Nobody gets it: a third one that can ask only this one is left without it, and has the rest.
  await ground.end(giver)
  const third = await ground.start('third')
  const peers = [`127.0.0.1:${getter.host.need().session.listenPort}`]
  const { transfer: asked } = await third.handlers.addTransfer({ source: { link }, peers })
  await until('the rest is there', async () => {
    const had = await filesOf(third, asked.id)
    return ['film.mp4', 'player.mp4'].every(
      (name) => had.get(name)?.doneBytes === THINGS[name as 'film.mp4'].length,
    )
  })
  const had = await filesOf(third, asked.id)
  assert.deepEqual(
    ['bad.com', 'photo.jpg'].map((name) => had.get(name)?.doneBytes),
    [0, 0],
  )
  await ground.end(third)
  const index = files.get('bad.com')?.index ?? -1

  await getter.handlers.deleteLocked({ id, index })
  assert.equal(await there(path.join(folder, 'bad.com.locked')), false)
  await assert.rejects(
    async () => getter.handlers.deleteLocked({ id, index: files.get('film.mp4')?.index ?? -1 }),
    {
      code: 'FILE_NOT_LOCKED',
    },
  )
  await ground.end(getter)

  const again = await ground.start('getter', settings)
  await seen(again, id, 'giving')
  await stateIs(again, id, states)
  assert.match(say((await filesOf(again, id)).get('bad.com')), /^Deleted: Shoal\.TestFile.* found by ClamAV$/)
  await again.handlers.recheckTransfers({ ids: [id] })
  await seen(again, id, 'giving')
  assert.equal(again.feed.row(id)?.problem, null)
  assert.deepEqual((await readdir(folder)).sort(), ['film.mp4', 'photo.jpg.locked', 'player.mp4'])
})

test('without a scanner nothing is called checked; as soon as there is one, everything is scanned', async (t) => {
  if (!needs(t, 'clamd', 'clamav-daemon')) return
  await using clamd = await RealClamd.start({ settings: ['AlertExceedsMax yes'] })
  await clamd.kill()
  const ground = await Ground.make(t)
  const giver = await ground.start('giver')
  const { link } = await shared(giver, await things(ground))
  const getter = await ground.start('getter', { 'checks.scanner': clamd.socket })
  const { transfer } = await getter.handlers.addTransfer({ source: { link } })
  const { id } = transfer
  await seen(getter, id, 'giving')
  const plain = {
    'film.mp4': 'plain-not-scanned',
    'bad.com': 'careful-not-scanned',
    'player.mp4': 'careful-not-scanned',
  }
  await stateIs(getter, id, plain)
  const files = await filesOf(getter, id)
  assert.equal(
    say(files.get('film.mp4')),
    'A video, as its name says. Not virus-checked: the scanner is not running',
  )
  assert.equal((await getter.handlers.checks({})).scanner.state, 'stopped')
  await clamd.run()
  assert.equal((await getter.handlers.checks({})).scanner.state, 'ready')
  await stateIs(getter, id, { 'film.mp4': 'clean', 'bad.com': 'locked', 'photo.jpg': 'locked' })

  // Other signatures: what was clean is scanned again.
  await clamd.sign('z', 'ftypisom', 'Shoal.Film')
  await clamd.kill()
  await clamd.run()
  await getter.handlers.checks({})
  await stateIs(getter, id, { 'film.mp4': 'locked' })
})

test('a category that only marks leaves names and permissions as they are', async (t) => {
  if (!needs(t, 'clamd', 'clamav-daemon')) return
  await using clamd = await RealClamd.start()
  const ground = await Ground.make(t)
  const giver = await ground.start('giver')
  const { link } = await shared(giver, await things(ground))
  const getter = await ground.start('getter', { 'checks.scanner': clamd.socket })
  await getter.handlers.setCategory({ name: 'tv', saveFolder: null, checks: 'mark' })
  const { transfer } = await getter.handlers.addTransfer({ source: { link }, category: 'tv' })
  await stateIs(getter, transfer.id, { 'bad.com': 'locked', 'photo.jpg': 'locked' })
  const folder = path.join(ground.saveFolder('getter'), 'things')
  assert.notEqual((await stat(path.join(folder, 'bad.com'))).mode & 0o777, 0)
  assert.match(say((await filesOf(getter, transfer.id)).get('bad.com')), /^Never open it: Shoal\.TestFile/)
})

test('what a person blocks is locked at once wherever it is, not fetched any more, and comes back when they take it back', async (t) => {
  const ground = await Ground.make(t)
  const giver = await ground.start('giver')
  const wares = { 'film.mp4': FILM, 'other.mp4': pattern(70_000) }
  const { id: given, link } = await shared(giver, await things(ground, wares))
  const getter = await ground.start('getter')
  const { transfer } = await getter.handlers.addTransfer({ source: { link } })
  const { id } = transfer
  await seen(getter, id, 'giving')
  await stateIs(getter, id, { 'film.mp4': 'plain-not-scanned' })
  const file = getter.transfers.get(id).metainfo?.files.find(({ path: at }) => at.at(-1) === 'film.mp4')
  const content = `${Buffer.from(file?.root ?? []).toString('hex')}-${FILM.length}`
  await getter.handlers.blockContent({ content, name: 'film.mp4', why: 'A fake' })
  const folder = path.join(ground.saveFolder('getter'), 'things')
  assert.equal(await there(path.join(folder, 'film.mp4.locked')), true)
  assert.equal(say((await filesOf(getter, id)).get('film.mp4')), 'Kept locked: not wanted by you: A fake')
  assert.deepEqual(
    (await getter.handlers.blockLog({ last: 10 })).events.map(({ kind, what, why, list }) => [
      kind,
      what,
      why,
      list,
    ]),
    [['content', 'film.mp4', 'A fake', 'me']],
  )
  assert.equal((await getter.handlers.blockedContent({ offset: 0, limit: 10 })).total, 1)

  // Somebody else who blocked it before: it is not fetched at all.
  const third = await ground.start('third')
  await third.handlers.blockContent({ content, name: 'film.mp4', why: 'A fake' })
  const { torrent } = await giver.handlers.transferTorrent({ id: given })
  const { files } = await third.handlers.inspect({ source: { torrent } })
  const blocked = files?.map((each) => [each.path.at(-1), each.blocked?.why])
  assert.deepEqual(blocked, [
    ['film.mp4', 'A fake'],
    ['other.mp4', undefined],
  ])
  const { transfer: added } = await third.handlers.addTransfer({ source: { link } })
  await seen(third, added.id, 'giving')
  await stateIs(third, added.id, { 'film.mp4': 'locked', 'other.mp4': 'plain-not-scanned' })
  assert.deepEqual(await readdir(path.join(ground.saveFolder('third'), 'things')), ['other.mp4'])
  await ground.end(third)
  const later = await ground.start('third')
  await seen(later, added.id, 'giving')
  assert.deepEqual(await readdir(path.join(ground.saveFolder('third'), 'things')), ['other.mp4'])
  await later.handlers.unblockContent({ content })
  await until('it is fetched', () => there(path.join(ground.saveFolder('third'), 'things', 'film.mp4')))

  await getter.handlers.unblockContent({ content })
  assert.deepEqual(await readFile(path.join(folder, 'film.mp4')), FILM)
  await stateIs(getter, id, { 'film.mp4': 'plain-not-scanned' })
  assert.equal((await filesOf(getter, id)).get('film.mp4')?.doneBytes, FILM.length)
  await chmod(path.join(folder, 'film.mp4'), 0o644)
})
