// What a person said holds although the disk refuses to keep it, whatever comes in between, and nobody gets more than was said.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import { MadeTorrent } from '../../test/doubles/made-torrent.ts'
import { Ground, seen, shared } from '../../test/doubles/real-daemon.ts'
import type { Caller } from '../api/routes.ts'
import type { Daemon } from './daemon.ts'

const SIZE = 200_000

/** Nothing of that name can be written into the state folder until `again` is called. */
async function refuse(ground: Ground, name: string): Promise<{ again(): Promise<void> }> {
  const inTheWay = path.join(ground.stateFolder('one'), `${name}.new`)
  await until('nothing is being written', () =>
    mkdir(inTheWay).then(
      () => true,
      () => false,
    ),
  )
  return { again: () => rm(inTheWay, { recursive: true }) }
}

async function sharing(t: TestContext, choices: Parameters<typeof shared>[2] = {}) {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const { id } = await shared(daemon, await ground.file('a.bin', SIZE), choices)
  return { ground, daemon, id, torrent: () => daemon.transfers.get(id).torrent }
}

test('nothing is given any more by a stop that could not be kept, and that it was not kept is said', async (t) => {
  const { ground, daemon, id, torrent } = await sharing(t)
  await refuse(ground, `transfers/${id}.json`)
  await assert.rejects(async () => await daemon.handlers.stopShares({ ids: [id] }))
  assert.equal(torrent()?.stateName, 'paused')
})

test('what could not be kept is kept once it can be', async (t) => {
  const { ground, daemon, id } = await sharing(t)
  const disk = await refuse(ground, `transfers/${id}.json`)
  await assert.rejects(async () => await daemon.handlers.stopShares({ ids: [id] }))
  await disk.again()
  await daemon.transfers.keep()
  const record = await readFile(path.join(ground.stateFolder('one'), 'transfers', `${id}.json`), 'utf8')
  assert.equal(JSON.parse(record).body.stopped, true)
})

test('what is paused rests, whether that could be kept or not', async (t) => {
  const { ground, daemon, id, torrent } = await sharing(t)
  const disk = await refuse(ground, `transfers/${id}.json`)
  const { failed } = await daemon.handlers.pauseTransfers({ ids: [id] })
  assert.equal(failed.length, 1)
  assert.equal(torrent()?.stateName, 'paused')
  await disk.again()
  await daemon.handlers.resumeTransfers({ ids: [id] })
  await seen(daemon, id, 'giving')
})

test('everything rests when it is told to, whether that could be kept or not', async (t) => {
  const { ground, daemon, torrent } = await sharing(t)
  await refuse(ground, 'memory.json')
  await assert.rejects(async () => await daemon.handlers.pauseAll({ until: 'told' }))
  assert.equal(torrent()?.stateName, 'paused')
})

test('with whom: narrowed at once whether it could be kept or not, widened only when it was', async (t) => {
  const { ground, daemon, id, torrent } = await sharing(t, { audience: 'everyone' })
  const narrow = await refuse(ground, `transfers/${id}.json`)
  await assert.rejects(async () => await daemon.handlers.changeAudience({ id, audience: 'link' }))
  assert.equal(torrent()?.options.listing, 'link')
  await narrow.again()
  await daemon.handlers.changeAudience({ id, audience: 'link' })
  await refuse(ground, `transfers/${id}.json`)
  await assert.rejects(async () => await daemon.handlers.changeAudience({ id, audience: 'everyone' }))
  assert.equal(torrent()?.options.listing, 'link')
  assert.equal(daemon.feed.row(id)?.audience, 'link', 'nothing widens it later by itself')
})

test('what was stopped and is shared again is for those who are meant now', async (t) => {
  const { ground, daemon, id } = await sharing(t, { audience: 'everyone' })
  await daemon.handlers.stopShares({ all: true })
  await shared(daemon, path.join(ground.folder, 'own', 'a.bin'), { audience: 'link' })
  assert.equal(daemon.feed.row(id)?.audience, 'link')
  assert.equal(daemon.transfers.get(id).torrent?.options.listing, 'link')
})

/** Shares it, and does something the moment that what was hashed gets its place among the transfers. */
async function asItIsHashed(
  t: TestContext,
  choices: object,
  act: (daemon: Daemon, id: string, file: string) => void,
) {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const file = await ground.file('a.bin', SIZE)
  const request = { path: file, audience: 'link', format: 'hybrid', ...choices } as const
  const { transfer } = await daemon.handlers.addShare(request)
  const place = daemon.transfers.place.bind(daemon.transfers)
  const placed = await new Promise<string>((resolve) => {
    daemon.transfers.place = (record) => {
      const made = place(record)
      act(daemon, transfer.id, file)
      resolve(record.id)
      return made
    }
  })
  return { ground, daemon, hashing: transfer.id, placed }
}

test('a share that is stopped as its hashing ends is not given, and is gone after a restart too', async (t) => {
  let stopping: unknown
  const { ground, daemon } = await asItIsHashed(t, {}, (running, id) => {
    stopping = running.handlers.stopShares({ ids: [id] })
  })
  await stopping
  await until('gone', () => daemon.transfers.size === 0)
  await ground.end(daemon)
  assert.equal((await ground.start('one')).transfers.size, 0)
})

test('a page that could not be opened for what was hashed is said of the share, which goes on', async (t) => {
  const { daemon, placed, hashing } = await asItIsHashed(t, { webPage: true }, (_, __, file) => rmSync(file))
  await until('said', () =>
    daemon.transfers.find(placed)?.reports.some(({ entry }) => entry.code.startsWith('PAGE_')),
  )
  assert.equal(daemon.transfers.get(hashing).id, placed)
})

test('a choice of files that names none is refused before it is kept', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const { bytes } = await MadeTorrent.make({ lengthsBytes: [40_000] })
  const source = { torrent: bytes.toBase64() }
  await assert.rejects(async () => await daemon.handlers.addTransfer({ source, select: [''] }), {
    code: 'NOTHING_SELECTED',
  })
  assert.equal(daemon.transfers.size, 0)
})

test('files are not said to be deleted while nothing can delete them', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const { bytes, contents } = await MadeTorrent.make({ name: 'got', lengthsBytes: [SIZE] })
  const at = path.join(ground.saveFolder('one'), 'got')
  await writeFile(at, contents[0] as Uint8Array)
  const { transfer } = await daemon.handlers.addTransfer({
    source: { torrent: bytes.toBase64() },
    agreed: true,
  })
  await seen(daemon, transfer.id, 'giving')
  await daemon.handlers.changeSettings({ values: { 'network.proxy': 'socks5://127.0.0.1:1' } })
  assert.equal(daemon.host.engine, undefined)
  const { failed } = await daemon.handlers.removeTransfers({ ids: [transfer.id], data: 'delete' })
  assert.equal(failed[0]?.error.code, 'TRANSFER_CLOSED')
  assert.ok(await stat(at))
  await daemon.handlers.changeSettings({ values: { 'network.proxy': '' } })
  await seen(daemon, transfer.id, 'giving')
  const { done } = await daemon.handlers.removeTransfers({ ids: [transfer.id], data: 'delete' })
  assert.deepEqual(done, [transfer.id])
  await assert.rejects(stat(at), { code: 'ENOENT' })
})

test('a host that is not to be contacted, and a tracker taken out, stay so when the thing is added again', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const tracker = (name: string): string => `http://${name}.invalid:1/announce`
  const link = `magnet:?xt=urn:btih:${'cd'.repeat(20)}`
  const { transfer } = await daemon.handlers.addTransfer({
    source: { link },
    exceptHosts: ['never.invalid:1'],
  })
  const ids = [transfer.id]
  await daemon.handlers.changeTransfers({ ids, change: { addTrackers: [tracker('out')] } })
  await daemon.handlers.changeTransfers({ ids, change: { removeTrackers: [tracker('out')] } })
  const again = ['never', 'out', 'fine'].map((name) => `&tr=${encodeURIComponent(tracker(name))}`)
  await daemon.handlers.addTransfer({ source: { link: link + again.join('') } })
  const { trackers } = await daemon.handlers.transferTrackers({ id: transfer.id })
  assert.deepEqual(
    trackers.map(({ url }) => url),
    [tracker('fine')],
  )
})

test('however many want other connections at once, there is one engine, and it keeps its port', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const port = daemon.host.engine?.session.listenPort
  await Promise.all([daemon.host.reopen(), daemon.host.open(), daemon.host.reopen()])
  assert.equal(daemon.host.engine?.session.listenPort, port)
})

test('what is got by one hash is known by the other, too, once its list of files is here', async (t) => {
  const { ground, daemon, id } = await sharing(t, { audience: 'everyone' })
  const { infohashV1, infohashV2 } = await seen(daemon, id, 'giving')
  const getter = await ground.start('getter')
  const { link } = await daemon.handlers.share({ id })
  const peers = /x\.pe=([^&]+)/.exec(link ?? '')?.[0]
  await getter.handlers.addTransfer({ source: { link: `magnet:?xt=urn:btih:${infohashV1}&${peers}` } })
  await seen(getter, id, 'giving')
  assert.equal((await getter.handlers.inspect({ source: { link: infohashV2 as string } })).here, true)
})

test('a removal that could not be taken back can be taken back a moment later', async (t) => {
  const { ground, daemon, id } = await sharing(t)
  await daemon.handlers.removeTransfers({ ids: [id], data: 'keep' })
  const disk = await refuse(ground, `transfers/${id}.json`)
  const { failed } = await daemon.handlers.restoreTransfers({ ids: [id] })
  assert.equal(failed.length, 1)
  assert.equal(daemon.transfers.size, 0)
  await disk.again()
  assert.deepEqual((await daemon.handlers.restoreTransfers({ ids: [id] })).done, [id])
  await seen(daemon, id, 'giving')
})

test('a pipe with the name of a torrent file is not waited for', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const pipe = path.join(ground.folder, 'pipe.torrent')
  execFileSync('mkfifo', [pipe])
  for (const call of ['survey', 'addShare'] as const)
    await assert.rejects(
      async () => await daemon.handlers[call]({ path: pipe, audience: 'link', format: 'hybrid' }),
      { code: 'FILE_UNREADABLE' },
    )
})

test('files that are shared, or are another transfer’s too, are not removed with one of them', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const { remove, at, add } = await overlapping(daemon, ground)
  const { id: share } = await shared(daemon, at)
  const [one, other] = [await add(16_384), await add(65_536)]
  for (const data of ['delete', 'trash'] as const) {
    assert.deepEqual(await remove([one], data), ['FILES_OF_ANOTHER'])
    assert.deepEqual(await remove([one, other], data), ['FILES_OF_ANOTHER', 'FILES_OF_ANOTHER'])
  }
  await remove([share], 'delete')
  assert.ok(await stat(at))
  assert.deepEqual(await remove([one], 'delete'), ['FILES_OF_ANOTHER'])
  assert.equal(daemon.feed.row(one)?.state, 'giving')
  assert.deepEqual(await remove([one, other], 'delete'), [])
  await assert.rejects(stat(at), { code: 'ENOENT' })
})

test('whoever may only look is not told the password of the proxy', async (t) => {
  const ground = await Ground.make(t)
  const proxy = 'socks5://ana:secret@127.0.0.1:1'
  const daemon = await ground.start('one', { 'network.proxy': proxy })
  const told = async (caller: Caller) =>
    (await daemon.handlers.settings({}, caller)).settings.find(({ key }) => key === 'network.proxy')?.value
  assert.equal(await told({ kind: 'program', scope: 'read' }), 'socks5://127.0.0.1:1')
  assert.equal(await told({ kind: 'program', scope: 'control' }), proxy)
  assert.equal(await told({ kind: 'page' }), proxy)
})

test('a share that its rule stops takes its page along', async (t) => {
  const { daemon, id } = await sharing(t)
  const page = async () => (await daemon.handlers.share({ id })).webPage
  await daemon.handlers.openWebPage({ id })
  assert.notEqual(await page(), null)
  await daemon.handlers.changeTransfers({ ids: [id], change: { stopRule: { seconds: 0 } } })
  await seen(daemon, id, 'done')
  await until('no page', async () => (await page()) === null)
})

test('removed with its files and cut off in between, it rests at the next start and fetches nothing again', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const { add, at, remove } = await overlapping(daemon, ground)
  const id = await add(16_384)
  // As when it is killed there: its record is on disk, its files are not.
  const file = path.join(ground.stateFolder('one'), 'transfers', `${id}.json`)
  const torrentFile = file.replace('.json', '.torrent')
  const kept: { record?: Uint8Array; torrent?: Uint8Array } = {}
  const take = daemon.transfers.take.bind(daemon.transfers)
  daemon.transfers.take = (transfer) => {
    kept.record = readFileSync(file)
    kept.torrent = readFileSync(torrentFile)
    take(transfer)
  }
  assert.deepEqual(await remove([id], 'delete'), [])
  await assert.rejects(stat(at), { code: 'ENOENT' })
  await ground.end(daemon)
  await writeFile(file, kept.record as Uint8Array)
  await writeFile(torrentFile, kept.torrent as Uint8Array)
  const again = await ground.start('one')
  await again.transfers.allOpened()
  assert.equal(again.feed.row(id)?.state, 'paused')
})

test('what could not be put into the trash stays and goes on', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const { add, at, remove } = await overlapping(daemon, ground)
  const id = await add(16_384)
  ground.trashRefuses = true
  assert.deepEqual(await remove([id], 'trash'), ['TRASH_FAILED'])
  await seen(daemon, id, 'giving')
  assert.ok(await stat(at))
})

test('what a check finds gone is not said to be given any more', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const { add, at } = await overlapping(daemon, ground)
  const id = await add(16_384)
  await daemon.handlers.recheckTransfers({ ids: [id] })
  await seen(daemon, id, 'giving')
  await rm(at)
  await daemon.handlers.recheckTransfers({ ids: [id] })
  const { doneBytes } = await seen(daemon, id, 'waiting')
  assert.equal(doneBytes, 0)
})

async function overlapping(daemon: Daemon, ground: Ground) {
  const made = (pieceLengthBytes: number) =>
    MadeTorrent.make({ name: 'got', lengthsBytes: [SIZE], pieceLengthBytes })
  const at = path.join(ground.saveFolder('one'), 'got')
  await writeFile(at, (await made(16_384)).contents[0] as Uint8Array)
  return {
    at,
    add: async (pieceLengthBytes: number): Promise<string> => {
      const source = { torrent: (await made(pieceLengthBytes)).bytes.toBase64() }
      const { transfer } = await daemon.handlers.addTransfer({ source, agreed: true })
      await seen(daemon, transfer.id, 'giving')
      return transfer.id
    },
    remove: async (ids: string[], data: 'delete' | 'trash'): Promise<string[]> => {
      const { failed } = await daemon.handlers.removeTransfers({ ids, data })
      return failed.map(({ error }) => error.code)
    },
  }
}
