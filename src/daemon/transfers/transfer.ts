// One transfer: its record, and its torrent while the engine has it. Carries a person's word to both, the record first.
// Invariant: a choice is in the record, and the record on its way to disk, before the torrent hears of it; what is awaited
// from here is durable.

import type { Coded, StopRule } from '../../api/schemas/primitives.ts'
import type { TransferRow } from '../../api/schemas/transfer.ts'
import { CodedError } from '../../base/errors.ts'
import { type Infohash, wireHash } from '../../base/ids.ts'
import type { Torrent } from '../../engine/torrent/torrent.ts'
import type { Torrent as Content, Metainfo } from '../../metainfo/metainfo.ts'
import { refusedPlace } from '../get-source.ts'
import { Arrival } from './arrival.ts'
import { keptContent, readContent, torrentFileOf } from './content.ts'
import { engineOptions } from './engine-options.ts'
import type { TransferRecord } from './record.ts'
import { rootOf, selectedPriorities, summaryOf, targetOf } from './selection.ts'
import type { TransferSurroundings } from './surroundings.ts'
import { hintsIn, originOf, rangesIn } from './transfer-link.ts'
import { type Activity, coded, rowOf } from './transfer-row.ts'

const NO_RULE: StopRule = { ratio: null, seconds: null, copies: null }
/** Moments that move on while something goes on are kept this coarse, so that rows rest. */
const MOMENT_MS = 60_000
/** The last reports of each, in memory. */
const MAX_REPORTS = 200

export class Transfer {
  readonly #around: TransferSurroundings
  #record: TransferRecord
  #torrent: Torrent | undefined
  #content: Content | undefined
  #opening: Promise<void> | undefined
  activity: Activity = { kind: 'none' }
  problem: Coded | null = null
  /** Of the torrent's own counters, what the record has already. */
  #folded = { taken: 0, given: 0 }
  readonly reports: { readonly at: number; readonly entry: Coded }[] = []
  readonly arrival: Arrival
  #removed = false

  constructor(record: TransferRecord, around: TransferSurroundings) {
    this.#record = record
    this.#around = around
    this.arrival = new Arrival(originOf(record))
  }

  get id(): string {
    return this.#record.id
  }

  get record(): TransferRecord {
    return this.#record
  }

  get torrent(): Torrent | undefined {
    return this.#torrent
  }

  get content(): Content | undefined {
    return this.#content
  }

  get metainfo(): Metainfo | undefined {
    return this.#torrent?.metainfo ?? this.#content?.metainfo
  }

  get removed(): boolean {
    return this.#removed
  }

  get takenBytes(): number {
    return this.#record.takenBytes + (this.#torrent?.swarm.takenBytes ?? 0) - this.#folded.taken
  }

  get givenBytes(): number {
    return this.#record.givenBytes + (this.#torrent?.swarm.givenBytes ?? 0) - this.#folded.given
  }

  get stopRule(): StopRule {
    const usual = this.#record.role === 'get' ? this.#around.stopRule() : NO_RULE
    return { ...usual, ...this.#record.stopRule }
  }

  /** It rests by a person's word or by its rule. */
  get rests(): boolean {
    return this.#record.paused || this.#record.stopped || this.#around.allPaused()
  }

  /** By every hash that it is known by. */
  get hashes(): string[] {
    const { infohashV1, infohashV2 } = this.#record
    return [infohashV1, infohashV2].filter((hash) => hash !== null).map((hash) => wireHash(hash as Infohash))
  }

  row(): TransferRow {
    const engine = this.#around.engine()
    const torrent = this.#torrent
    return rowOf({
      record: this.#record,
      status: torrent === undefined ? undefined : engine?.statusOf(torrent),
      parked: torrent !== undefined && engine?.session.queue.isParked(torrent) === true,
      activity: this.activity,
      problem: this.problem,
      allPaused: this.#around.allPaused(),
      trackers: torrent?.discovery.trackers ?? [],
      queuePosition: null,
      stopRule: this.stopRule,
      webPage: this.#around.webPage(this.id),
      takenBytes: this.takenBytes,
      givenBytes: this.givenBytes,
    })
  }

  // ── record ──

  /** @throws DiskError when it cannot be kept; then it holds in memory only */
  async update(change: Partial<TransferRecord>): Promise<void> {
    this.#record = { ...this.#record, ...change }
    this.#around.touch(this.id)
    await this.save()
  }

  /** With what was counted by now. */
  async save(): Promise<void> {
    if (this.#removed) return
    this.fold()
    await this.#around.store.write(this.#record)
  }

  /** Counters of the torrent go over into the record. @returns whether anything was counted since */
  fold(): boolean {
    const torrent = this.#torrent
    if (torrent === undefined) return false
    const { takenBytes, givenBytes } = torrent.swarm
    const moved = takenBytes !== this.#folded.taken || givenBytes !== this.#folded.given
    const doneBytes = torrent.live?.doneBytes ?? this.#record.summary.doneBytes
    const peers = torrent.swarm.peers.size > 0
    if (!moved && !peers && doneBytes === this.#record.summary.doneBytes) return false
    const now = Math.floor(this.#around.wallMs() / MOMENT_MS) * MOMENT_MS
    const seen = peers && [...torrent.swarm.peers].some((peer) => peer.isSeed)
    this.#record = {
      ...this.#record,
      takenBytes: this.takenBytes,
      givenBytes: this.givenBytes,
      ...(moved ? { lastActiveAt: now } : {}),
      ...(seen ? { lastSeenAt: now } : {}),
      summary: { ...this.#record.summary, doneBytes },
    }
    this.#folded = { taken: takenBytes, given: givenBytes }
    return true
  }

  report(entry: Coded): void {
    this.reports.push({ at: this.#around.wallMs(), entry })
    if (this.reports.length > MAX_REPORTS) this.reports.shift()
  }

  // ── engine ──

  /**
   * Gives it to the engine. What cannot be opened has a `problem` afterwards; nothing is thrown for it.
   * @param how `asked`: a person wants it now, so what is missing is fetched again
   */
  open(how: {
    readonly asked: boolean
    readonly justHashed?: boolean
    readonly content?: Content
  }): Promise<void> {
    const before = this.#opening ?? Promise.resolve()
    this.#opening = before.then(() => this.#open(how))
    return this.#opening
  }

  async #open(how: {
    readonly asked: boolean
    readonly justHashed?: boolean
    readonly content?: Content
  }): Promise<void> {
    const engine = this.#around.engine()
    if (engine === undefined || this.#removed || this.#torrent !== undefined) return
    if (this.#record.hashing !== null) return
    try {
      this.#content =
        how.content ?? this.#content ?? (await readContent(this.#record, this.#around.store, engine))
      const kept = this.#content === undefined ? await keptContent(this.#record, engine) : undefined
      if (this.#removed || engine !== this.#around.engine()) return
      this.problem = null
      const torrent = engine.add(
        engineOptions(this.#record, {
          content: this.#content,
          kept,
          justHashed: how.justHashed ?? false,
          asked: how.asked,
          priorities: (metainfo) => this.prioritiesFor(metainfo),
          beforeFinal: (file) => this.arrival.beforeFinal(file),
          defaults: this.#around.defaults(),
          events: {
            stateChanged: () => this.#stateChanged(),
            problemChanged: () => this.#problemChanged(),
            metadata: (metainfo) => void this.#known(metainfo),
            finished: () => void this.#finished(),
            banned: (address, reason) => this.#around.banned(address, reason),
          },
        }),
      )
      this.#torrent = torrent
      this.#folded = { taken: 0, given: 0 }
      torrent.upLimit = this.#record.upLimit ?? undefined
      torrent.downLimit = this.#record.downLimit ?? undefined
      const { queue } = engine.session
      if (this.rests) queue.setWanted(torrent, false)
      if (this.#record.forced) queue.setForced(torrent, true)
      if (kept !== undefined) await this.#known(kept)
      else if (this.metainfo !== undefined) this.#refuseNothing(this.metainfo)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      this.problem = coded(error.code, error.data)
      this.report(this.problem)
    }
    this.#around.touch(this.id)
  }

  /** Takes it from the engine: everybody is disconnected when this returns, files are closed when it resolves. */
  async close(what: { readonly data: boolean } = { data: false }): Promise<void> {
    this.fold()
    const torrent = this.#torrent
    const engine = this.#around.engine()
    this.#torrent = undefined
    this.#folded = { taken: 0, given: 0 }
    if (torrent !== undefined && engine !== undefined) await engine.session.remove(torrent, what)
  }

  /** The engine it was in is closed, or about to be: forgets its torrent, keeps what was counted. */
  detach(): void {
    this.fold()
    this.#torrent = undefined
    this.#folded = { taken: 0, given: 0 }
    this.#opening = undefined
  }

  /** No record is written any more. */
  forget(): void {
    this.#removed = true
  }

  // ── a person's word ──

  async pause(): Promise<void> {
    const kept = this.update({ paused: true })
    this.rest()
    await kept
  }

  /** Goes on, or tries again what failed. */
  async resume(): Promise<void> {
    const trouble = this.problem !== null || this.#torrent?.status().problem !== undefined
    await this.update({ paused: false, stopped: false })
    if (trouble) {
      await this.close()
      await this.open({ asked: true })
    } else if (this.#torrent === undefined) await this.open({ asked: true })
    this.go()
  }

  /** Those that it does not have; a private one asks its own alone, and an unlisted one none. */
  async addTrackers(urls: readonly string[]): Promise<void> {
    const has = new Set([
      ...this.#record.addedTrackers,
      ...(this.#torrent?.discovery.trackers.map(({ url }) => url) ?? []),
    ])
    const fresh = [...new Set(urls)].filter((url) => !has.has(url))
    if (fresh.length === 0 || this.#record.summary.private) return
    await this.update({
      addedTrackers: [...this.#record.addedTrackers, ...fresh],
      removedTrackers: this.#record.removedTrackers.filter((url) => !fresh.includes(url)),
    })
    for (const url of fresh) this.#torrent?.discovery.addTracker(url, 'hand')
  }

  /** Everybody is disconnected when this returns; files are closed a moment later. */
  rest(): void {
    const torrent = this.#torrent
    if (torrent !== undefined) void this.#around.engine()?.session.pause(torrent)
  }

  /** Runs again, unless a person or its rule has it rest. */
  go(): void {
    const torrent = this.#torrent
    if (torrent !== undefined && !this.rests) this.#around.engine()?.session.resume(torrent)
  }

  // ── what its torrent tells ──

  /** What is wanted of these files: what was chosen; nothing where nothing may lie. */
  prioritiesFor(metainfo: Metainfo): readonly number[] {
    if (this.#record.role === 'get' && this.#isRefused(metainfo)) return metainfo.files.map(() => 0)
    return (
      this.#record.priorities ?? selectedPriorities(metainfo, this.#record.selection, rangesIn(this.#record))
    )
  }

  #isRefused(metainfo: Metainfo): boolean {
    return refusedPlace(metainfo, this.#record.saveFolder, this.#around.stateFolder) !== undefined
  }

  /** The list of files became known: it is kept, and is what the next start begins with. */
  async #known(metainfo: Metainfo): Promise<void> {
    const torrent = this.#torrent
    const hints = hintsIn(this.#record)
    this.#content = { metainfo, hints }
    const priorities = this.prioritiesFor(metainfo)
    const bytes = torrentFileOf(this.#content, torrent?.layers)
    try {
      const torrentCrc = await this.#around.store.writeTorrent(this.id, bytes)
      await this.update({
        torrentCrc,
        infohashV1: metainfo.infohashV1 ?? null,
        infohashV2: metainfo.infohashV2 ?? null,
        name: rootOf(metainfo),
        priorities,
        summary: { ...this.#record.summary, ...summaryOf(metainfo, priorities) },
      })
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      // Others are asked for it again at the next start.
      this.#around.log.write('warn', 'record-not-written', { id: this.id, why: error.code })
    }
    this.report(coded('LIST_KNOWN', { files: metainfo.files.filter((file) => !file.pad).length }))
    this.#refuseNothing(metainfo)
  }

  /** Nothing of it is wanted, or it would lie where nothing received may lie: a person must choose. */
  #refuseNothing(metainfo: Metainfo): void {
    if (this.#record.role === 'share') return
    if (this.#isRefused(metainfo)) {
      this.problem = coded('PLACE_REFUSED', { folder: targetOf(metainfo, this.#record.saveFolder) })
    } else if (
      this.#record.selection !== null &&
      metainfo.geometry.payloadBytes > 0 &&
      this.prioritiesFor(metainfo).every((priority) => priority === 0)
    ) {
      this.problem = coded('NOTHING_SELECTED', {})
    } else return
    this.report(this.problem)
    this.rest()
    this.#around.touch(this.id)
  }

  #stateChanged(): void {
    this.#around.touch(this.id)
    const torrent = this.#torrent
    if (torrent === undefined) return
    const { problem } = torrent.stateName === 'failed' ? torrent.status() : { problem: undefined }
    if (problem === undefined) return
    const entry = coded(problem.code, problem.data)
    this.report(entry)
    this.#around.notice({ kind: 'failed', id: this.id, code: entry.code })
    this.#around.log.write('warn', 'transfer-failed', { id: this.id, code: entry.code })
  }

  #problemChanged(): void {
    const problem = this.#torrent?.status().problem
    this.report(problem === undefined ? coded('GOES_ON', {}) : coded(problem.code, problem.data))
    this.#around.touch(this.id)
  }

  async #finished(): Promise<void> {
    const first = !this.#record.summary.finished
    const { metainfo } = this
    if (metainfo === undefined) return
    if (this.#record.role === 'get' && first) {
      const { saveFolder } = this.#record
      await this.arrival.look(metainfo, saveFolder, this.prioritiesFor(metainfo))
    }
    const now = this.#around.wallMs()
    this.#around.engine()?.session.queue.apply()
    try {
      await this.update({
        finishedAt: this.#record.finishedAt ?? now,
        summary: { ...this.#record.summary, finished: true },
        ...(this.#record.role === 'get' ? { check: this.arrival.state } : {}),
      })
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      this.#around.log.write('warn', 'record-not-written', { id: this.id, why: error.code })
    }
    if (!first || this.#record.role === 'share') return
    this.report(coded('ARRIVED', { bytes: this.#record.summary.wantedBytes }))
    this.#around.notice({ kind: 'arrived', id: this.id, code: null })
    this.#around.log.write('info', 'arrived', { id: this.id }, { name: this.#record.name })
  }
}
