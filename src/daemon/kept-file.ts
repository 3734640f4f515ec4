// One small file of the daemon's state, such as its categories: read at the start, written whole whenever it changes.
// Invariant: writes never overlap and the last one asked for wins; one that is corrupt is set aside and the daemon begins
// without it; one of a newer Shoal stops the start and is left as it is.

import { CodedError } from '../base/errors.ts'
import type { Disk } from '../base/ports.ts'
import { writeStateFile, writeStateFiles } from '../base/state-file.ts'
import { readWhole, seal, setAside, unseal } from './checked-file.ts'
import type { Log } from './log.ts'

export class StateError extends CodedError<'STATE_NEWER'> {}

/** The order of 20,000 transfers has 900 kB. */
const LIMIT_BYTES = 4_000_000
const VERSION = 1

export interface KeptPlace {
  readonly disk: Disk
  readonly stateFolder: string
  readonly log: Log
  wallMs(): number
}

export class KeptFile<Body> {
  readonly #place: KeptPlace
  readonly #name: string
  readonly #limitBytes: number
  #waiting: Body | undefined
  #working: Promise<void> | undefined

  constructor(place: KeptPlace, name: string, limitBytes = LIMIT_BYTES) {
    this.#place = place
    this.#name = name
    this.#limitBytes = limitBytes
  }

  /** Undefined when there is none, or none that can be used. @throws StateError STATE_NEWER, DiskError */
  async read(): Promise<Body | undefined> {
    const { disk, stateFolder, log, wallMs } = this.#place
    const path = disk.join(stateFolder, this.#name)
    const bytes = await readWhole(disk, path, this.#limitBytes)
    if (bytes === undefined) return undefined
    const sealed = unseal(bytes, VERSION)
    if (sealed === 'newer') throw new StateError('STATE_NEWER', { path })
    if (sealed !== 'corrupt') return sealed.body as Body
    const aside = await setAside(disk, stateFolder, this.#name, wallMs())
    log.write('error', 'state-file-corrupt', { file: this.#name, aside })
    return undefined
  }

  /** Resolves when it, or a later one, is durable. @throws DiskError */
  write(body: Body): Promise<void> {
    this.#waiting = body
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined
    })
    return this.#working
  }

  async #work(): Promise<void> {
    const { disk, stateFolder } = this.#place
    // Whoever writes in this turn is written together.
    await Promise.resolve()
    while (this.#waiting !== undefined) {
      const body = this.#waiting
      this.#waiting = undefined
      await writeStateFile(disk, stateFolder, this.#name, seal(VERSION, body))
    }
  }
}

/**
 * Many at once, with one look at their folder. Nobody else writes any of them meanwhile.
 * @throws DiskError; then some may be new
 */
export function writeKept(
  { disk, stateFolder }: KeptPlace,
  files: readonly { readonly name: string; readonly body: unknown }[],
): Promise<void> {
  return writeStateFiles(
    disk,
    stateFolder,
    files.map(({ name, body }) => ({ name, bytes: seal(VERSION, body) })),
  )
}
