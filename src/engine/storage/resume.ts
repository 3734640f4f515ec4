// Finds a torrent's files again when it is opened and decides what may be believed of them without reading them.
// Invariant: nothing on disk is changed here, and a piece is believed only if the journal has it and every file it
// lies in is the one the journal describes, unchanged since.

import type { Disk, FileStat } from '../../base/ports.ts'
import type { JournalState } from './journal-state.ts'
import { type DataFile, type FileFacts, factsOf, type Home, type Layout, sameFacts } from './layout.ts'
import type { PartStore } from './part-store.ts'

/** How far a crash may lie behind the last mark of a journal: beyond this, somebody else wrote the file. */
const CRASH_SLACK_MS = 60_000

/**
 * `trusted`: as the journal says. `changed`, `gone`: not any more. `found`: right name and length, never looked at.
 * `foreign`: in the way, not ours.
 */
export type Standing = 'trusted' | 'changed' | 'gone' | 'found' | 'foreign' | 'absent'

export interface Located {
  readonly file: DataFile
  readonly standing: Standing
  /** Where it was found. */
  readonly path: string
}

export interface ResumeOptions {
  readonly disk: Disk
  readonly layout: Layout
  readonly store: PartStore
  readonly state: JournalState
  /** There was a journal of this torrent. */
  readonly known: boolean
  /** The person agreed to work on what is there. */
  readonly agreed: boolean
}

interface Candidate {
  readonly folder: string
  readonly components: readonly string[]
  readonly home: 'part' | 'final'
}

export class Resume {
  readonly #options: ResumeOptions
  /** Folders that are not there: nothing below needs to be looked at. */
  readonly #missingFolders = new Set<string>()
  readonly #presentFolders = new Set<string>()

  constructor(options: ResumeOptions) {
    this.#options = options
  }

  /** Sets home, place and facts of every file and says how each stands. @throws DiskError */
  async locate(): Promise<Located[]> {
    const located: Located[] = []
    for (const file of this.#options.layout.dataFiles()) located.push(await this.#locate(file))
    located.push(await this.#locateStore())
    return located
  }

  async #locate(file: DataFile): Promise<Located> {
    const { state, layout } = this.#options
    const known = state.files.get(file.index)
    file.inStore = known?.inStore ?? false
    // On its way out of the part store: the bytes there count, and what was made of it already is made again.
    if (file.inStore && known?.home === 'part') {
      const path = layout.partPath(file)
      file.remake =
        (await this.#stat({ folder: file.folder, components: file.components, home: 'part' }, path))?.kind ===
        'file'
      return { file, standing: 'absent', path }
    }
    const candidates = this.#candidates(file, known?.home ?? 'absent')
    let changed: { candidate: Candidate; stat: FileStat } | undefined
    for (const candidate of candidates) {
      const path = layout.pathIn(candidate.folder, candidate.components, candidate.home)
      const stat = await this.#stat(candidate, path)
      if (stat === undefined) continue
      if (known?.home === undefined || known.home === 'absent')
        return this.#unvouched(file, candidate, path, stat)
      if (this.#matches(file, candidate, stat, known.facts)) {
        this.#settle(file, candidate, known.facts, candidate.home === 'part')
        // After a crash our own last writes may be newer than the journal: from now on this is what it is like.
        if (known.facts !== undefined && !sameFacts(factsOf(stat), known.facts)) {
          file.facts = factsOf(stat)
          file.unrecorded = true
        }
        file.short = stat.lengthBytes < file.lengthBytes
        return { file, standing: known.facts === undefined ? 'changed' : 'trusted', path }
      }
      if (stat.kind === 'file') changed ??= { candidate, stat }
    }
    const wasThere = known !== undefined && known.home !== 'absent'
    if (changed !== undefined) {
      const { candidate, stat } = changed
      this.#settle(file, candidate, factsOf(stat), candidate.home === 'part')
      file.short = stat.lengthBytes < file.lengthBytes
      return { file, standing: 'changed', path: layout.path(file) }
    }
    if (wasThere) file.unrecorded = true
    return { file, standing: wasThere ? 'gone' : 'absent', path: layout.finalPath(file) }
  }

  /** The likeliest first. */
  #candidates(file: DataFile, home: Home): Candidate[] {
    const { state, layout } = this.#options
    const name = state.names.get(file.index)
    const names = [file.components, ...(name?.earlier === undefined ? [] : [name.earlier])]
    const folders =
      state.movingTo === undefined
        ? [file.folder]
        : state.moved.has(file.index)
          ? [state.movingTo, layout.saveFolder]
          : [layout.saveFolder, state.movingTo]
    const homes: ('part' | 'final')[] = home === 'part' ? ['part', 'final'] : ['final', 'part']
    const candidates: Candidate[] = []
    for (const folder of folders) {
      for (const components of names) {
        for (const at of homes) candidates.push({ folder, components, home: at })
      }
    }
    return candidates
  }

  #settle(file: DataFile, candidate: Candidate, facts: FileFacts | undefined, writing: boolean): void {
    file.folder = candidate.folder
    file.components = candidate.components
    file.home = candidate.home
    file.facts = facts
    file.writing = writing
    // A name that the journal does not vouch for may not have reached the disk before a crash.
    const { state, layout } = this.#options
    const known = state.files.get(file.index)
    const vouched = known?.facts !== undefined && known.facts === facts && known.home === candidate.home
    const settled = candidate.folder !== state.movingTo && state.names.get(file.index)?.earlier === undefined
    if (!vouched || !settled) layout.syncFolders(candidate.folder, candidate.components.slice(0, -1))
  }

  /** A name is taken, and the journal says nothing of it. */
  #unvouched(file: DataFile, candidate: Candidate, path: string, stat: FileStat): Located {
    const { state, known, agreed, layout } = this.#options
    if (stat.kind !== 'file') return { file, standing: 'foreign', path }
    const short = stat.lengthBytes < file.lengthBytes
    const adopt = (home: 'part' | 'final', standing: Standing): Located => {
      this.#settle(file, { ...candidate, home }, factsOf(stat), home === 'part')
      file.short = short
      file.unrecorded = home === 'part'
      return { file, standing, path }
    }
    // Made by us in the last seconds before a crash, when the journal had no time to say so.
    const mayBePart = candidate.home === 'part' || layout.partSuffix === ''
    const justMade = known && state.writing && this.#within(stat.modifiedMs, state.wallMs - CRASH_SLACK_MS)
    if (mayBePart && justMade && stat.lengthBytes <= file.lengthBytes) return adopt('part', 'changed')
    if (stat.lengthBytes === file.lengthBytes && candidate.home === 'final') return adopt('final', 'found')
    if (agreed && stat.lengthBytes <= file.lengthBytes) return adopt(candidate.home, 'found')
    return { file, standing: 'foreign', path }
  }

  #matches(file: DataFile, candidate: Candidate, stat: FileStat, facts: FileFacts | undefined): boolean {
    if (stat.kind !== 'file') return false
    if (facts === undefined) return true
    if (stat.lengthBytes !== facts.lengthBytes) return false
    if (file !== this.#options.store.file && stat.lengthBytes !== file.lengthBytes) return false
    // Device numbers can change from one start of the system to the next; length and time still tell.
    const sameFile =
      stat.identity === facts.identity || stat.device !== facts.device || this.#moved(candidate)
    if (!sameFile) return false
    if (stat.modifiedMs === facts.modifiedMs) return true
    // We were writing when the journal ended: its own last writes may have come after its last mark.
    return (
      this.#options.state.writing &&
      candidate.home === 'part' &&
      this.#within(stat.modifiedMs, facts.modifiedMs)
    )
  }

  /** A copy to another volume is a new file with the old one's content and time. */
  #moved(candidate: Candidate): boolean {
    return candidate.folder === this.#options.state.movingTo
  }

  #within(modifiedMs: number, fromMs: number): boolean {
    return modifiedMs >= fromMs && modifiedMs <= this.#options.state.wallMs + CRASH_SLACK_MS
  }

  async #locateStore(): Promise<Located> {
    const { disk, store, state, layout } = this.#options
    const { file } = store
    const known = state.files.get(file.index)
    let stat = await disk.stat(store.path)
    if (state.movingTo !== undefined && (stat === undefined || state.moved.has(file.index))) {
      file.folder = state.movingTo
      layout.syncFolders(file.folder, [])
      stat = await disk.stat(store.path)
    }
    const { path } = store
    if (known === undefined || known.home === 'absent') {
      if (stat === undefined) return { file, standing: 'absent', path }
      // Its name holds our infohash: a rest of an earlier life. Nothing in it is known; it is written anew.
      if (stat.kind !== 'file') return { file, standing: 'foreign', path }
      file.home = 'final'
      file.writing = true
      file.unrecorded = true
      layout.syncFolders(file.folder, [])
      return { file, standing: 'changed', path }
    }
    if (stat === undefined) return { file, standing: 'gone', path }
    if (stat.kind !== 'file') return { file, standing: 'foreign', path }
    file.home = 'final'
    file.writing = true
    const facts = known.facts
    const grown = { ...stat, lengthBytes: facts?.lengthBytes ?? 0 }
    const same = facts !== undefined && stat.lengthBytes >= facts.lengthBytes
    if (same && this.#matches(file, { folder: '', components: [], home: 'part' }, grown, facts)) {
      file.facts = factsOf(stat)
      file.unrecorded = !sameFacts(file.facts, facts)
      return { file, standing: 'trusted', path }
    }
    file.facts = factsOf(stat)
    return { file, standing: 'changed', path }
  }

  async #stat(candidate: Candidate, path: string): Promise<FileStat | undefined> {
    const { disk } = this.#options
    let folder = candidate.folder
    for (const component of candidate.components.slice(0, -1)) {
      folder = disk.join(folder, component)
      if (this.#missingFolders.has(folder)) return undefined
      if (this.#presentFolders.has(folder)) continue
      const stat = await disk.stat(folder)
      if (stat?.kind !== 'directory') {
        this.#missingFolders.add(folder)
        return undefined
      }
      this.#presentFolders.add(folder)
    }
    return await disk.stat(path)
  }
}
