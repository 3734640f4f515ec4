// The first look at what arrives for one transfer: marks and dangers, as each file gets its name and once for the rest.

import path from 'node:path'
import type { CheckState } from '../../api/schemas/transfer.ts'
import type { FinalFile } from '../../engine/torrent/options.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import { ReceivedCheck } from '../received-check.ts'

export class Arrival {
  readonly #check: ReceivedCheck

  constructor(origin: string) {
    this.#check = new ReceivedCheck(origin)
  }

  beforeFinal(file: FinalFile): Promise<void> {
    return this.#check.beforeFinal(file)
  }

  /** What did not get its name in this run: it was there already. */
  async look(metainfo: Metainfo, saveFolder: string, priorities: readonly number[]): Promise<void> {
    const files = metainfo.files
      .filter(({ pad, symlink, index }) => !pad && !symlink && priorities[index] !== 0)
      .map((file) => ({ path: path.join(saveFolder, ...file.path), components: file.path }))
    await this.#check.lookAtRest(files)
  }

  get state(): CheckState {
    return this.#check.state
  }

  /** By path below the save folder, with `/`; those that are plain are not in it. */
  dangers(): ReadonlyMap<string, readonly string[]> {
    return new Map(
      this.#check.warnings.map(({ components, nature }) => [components.join('/'), nature.dangers]),
    )
  }
}
