// One client on a computer of the world, as a process of its own: adds one torrent and reports on its standard output whom it is
// or was connected to and what it has. Ends when its input ends.
//   node lab/nat/peer.ts PLAN       (a PeerPlan as JSON)

import { readFileSync } from 'node:fs'
import { type Endpoint, endpointText } from '../../src/base/endpoint.ts'
import { optionsForTorrent } from '../../src/daemon/add.ts'
import { nodePorts, openEngine } from '../../src/daemon/compose.ts'
import { peerStatusOf } from '../../src/engine/torrent/status-of.ts'
import type { Metainfo } from '../../src/metainfo/metainfo.ts'
import { readTorrent } from '../../src/metainfo/read.ts'

export interface PeerPlan {
  /** Undefined: it is a node of the DHT and nothing else. */
  readonly torrentPath: string | undefined
  readonly saveFolder: string
  readonly stateFolder: string
  readonly listen: Endpoint
  /** Known from the beginning. */
  readonly peers: readonly Endpoint[]
  /** `host:port` each; undefined for no DHT. */
  readonly dhtNodes?: readonly string[]
  /** Tells others whom it is connected to, and listens to what they tell. */
  readonly pex: boolean
  /** False: it wants nothing of the torrent, and holds nothing. */
  readonly wants: boolean
  /** Dials by uTP alone. */
  readonly utpOnly: boolean
  /** Bytes per second. */
  readonly upLimit?: number
  readonly downLimit?: number
}

export interface PeerReport {
  readonly doneBytes: number
  readonly finished: boolean
  /** Connected now, or once. */
  readonly peers: readonly ConnectedPeer[]
  /** Whether it believes that others can reach it. */
  readonly reachable: string
  readonly dhtNodes: number
}

export interface ConnectedPeer {
  readonly host: string
  readonly port: number
  /** Undefined where the client does not tell. */
  readonly transport: 'tcp' | 'utp' | 'stream' | 'tls' | undefined
  /** How the connection came to be. */
  readonly source: string
  readonly downloadedBytes: number
}

const REPORT_EVERY_MS = 100
/** Several engines share one small computer here. */
const BUFFER_BYTES = 8 * 1024 * 1024

const plan = JSON.parse(process.argv[2] ?? '') as PeerPlan
const digest = nodePorts().digest
const engine = await openEngine({
  stateFolder: plan.stateFolder,
  listen: plan.listen,
  lan: false,
  utp: true,
  dht: plan.dhtNodes !== undefined,
  dhtNodes: plan.dhtNodes ?? [],
  transports: { tcp: !plan.utpOnly, utp: true },
  bufferBytes: BUFFER_BYTES,
  ...(plan.upLimit === undefined ? {} : { upLimit: plan.upLimit }),
  ...(plan.downLimit === undefined ? {} : { downLimit: plan.downLimit }),
})
const torrent = plan.torrentPath === undefined ? undefined : engine.add(optionsOf(plan, plan.torrentPath))

function optionsOf({ saveFolder, peers, pex, wants, dhtNodes }: PeerPlan, torrentPath: string) {
  return optionsForTorrent(readTorrent(readFileSync(torrentPath), digest), {
    saveFolder,
    peers,
    pex,
    lan: false,
    dht: dhtNodes !== undefined,
    agreed: true,
    ...(wants ? {} : { priorities: (metainfo: Metainfo) => metainfo.files.map(() => 0) }),
    events: {},
  })
}

/** Everybody it was ever connected with, as last seen: a fast transfer begins and ends between two reports. */
const met = new Map<string, ConnectedPeer>()

function look(): void {
  for (const peer of torrent?.swarm.peers ?? []) {
    const { source, downloadedBytes } = peerStatusOf(peer, engine.session.now)
    const { transport } = peer.connection
    met.set(endpointText(peer.endpoint), { ...peer.endpoint, transport, source, downloadedBytes })
  }
}

if (torrent !== undefined) {
  const adopt = torrent.adopt.bind(torrent)
  torrent.adopt = (...connection) => {
    const refusal = adopt(...connection)
    look()
    return refusal
  }
}

const timer = setInterval(() => {
  const { reach } = engine.session
  look()
  const { doneBytes, finished } = torrent?.status() ?? { doneBytes: 0, finished: false }
  const peers = [...met.values()]
  const reachable = reach.judge().answer
  const report: PeerReport = { doneBytes, finished, peers, reachable, dhtNodes: reach.dht?.nodeCount ?? 0 }
  console.log(JSON.stringify(report))
}, REPORT_EVERY_MS)

process.stdin.resume()
process.stdin.once('end', () => {
  clearInterval(timer)
  void engine.close()
})
