// The key with which this computer's catalogues are signed: 32 secret bytes in the state folder, for the account alone.
// Made when first needed, and used for nothing else. Promise: it is never replaced. One that cannot be read is an error that a
// person sees, because with another key everybody who follows these catalogues would take us for somebody else.

import { constants, copyFile, link, open, readFile, unlink } from 'node:fs/promises'
import path from 'node:path'
import { CodedError } from '../../base/errors.ts'
import type { Random } from '../../base/ports.ts'
import { seal, unseal } from '../checked-file.ts'

export class CatalogueKeyError extends CodedError<'CATALOGUE_KEY_UNUSABLE'> {}

export const CATALOGUE_KEY_FILE = 'catalogue-key'
const VERSION = 1
const OWNER_ONLY = 0o600
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])
const SEED = /^[0-9a-f]{64}$/

/** @returns 32 bytes. @throws CatalogueKeyError; then nothing was written. The system's error when it cannot be made */
export async function catalogueKey(stateFolder: string, random: Random): Promise<Uint8Array> {
  const file = path.join(stateFolder, CATALOGUE_KEY_FILE)
  const known = await readKey(file)
  if (known !== undefined) return known
  const aside = `${file}.${hex(random.bytes(8))}.new`
  await placeNew(aside, file, seal(VERSION, { seed: hex(random.bytes(32)) }))
  // Of two that make it at once one is in place, and both read that.
  const made = await readKey(file)
  if (made === undefined) throw new CatalogueKeyError('CATALOGUE_KEY_UNUSABLE', { path: file })
  return made
}

async function readKey(file: string): Promise<Uint8Array | undefined> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new CatalogueKeyError('CATALOGUE_KEY_UNUSABLE', { path: file }, error)
  }
  const sealed = unseal(bytes, VERSION)
  const seed = typeof sealed === 'string' ? undefined : (sealed.body as { seed?: unknown } | null)?.seed
  if (typeof seed !== 'string' || !SEED.test(seed))
    throw new CatalogueKeyError('CATALOGUE_KEY_UNUSABLE', { path: file })
  return new Uint8Array(Buffer.from(seed, 'hex'))
}

/** Whole and durable under another name first; a link, unlike a renaming, never takes the place of one that is there. */
async function placeNew(aside: string, file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(aside, 'wx', OWNER_ONLY)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
  try {
    await link(aside, file).catch(async (error: NodeJS.ErrnoException) => {
      // File systems without links; a copy cut short there is found damaged, not replaced.
      if (!NO_LINKS.has(error.code ?? '')) throw error
      await copyFile(aside, file, constants.COPYFILE_EXCL)
    })
    await syncFolder(path.dirname(file))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await unlink(aside)
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

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
