// The process under attack: a production engine that gives one torrent, told by its parent what to give and asked for
// figures over IPC. Event-loop lag is measured from inside, by the system's own timer.
// Started by lab/flood/scene.ts only. It ends with its parent.

import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { optionsForTorrent } from '../../src/daemon/add.ts'
import { openEngine } from '../../src/daemon/compose.ts'
import { readTorrent } from '../../src/metainfo/read.ts'
import { digest } from '../../test/doubles/digest.ts'
import { MadeTorrent } from '../../test/doubles/made-torrent.ts'
import type { TargetFigures, TargetOrder, TargetReady } from './messages.ts'

const RESOLUTION_MS = 10
const NANOSECONDS = 1e6

process.once('disconnect', () => process.exit())

const [folder = '', host = '127.0.0.1', lengthBytes = '0', role = 'seed'] = process.argv.slice(2)
const made = await MadeTorrent.make({
  name: 'flooded',
  version: 'hybrid',
  lengthsBytes: [Number(lengthBytes)],
  pieceLengthBytes: 256 * 1024,
})
const save = join(folder, 'save')
const engine = await openEngine({
  stateFolder: join(folder, 'state'),
  listen: { host, port: 0 },
  lan: false,
})
for (const file of made.metainfo.files) {
  if (file.pad || role !== 'seed') continue
  const path = join(save, ...file.path)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, made.contents[file.index] as Uint8Array)
}
let bans = 0
const torrent = engine.add(
  optionsForTorrent(readTorrent(made.bytes, digest), {
    saveFolder: save,
    agreed: true,
    lan: false,
    events: {
      banned: () => {
        bans++
      },
    },
  }),
)
while (torrent.stateName !== 'live') await new Promise((resolve) => setTimeout(resolve, 10))

const lag = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
lag.enable()
let highestRss = 0
setInterval(() => {
  highestRss = Math.max(highestRss, process.memoryUsage.rss())
}, 100).unref()

process.on('message', (order: TargetOrder) => {
  if (order.type === 'end') {
    void engine.close().then(() => process.exit())
    return
  }
  const cpu = process.cpuUsage()
  globalThis.gc?.()
  const memory = process.memoryUsage()
  const status = torrent.status()
  const figures: TargetFigures = {
    type: 'figures',
    rssBytes: Math.max(highestRss, memory.rss),
    heapBytes: memory.heapUsed + memory.external,
    lagP99Ms: Math.max(0, lag.percentile(99) / NANOSECONDS - RESOLUTION_MS),
    lagMaxMs: Math.max(0, lag.max / NANOSECONDS - RESOLUTION_MS),
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    peers: status.peers,
    givenBytes: status.givenBytes,
    doneBytes: status.doneBytes,
    bans,
    handles: process.getActiveResourcesInfo().length,
  }
  process.send?.(figures)
  if (order.reset) {
    lag.reset()
    highestRss = 0
  }
})

const ready: TargetReady = {
  type: 'ready',
  port: engine.session.listenPort,
  infohash: made.metainfo.infohashV1 as string,
  pieceCount: made.metainfo.geometry.pieceCount,
  root: Buffer.from(made.metainfo.files[0]?.root ?? []).toString('hex'),
}
process.send?.(ready)
