// One fish of the demo: an engine session of its own on loopback, that shares or gets one thing and counts what it does.
// It is the whole engine except for the ways to find strangers: it listens on 127.0.0.1 only, without local discovery
// and trackers.

import path from 'node:path'
import { parseEndpoint } from '../../base/address.ts'
import { toHex } from '../../base/bytes.ts'
import { CodedError } from '../../base/errors.ts'
import type { Torrent } from '../../engine/torrent/torrent.ts'
import { formatMagnet, parseMagnet } from '../../metainfo/magnet.ts'
import { optionsForMagnet } from '../add.ts'
import { type Engine, openEngine } from '../compose.ts'
import { seenByNobody } from '../review/gate.ts'
import { sharePath } from '../share-job.ts'
import { findSource } from '../source-files.ts'
import type { FishEvent, FishOrder } from './fish-messages.ts'

/** The code of what stopped its torrent. */
export class FishError extends CodedError {}

const LOOPBACK = '127.0.0.1'

/** Smooth to look at, and the sharer is told to leave within a few pieces of the right moment. */
const REPORT_MS = 100

type Tell = (event: FishEvent) => void

export class Fish {
  readonly #engine: Engine
  readonly #tell: Tell
  #torrent: Torrent | undefined
  #reports: NodeJS.Timeout | undefined
  #leaving = false
  /** Called whenever the torrent changes its state. */
  #changed = (): void => {}

  static async open(stateFolder: string, tell: Tell): Promise<Fish> {
    const listen = { host: LOOPBACK, port: 0 }
    const engine = await openEngine({ stateFolder, listen, lan: false })
    tell({ event: 'ready', port: engine.session.listenPort })
    return new Fish(engine, tell)
  }

  private constructor(engine: Engine, tell: Tell) {
    this.#engine = engine
    this.#tell = tell
  }

  /** Does what it is told; a share or get is done with when it takes connections. @throws CodedError */
  async obey(order: FishOrder): Promise<void> {
    if (order.order === 'share') await this.#share(order)
    else if (order.order === 'get') await this.#get(order)
    else if (order.order === 'give') this.#engine.session.upLimit = order.upBytesPerSecond
    else await this.#leave()
  }

  async #share(order: Extract<FishOrder, { order: 'share' }>): Promise<void> {
    const { session, ports } = this.#engine
    session.upLimit = order.upBytesPerSecond
    const source = await findSource(ports.disk, order.path, path.basename(order.path), '')
    const totalBytes = source.files.reduce((sum, file) => sum + file.lengthBytes, 0)
    const { torrent, metainfo } = await sharePath(
      seenByNobody({ root: order.path, source, totalBytes, kinds: [] }),
      {
        listing: 'link',
        trackers: [],
        peers: [],
        pex: true,
        lan: false,
        superSeed: false,
        changed: () => this.#changed(),
      },
      this.#engine,
      {
        progress: (doneBytes) => this.#tell({ event: 'hashing', doneBytes }),
        cancelled: () => this.#leaving,
      },
    )
    await this.#running(torrent)
    const magnet = formatMagnet({
      infohashV1: metainfo.infohashV1,
      infohashV2: metainfo.infohashV2,
      displayName: metainfo.name,
      peers: [`${LOOPBACK}:${session.listenPort}`],
      to: 'link',
    })
    const { pieceCount } = metainfo.geometry
    this.#tell({ event: 'sharing', magnet, pieces: pieceCount, pieceLengthBytes: metainfo.pieceLengthBytes })
  }

  async #get(order: Extract<FishOrder, { order: 'get' }>): Promise<void> {
    const { session } = this.#engine
    session.upLimit = order.upBytesPerSecond
    const peers = order.peers.map((text) => parseEndpoint(text)).filter((peer) => peer !== undefined)
    const torrent = session.add(
      optionsForMagnet(parseMagnet(order.magnet), undefined, {
        saveFolder: order.folder,
        peers,
        lan: false,
        events: { stateChanged: () => this.#changed() },
      }),
    )
    await this.#running(torrent)
    this.#tell({ event: 'joined' })
  }

  /** Resolves when the torrent is live: from then on nobody who dials it is turned away. */
  async #running(torrent: Torrent): Promise<void> {
    this.#torrent = torrent
    // A problem found here has no caller: it ends the process, as it should.
    this.#reports = setInterval(() => this.#report(), REPORT_MS)
    while (torrent.stateName !== 'live') {
      await new Promise<void>((resolve) => {
        this.#changed = resolve
      })
    }
  }

  #report(): void {
    const torrent = this.#torrent
    if (torrent === undefined || this.#leaving) return
    this.#checkProblem(torrent)
    const { doneBytes, givenBytes, takenBytes, finished } = torrent.status()
    const have = torrent.live?.have.toBytes()
    this.#tell({
      event: 'report',
      doneBytes,
      givenBytes,
      takenBytes,
      ...(have === undefined ? {} : { have: toHex(have) }),
      finished,
    })
  }

  /** What would make a person's transfer wait (a full disk) ends the show: nobody is there to make room. */
  #checkProblem(torrent: Torrent): void {
    const { problem } = torrent.status()
    if (problem === undefined || this.#leaving) return
    const facts = Object.entries(problem.data).filter(
      (entry): entry is [string, string | number | boolean] =>
        typeof entry[1] === 'string' || typeof entry[1] === 'number' || typeof entry[1] === 'boolean',
    )
    throw new FishError(problem.code, Object.fromEntries(facts))
  }

  async #leave(): Promise<void> {
    if (this.#leaving) return
    this.#leaving = true
    clearInterval(this.#reports)
    await this.#engine.close()
    const counted = this.#torrent?.status()
    const { givenBytes, takenBytes } = counted ?? { givenBytes: 0, takenBytes: 0 }
    this.#tell({ event: 'left', givenBytes, takenBytes })
  }
}
