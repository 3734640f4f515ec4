// Whoever is in a list of addresses is neither dialled nor let in nor asked, and it is counted; others are not harmed.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import { WebServer } from '../contracts/http/server.ts'
import { MadeTorrent } from '../doubles/made-torrent.ts'
import { RealEngine } from '../doubles/real-engine.ts'
import { CommandLine } from './command-line.ts'

const LOOPBACK = 'everybody on loopback:127.0.0.0-127.255.255.255\n'

test('nobody of the list is dialled, let in or asked', async (t) => {
  const made = await MadeTorrent.make({ lengthsBytes: [50_000] })
  const open = await RealEngine.open(t)
  const list = join(open.folder, 'list.p2p')
  await writeFile(list, LOOPBACK)
  await using tracker = await WebServer.start((_, response) => response.end('d8:intervali1800e5:peers0:e'))
  const url = `http://127.0.0.1:${tracker.port}/announce`
  const filtering = await RealEngine.open(t, { ipFilters: [list] })
  await filtering.seed(made)
  const wanting = open.addTorrent(made.torrent, { peers: [filtering.listensAt], trackers: [url] })
  const { filter } = filtering.engine
  await until('the filter turned somebody away', () => (filter?.blocked ?? 0) > 0)
  assert.deepEqual(filter?.recent[0], { host: '127.0.0.1', list: 'list.p2p' })
  await until('the other asked its tracker', () => tracker.asked.length > 0)
  assert.equal(wanting.status().doneBytes, 0)
  // The other way round: whom it knows itself, and a tracker.
  const before = filter?.blocked ?? 0
  const own = await MadeTorrent.make({ lengthsBytes: [60_000], name: 'wanted', seed: 2 })
  await open.seed(own)
  const kept = filtering.addTorrent(own.torrent, { peers: [open.listensAt], trackers: [url] })
  await until('peer and tracker were turned away', () => (filter?.blocked ?? 0) >= before + 2)
  assert.equal(kept.status().peers, 0)
  const hashes = new Set(
    tracker.asked.map((path) => new URLSearchParams(path.split('?')[1]).get('info_hash')),
  )
  assert.equal(hashes.size, 1, 'the tracker heard of one torrent only')
  assert.equal(filtering.engine.statusOf(kept).blocked, filter?.blocked)
})

test('whoever is not in the list is met, and a file that is no list stops the command', async (t) => {
  const cli = new CommandLine()
  t.after(() => cli.close())
  const file = join(cli.folder, 'film.mp4')
  await writeFile(file, new Uint8Array(100_000))
  const list = join(cli.folder, 'list.dat')
  await writeFile(list, '010.000.000.000 - 010.255.255.255 , 000 , ten\nnonsense\n')
  const { link } = await cli.sharing(file)
  const got = await cli.get(cli.place('state'), link, '-o', cli.place(), '--ip-filter', list).ended()
  assert.equal(got.code, 0, JSON.stringify(got.last))
  assert.deepEqual(got.lines[0], { event: 'ip-filter', list: 'list.dat', ranges: 1, malformed: 1 })
  const wrong = await cli.get(cli.place('state'), link, '-o', cli.place(), '--ip-filter', file).ended()
  assert.deepEqual([wrong.code, wrong.last.error.code], [2, 'IP_FILTER_NOT_ONE'])
})
