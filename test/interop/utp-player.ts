// Shoal where only uTP is used, in a process of its own: gives or fetches one torrent, and says when it is whole.
//   node utp-player.ts '{"torrent":"x.torrent","folder":"/data","state":"/state","peers":[{"host":"10.0.0.2","port":6881}]}'

import { readFile } from 'node:fs/promises'
import type { Endpoint } from '../../src/base/endpoint.ts'
import { optionsForTorrent } from '../../src/daemon/add.ts'
import { openEngine } from '../../src/daemon/compose.ts'
import { readTorrent } from '../../src/metainfo/read.ts'
import { SystemDigest } from '../../src/platform/digest.ts'
import { PEER_PORT } from './libtorrent.ts'

export interface UtpOrder {
  readonly torrent: string
  readonly folder: string
  readonly state: string
  readonly peers: readonly Endpoint[]
}

const order = JSON.parse(process.argv[2] ?? '{}') as UtpOrder
const engine = await openEngine({
  stateFolder: order.state,
  listen: { host: '::', port: PEER_PORT },
  lan: false,
  utp: true,
  encryption: 'off',
  transports: { tcp: false, utp: true },
})
const torrent = engine.add(
  optionsForTorrent(readTorrent(await readFile(order.torrent), new SystemDigest()), {
    saveFolder: order.folder,
    peers: order.peers,
    pex: false,
    agreed: true,
    events: {},
  }),
)
const watch = setInterval(() => {
  if (!torrent.finished) return
  clearInterval(watch)
  process.stdout.write(`${JSON.stringify({ event: 'complete' })}\n`)
}, 50)
process.stdin.resume().on('end', async () => {
  clearInterval(watch)
  await engine.close()
})
