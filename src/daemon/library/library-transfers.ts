// Files of transfers in the library, so that they are found beside those of folders: kept in step by what changed, never by looking
// at all of them. What the library missed while it was not there it is told when it is.

import { LibraryError } from '../../library/library-error.ts'
import type { LibraryTransfer } from '../../library/transfer-store.ts'
import type { Transfer } from '../transfers/transfer.ts'
import type { LibraryLink } from './library-link.ts'

/** Changes come in bursts: those that came within this are told together. */
const TELL_AFTER_MS = 1_000
/** Told before others have their turn in the library's thread. */
const TOLD_AT_ONCE = 20

export interface LibraryTransfersSurroundings {
  readonly link: LibraryLink
  readonly transfers: Iterable<Transfer> & { find(id: string): Transfer | undefined }
}

export class LibraryTransfers {
  readonly #around: LibraryTransfersSurroundings
  readonly #changed = new Set<string>()
  /** What the library knows of each, in short. */
  readonly #known = new Map<string, string>()
  #timer: NodeJS.Timeout | undefined
  #telling: Promise<void> | undefined
  #ready = false
  #closed = false

  constructor(around: LibraryTransfersSurroundings) {
    this.#around = around
  }

  /** Something about it changed, or it is no more. */
  touch(id: string): void {
    const transfer = this.#around.transfers.find(id)
    const known = this.#known.get(id)
    // Most touches are of rates and peers.
    if (transfer !== undefined && known === shortOf(transfer)) return
    if (transfer === undefined && known === undefined) return
    this.#changed.add(id)
    this.#later()
  }

  /** The library is there, perhaps anew: what it knows of transfers that are no more goes, what it does not know comes. */
  async agree(): Promise<void> {
    const ids = new Set(await this.#around.link.ask('transferIds'))
    this.#known.clear()
    for (const transfer of this.#around.transfers) {
      const short = shortOf(transfer)
      // What it knew at the end of the last run is what it was told then.
      if (ids.has(transfer.id) && short !== '') this.#known.set(transfer.id, short)
      else if (short !== '') this.#changed.add(transfer.id)
      ids.delete(transfer.id)
    }
    for (const id of ids) {
      this.#known.set(id, 'of an earlier run')
      this.#changed.add(id)
    }
    this.#ready = true
    this.#later()
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#telling
  }

  #later(): void {
    if (!this.#ready || this.#closed || this.#timer !== undefined || this.#changed.size === 0) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#telling = this.#tell().finally(() => {
        this.#telling = undefined
        this.#later()
      })
    }, TELL_AFTER_MS)
  }

  async #tell(): Promise<void> {
    for (const id of [...this.#changed].slice(0, TOLD_AT_ONCE)) {
      this.#changed.delete(id)
      const transfer = this.#around.transfers.find(id)
      const short = transfer === undefined ? '' : shortOf(transfer)
      if ((this.#known.get(id) ?? '') === short) continue
      try {
        if (transfer === undefined || short === '') {
          await this.#around.link.ask('dropTransfer', id)
          this.#known.delete(id)
        } else {
          await this.#around.link.ask('putTransfer', filesOf(transfer))
          this.#known.set(id, short)
        }
      } catch (error) {
        if (!(error instanceof LibraryError)) throw error
        // It is told again when the library is there.
        this.#ready = false
        return
      }
    }
  }
}

/** Changes when what the library shows of it does; empty for what is not in it. Renamed files are in the length of their names. */
function shortOf({ record, metainfo }: Transfer): string {
  const { summary, hashing, libraryFolder, renamed, saveFolder, shownName, name, audience, stopped } = record
  if (hashing !== null || libraryFolder !== null || metainfo === undefined || !summary.finished) return ''
  const names = Object.keys(renamed).length === 0 ? '' : JSON.stringify(renamed)
  return `${stopped ? 'me' : audience}|${saveFolder}|${shownName ?? name}|${names}`
}

function filesOf({ id, record, metainfo }: Transfer): LibraryTransfer {
  const { renamed, priorities, shownName, name, audience, stopped } = record
  const files = (metainfo?.files ?? [])
    .filter(({ pad, symlink, index }) => !pad && !symlink && priorities?.[index] !== 0)
    .map(({ index, path, lengthBytes, root }) => ({
      path: (renamed[index] ?? path).join('/'),
      lengthBytes,
      content: root === undefined ? undefined : { root, lengthBytes },
    }))
  return { id, name: shownName ?? name, audience: stopped ? 'me' : audience, files }
}
