// Many state files of one folder made durable by one: written together first, then each for itself.
// Invariant: whatever moment it is killed at, a file whose writing was answered is in its place, or in the one file that the
// next start finishes from; one that is corrupt is set aside.

import { type Disk, DiskError } from '../../base/ports.ts'
import { type StateFile, writeStateFile, writeStateFiles } from '../../base/state-file.ts'
import { readWhole, seal, setAside, unseal } from '../checked-file.ts'
import { StateError } from '../kept-file.ts'
import type { Log } from '../log.ts'

const NAME = 'together'
const VERSION = 1
/** 20,000 records, most of them small. */
const LIMIT_BYTES = 512_000_000

/** Name and content, as base64. */
type Entries = readonly (readonly [string, string])[]

export class ManyFiles {
  readonly #disk: Disk
  readonly #folder: string
  readonly #log: Log
  readonly #wallMs: () => number
  /** Answered for, and not in their places yet: the disk refused. */
  #unspread: readonly StateFile[] = []

  constructor(disk: Disk, folder: string, log: Log, wallMs: () => number) {
    this.#disk = disk
    this.#folder = folder
    this.#log = log
    this.#wallMs = wallMs
  }

  /** @param durable called once none of them can be lost any more. @throws DiskError */
  async write(files: readonly StateFile[], durable: () => void): Promise<void> {
    const entries: Entries = files.map(({ name, bytes }) => [name, bytes.toBase64()])
    await writeStateFile(this.#disk, this.#folder, NAME, seal(VERSION, entries))
    durable()
    this.#unspread = files
    await this.goOn()
  }

  /** To be called before anything else is written: what was answered for earlier never comes after it. @throws DiskError */
  async goOn(): Promise<void> {
    if (this.#unspread.length === 0) return
    await this.#spread(this.#unspread)
    this.#unspread = []
  }

  /** What an earlier run was answered for and did not get to. @throws StateError STATE_NEWER, DiskError */
  async finish(): Promise<void> {
    const bytes = await readWhole(this.#disk, this.#path, LIMIT_BYTES)
    if (bytes === undefined) return
    const sealed = unseal(bytes, VERSION)
    if (sealed === 'newer') throw new StateError('STATE_NEWER', { path: this.#path })
    if (sealed === 'corrupt') {
      const aside = await setAside(this.#disk, this.#folder, NAME, this.#wallMs())
      this.#log.write('error', 'records-corrupt', { file: NAME, aside })
      return
    }
    const entries = sealed.body as Entries
    await this.#spread(entries.map(([name, text]) => ({ name, bytes: Uint8Array.fromBase64(text) })))
  }

  async #spread(files: readonly StateFile[]): Promise<void> {
    await writeStateFiles(this.#disk, this.#folder, files)
    await this.#disk.remove(this.#path).catch((error: unknown) => {
      if (!(error instanceof DiskError) || error.code !== 'ENOENT') throw error
    })
  }

  get #path(): string {
    return this.#disk.join(this.#folder, NAME)
  }
}
