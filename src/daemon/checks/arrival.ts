// What is known of the files of one transfer since they arrived: looked at and marked before they get their names, scanned after it,
// put away when something is found. Invariant: a file is `checking` only while a scan of it is to come; nothing is clean without one.

import path from 'node:path'
import type { FileCheck } from '../../api/schemas/checks.ts'
import type { CheckState } from '../../api/schemas/transfer.ts'
import type { FinalFile } from '../../engine/torrent/options.ts'
import { contentIdText } from '../../metainfo/content-id.ts'
import type { Metainfo, TorrentFile } from '../../metainfo/metainfo.ts'
import type { OriginMarker } from '../../safety/origin-mark.ts'
import { type FileLook, lookAtFile } from '../../safety/quarantine/file-look.ts'
import type { Scanner } from '../../safety/quarantine/scanner.ts'
import type { Log } from '../log.ts'
import type { Transfer } from '../transfers/transfer.ts'
import { TransferError } from '../transfers/transfer-error.ts'
import { originOf } from '../transfers/transfer-link.ts'
import {
  checkStateOf,
  type FileState,
  fileCheckOf,
  isDue,
  type LockedEntry,
  outcomeOf,
  stateOf,
  worstOf,
} from './file-state.ts'
import { bringBack, deleteFile, pathOf, putAway } from './locking.ts'

/** What one transfer's files need of the daemon's checks. */
export interface ArrivalSurroundings {
  readonly scanner: Scanner
  readonly marker: OriginMarker
  readonly log: Log
  wallMs(): number
  /** Has it scanned when it is its turn. */
  enqueue(arrival: Arrival, index: number): void
  /** Why a content is not wanted. */
  blocked(content: string): { readonly why: string; readonly who: string } | undefined
  /** Whether a content of this length may be. */
  mayBlock(lengthBytes: number): boolean
  /** Of a file that is here, hashed for it; undefined when it cannot be. */
  contentOf(path: string): Promise<string | undefined>
  /** Said once a file was turned away by a list. */
  turnedAway(name: string, why: string, who: string): void
  marksOnly(category: string | null): boolean
  /** Something to keep, and to show. */
  changed(arrival: Arrival): void
}

/** Files of an earlier run looked at together: each holds a buffer or two. */
const LOOKS_AT_ONCE = 16

export class Arrival {
  readonly transfer: Transfer
  readonly #around: ArrivalSurroundings
  readonly #files = new Map<number, FileState>()
  /** Looked at just now, and not scanned yet. */
  readonly #looks = new Map<number, FileLook>()
  /** Content ids that the torrent does not tell: of v1 ones, hashed where a list might name them. */
  readonly #contents = new Map<number, string>()
  #order: Promise<void> = Promise.resolve()
  #worst: CheckState | null | undefined

  constructor(transfer: Transfer, around: ArrivalSurroundings) {
    this.transfer = transfer
    this.#around = around
  }

  // ── what is known ──

  get files(): ReadonlyMap<number, FileState> {
    return this.#files
  }

  /** From what was kept of an earlier run. */
  restore(files: Iterable<readonly [number, FileState]>): void {
    for (const [index, state] of files) if (!this.#files.has(index)) this.#files.set(index, state)
    this.#changed()
  }

  /** The worst of its files; null while nothing is known. */
  get state(): CheckState | null {
    this.#worst ??= worstOf(this.states())
    return this.#worst ?? this.transfer.record.check
  }

  *states(): Iterable<CheckState> {
    for (const [index, state] of this.#files) yield checkStateOf(state, this.#locked(index))
    for (const index of Object.keys(this.transfer.record.locked))
      if (!this.#files.has(Number(index))) yield 'locked'
  }

  checkOf(index: number): FileCheck | null {
    return fileCheckOf(this.#files.get(index), this.#locked(index), this.#around.scanner.name)
  }

  dangersOf(index: number): readonly string[] {
    return this.#files.get(index)?.dangers ?? []
  }

  /** Given to nobody. */
  get withheld(): ReadonlySet<number> {
    return new Set(Object.keys(this.transfer.record.locked).map(Number))
  }

  /** The same, and whatever is on a list: before anything of it is fetched. */
  withheldOf(metainfo: Metainfo): ReadonlySet<number> {
    const listed = metainfo.files.filter((file) => this.#listed(file) !== undefined)
    return new Set([...this.withheld, ...listed.map(({ index }) => index)])
  }

  #listed(file: TorrentFile): { readonly why: string; readonly who: string } | undefined {
    const content = this.#contentOf(file)
    return content === undefined ? undefined : this.#around.blocked(content)
  }

  #contentOf({ index, root, lengthBytes }: TorrentFile): string | undefined {
    return root === undefined ? this.#contents.get(index) : contentIdText({ root, lengthBytes })
  }

  /** Neither locked nor still to be looked at. */
  mayGive(index: number): boolean {
    const state = this.#files.get(index)
    return this.#locked(index) === undefined && (state === undefined || state.outcome !== null)
  }

  // ── as it arrives ──

  async beforeFinal(file: FinalFile): Promise<void> {
    this.#note(file.index, await lookAtFile(file.path, file.components.at(-1) ?? ''))
    await this.#around.marker.mark(file.path, originOf(this.transfer.record))
  }

  completed(index: number): void {
    this.#decide(index)
    const file = this.transfer.metainfo?.files[index]
    if (file !== undefined && file.root === undefined) void this.#minding(this.#reviewFile(file))
  }

  /** What did not get its name in this run was there already; and what was left over by an end in the middle is done. */
  async finished(): Promise<void> {
    const { metainfo } = this.transfer
    if (metainfo === undefined) return
    const priorities = this.transfer.prioritiesFor(metainfo)
    const rest = metainfo.files.filter(
      (file) => isData(file) && priorities[file.index] !== 0 && !this.#files.has(file.index),
    )
    for (let at = 0; at < rest.length; at += LOOKS_AT_ONCE) {
      await Promise.all(rest.slice(at, at + LOOKS_AT_ONCE).map((file) => this.#lookAtRest(file.index)))
    }
  }

  async #lookAtRest(index: number): Promise<void> {
    const place = pathOf(this.transfer, index)
    if (place === undefined || this.#locked(index) !== undefined) return
    // Not there, or not ours to read: it cannot be opened either, and is looked at when it has its name.
    const look = await lookAtFile(place, path.basename(place)).catch(() => undefined)
    if (look === undefined) return
    this.#note(index, look)
    this.#decide(index)
  }

  #note(index: number, look: FileLook): void {
    this.#files.set(index, stateOf(look))
    this.#looks.set(index, look)
    this.#changed()
  }

  /** It has its name: it is put away, or waits for its scan, or there is none to wait for. */
  #decide(index: number): void {
    const state = this.#files.get(index)
    if (state === undefined) return
    const { scanner } = this.#around
    if (scanner.status.state === 'ready') {
      this.#around.enqueue(this, index)
      return
    }
    const reasons = {
      none: 'no-scanner',
      stopped: 'scanner-stopped',
      'no-signatures': 'no-signatures',
    } as const
    const reason = reasons[scanner.status.state]
    this.#looks.delete(index)
    this.#set(index, {
      ...state,
      outcome: { state: 'not-scanned', reason, signatures: null, atMs: this.#around.wallMs() },
    })
  }

  // ── scans ──

  /** Those that a scanner with these signatures is to look at. */
  due(signatures: string): number[] {
    const nowMs = this.#around.wallMs()
    return [...this.#files]
      .filter(([index, state]) => this.#locked(index) === undefined && isDue(state, signatures, nowMs))
      .map(([index]) => index)
  }

  /** Everything is looked at again, also what was known. */
  async lookAgain(): Promise<void> {
    for (const index of [...this.#files.keys()]) {
      if (this.#locked(index) !== undefined) continue
      this.#files.delete(index)
      this.#looks.delete(index)
    }
    await this.finished()
  }

  /** Its turn has come. */
  async scan(index: number): Promise<void> {
    const place = pathOf(this.transfer, index)
    const state = this.#files.get(index)
    if (place === undefined || state === undefined || this.#locked(index) !== undefined) return
    const { scanner, log, wallMs } = this.#around
    const { signatures } = scanner.status
    try {
      const look = this.#looks.get(index) ?? (await lookAtFile(place, path.basename(place)))
      this.#looks.delete(index)
      const outcome = await scanner.scan(place, look)
      if (this.transfer.removed) return
      if (outcome.state === 'found') {
        log.write('warn', 'found-in-file', { id: this.transfer.id, index, found: outcome.name })
        await this.lock(index, { found: outcome.name, by: scanner.name, because: 'scanner', content: null })
        return
      }
      this.#set(index, { ...stateOf(look), outcome: outcomeOf(outcome, signatures, wallMs()) })
    } catch (error) {
      // Moved, removed or renamed meanwhile: it is not what was looked at. Whatever it is, it was not scanned.
      const why = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN'
      log.write('info', 'not-scanned', { id: this.transfer.id, index, why })
      const outcome = { state: 'not-scanned', reason: 'changed', signatures, atMs: wallMs() } as const
      this.#set(index, { ...state, outcome })
    }
  }

  // ── locks ──

  /** Whatever is on a list is locked, whatever is on none any more comes back. */
  async reviewBlocks(): Promise<void> {
    const { metainfo } = this.transfer
    for (const file of metainfo?.files ?? []) if (isData(file)) await this.#reviewFile(file)
  }

  async #reviewFile(file: TorrentFile): Promise<void> {
    const { index } = file
    const entry = this.#locked(index)
    if (entry !== undefined) {
      const still = entry.content === null ? undefined : this.#around.blocked(entry.content)
      if (entry.because === 'list' && still === undefined && entry.kept !== 'deleted')
        await this.#unlock(index, entry)
      return
    }
    await this.#hash(file)
    const listed = this.#listed(file)
    if (listed === undefined || this.#locked(index) !== undefined) return
    const content = this.#contentOf(file) ?? null
    await this.lock(index, { found: listed.why, by: listed.who, because: 'list', content })
    this.#around.turnedAway(file.path.at(-1) ?? '', listed.why, listed.who)
  }

  /** A torrent of v1 does not say it. */
  async #hash({ index, root, lengthBytes }: TorrentFile): Promise<void> {
    if (root !== undefined || this.#contents.has(index) || !this.#files.has(index)) return
    const place = pathOf(this.transfer, index)
    if (place === undefined || !this.#around.mayBlock(lengthBytes)) return
    const content = await this.#around.contentOf(place)
    if (content !== undefined) this.#contents.set(index, content)
  }

  /** Its files are open: what an end in the middle left over is put away. */
  opened(): void {
    void this.#minding(this.reviewBlocks())
    for (const index of this.withheld) void this.#putAway(index)
  }

  /** One after the other: a torrent renames one file at a time. What fails is tried again whenever its files are opened. */
  #putAway(index: number): Promise<void> {
    this.#order = this.#minding(this.#order.then(() => putAway(this.transfer, index, this.#around.log)))
    return this.#order
  }

  /** Nobody gets what is in the record all the same: its torrent minds it. */
  #minding(work: Promise<void>): Promise<void> {
    return work.catch((error: unknown) => {
      const why = error instanceof Error ? error.message : 'UNKNOWN'
      this.#around.log.write('warn', 'locked-file-not-put-away', { id: this.transfer.id, why })
    })
  }

  async lock(index: number, why: Pick<LockedEntry, 'found' | 'by' | 'because' | 'content'>): Promise<void> {
    const { transfer } = this
    const { role, category, locked } = transfer.record
    // A share's file is the person's own: it is not touched, and given no more.
    const kept = role === 'share' || this.#around.marksOnly(category) ? 'marked' : 'locked'
    const entry: LockedEntry = { ...why, kept, atMs: this.#around.wallMs(), before: null }
    const durable = transfer.update({ locked: { ...locked, [index]: entry } })
    // Before it is durable: nobody gets it meanwhile.
    await Promise.all([durable, transfer.torrent?.wishes.setWithheld(this.withheld)])
    this.#changed()
    await this.#putAway(index)
    this.#changed()
  }

  async #unlock(index: number, entry: LockedEntry): Promise<void> {
    const { transfer } = this
    const { [index]: _, ...locked } = transfer.record.locked
    await transfer.update({ locked })
    await bringBack(transfer, index, entry)
    await transfer.torrent?.wishes.setWithheld(this.withheld)
    this.#files.delete(index)
    await this.#lookAtRest(index)
    this.#changed()
  }

  /** For good; its row keeps what was found. @throws TransferError FILE_NOT_LOCKED, FILE_UNKNOWN */
  async deleteLocked(index: number): Promise<void> {
    const { transfer } = this
    const entry = this.#locked(index)
    if (entry === undefined) throw new TransferError('FILE_NOT_LOCKED', { index })
    if (transfer.record.role === 'share')
      throw new TransferError('SHARE_NOT_TOUCHED', { name: transfer.record.name })
    await deleteFile(transfer, index)
    await transfer.update({ locked: { ...transfer.record.locked, [index]: { ...entry, kept: 'deleted' } } })
    this.#changed()
  }

  #locked(index: number): LockedEntry | undefined {
    return this.transfer.record.locked[index]
  }

  #set(index: number, state: FileState): void {
    this.#files.set(index, state)
    this.#changed()
  }

  #changed(): void {
    this.#worst = undefined
    this.#around.changed(this)
  }
}

function isData(file: TorrentFile): boolean {
  return !file.pad && !file.symlink
}
