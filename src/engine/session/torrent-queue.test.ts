// The queue at work on pretended torrents. Drawn as in queue-policy.test.ts: d download, s seed, '-' for those not running.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import { DeadlineQueue } from '../../base/deadline-queue.ts'
import { type QueuedTorrent, TorrentQueue } from './torrent-queue.ts'

class PretendedTorrent implements QueuedTorrent {
  stateName: QueuedTorrent['stateName'] = 'paused'
  hasAllWanted: boolean
  rate = 1_000_000
  asked = 0

  constructor(hasAllWanted = false) {
    this.hasAllWanted = hasAllWanted
  }

  bytesPerSecond(): number {
    this.asked++
    return this.rate
  }

  start(): void {
    this.stateName = 'live'
  }

  async pause(): Promise<void> {
    this.stateName = 'paused'
  }
}

function scene(kinds: string, limits = { maxDownloads: 2, maxSeeds: 2, maxActive: 4 }) {
  const clock = new VirtualClock(1_000_000)
  const queue = new TorrentQueue<PretendedTorrent>(limits, new DeadlineQueue(clock), () => clock.now())
  const torrents = [...kinds].map((kind) => new PretendedTorrent(kind === 's'))
  for (const torrent of torrents) queue.add(torrent)
  const running = () =>
    torrents
      .map(({ stateName, hasAllWanted }) => (stateName === 'live' ? (hasAllWanted ? 's' : 'd') : '-'))
      .join('')
  return { clock, queue, torrents, running }
}

const first = <T>(all: readonly T[]): T => all[0] as T

test('limits changed at run time hold at once, both ways', async () => {
  const { clock, queue, running } = scene('dddss')
  await clock.advance(1)
  assert.equal(running(), 'dd-ss')
  queue.setLimits({ maxDownloads: 3, maxSeeds: 1, maxActive: 4 })
  await clock.advance(1)
  assert.equal(running(), 'ddds-')
})

test('whoever is moved to the front runs, and the last of those in front waits', async () => {
  const { clock, queue, torrents, running } = scene('ddd')
  await clock.advance(1)
  const last = torrents[2] as PretendedTorrent
  assert.deepEqual([queue.position(last), queue.isParked(last)], [2, true])
  queue.move(last, 'top')
  await clock.advance(1)
  assert.equal(running(), 'd-d')
  assert.deepEqual([queue.position(last), queue.isParked(last)], [0, false])
  queue.move(last, 1)
  await clock.advance(1)
  assert.equal(running(), 'd-d')
  queue.move(last, 'bottom')
  await clock.advance(1)
  assert.equal(running(), 'dd-')
})

test('a forced torrent runs beside those that have places, and waits again when it is not forced any more', async () => {
  const { clock, queue, torrents, running } = scene('ddd')
  queue.setForced(torrents[2] as PretendedTorrent, true)
  await clock.advance(1)
  assert.equal(running(), 'ddd')
  queue.setForced(torrents[2] as PretendedTorrent, false)
  await clock.advance(1)
  assert.equal(running(), 'dd-')
})

test('what the person does not want is added without being started', async () => {
  const { clock, queue } = scene('')
  const torrent = new PretendedTorrent()
  queue.add(torrent, { wanted: false })
  await clock.advance(1)
  assert.deepEqual([torrent.stateName, queue.isParked(torrent)], ['paused', false])
  queue.setWanted(torrent, true)
  await clock.advance(1)
  assert.equal(torrent.stateName, 'live')
})

test('ten thousand torrents are looked at without asking those that do not run, and each position is known', async () => {
  const { clock, queue, torrents, running } = scene('d'.repeat(10_000))
  await clock.advance(1)
  assert.equal(running().replaceAll('-', ''), 'dd')
  const asked = () => torrents.reduce((sum, torrent) => sum + torrent.asked, 0)
  const before = asked()
  await clock.advance(5_000)
  assert.equal(asked() - before, 2, 'only the two that run')
  // All of them, one by one.
  for (const torrent of torrents) {
    queue.move(torrent, 'bottom')
  }
  assert.equal(queue.position(first(torrents)), 0)
  queue.moveAll(torrents.slice(5_000), 'top')
  await clock.advance(200)
  assert.equal(queue.position(torrents[5_000] as PretendedTorrent), 0)
  assert.equal(torrents[5_000]?.stateName, 'live')
})

test('thousands that are added one after the other share looks: the first runs all the while', async () => {
  const { clock, queue, torrents } = scene('d'.repeat(1_000))
  await clock.advance(1)
  const [front] = torrents
  const before = front?.asked ?? 0
  for (let added = 0; added < 1_000; added++) {
    queue.add(new PretendedTorrent())
    await clock.advance(1)
  }
  const looks = (front?.asked ?? 0) - before
  assert.ok(looks > 10 && looks < 100, `${looks} looks`)
})

test('where thousands get their places at once they start in turns, and all of them soon', async () => {
  const { clock, running } = scene('s'.repeat(1_000), { maxDownloads: 2, maxSeeds: 1_000, maxActive: 1_002 })
  const started = () => running().replaceAll('-', '').length
  await clock.advance(0)
  const [first, limit] = [started(), 100]
  assert.ok(first > 0 && first <= limit, `${first} at once`)
  await clock.advance(100)
  assert.equal(started(), 1_000)
})
