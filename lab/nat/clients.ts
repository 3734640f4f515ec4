// The clients of the world behind one small interface: Shoal (peer.ts) and libtorrent, each as a process on its computer.
// Promise: `report` is what the client said last about itself, never older than a moment.

import { dirname, join } from 'node:path'
import { Libtorrent } from '../../test/interop/libtorrent.ts'
import { Program } from '../netns/program.ts'
import { pause } from '../netns/until.ts'
import type { ConnectedPeer, PeerPlan, PeerReport } from './peer.ts'
import type { Place } from './world.ts'

export type ClientName = 'shoal' | 'libtorrent'

const PEER = join(import.meta.dirname, 'peer.ts')
const ASK_EVERY_MS = 200

export interface LabClient {
  readonly program: Program
  readonly report: PeerReport | undefined
  connectedTo(host: string): ConnectedPeer | undefined
  describe(): string
}

/** @param place undefined for where the caller runs: on the public network */
export function startClient(
  client: ClientName,
  name: string,
  plan: PeerPlan,
  place: Place | undefined,
): LabClient {
  return client === 'shoal' ? new ShoalClient(name, plan, place) : new LibtorrentClient(name, plan, place)
}

abstract class Client implements LabClient {
  abstract readonly program: Program
  report: PeerReport | undefined

  connectedTo(host: string): ConnectedPeer | undefined {
    return this.report?.peers.find((peer) => peer.host === host)
  }

  describe(): string {
    return `${this.program.tail()}\n${JSON.stringify(this.report)}`
  }
}

class ShoalClient extends Client {
  readonly program: Program

  constructor(name: string, plan: PeerPlan, place: Place | undefined) {
    super()
    this.program = new Program(name, [process.execPath, PEER, JSON.stringify(plan)], {
      host: place,
      chatter: () => true,
      // Some three of them for each pair: what Node compiled for the first is used by the others.
      env: { NODE_COMPILE_CACHE: join(dirname(dirname(plan.stateFolder)), 'compiled') },
    })
    this.program.onLine((line) => {
      this.report = JSON.parse(line) as PeerReport
    })
  }
}

class LibtorrentClient extends Client {
  readonly program: Program

  constructor(name: string, plan: PeerPlan, place: Place | undefined) {
    super()
    const start = (_name: string, command: readonly string[]) =>
      new Program(`libtorrent as ${name}`, command, { host: place, chatter: (line) => line.includes('"id"') })
    const libtorrent = Libtorrent.idle({ start })
    this.program = libtorrent.program
    // Its end is noticed by whoever waits for a report; what it printed is in the program's tail.
    this.#follow(libtorrent, plan).catch(() => undefined)
  }

  async #follow(libtorrent: Libtorrent, plan: PeerPlan): Promise<void> {
    const { torrentPath, listen, utpOnly, wants, pex, upLimit, downLimit } = plan
    if (torrentPath === undefined) throw new TypeError('libtorrent has a torrent here')
    await libtorrent.call('session', {
      listen: [`${listen.host}:${listen.port}`],
      utp: true,
      tcp: !utpOnly,
      ...(upLimit === undefined ? {} : { upLimit }),
      ...(downLimit === undefined ? {} : { downLimit }),
    })
    const torrent = await libtorrent.add(torrentPath, {
      savePath: plan.saveFolder,
      noPex: !pex,
      peers: plan.peers.map(({ host, port }) => [host, port] as const),
    })
    if (!wants) await torrent.prioritize({ files: [0] })
    for (;;) {
      const [status, peers] = await Promise.all([torrent.status(), torrent.peers()])
      this.report = {
        doneBytes: status.downloadedBytes,
        finished: status.isSeeding,
        reachable: 'unknown',
        dhtNodes: 0,
        peers: peers
          .filter(({ connecting }) => !connecting)
          .map(({ host, port, holepunched, outgoing, downloadedBytes }) => ({
            host,
            port,
            transport: undefined,
            source: holepunched ? 'punched' : outgoing ? 'dialled' : 'incoming',
            downloadedBytes,
          })),
      }
      await pause(ASK_EVERY_MS)
    }
  }
}
