// One transfer: its record, and its torrent while the engine has it. Carries a person's word to both, the record first.
// Invariant: a choice is in the record, and the record on its way to disk, before the torrent hears of it; what is awaited
// from here is durable.

import type { Coded, StopRule } from '../../api/schemas/primitives.ts'
import type { TransferRow } from '../../api/schemas/transfer.ts'
import { CodedError } from '../../base/errors.ts'
import { type Infohash, wireHash } from '../../base/ids.ts'
import type { Torrent } from '../../engine/torrent/torrent.ts'
import type { Torrent as Content, Metainfo } from '../../metainfo/metainfo.ts'
import type { Arrival } from '../checks/arrival.ts'
import { applyRecord } from './applied.ts'
import { keptContent, readContent, torrentFileOf } from './content.ts'
import { engineOptions } from './engine-options.ts'
import { rulePartsMet } from './giving-on.ts'
import type { History } from './history.ts'
import type { TransferRecord } from './record.ts'
import { addReport, type Report } from './reports.ts'
import { rowFactsOf } from './row-facts.ts'
import { refusalOf, rootOf, summaryOf, wantedOf } from './selection.ts'
import { type RulePart, ruleOf, withoutParts } from './stop-rule.ts'
import type { TransferSurroundings } from './surroundings.ts'
import { Tally } from './tally.ts'
import { TransferError } from './transfer-error.ts'
import { hintsIn } from './transfer-link.ts'
import { type Activity, coded, rowOf } from './transfer-row.ts'

export interface OpenHow {
  /** A person wants it now, so what is missing is fetched again. */
  readonly asked: boolean
  readonly justHashed?: boolean
  readonly content?: Content
}

export class Transfer {
  readonly #around: TransferSurroundings
  #record: TransferRecord
  #torrent: Torrent | undefined
  #content: Content | undefined
  #opening: Promise<void> | undefined
  activity: Activity = { kind: 'none' }
  problem: Coded | null = null
  readonly #tally = new Tally()
  readonly reports: Report[] = []
  readonly arrival: Arrival
  #removed = false
  #checkingAtRest = false
  /** It holds something that is not in its record on disk. */
  unsaved = false
  /** While something moved in the last minutes. */
  history: History | undefined

  constructor(record: TransferRecord, around: TransferSurroundings) {
    this.#record = record
    this.#around = around
    this.arrival = around.arrivalOf(this)
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

  get sums(): ReturnType<Tally['sums']> {
    return this.#tally.sums(this.#record, this.#torrent)
  }

  get stopRule(): StopRule {
    return ruleOf(this.#record, this.#around.stopRule())
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
    return rowOf(rowFactsOf(this, this.#around))
  }

  // ── record ──

  /** @throws DiskError when it cannot be kept; then it holds in memory only */
  async update(change: Partial<TransferRecord>): Promise<void> {
    this.hold(change)
    await this.save()
  }

  /** Holds from now on; whoever says so has it written. */
  hold(change: Partial<TransferRecord>): void {
    this.#record = { ...this.#record, ...change }
    this.unsaved = true
    this.#around.touch(this.id)
  }

  /** With what was counted by now. */
  async save(): Promise<void> {
    if (this.#removed) return
    this.fold()
    this.unsaved = false
    await this.#around.store.write(this.#record).catch((error: unknown) => {
      // It is tried again with what is counted: what holds here holds after the next start, too.
      this.unsaved = true
      throw error
    })
  }

  /** Counters of the torrent go over into the record. */
  fold(): void {
    if (this.#torrent === undefined) return
    const folded = this.#tally.fold(this.#record, this.#torrent, this.#around.wallMs())
    if (folded === undefined) return
    const before = this.#record
    this.#record = folded
    this.unsaved = true
    this.#around.counted(folded.takenBytes - before.takenBytes, folded.givenBytes - before.givenBytes)
  }

  /** To a phone, by its page: no engine counted it. */
  gaveByPage(bytes: number): void {
    this.hold({ givenBytes: this.#record.givenBytes + bytes })
    this.#around.counted(0, bytes)
  }

  report(entry: Coded): void {
    addReport(this.reports, entry, this.#around.wallMs())
  }

  // ── engine ──

  /** Gives it to the engine. What cannot be opened has a `problem` afterwards; nothing is thrown for it. */
  open(how: OpenHow): Promise<void> {
    const before = this.#opening ?? Promise.resolve()
    this.#opening = before.then(() => this.#open(how))
    return this.#opening
  }

  async #open(how: OpenHow): Promise<void> {
    const engine = this.#around.engine()
    this.#content ??= how.content
    if (engine === undefined || this.#removed || this.#torrent !== undefined) return
    if (this.#record.hashing !== null || !this.#around.mayOpen(this.#record)) return
    try {
      this.#content ??= await readContent(this.#record, this.#around.store, engine)
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
          arrival: this.arrival,
          defaults: this.#around.defaults(),
          events: {
            stateChanged: () => this.#stateChanged(),
            peopled: () => this.touch(),
            problemChanged: () => this.#problemChanged(),
            metadata: (metainfo) => void this.#known(metainfo),
            finished: () => void this.#finished(),
            tookFromDisk: (taken) => this.report(coded('FROM_DISK', { ...taken })),
            fileCompleted: (index) => this.arrival.completed(index),
            banned: (address, reason) => this.#around.banned(address, reason),
          },
        }),
        { wanted: !this.rests, forced: this.#record.forced },
      )
      this.#torrent = torrent
      this.#tally.restart()
      this.apply()
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
  async close(): Promise<void> {
    const torrent = this.#torrent
    const engine = this.#around.engine()
    this.detach()
    if (torrent !== undefined && engine !== undefined) await engine.session.remove(torrent, { data: false })
  }

  /** The engine it was in is closed, or about to be: forgets its torrent, keeps what was counted. */
  detach(): void {
    this.fold()
    if (this.#torrent !== undefined) this.#around.left(this.#torrent)
    this.#torrent = undefined
    this.#tally.restart()
    this.#opening = undefined
  }

  /** No record is written any more. */
  forget(): void {
    this.#removed = true
  }

  // ── a person's word ──

  async pause(): Promise<void> {
    // It rests, whether that could be kept or not.
    await this.update({ paused: true }).finally(() => this.rest())
  }

  /** Goes on, or tries again what failed. */
  async resume(): Promise<void> {
    const trouble = this.problem !== null || this.#torrent?.status().problem !== undefined
    const stopRule = withoutParts(this.#record.stopRule, rulePartsMet(this, this.#around.wallMs()))
    await this.update({ paused: false, stopped: false, stopRule })
    if (trouble) {
      await this.close()
      await this.open({ asked: true })
    } else if (this.#torrent === undefined) await this.open({ asked: true })
    this.go()
  }

  /** Its rule is met. */
  async stop(parts: readonly RulePart[]): Promise<void> {
    const kept = this.update({ stopped: true })
    this.rest()
    this.report(coded('RULE_MET', { part: parts[0] ?? '' }))
    this.#around.notice({ kind: 'stopped', id: this.id, code: null })
    await kept
  }

  /** Everything on disk is looked at again; it rests afterwards if it rested. */
  recheck(): void {
    const torrent = this.#torrent
    if (torrent?.metainfo === undefined) throw new TransferError('FILES_UNKNOWN', { name: this.#record.name })
    const queue = this.#around.engine()?.session.queue
    if (this.rests || queue?.isParked(torrent) === true) {
      this.#checkingAtRest = true
      queue?.setWanted(torrent, true)
      queue?.setForced(torrent, true)
    }
    void torrent.recheck()
  }

  /** What the record says of how it runs goes to its torrent. */
  apply(): void {
    const engine = this.#around.engine()
    if (this.#torrent === undefined || engine === undefined) return
    applyRecord(this.#record, this.#torrent, this.#around.defaults().maxPeers)
    const { queue } = engine.session
    const forced = this.#record.forced || this.#checkingAtRest
    if (queue.isForced(this.#torrent) !== forced) queue.setForced(this.#torrent, forced)
  }

  touch(): void {
    this.#around.touch(this.id)
  }

  /** Everybody is disconnected when this returns; files are closed a moment later. */
  rest(): void {
    void this.atRest()
  }

  /** As rest(); resolves when files are closed. */
  async atRest(): Promise<void> {
    const torrent = this.#torrent
    if (torrent !== undefined) await this.#around.engine()?.session.pause(torrent)
  }

  /** Runs again, unless a person or its rule has it rest. */
  go(): void {
    const torrent = this.#torrent
    if (torrent !== undefined && !this.rests) this.#around.engine()?.session.resume(torrent)
  }

  // ── what its torrent tells ──

  prioritiesFor(metainfo: Metainfo): readonly number[] {
    return wantedOf(this.#record, metainfo, this.#around.stateFolder)
  }

  /** The list of files became known: it is kept, and is what the next start begins with. */
  async #known(metainfo: Metainfo): Promise<void> {
    const torrent = this.#torrent
    this.#content = { metainfo, hints: hintsIn(this.#record) }
    const priorities = this.prioritiesFor(metainfo)
    const bytes = torrentFileOf(this.#content, torrent?.layers)
    const { torrentCrc, written } = this.#around.store.writeTorrent(this.id, bytes)
    await this.#keepQuietly(written, {
      torrentCrc,
      infohashV1: metainfo.infohashV1 ?? null,
      infohashV2: metainfo.infohashV2 ?? null,
      name: rootOf(metainfo),
      priorities,
      summary: { ...this.#record.summary, ...summaryOf(metainfo, priorities) },
    })
    this.#around.learned(this)
    this.report(coded('LIST_KNOWN', { files: metainfo.files.filter((file) => !file.pad).length }))
    this.#refuseNothing(metainfo)
  }

  /** What the torrent told of itself: what cannot be kept of it is found out again at the next start. */
  async #keepQuietly(beside: Promise<void> | undefined, change: Partial<TransferRecord>): Promise<void> {
    try {
      await Promise.all([beside, this.update(change)])
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      this.#around.log.write('warn', 'record-not-written', { id: this.id, why: error.code })
    }
  }

  /** A person must choose again. */
  #refuseNothing(metainfo: Metainfo): void {
    this.arrival.opened()
    const refusal = refusalOf(this.#record, metainfo, this.#around.stateFolder)
    if (refusal === undefined) return
    this.problem = refusal
    this.report(refusal)
    this.rest()
    this.#around.touch(this.id)
  }

  #stateChanged(): void {
    this.#around.touch(this.id)
    const torrent = this.#torrent
    if (torrent === undefined) return
    if (torrent.stateName === 'live') this.#live()
    const { problem } = torrent.stateName === 'failed' ? torrent.status() : { problem: undefined }
    if (problem === undefined) return
    const entry = coded(problem.code, problem.data)
    this.report(entry)
    this.#around.notice({ kind: 'failed', id: this.id, code: entry.code })
    this.#around.log.write('warn', 'transfer-failed', { id: this.id, code: entry.code })
  }

  #live(): void {
    if (this.#checkingAtRest) {
      this.#checkingAtRest = false
      this.apply()
      // Not inside of the change that is told here.
      if (this.rests) queueMicrotask(() => this.rest())
    }
    this.arrival.opened()
    if (this.#record.movingTo !== null) this.#around.goOnMoving(this)
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
    if (this.#record.role === 'get' && first) await this.arrival.finished()
    this.#around.engine()?.session.queue.apply()
    const { finishedAt, summary } = this.#record
    // At every start, of thousands: what the record says already is not written again.
    if (!first && finishedAt !== null && summary.doneBytes === summary.wantedBytes) return this.touch()
    await this.#keepQuietly(undefined, {
      finishedAt: finishedAt ?? this.#around.wallMs(),
      // Its files may be closed again by now: its place in the queue went to another.
      summary: { ...summary, doneBytes: summary.wantedBytes, finished: true },
      ...(this.#record.role === 'get' && first ? { check: this.arrival.state } : {}),
    })
    if (!first || this.#record.role === 'share') return
    this.report(coded('ARRIVED', { bytes: this.#record.summary.wantedBytes }))
    this.#around.notice({ kind: 'arrived', id: this.id, code: null })
    this.#around.log.write('info', 'arrived', { id: this.id }, { name: this.#record.name })
  }
}
