// The daemon as a whole, with real bytes between two of them on loopback: what is answered is so, and is so after a restart.

import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import { WebServer } from '../../test/contracts/http/server.ts'
import { Ground, lookedAtForAll, OWN_WORK, pattern, seen, shared } from '../../test/doubles/real-daemon.ts'
import { toHex } from '../base/bytes.ts'
import { seal } from './checked-file.ts'

const SIZE = 3_000_000

test('what one daemon shares another gets by the link, and goes on giving after a restart', async (t) => {
  const ground = await Ground.make(t)
  const giver = await ground.start('giver')
  const { link } = await shared(giver, await ground.file('a film.bin', SIZE))
  const getter = await ground.start('getter')
  const { added, transfer } = await getter.handlers.addTransfer({ source: { link } })
  assert.equal(added, true)
  const got = await seen(getter, transfer.id, 'giving')
  assert.deepEqual(new Uint8Array(await readFile(got.path)), pattern(SIZE))
  assert.equal(got.takenBytes, SIZE)
  assert.equal(got.check, 'plain-not-scanned')
  await ground.end(getter)
  const again = await ground.start('getter')
  const row = await seen(again, transfer.id, 'giving')
  assert.equal(row.takenBytes, SIZE)
  assert.equal(row.finishedAt, got.finishedAt)
  assert.equal((await again.handlers.network({})).volumes.all.takenBytes, SIZE)
})

test('the same thing added again is said to be here, by either hash of it', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const { id } = await shared(daemon, await ground.file('here.bin', 100_000))
  const { infohashV1, infohashV2 } = await seen(daemon, id, 'giving')
  for (const link of [infohashV1, infohashV2]) {
    const { added, transfer } = await daemon.handlers.addTransfer({ source: { link: link as string } })
    assert.equal(added, false)
    assert.equal(transfer.id, id)
    assert.equal((await daemon.handlers.inspect({ source: { link: link as string } })).here, true)
  }
})

test('a paused transfer stays paused after a restart, also when everything went on meanwhile', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const { id } = await shared(daemon, await ground.file('a.bin', 100_000))
  const { id: other } = await shared(daemon, await ground.file('b.bin', 50_000))
  await daemon.handlers.pauseTransfers({ ids: [id] })
  assert.equal(daemon.feed.row(id)?.state, 'paused')
  await daemon.handlers.pauseAll({ until: 'told' })
  assert.equal(daemon.feed.row(other)?.state, 'paused')
  assert.equal(daemon.feed.totals.pausedUntil, 'told')
  await ground.end(daemon)
  const again = await ground.start('one')
  assert.equal(again.feed.row(other)?.state, 'paused')
  await again.handlers.resumeAll({})
  await seen(again, other, 'giving')
  assert.equal(again.feed.row(id)?.state, 'paused')
  await again.handlers.resumeTransfers({ ids: [id] })
  await seen(again, id, 'giving')
})

test('a rest until a moment is over by itself', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const { id } = await shared(daemon, await ground.file('a.bin', 100_000))
  await daemon.handlers.pauseAll({ until: new Date(Date.now() + 1_000).toISOString() })
  assert.equal(daemon.feed.row(id)?.state, 'paused')
  await seen(daemon, id, 'giving')
})

test('the link that a transfer shows is the one with which others get it from here, also where it was got', async (t) => {
  const ground = await Ground.make(t)
  const giver = await ground.start('giver')
  const { id, link } = await shared(giver, await ground.file('a.bin', 100_000))
  assert.match(link, /x\.pe=/)
  assert.equal((await giver.handlers.transfer({ id })).magnet, link)
  const getter = await ground.start('getter')
  await getter.handlers.addTransfer({ source: { link } })
  await seen(getter, id, 'giving')
  const { magnet } = await getter.handlers.transfer({ id })
  assert.match(magnet, /x\.pe=/)
  assert.notEqual(magnet, link)
})

test('stopping all sharing leaves nothing given, and says what it was', async (t) => {
  const ground = await Ground.make(t)
  const giver = await ground.start('giver')
  const { id, link } = await shared(giver, await ground.file('a.bin', 1_000_000))
  const { stopped } = await giver.handlers.stopShares({ all: true })
  assert.deepEqual(stopped, [{ id, name: 'a.bin' }])
  assert.deepEqual((await giver.handlers.listShares({})).shares, [])
  assert.deepEqual(giver.feed.totals.sharing, { link: 0, everyone: 0 })
  const getter = await ground.start('getter')
  const { transfer } = await getter.handlers.addTransfer({ source: { link } })
  await ground.end(giver)
  const again = await ground.start('giver')
  assert.equal((await seen(again, id, 'done')).peers, 0)
  assert.equal(getter.feed.row(transfer.id)?.takenBytes, 0)
  await again.handlers.resumeTransfers({ ids: [id] })
  await seen(again, id, 'giving')
})

test('a share that is stopped while it is hashed is gone, and the file stays', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const file = await ground.file('large.bin', 40_000_000)
  const { transfer } = await daemon.handlers.addShare({ path: file, audience: 'link', format: 'hybrid' })
  await daemon.handlers.stopShares({ ids: [transfer.id] })
  assert.equal(daemon.feed.row(transfer.id), undefined)
  assert.equal((await stat(file)).size, 40_000_000)
  await ground.end(daemon)
  assert.equal((await ground.start('one')).handlers.status({}) instanceof Promise, false)
  assert.deepEqual(await readdir(path.join(ground.stateFolder('one'), 'transfers')), [])
})

test('a share that was being hashed when the daemon ended is hashed and given after the next start', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const file = await ground.file('large.bin', 40_000_000)
  const { transfer } = await daemon.handlers.addShare({
    path: file,
    audience: 'everyone',
    licence: OWN_WORK,
    format: 'v2',
  })
  await ground.end(daemon)
  const again = await ground.start('one')
  const { share } = again.handlers
  const facts = await until('hashed', async () => {
    const known = await share({ id: transfer.id })
    return known.link !== null && known
  })
  assert.equal(facts.audience, 'everyone')
  assert.equal(facts.transfer.infohashV1, null)
})

test('only chosen files are got, more when they are wanted later, and names of files change on disk', async (t) => {
  const ground = await Ground.make(t)
  const giver = await ground.start('giver')
  await ground.file('album/one.bin', 300_000)
  await ground.file('album/two.bin', 200_000)
  const { link } = await shared(giver, path.join(ground.folder, 'own', 'album'))
  const getter = await ground.start('getter')
  const { transfer } = await getter.handlers.addTransfer({ source: { link }, select: ['one.*'] })
  const { id } = transfer
  const row = await seen(getter, id, 'giving')
  assert.equal(row.wantedBytes, 300_000)
  assert.deepEqual(await readdir(row.path), ['one.bin'])
  const { files } = await getter.handlers.transferFiles({ id })
  assert.deepEqual(
    files.map(({ path: at, doneBytes, priority }) => [at.join('/'), doneBytes, priority]),
    [
      ['album/one.bin', 300_000, 4],
      ['album/two.bin', 0, 0],
    ],
  )
  await getter.handlers.changeFiles({ id, priorities: [{ index: files[1]?.index as number, priority: 7 }] })
  await seen(getter, id, 'more', ({ state, doneBytes }) => state === 'giving' && doneBytes === 500_000)
  await getter.handlers.renameFile({ id, index: files[0]?.index as number, to: ['album', 'other name.bin'] })
  assert.deepEqual((await readdir(row.path)).sort(), ['other name.bin', 'two.bin'])
  const named = await getter.handlers.renameFile({ id, to: ['Mine'] })
  assert.equal(named.name, 'Mine')
  await assert.rejects(
    async () => getter.handlers.renameFile({ id, index: files[0]?.index as number, to: ['..', 'x'] }),
    { code: 'NAME_REFUSED' },
  )
  await ground.end(getter)
  const again = await ground.start('getter')
  const after = await seen(again, id, 'giving')
  assert.equal(after.name, 'Mine')
  assert.equal(after.doneBytes, 500_000)
})

test('a transfer is moved while it runs and while it is paused, and is there after a restart', async (t) => {
  const ground = await Ground.make(t)
  const giver = await ground.start('giver')
  const { link } = await shared(giver, await ground.file('a.bin', 500_000))
  const getter = await ground.start('getter')
  const { transfer } = await getter.handlers.addTransfer({ source: { link } })
  const { id } = transfer
  await seen(getter, id, 'giving')
  const [first, second] = [path.join(ground.folder, 'first'), path.join(ground.folder, 'second')]
  assert.deepEqual((await getter.handlers.moveTransfers({ ids: [id], folder: first, data: true })).done, [id])
  const moved = await seen(getter, id, 'moved', ({ saveFolder }) => saveFolder === first)
  assert.equal(moved.path, path.join(first, 'a.bin'))
  await getter.handlers.pauseTransfers({ ids: [id] })
  await getter.handlers.moveTransfers({ ids: [id], folder: second, data: true })
  await seen(getter, id, 'paused', ({ state, saveFolder }) => state === 'paused' && saveFolder === second)
  assert.deepEqual(await readdir(second), ['a.bin'])
  await ground.end(getter)
  const again = await ground.start('getter')
  await again.handlers.resumeTransfers({ ids: [id] })
  assert.equal((await seen(again, id, 'giving')).path, path.join(second, 'a.bin'))
})

test('removed with its files into the trash, for good, or kept and taken back', async (t) => {
  const ground = await Ground.make(t)
  const giver = await ground.start('giver')
  const links = []
  for (const name of ['keep', 'trash', 'delete'])
    links.push(await shared(giver, await ground.file(`${name}.bin`, 100_000 + links.length)))
  const getter = await ground.start('getter')
  const ids: string[] = []
  for (const { link } of links)
    ids.push((await getter.handlers.addTransfer({ source: { link } })).transfer.id)
  for (const id of ids) await seen(getter, id, 'giving')
  const [keep, trash, gone] = ids as [string, string, string]
  const saved = ground.saveFolder('getter')
  await getter.handlers.pauseTransfers({ ids: [gone] })
  await getter.handlers.removeTransfers({ ids: [trash], data: 'trash' })
  await getter.handlers.removeTransfers({ ids: [gone], data: 'delete' })
  await getter.handlers.removeTransfers({ ids: [keep], data: 'keep' })
  assert.deepEqual(ground.trashed, [path.join(saved, 'trash.bin')])
  assert.deepEqual(await readdir(saved), ['keep.bin'])
  assert.equal(getter.feed.row(keep), undefined)
  const { transfers: removed } = await getter.handlers.removedTransfers({})
  assert.deepEqual(
    removed.map(({ id, name }) => [id, name]),
    [[keep, 'keep.bin']],
  )
  const { done, failed } = await getter.handlers.restoreTransfers({ ids: [keep, gone] })
  assert.deepEqual(done, [keep])
  assert.deepEqual(
    failed.map(({ error }) => error.code),
    ['RESTORE_TOO_LATE'],
  )
  assert.equal((await seen(getter, keep, 'giving')).takenBytes, 100_000)
  const share = links[0]?.id as string
  await giver.handlers.removeTransfers({ ids: [share], data: 'delete' })
  assert.equal((await stat(path.join(ground.folder, 'own', 'keep.bin'))).size, 100_000)
})

test('giving stops when its rule is met, and goes on when a person says so', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const file = await ground.file('a.bin', 100_000)
  const rule = { stopRule: { seconds: 0 } }
  const hashing = await daemon.handlers.addShare({ path: file, audience: 'link', format: 'hybrid', ...rule })
  const { transfer } = await until('stopped', async () => {
    const facts = await daemon.handlers.share({ id: hashing.transfer.id })
    return facts.transfer.state === 'done' && facts
  })
  const { id } = transfer
  await daemon.handlers.resumeTransfers({ ids: [id] })
  await seen(daemon, id, 'giving')
  assert.equal(daemon.feed.row(id)?.stopRule.seconds, null)
})

test('limits, labels, trackers and a place in the queue are kept over a restart', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const first = await shared(daemon, await ground.file('a.bin', 100_000), { audience: 'everyone' })
  const second = await shared(daemon, await ground.file('b.bin', 50_000))
  await daemon.handlers.setCategory({ name: 'films', saveFolder: path.join(ground.folder, 'films') })
  const tracker = 'http://127.0.0.1:9/announce'
  const outcome = await daemon.handlers.changeTransfers({
    ids: [first.id],
    change: {
      upLimit: 50_000,
      category: 'films',
      addTags: ['old', 'good'],
      queue: 'bottom',
      addTrackers: [tracker],
      stopRule: { copies: 3 },
    },
  })
  assert.deepEqual(outcome.failed, [])
  await daemon.handlers.changeTransfers({ ids: [first.id], change: { removeTags: ['old'] } })
  await ground.end(daemon)
  const again = await ground.start('one')
  const row = await seen(again, first.id, 'giving')
  assert.equal(row.upLimit, 50_000)
  assert.equal(row.category, 'films')
  assert.deepEqual(row.tags, ['good'])
  assert.deepEqual(row.stopRule, { ratio: null, seconds: null, copies: 3 })
  assert.deepEqual([row.queuePosition, again.feed.row(second.id)?.queuePosition], [1, 0])
  const { trackers } = await again.handlers.transferTrackers({ id: first.id })
  assert.deepEqual(
    trackers.map(({ url }) => url),
    [tracker],
  )
  await again.handlers.removeCategory({ name: 'films' })
  assert.equal(again.feed.row(first.id)?.category, null)
  await assert.rejects(
    async () => again.handlers.changeTransfers({ ids: [first.id], change: { category: 'films' } }),
    { code: 'CATEGORY_UNKNOWN' },
  )
})

test('settings that need other connections hold at once, and no transfer is lost by it', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const { id } = await shared(daemon, await ground.file('a.bin', 100_000))
  const before = (await daemon.handlers.status({})).port
  await daemon.handlers.changeSettings({ values: { 'network.encryption': 'require', 'speed.up': 1_000_000 } })
  await seen(daemon, id, 'giving')
  assert.equal((await daemon.handlers.status({})).port, before)
  assert.equal(daemon.feed.totals.upLimit, 1_000_000)
  assert.ok((daemon.feed.totals.freeBytes ?? 0) > 0)
  await assert.rejects(
    async () => daemon.handlers.changeSettings({ values: { 'network.proxy': 'ftp://x' } }),
    {
      code: 'SETTING_INVALID',
    },
  )
  assert.equal(daemon.settings.values['network.proxy'], '')
  await seen(daemon, id, 'giving')
})

test('while the proxy that is set is not there, nothing is opened, and everything is when it is given up', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const { id } = await shared(daemon, await ground.file('a.bin', 100_000))
  await daemon.handlers.changeSettings({ values: { 'network.proxy': 'socks5://127.0.0.1:1' } })
  const waits = daemon.feed.row(id)
  assert.equal(waits?.state, 'waiting')
  assert.deepEqual(waits?.bottleneck, { code: 'PROXY_DOWN', data: { proxy: '127.0.0.1:1' } })
  const { wayOut } = await daemon.handlers.network({})
  assert.equal(wayOut.trouble?.code, 'PROXY_DOWN')
  const link = '0123456789012345678901234567890123456789'
  const { transfer } = await daemon.handlers.addTransfer({ source: { link } })
  assert.equal(transfer.state, 'waiting')
  const address = 'http://127.0.0.1:9/a.torrent'
  await assert.rejects(async () => daemon.handlers.addTransfer({ source: { link: address } }), {
    code: 'NO_WAY_OUT',
  })
  const file = await ground.file('b.bin', 50_000)
  const hashing = await daemon.handlers.addShare({ path: file, audience: 'link', format: 'hybrid' })
  const { id: hashed } = await until('hashed', async () => {
    const facts = await daemon.handlers.share({ id: hashing.transfer.id })
    return facts.link !== null && facts.transfer
  })
  await daemon.handlers.changeSettings({ values: {}, defaults: ['network.proxy'] })
  await seen(daemon, id, 'giving')
  await seen(daemon, hashed, 'giving')
  await seen(daemon, transfer.id, 'listing')
})

test('a corrupt record is set aside and said, and the others load; a newer one stops the start untouched', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const { id } = await shared(daemon, await ground.file('a.bin', 100_000))
  const { id: other } = await shared(daemon, await ground.file('b.bin', 50_000))
  await ground.end(daemon)
  const records = path.join(ground.stateFolder('one'), 'transfers')
  const bytes = await readFile(path.join(records, `${id}.json`))
  bytes[200] = (bytes[200] as number) ^ 1
  await writeFile(path.join(records, `${id}.json`), bytes)
  const again = await ground.start('one')
  await seen(again, other, 'giving')
  assert.equal(again.feed.row(id), undefined)
  assert.ok(ground.logged.some(({ event }) => event === 'record-corrupt'))
  assert.equal((await readdir(records)).filter((name) => name.includes('.corrupt-')).length, 1)
  await ground.end(again)
  const tomorrow = seal(99, { id: other })
  await writeFile(path.join(records, `${other}.json`), tomorrow)
  await assert.rejects(ground.start('one'), { code: 'STATE_NEWER' })
  assert.deepEqual(new Uint8Array(await readFile(path.join(records, `${other}.json`))), tomorrow)
})

test('a torrent file that was damaged is done without: the record knows its link', async (t) => {
  const ground = await Ground.make(t)
  const giver = await ground.start('giver')
  const { link } = await shared(giver, await ground.file('a.bin', 100_000))
  const getter = await ground.start('getter')
  const { transfer } = await getter.handlers.addTransfer({ source: { link } })
  await seen(getter, transfer.id, 'giving')
  await ground.end(getter)
  const file = path.join(ground.stateFolder('getter'), 'transfers', `${transfer.id}.torrent`)
  const bytes = await readFile(file)
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1
  await writeFile(file, bytes)
  const again = await ground.start('getter')
  const row = await seen(again, transfer.id, 'giving')
  assert.equal(row.takenBytes, 100_000)
  assert.ok(ground.logged.some(({ event }) => event === 'torrent-file-corrupt'))
})

test('with whom is widened and narrowed while it is given', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const { id, link } = await shared(daemon, await ground.file('a.bin', 100_000))
  assert.match(link, /x\.to=link/)
  const widen = (wish: object) => daemon.handlers.changeAudience({ id, audience: 'everyone', ...wish })
  await assert.rejects(async () => widen({}), { code: 'LICENCE_NEEDED' })
  await assert.rejects(async () => widen({ licence: { kind: 'not-sure', id: null } }), {
    code: 'LICENCE_NEEDED',
  })
  await assert.rejects(async () => widen({ licence: OWN_WORK }), { code: 'REVIEW_NEEDED' })
  assert.equal(daemon.feed.row(id)?.audience, 'link')
  const wide = await widen({ licence: OWN_WORK, review: await lookedAtForAll(daemon, id) })
  assert.equal(wide.audience, 'everyone')
  assert.doesNotMatch(wide.link ?? '', /x\.to=link/)
  await seen(daemon, id, 'giving')
  assert.deepEqual(daemon.feed.totals.sharing, { link: 0, everyone: 1 })
  const narrow = await daemon.handlers.changeAudience({ id, audience: 'link' })
  assert.match(narrow.link ?? '', /x\.to=link/)
  await seen(daemon, id, 'giving')
})

test('a follower hears each change once, and a resumed one what came since', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const { id } = await shared(daemon, await ground.file('a.bin', 100_000))
  const changes: ReturnType<typeof daemon.feed.follow>['first'][] = []
  const stream = daemon.feed.follow(undefined, (change) => changes.push(change))
  await daemon.handlers.changeTransfers({ ids: [id], change: { addTags: ['x'] } })
  await until('told', () => changes.some(({ transfers }) => transfers?.some(({ tags }) => tags?.[0] === 'x')))
  stream.close()
  const { cursor, epoch } = { cursor: stream.first.cursor, epoch: daemon.feed.epoch }
  const resumed = daemon.feed.follow({ cursor, epoch }, () => {})
  assert.equal(resumed.first.reset, undefined)
  assert.deepEqual(
    resumed.first.transfers?.map((row) => row.id),
    [id],
  )
  resumed.close()
  const foreign = daemon.feed.follow({ cursor, epoch: 'before' }, () => {})
  assert.equal(foreign.first.reset, true)
  foreign.close()
})

test('port and ids of the DHT are the same after a restart', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const facts = ({ host }: typeof daemon) => {
    const { session } = host.need()
    return { port: session.listenPort, ids: [...(session.reach.dht?.ids.values() ?? [])].map(toHex) }
  }
  const before = facts(daemon)
  assert.equal(before.ids.length, 1)
  await ground.end(daemon)
  assert.deepEqual(facts(await ground.start('one')), before)
})

test('a torrent is added by its address, and an address that has none is said to have none', async (t) => {
  const ground = await Ground.make(t)
  const giver = await ground.start('giver')
  const { id } = await shared(giver, await ground.file('a.bin', 100_000), { audience: 'everyone' })
  const { torrent } = await giver.handlers.transferTorrent({ id })
  await using web = await WebServer.start((request, response) => {
    response.writeHead(request.url === '/a.torrent' ? 200 : 404)
    response.end(request.url === '/a.torrent' ? Buffer.from(torrent, 'base64') : 'no')
  })
  const getter = await ground.start('getter')
  const at = `http://127.0.0.1:${web.port}`
  const { transfer } = await getter.handlers.addTransfer({
    source: { link: `${at}/a.torrent` },
    peers: [`127.0.0.1:${giver.host.need().session.listenPort}`],
  })
  assert.equal(transfer.id, id)
  assert.equal((await seen(getter, id, 'giving')).takenBytes, 100_000)
  await assert.rejects(async () => getter.handlers.addTransfer({ source: { link: `${at}/b.torrent` } }), {
    code: 'LINK_UNREACHABLE',
  })
})

test('what would lie among keys is refused, and a torrent that does not fit is, too', async (t) => {
  const ground = await Ground.make(t)
  const giver = await ground.start('giver')
  const { id } = await shared(giver, await ground.file('a.bin', 100_000), { audience: 'everyone' })
  const { torrent } = await giver.handlers.transferTorrent({ id })
  const getter = await ground.start('getter')
  const saveFolder = path.join(os.homedir(), '.ssh')
  await assert.rejects(async () => getter.handlers.addTransfer({ source: { torrent }, saveFolder }), {
    code: 'PLACE_REFUSED',
  })
  await assert.rejects(
    async () => getter.handlers.addTransfer({ source: { torrent }, saveFolder: 'relative' }),
    { code: 'FOLDER_RELATIVE' },
  )
  assert.equal(getter.transfers.size, 0)
})

test('thousands of transfers are there at the next start, in slices, and a stop of all of them is answered', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const count = 300
  const added = await Promise.all(
    Array.from({ length: count }, (_, n) =>
      daemon.handlers.addTransfer({
        source: { link: n.toString(16).padStart(40, '0') },
        paused: n % 2 === 0,
      }),
    ),
  )
  assert.equal(added.length, count)
  await ground.end(daemon)
  const again = await ground.start('one')
  assert.equal([...again.feed.rows()].length, count)
  await again.transfers.allOpened()
  assert.deepEqual((await again.handlers.status({})).opened, { done: count, of: count })
  assert.equal([...again.feed.rows()].filter(({ state }) => state === 'paused').length, count / 2)
  const ids = added.map(({ transfer }) => transfer.id)
  const { done } = await again.handlers.pauseTransfers({ ids })
  assert.equal(done.length, count)
  assert.equal([...again.feed.rows()].filter(({ state }) => state === 'paused').length, count)
  await again.handlers.removeTransfers({ ids, data: 'keep' })
  assert.equal([...again.feed.rows()].length, 0)
})

test('a port that another has keeps nobody from running: any free one stands in for it, and that is said', async (t) => {
  const ground = await Ground.make(t)
  const first = await ground.start('first')
  const port = first.host.need().session.listenPort
  await mkdir(ground.stateFolder('second'), { recursive: true, mode: 0o700 })
  const config = path.join(ground.stateFolder('second'), 'config.json')
  await writeFile(config, JSON.stringify({ 'network.port': port }))
  const daemon = await ground.start('second')
  const trouble = { code: 'PORT_IN_USE', data: { port } }
  const status = await daemon.handlers.status({})
  assert.deepEqual(status.portTrouble, trouble)
  assert.ok(status.port !== null && status.port !== port)
  assert.deepEqual((await daemon.handlers.network({})).portTrouble, trouble)
  assert.equal(ground.logged.find(({ event }) => event === 'port-not-had')?.facts.instead, status.port)
  const { id } = await shared(daemon, await ground.file('a.bin', 100_000))
  await seen(daemon, id, 'giving')
  await daemon.handlers.changeSettings({ values: { 'network.utp': false } })
  assert.deepEqual((await daemon.handlers.status({})).portTrouble, trouble)
  // The same again: whoever says it wants that one, and is told.
  await assert.rejects(async () => daemon.handlers.changeSettings({ values: { 'network.port': port } }), {
    code: 'PORT_IN_USE',
  })
  await seen(daemon, id, 'giving')
  await ground.end(first)
  await daemon.handlers.changeSettings({ values: { 'network.port': port } })
  assert.equal((await daemon.handlers.status({})).portTrouble, null)
  assert.equal((await daemon.handlers.status({})).port, port)
  await seen(daemon, id, 'giving')
})

test('a change to a port that another has is taken back and said', async (t) => {
  const ground = await Ground.make(t)
  const [other, daemon] = [await ground.start('other'), await ground.start('one')]
  const before = (await daemon.handlers.status({})).port
  const taken = other.host.need().session.listenPort
  await assert.rejects(async () => daemon.handlers.changeSettings({ values: { 'network.port': taken } }), {
    code: 'PORT_IN_USE',
  })
  const { port, portTrouble } = await daemon.handlers.status({})
  assert.deepEqual([port, portTrouble], [before, null])
  assert.equal(daemon.settings.values['network.port'], 0)
})

test('a port that was only kept, and another has, gives way to one that is kept from then on', async (t) => {
  const ground = await Ground.make(t)
  const first = await ground.start('first')
  const port = first.host.need().session.listenPort
  await ground.end(first)
  const taker = await ground.start('taker', { 'network.port': port })
  const again = await ground.start('first')
  const other = again.host.need().session.listenPort
  assert.notEqual(other, port)
  assert.equal((await again.handlers.status({})).portTrouble, null)
  await ground.end(again)
  await ground.end(taker)
  assert.equal((await ground.start('first')).host.need().session.listenPort, other)
})
