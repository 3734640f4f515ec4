// The states of a torrent and the ways between them (STATE.md).
// Invariant: storage is open exactly in `checking` and `live`, and at rest while files are moved or renamed; the answer to slow
// work that belongs to an earlier state is dropped, and what it opened is closed.

import type { Bitfield } from '../../base/bitfield.ts'
import type { Millis } from '../../base/ids.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import type { MoveResult } from '../storage/mover.ts'
import type { TorrentStorage } from '../storage/torrent-storage.ts'
import type { Live } from './live.ts'
import { MetadataFetch } from './metadata-fetch.ts'
import { type Parts, Running, type RunningEvents } from './running.ts'
import type { TorrentServices } from './services.ts'
import type { Problem, TorrentState } from './state.ts'
import { takeFromDisk } from './take-from-disk.ts'
import type { Torrent } from './torrent.ts'

export class States {
  readonly #torrent: Torrent
  readonly #services: TorrentServices
  #current: TorrentState = { name: 'paused' }
  /** Changes with every state change. */
  #generation = 0
  #finished = false
  #checkedBytes = 0
  #doneAtRest = 0
  #haveAtRest: Bitfield | undefined
  #saveFolder: string
  #homeFolder: string
  /** What must be over before storage is opened: an earlier one is closed, or is at work at rest. */
  #closing: Promise<unknown> | undefined

  constructor(torrent: Torrent, services: TorrentServices) {
    this.#torrent = torrent
    this.#services = services
    this.#homeFolder = torrent.options.saveFolder
    this.#saveFolder = torrent.options.movedTo ?? torrent.options.saveFolder
  }

  get current(): TorrentState {
    return this.#current
  }

  get parts(): Parts | undefined {
    return this.#current.name === 'live' ? this.#current.parts : undefined
  }

  get live(): Live | undefined {
    return this.parts?.live
  }

  /** Every wanted byte is verified, durable and in its final place. */
  get finished(): boolean {
    return this.#finished
  }

  /** Hashed from disk to find out what is here, in whole pieces, since it was added. */
  get checkedBytes(): number {
    return this.#checkedBytes
  }

  /** Verified bytes of wanted files when it was last live: what is here while files are closed. */
  get doneAtRest(): number {
    return this.#doneAtRest
  }

  /** Verified pieces when it was last live. */
  get haveAtRest(): Bitfield | undefined {
    return this.#haveAtRest
  }

  /** Where its files are now, as far as is known. */
  get saveFolder(): string {
    return this.live?.store.saveFolder ?? this.#saveFolder
  }

  /** The folder that names its journal: the one it was added for, or moved to before its files were known. */
  get homeFolder(): string {
    return this.#homeFolder
  }

  /** More is wanted, or something was lost: it may not be complete any more. */
  reopened(): void {
    this.#finished = false
  }

  /** From paused or failed: opens its files, or asks peers for the list of them. */
  start(): void {
    const { metainfo, discovery } = this.#torrent
    if (this.#current.name !== 'paused' && this.#current.name !== 'failed') return
    if (metainfo !== undefined) {
      void this.#open(metainfo, 'pending')
      return
    }
    this.#fetchMetadata()
    discovery.start(this.#now())
    this.#torrent.swarmChanged()
  }

  /** Disconnects everybody, makes what is here durable, closes files. */
  async pause(): Promise<void> {
    await this.#leave({ name: 'paused' })
  }

  async recheck(): Promise<void> {
    const { metainfo } = this.#torrent
    if (metainfo === undefined) return
    await this.#leave({ name: 'paused' })
    // Whether it is complete is what the check finds out.
    this.reopened()
    void this.#open(metainfo, 'all')
  }

  /** Deletes what was written for this torrent, also at rest; it is paused afterwards. */
  async deleteData(): Promise<void> {
    const { parts } = this
    if (parts === undefined) {
      await this.pause()
      await this.withFiles(async (storage) => {
        await storage.delete()
        return { moved: true }
      })
      return
    }
    // Before the memory of what is arriving goes back to all.
    parts.webSeeds.close()
    this.#torrent.swarm.closeAll({ code: 'STOPPED', blame: 'local' })
    await parts.live.store.delete()
    await this.pause()
  }

  /** Takes all files to another folder; while they are not known, there they will be. */
  async move(folder: string, onProgress?: (bytes: number) => void): Promise<MoveResult> {
    if (this.#torrent.metainfo !== undefined)
      return await this.withFiles((storage) => storage.move(folder, onProgress))
    this.#homeFolder = folder
    this.#saveFolder = folder
    return { moved: true }
  }

  /**
   * Does something with the files: those that are open, else they are opened for it and closed again. What is being checked is
   * not touched, and whoever starts it meanwhile waits.
   */
  async withFiles(work: (storage: TorrentStorage) => Promise<MoveResult>): Promise<MoveResult> {
    const { live } = this
    if (live !== undefined) return await work(live.store)
    const { metainfo } = this.#torrent
    if (metainfo === undefined || this.#current.name === 'checking') return { refused: { code: 'BUSY' } }
    const before = this.#closing
    const working = (async () => {
      await before
      const running = await this.#openStorage(metainfo, AT_REST)
      if (!(running instanceof Running)) return { refused: running }
      try {
        return await work(running.storage)
      } finally {
        this.#saveFolder = running.storage.saveFolder
        await running.close()
      }
    })()
    // Whoever asked hears how it ends; whoever opens next only waits for the end.
    this.#closing = working.catch(() => undefined)
    return await working
  }

  become(state: TorrentState): number {
    if (this.live !== undefined) this.#saveFolder = this.saveFolder
    this.#current = state
    this.#generation++
    this.#torrent.options.events.stateChanged?.()
    this.#torrent.swarmChanged()
    return this.#generation
  }

  async #leave(to: TorrentState): Promise<void> {
    const from = this.#current
    const { swarm, discovery } = this.#torrent
    if (from.name === 'live') {
      this.#doneAtRest = from.parts.live.doneBytes
      this.#haveAtRest = from.parts.live.have.clone()
    }
    this.become(to)
    swarm.closeAll({ code: 'STOPPED', blame: 'local' })
    const running =
      from.name === 'live' ? from.parts.running : from.name === 'checking' ? from.running : undefined
    const closing = Promise.all([discovery.stop(), this.#closing, running?.close()])
    this.#closing = closing
    await closing
  }

  fail(problem: Problem): void {
    void this.#leave({ name: 'failed', problem })
    this.#services.placeChanged()
  }

  #fetchMetadata(): void {
    const fetch = new MetadataFetch({
      complete: (infoBytes) => this.#metadataArrived(infoBytes),
      lied: (peer) => {
        this.#torrent.ban(peer.endpoint, 'METADATA_WRONG')
        peer.close({ code: 'METADATA_WRONG', blame: 'remote' })
      },
    })
    this.become({ name: 'metadata', fetch })
  }

  #metadataArrived(infoBytes: Uint8Array): boolean {
    const torrent = this.#torrent
    const metainfo = this.#services.readInfo(infoBytes, torrent.options)
    if (metainfo === 'not-this') return false
    if ('code' in metainfo) {
      this.fail(metainfo)
      return true
    }
    torrent.know(metainfo)
    torrent.discovery.reviewDht()
    this.#services.keep(torrent, metainfo)
    torrent.options.events.metadata?.(metainfo)
    if (this.#current.name === 'metadata') void this.#open(metainfo, 'pending')
    return true
  }

  #openStorage(metainfo: Metainfo, events: RunningEvents): ReturnType<typeof Running.open> {
    const { expected } = this.#torrent.knowledge
    if (expected === undefined) throw new TypeError('files are opened before they are known')
    return Running.open(this.#torrent, metainfo, expected, this.#services, events)
  }

  async #open(metainfo: Metainfo, scope: 'pending' | 'all'): Promise<void> {
    const checking: TorrentState = {
      name: 'checking',
      doneBytes: 0,
      totalBytes: metainfo.geometry.payloadBytes,
      running: undefined,
    }
    const generation = this.become(checking)
    await this.#closing
    const torrent = this.#torrent
    const { openings } = this.#services
    await openings.enter()
    if (generation !== this.#generation) return openings.leave()
    const opened = await this.#openStorage(metainfo, {
      finished: () => this.#finish(),
      incomplete: () => this.reopened(),
      problemChanged: () => torrent.options.events.problemChanged?.(),
      failed: (problem) => this.fail(problem),
      learned: () => {
        // Once for all files: a torrent of thousands would be written thousands of times.
        if (torrent.knowledge.expected?.allKnown === true) this.#services.keep(torrent, metainfo)
      },
    }).finally(() => openings.leave())
    if (!(opened instanceof Running)) {
      if (generation === this.#generation) this.fail({ code: opened.code, data: { ...opened } })
      return
    }
    if (generation !== this.#generation) {
      await opened.close()
      return
    }
    checking.running = opened
    if (torrent.options.onlyAs !== undefined && opened.storage.needsCheck) {
      this.fail({ code: 'FILE_CHANGED', data: {} })
      return
    }
    await this.#takeFromDisk(opened, metainfo, checking, () => generation !== this.#generation)
    if (generation !== this.#generation) return
    if (scope === 'all' || opened.storage.needsCheck) {
      const before = this.#checkedBytes
      await opened.storage.check(scope, (donePieces, pieces) => {
        checking.doneBytes = donePieces * metainfo.pieceLengthBytes
        checking.totalBytes = pieces * metainfo.pieceLengthBytes
        this.#checkedBytes = before + checking.doneBytes
      })
    }
    if (generation !== this.#generation) return
    this.become({ name: 'live', parts: opened.goLive(metainfo) })
    // Not while checking: whoever came would be sent away, and trackers would hear of a seed that has nothing.
    torrent.discovery.start(this.#now())
    torrent.swarm.contentKnown()
    torrent.hashes?.consider(torrent.swarm.peers)
  }

  /** What is on this computer already is not fetched; nothing of it counts before it was checked. */
  async #takeFromDisk(
    { storage }: Running,
    metainfo: Metainfo,
    checking: { doneBytes: number; totalBytes: number },
    cancelled: () => boolean,
  ): Promise<void> {
    const { local, ports } = this.#services
    const { options, knowledge } = this.#torrent
    const { expected } = knowledge
    if (local === undefined || options.fromDisk !== true || expected === undefined) return
    const { hasher, digest } = ports
    const { totalBytes } = checking
    const progress = (done: number, total: number): void => {
      checking.doneBytes = done
      checking.totalBytes = total
    }
    const taken = await takeFromDisk({
      local,
      metainfo,
      expected,
      storage,
      hasher,
      digest,
      progress,
      cancelled,
    })
    progress(0, totalBytes)
    if (taken.learned && expected.allKnown) this.#services.keep(this.#torrent, metainfo)
    if (taken.files > 0 && !cancelled()) options.events.tookFromDisk?.(taken)
  }

  #finish(): void {
    const { swarm, discovery, options } = this.#torrent
    this.#finished = true
    this.#services.placeChanged()
    // Trackers count downloads: who came as a seed has made none.
    if (swarm.takenBytes > 0) discovery.completed(this.#now())
    for (const peer of swarm.peers) peer.sendExtensionHandshake()
    options.events.finished?.()
  }

  #now(): Millis {
    return this.#services.ports.clock.now()
  }
}

/** Files that are opened to be moved: what is found out about them meanwhile is found out again when it starts. */
const AT_REST: RunningEvents = {
  finished() {},
  incomplete() {},
  problemChanged() {},
  failed() {},
  learned() {},
}
