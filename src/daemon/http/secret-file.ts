// A file of the state folder that says who may: for the account alone, behind a checksum, old or new at any instant.
// Invariant: writes never overlap and the last one asked for wins; one that is corrupt is set aside, and nobody is let in by it.

import { open, readFile, rename, unlink } from 'node:fs/promises'
import path from 'node:path'
import { diskError } from '../../platform/disk-call.ts'
import { seal, unseal } from '../checked-file.ts'
import type { Log } from '../log.ts'
import { HttpError } from './http-error.ts'

const OWNER_ONLY = 0o600
const VERSION = 1

export class SecretFile {
  readonly #path: string
  readonly #log: Log
  #waiting: { readonly body: unknown } | undefined
  #last: Promise<void> = Promise.resolve()

  constructor(stateFolder: string, name: string, log: Log) {
    this.#path = path.join(stateFolder, name)
    this.#log = log
  }

  /** Undefined when there is none that can be used. @throws HttpError STATE_NEWER, or the system's error */
  async read(): Promise<unknown> {
    let bytes: Uint8Array
    try {
      bytes = await readFile(this.#path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
    const sealed = unseal(bytes, VERSION)
    if (sealed === 'newer') throw new HttpError('STATE_NEWER', { path: this.#path })
    if (sealed !== 'corrupt') return sealed.body
    const aside = `${this.#path}.corrupt-${new Date().toISOString().replace(/[:.]/g, '-')}`
    await rename(this.#path, aside)
    this.#log.write('error', 'state-file-corrupt', { file: path.basename(this.#path) })
    return undefined
  }

  /** Resolves when this is durable, or a later one. @throws DiskError; then the old one stays */
  write(body: unknown): Promise<void> {
    this.#waiting = { body }
    const turn = this.#last.then(async () => {
      const waiting = this.#waiting
      this.#waiting = undefined
      // Otherwise whoever came before has written ours instead of theirs.
      if (waiting !== undefined) await this.#replace(seal(VERSION, waiting.body))
    })
    // One that failed keeps no later one from its turn.
    this.#last = turn.catch(() => {})
    return turn
  }

  async #replace(bytes: Uint8Array): Promise<void> {
    try {
      await replaceFile(this.#path, bytes)
    } catch (error) {
      throw diskError(error as NodeJS.ErrnoException, this.#path)
    }
  }

  /** Nothing is being written any more, whatever came of it. */
  settled(): Promise<void> {
    return this.#last
  }
}

/** @throws the system's error; then the old one stays */
export async function replaceFile(file: string, bytes: Uint8Array): Promise<void> {
  const aside = `${file}.new`
  // One that was left half written, perhaps for others to read, is not written into.
  await unlink(aside).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  const handle = await open(aside, 'wx', OWNER_ONLY)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(aside, file)
}
