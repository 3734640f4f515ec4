// What is known of each transfer's files, one small file a transfer in `checks`: written a moment after it changed, read after a start.
// It can all be found out again, so what is damaged or of a newer Shoal is left and begun anew; what is locked is in the records.

import type { Disk } from '../../base/ports.ts'
import { KeptFile, type KeptPlace, writeKept } from '../kept-file.ts'
import { unwrittenTo } from '../log.ts'
import type { Arrival } from './arrival.ts'
import type { FileState } from './file-state.ts'

const FOLDER = 'checks'
/** 100,000 files with two hundred bytes each. */
const LIMIT_BYTES = 32_000_000
/** Files arrive in crowds; each is written with those that came with it. */
const KEEP_AFTER_MS = 2_000

type Kept = readonly (readonly [number, FileState])[]

export class CheckStore {
  readonly #place: KeptPlace
  readonly #disk: Disk
  readonly #due = new Map<string, Arrival>()
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<unknown> = Promise.resolve()

  constructor(place: KeptPlace) {
    this.#disk = place.disk
    this.#place = { ...place, stateFolder: place.disk.join(place.stateFolder, FOLDER) }
  }

  /** @throws DiskError */
  async open(): Promise<void> {
    await this.#disk.makeDirectory(this.#place.stateFolder)
  }

  async read(id: string): Promise<Kept> {
    // It is looked at anew.
    return (
      (await new KeptFile<Kept>(this.#place, nameOf(id), LIMIT_BYTES).read().catch(() => undefined)) ?? []
    )
  }

  keepSoon(arrival: Arrival): void {
    this.#due.set(arrival.transfer.id, arrival)
    this.#timer ??= setTimeout(() => void this.keep(), KEEP_AFTER_MS)
    this.#timer.unref()
  }

  /** Resolves when everything that changed is durable, or could not be. */
  async keep(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const due = [...this.#due.values()].filter(({ transfer }) => !transfer.removed)
    this.#due.clear()
    const before = this.#writing
    this.#writing = (async () => {
      await before
      const files = due.map((arrival) => ({
        name: nameOf(arrival.transfer.id),
        body: [...arrival.files] satisfies Kept,
      }))
      // Sooner or later they change again; until then they are found out anew after a start.
      const unwritten = unwrittenTo(this.#place.log)
      await writeKept(this.#place, files).catch(unwritten)
      for (const { transfer, state } of due) {
        if (state === transfer.record.check || transfer.removed) continue
        await transfer.update({ check: state }).catch(unwritten)
      }
    })()
    await this.#writing
  }

  /** What is kept of transfers that there are no more. */
  async forgetOthers(ids: ReadonlySet<string>): Promise<void> {
    const { stateFolder } = this.#place
    for (const name of await this.#disk.list(stateFolder).catch(() => [])) {
      if (ids.has(name.replace(/\.json$/, ''))) continue
      // It is read by nobody; the next start tries again.
      await this.#disk.remove(this.#disk.join(stateFolder, name)).catch(() => undefined)
    }
  }
}

function nameOf(id: string): string {
  return `${id}.json`
}
