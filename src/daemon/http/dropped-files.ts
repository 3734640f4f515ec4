// Files dropped onto the page: a browser does not say where they lie, so they are copied to where Shoal can share them from,
// `Dropped` in the save folder. Streamed with back-pressure; nothing is ever overwritten, and what breaks off leaves nothing.

import { randomBytes } from 'node:crypto'
import { type Disk, DiskError, type DiskFile } from '../../base/ports.ts'
import { safeName, twinName } from '../../metainfo/safe-name.ts'
import { HttpError } from './http-error.ts'

/** Larger ones are chosen where they lie (INTERFACE.md A5). */
export const MAX_DROPPED_BYTES = 2_000_000_000
/** Of what is free: whoever drops files does not fill the disk of somebody who gets some. */
const SHARE_OF_FREE = 0.5
/** Half the connections would be taken by one drop of many files otherwise. */
const MAX_AT_ONCE = 4
/** More of one name are no accident. */
const MAX_TWINS = 1_000
const FOLDER = 'Dropped'
/** How a copy is called until it is whole. */
const PART = /^\.shoal-drop-[0-9a-f]{16}\.part$/

export interface DroppedFilesOptions {
  readonly disk: Disk
  /** Made if it is not there. */
  saveFolder(): string
  /** Tests make it small. */
  readonly maxBytes?: number
}

export class DroppedFiles {
  readonly #disk: Disk
  readonly #saveFolder: () => string
  readonly #maxBytes: number
  #running = 0

  constructor({ disk, saveFolder, maxBytes = MAX_DROPPED_BYTES }: DroppedFilesOptions) {
    this.#disk = disk
    this.#saveFolder = saveFolder
    this.#maxBytes = maxBytes
  }

  /**
   * @param lengthBytes as announced, if it was
   * @returns the absolute path of the copy
   * @throws HttpError DROPS_TOO_MANY, DROP_TOO_LARGE, DROP_NO_SPACE, DROP_CUT; DiskError
   */
  async take(
    name: string,
    lengthBytes: number | undefined,
    bytes: AsyncIterable<Uint8Array>,
  ): Promise<string> {
    if (this.#running >= MAX_AT_ONCE) throw new HttpError('DROPS_TOO_MANY', { most: MAX_AT_ONCE })
    this.#running++
    try {
      return await this.#copy(name, lengthBytes, bytes)
    } finally {
      this.#running--
    }
  }

  /** Removes what an earlier run of the daemon left half copied. @throws nothing: what cannot be removed stays */
  async tidy(): Promise<void> {
    const folder = this.#disk.join(this.#saveFolder(), FOLDER)
    // No folder, nothing to tidy.
    for (const name of await this.#disk.list(folder).catch(() => []))
      if (PART.test(name)) await this.#disk.remove(this.#disk.join(folder, name)).catch(() => {})
  }

  async #copy(
    name: string,
    lengthBytes: number | undefined,
    bytes: AsyncIterable<Uint8Array>,
  ): Promise<string> {
    const disk = this.#disk
    const root = this.#saveFolder()
    const folder = disk.join(root, FOLDER)
    await disk.makeDirectory(root)
    await disk.makeDirectory(folder, root)
    const limits = { ...(await this.#limits(folder)), lengthBytes }
    const part = disk.join(folder, `.shoal-drop-${randomBytes(8).toString('hex')}.part`)
    const file = await disk.open(part, 'new', root)
    try {
      try {
        await write(file, bytes, limits)
        await file.sync()
      } finally {
        await file.close()
      }
      return await this.#name(part, folder, safeName(name, disk.nameRules))
    } catch (error) {
      // The error says more than that its remains could not be removed; they are tidied at the next start.
      await disk.remove(part).catch(() => {})
      throw error
    }
  }

  async #limits(folder: string): Promise<Omit<Limits, 'lengthBytes'>> {
    const { freeBytes } = await this.#disk.space(folder)
    return { maxBytes: this.#maxBytes, spaceBytes: Math.floor(freeBytes * SHARE_OF_FREE) }
  }

  async #name(part: string, folder: string, name: string): Promise<string> {
    for (let twin = 0; twin <= MAX_TWINS; twin++) {
      const chosen = twin === 0 ? name : twinName(name, twin, false, this.#disk.nameRules)
      const path = this.#disk.join(folder, chosen)
      try {
        await this.#disk.rename(part, path)
        return path
      } catch (error) {
        if (!(error instanceof DiskError) || error.code !== 'EEXIST') throw error
      }
    }
    throw new DiskError('EEXIST', { path: this.#disk.join(folder, name) })
  }
}

interface Limits {
  readonly maxBytes: number
  readonly spaceBytes: number
  readonly lengthBytes: number | undefined
}

/** One part after another: the next is asked for when the last is written. */
async function write(file: DiskFile, bytes: AsyncIterable<Uint8Array>, limits: Limits): Promise<void> {
  const { lengthBytes } = limits
  if (lengthBytes !== undefined) hold(lengthBytes, limits)
  let at = 0
  for await (const part of bytes) {
    hold(at + part.length, limits)
    await file.write(part, at)
    at += part.length
  }
  if (lengthBytes !== undefined && at !== lengthBytes) throw new HttpError('DROP_CUT')
}

function hold(neededBytes: number, { maxBytes, spaceBytes }: Limits): void {
  if (neededBytes > maxBytes) throw new HttpError('DROP_TOO_LARGE', { limitBytes: maxBytes })
  if (neededBytes > spaceBytes) throw new HttpError('DROP_NO_SPACE', { limitBytes: spaceBytes })
}
