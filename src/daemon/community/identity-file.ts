// Who this device is: its keys, the person's, and the words behind it where they were made here. `people-identity` in the
// state folder, for the account alone, behind a checksum. Made when first needed.
// Promise: it is never replaced because it could not be read. Another key would be another device, in no circle of this one;
// so a file that is damaged is an error that a person sees, and only restoring by words puts it aside.

import { open, readFile, rename, rm, unlink } from 'node:fs/promises'
import path from 'node:path'
import { fromHex, toHex } from '../../base/bytes.ts'
import { seal, unseal } from '../checked-file.ts'
import { PeopleError } from './people-error.ts'

export const IDENTITY_FILE = 'people-identity'
const VERSION = 1
const OWNER_ONLY = 0o600
/** A card has under 500 bytes; the rest is keys. */
const LIMIT_BYTES = 16_384

/** What is kept; raw bytes. */
export interface KeptIdentity {
  /** Ed25519 seed of this device. */
  readonly deviceSeed: Uint8Array
  /** X25519. */
  readonly sealing: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array }
  /** Behind the twelve words; only where they were made or typed. */
  readonly entropy: Uint8Array | undefined
  /** The person said that the words are written down. */
  readonly wordsWritten: boolean
  /** This device's card, signed by the person. */
  readonly card: Uint8Array
}

interface Body {
  readonly deviceSeed: string
  readonly sealingPublic: string
  readonly sealingPrivate: string
  readonly entropy: string | null
  readonly wordsWritten: boolean
  readonly card: string
}

export class IdentityFile {
  /** Absolute. */
  readonly path: string

  constructor(stateFolder: string) {
    this.path = path.join(stateFolder, IDENTITY_FILE)
  }

  /** Undefined when there is none. @throws PeopleError IDENTITY_UNUSABLE; nothing was changed */
  async read(): Promise<KeptIdentity | undefined> {
    let bytes: Uint8Array
    try {
      bytes = await readFile(this.path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw this.#unusable(error)
    }
    const sealed = bytes.length > LIMIT_BYTES ? 'corrupt' : unseal(bytes, VERSION)
    if (typeof sealed === 'string') throw this.#unusable()
    const { body } = sealed as { body: Body }
    return {
      deviceSeed: fromHex(body.deviceSeed),
      sealing: { publicKey: fromHex(body.sealingPublic), privateKey: fromHex(body.sealingPrivate) },
      entropy: body.entropy === null ? undefined : fromHex(body.entropy),
      wordsWritten: body.wordsWritten,
      card: fromHex(body.card),
    }
  }

  /** Old or new at any instant. @throws the system's error; then the old one stays */
  async write(identity: KeptIdentity): Promise<void> {
    const body: Body = {
      deviceSeed: toHex(identity.deviceSeed),
      sealingPublic: toHex(identity.sealing.publicKey),
      sealingPrivate: toHex(identity.sealing.privateKey),
      entropy: identity.entropy === undefined ? null : toHex(identity.entropy),
      wordsWritten: identity.wordsWritten,
      card: toHex(identity.card),
    }
    const aside = `${this.path}.new`
    await rm(aside, { force: true })
    const handle = await open(aside, 'wx', OWNER_ONLY)
    try {
      await handle.writeFile(seal(VERSION, body))
      await handle.sync()
    } catch (error) {
      await unlink(aside)
      throw error
    } finally {
      await handle.close()
    }
    await rename(aside, this.path)
    await syncFolder(path.dirname(this.path))
  }

  /** Out of the way of another that a person restores; kept, whatever it holds. @returns where it lies now */
  async setAside(stamp: string): Promise<string | undefined> {
    const aside = `${this.path}.before-${stamp}`
    try {
      await rename(this.path, aside)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
    return aside
  }

  #unusable(cause?: unknown): PeopleError {
    return new PeopleError('IDENTITY_UNUSABLE', { path: this.path }, cause)
  }
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
