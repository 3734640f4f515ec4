// The look at what a command with an engine of its own got: marked and looked at before each file has its name, scanned when all is
// there, put away where something is found. The same states and words as those of the daemon.

import { chmod, stat } from 'node:fs/promises'
import path from 'node:path'
import type { FileCheck } from '../../api/schemas/checks.ts'
import type { CheckState } from '../../api/schemas/transfer.ts'
import type { FinalFile } from '../../engine/torrent/options.ts'
import type { Torrent } from '../../engine/torrent/torrent.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import { type MarkOutcome, OriginMarker } from '../../safety/origin-mark.ts'
import { type FileLook, lookAtFile } from '../../safety/quarantine/file-look.ts'
import { SCANS_AT_ONCE, Scanner } from '../../safety/quarantine/scanner.ts'
import {
  checkStateOf,
  type FileState,
  fileCheckOf,
  type LockedEntry,
  outcomeOf,
  stateOf,
  worstOf,
} from './file-state.ts'
import { renameAway } from './locking.ts'
import type { OwnLocks } from './own-locks.ts'

export interface CheckedFile {
  /** Components below the save folder. */
  readonly path: readonly string[]
  readonly check: FileCheck
  readonly dangers: readonly string[]
}

/** What is told when a get is done, whichever engine did it. */
export interface CheckedFiles {
  readonly state: CheckState
  readonly files: readonly CheckedFile[]
  /** Why marks are missing, if any is. */
  readonly unmarked: MarkOutcome | undefined
}

/** Files of an earlier run looked at together. */
const LOOKS_AT_ONCE = 16

export class ReceivedCheck {
  readonly scanner: Scanner
  readonly #marker = new OriginMarker()
  readonly #origin: string
  readonly #locks: OwnLocks
  readonly #looks = new Map<number, FileLook>()
  readonly #files = new Map<number, FileState>()
  readonly #paths = new Map<number, readonly string[]>()
  #locked: Readonly<Record<string, LockedEntry>> = {}
  #unmarked: MarkOutcome | undefined

  /**
   * @param origin the torrent's public hash as a URN: says where a file came from, gives nobody access to an unlisted one.
   * @param where the scanner is, as the setting says it
   */
  constructor(origin: string, where: string, locks: OwnLocks) {
    this.#origin = origin
    this.#locks = locks
    this.scanner = new Scanner({ where: () => where })
  }

  /** What an earlier run locked. */
  withheld(metainfo: Metainfo): ReadonlySet<number> {
    this.#locked = this.#locks.of(keyOf(metainfo))
    return new Set(Object.keys(this.#locked).map(Number))
  }

  async beforeFinal(file: FinalFile): Promise<void> {
    this.#note(file.index, file.components, await lookAtFile(file.path, file.components.at(-1) ?? ''))
    const mark = await this.#marker.mark(file.path, this.#origin)
    if (mark !== 'marked') this.#unmarked = mark
  }

  #note(index: number, components: readonly string[], look: FileLook): void {
    this.#looks.set(index, look)
    this.#files.set(index, stateOf(look))
    this.#paths.set(index, components)
  }

  /** Everything is there: the rest is looked at, and all of it is scanned. */
  async arrived(torrent: Torrent): Promise<void> {
    await this.scanner.refresh()
    const { metainfo, options, wishes, live } = torrent
    const wanted = (metainfo?.files ?? []).filter(
      ({ pad, symlink, index }) => !pad && !symlink && wishes.priorities[index] !== 0,
    )
    const indexes = wanted.map(({ index }) => index).values()
    const placeOf = (index: number, components: readonly string[]) =>
      live?.store.path(index) ?? path.join(options.saveFolder, ...components)
    const work = async (): Promise<void> => {
      for (const index of indexes) {
        const components = metainfo?.files[index]?.path ?? []
        this.#paths.set(index, components)
        if (this.#locked[index] === undefined) await this.#one(torrent, index, placeOf(index, components))
      }
    }
    const ready = this.scanner.status.state === 'ready'
    await Promise.all(Array.from({ length: ready ? SCANS_AT_ONCE : LOOKS_AT_ONCE }, work))
  }

  async #one(torrent: Torrent, index: number, place: string): Promise<void> {
    const components = this.#paths.get(index) ?? []
    const { signatures } = this.scanner.status
    try {
      const look = this.#looks.get(index) ?? (await lookAtFile(place, components.at(-1) ?? ''))
      this.#note(index, components, look)
      const outcome = await this.scanner.scan(place, look)
      if (outcome.state === 'found') await this.#putAway(torrent, index, place, outcome.name)
      else this.#files.set(index, { ...stateOf(look), outcome: outcomeOf(outcome, signatures, Date.now()) })
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error
      // What cannot be read cannot be opened either, and was not scanned; it is told where it was looked at before.
      const state = this.#files.get(index)
      const outcome = { state: 'not-scanned', reason: 'changed', signatures, atMs: Date.now() } as const
      if (state !== undefined) this.#files.set(index, { ...state, outcome })
    }
  }

  async #putAway(torrent: Torrent, index: number, place: string, found: string): Promise<void> {
    const components = this.#paths.get(index) ?? []
    const { mode } = await stat(place)
    const entry: LockedEntry = {
      found,
      by: this.scanner.name,
      because: 'scanner',
      content: null,
      atMs: Date.now(),
      kept: 'locked',
      before: { components, mode },
    }
    this.#locked = { ...this.#locked, [index]: entry }
    await Promise.all([
      this.#locks.add(torrent.metainfo === undefined ? '' : keyOf(torrent.metainfo), index, entry),
      torrent.wishes.setWithheld(new Set(Object.keys(this.#locked).map(Number))),
    ])
    const renamed = await renameAway(torrent, index, components)
    await chmod(renamed === undefined ? place : path.join(torrent.options.saveFolder, ...renamed), 0)
  }

  get told(): CheckedFiles {
    const files = [...this.#paths].flatMap(([index, components]): CheckedFile[] => {
      const state = this.#files.get(index)
      const check = fileCheckOf(state, this.#locked[index], this.scanner.name)
      return check === null ? [] : [{ path: components, check, dangers: state?.dangers ?? [] }]
    })
    const states = [...this.#paths.keys()].flatMap((index): CheckState[] => {
      const state = this.#files.get(index)
      const locked = this.#locked[index]
      if (locked !== undefined) return ['locked']
      return state === undefined ? [] : [checkStateOf(state, undefined)]
    })
    return { state: worstOf(states) ?? 'plain-not-scanned', files, unmarked: this.#unmarked }
  }
}

function keyOf({ infohashV1, infohashV2 }: Metainfo): string {
  return infohashV1 ?? infohashV2 ?? ''
}
