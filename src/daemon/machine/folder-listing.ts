// What a folder holds, as the picker shows it: folders and files, each with why it may not be shared. Links are followed to
// see what they are; pipes, devices and sockets are left out, and so are names that are no text. Bounded, and never long at once.

import { constants, type Dirent } from 'node:fs'
import { access, lstat, opendir, realpath, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import type { Folder } from '../../api/schemas/machine.ts'
import { realFacts, refusedRealPath, type ShareRootFacts } from '../../safety/share-roots.ts'
import { MachineError } from './machine-error.ts'

/** INTERFACE.md A5: more is not looked through by a person. */
export const MAX_ENTRIES = 10_000
/** Files that are asked for their size together. */
const STATS_AT_ONCE = 64

type Entry = Folder['entries'][number]

export interface ListingOptions {
  readonly hidden: boolean
  readonly facts: ShareRootFacts
  readonly most?: number
  /** Whether a link's real target may be shown. */
  allows(real: string): Promise<boolean>
}

/** @param folder a real path @throws MachineError FILE_NOT_FOUND, FOLDER_NOT_ONE, FILE_UNREADABLE */
export async function listFolder(folder: string, options: ListingOptions): Promise<Omit<Folder, 'parent'>> {
  const found = await stat(folder).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(folder, error)
  })
  if (!found.isDirectory()) throw new MachineError('FOLDER_NOT_ONE', { path: folder })
  const refused = refusedRealPath(folder, realFacts(options.facts))?.why ?? null
  const space = await statfs(folder).catch(() => undefined)
  const head = {
    path: folder,
    freeBytes: space === undefined ? null : space.bavail * space.bsize,
    // Not ours to write, or a read-only volume.
    writable: await access(folder, constants.W_OK).then(
      () => true,
      () => false,
    ),
    refused,
  }
  // Names in it say which keys somebody has.
  if (refused === 'KEYS') return { ...head, entries: [], cut: false }
  const { names, cut } = await namesIn(folder, options)
  const entries: Entry[] = []
  const facts = realFacts(options.facts)
  for (let first = 0; first < names.length; first += STATS_AT_ONCE) {
    const some = names.slice(first, first + STATS_AT_ONCE)
    const looked = await Promise.all(some.map((entry) => look(folder, entry, options)))
    for (const { real, entry } of looked.filter((each) => each !== undefined))
      entries.push({ ...entry, refused: refusedRealPath(real, facts)?.why ?? null })
  }
  return { ...head, entries: entries.sort(byKindAndName), cut }
}

async function namesIn(
  folder: string,
  { hidden, most = MAX_ENTRIES }: ListingOptions,
): Promise<{ names: Dirent[]; cut: boolean }> {
  const names: Dirent[] = []
  let cut = false
  try {
    for await (const entry of await opendir(folder)) {
      if (!hidden && entry.name.startsWith('.')) continue
      // What is no text on disk cannot be asked for again.
      if (entry.name.includes('\ufffd')) continue
      if (names.length >= most) {
        cut = true
        break
      }
      names.push(entry)
    }
  } catch (error) {
    throw unreadable(folder, error as NodeJS.ErrnoException)
  }
  return { names, cut }
}

async function look(
  folder: string,
  entry: Dirent,
  { allows }: ListingOptions,
): Promise<{ readonly real: string; readonly entry: Omit<Entry, 'refused'> } | undefined> {
  const at = path.join(folder, entry.name)
  try {
    const real = entry.isSymbolicLink() ? await realpath(at) : at
    if (real !== at && !(await allows(real))) return undefined
    const found = await lstat(real)
    if (!found.isDirectory() && !found.isFile()) return undefined
    const shown = {
      name: entry.name,
      path: at,
      kind: found.isDirectory() ? ('folder' as const) : ('file' as const),
      lengthBytes: found.isFile() ? found.size : null,
      changedAt: new Date(found.mtimeMs).toISOString(),
    }
    return { real, entry: shown }
  } catch {
    // Gone meanwhile, a link that leads nowhere, or hidden from us: nothing that could be chosen.
    return undefined
  }
}

const NAMES = new Intl.Collator('en', { numeric: true })

function byKindAndName(a: Entry, b: Entry): number {
  if (a.kind !== b.kind) return a.kind === 'file' ? 1 : b.kind === 'file' ? -1 : 0
  return NAMES.compare(a.name, b.name)
}

function unreadable(at: string, { code, message }: NodeJS.ErrnoException): MachineError {
  if (code === 'ENOENT') return new MachineError('FILE_NOT_FOUND', { path: at })
  if (code === 'ENOTDIR') return new MachineError('FOLDER_NOT_ONE', { path: at })
  const why = code === 'EACCES' || code === 'EPERM' ? 'the system does not let Shoal' : (code ?? message)
  return new MachineError('FILE_UNREADABLE', { path: at, why })
}
