// The folder picker for the page, since a browser hides paths: places to begin with, what a folder holds, and new folders.

import { mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Caller, Handlers } from '../../api/routes.ts'
import type { Folder } from '../../api/schemas/machine.ts'
import { refusedRoot, refusedTarget, type ShareRootFacts } from '../../safety/share-roots.ts'
import type { AllowedPaths } from './allowed-paths.ts'
import { listFolder } from './folder-listing.ts'
import { MachineError } from './machine-error.ts'
import { type Place, type PlacesOptions, placesToBegin } from './places.ts'

export interface FolderHandlersOptions {
  readonly allowed: AllowedPaths
  readonly facts: ShareRootFacts
  readonly places: PlacesOptions
}

/** Control characters and what file systems refuse; longer names none takes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const BAD_NAME = /[\u0000-\u001f\u007f/\\]|^\.{1,2}$|^.{241,}$/

/** A volume of the network that is gone may not answer for minutes: it is not offered then. */
const PLACE_MS = 2_000

export function folderHandlers(options: FolderHandlersOptions): Handlers<'folder' | 'makeFolder'> {
  const { allowed, facts, places } = options

  async function show(real: string, hidden: boolean, caller: Caller | undefined): Promise<Folder> {
    const allows = (target: string): Promise<boolean> => allowed.allows(target, caller)
    const listed = await listFolder(real, { hidden, facts, allows })
    const parent = path.dirname(real)
    return { ...listed, parent: parent !== real && (await allows(parent)) ? parent : null }
  }

  /** Undefined for what is not there, or not for this caller. */
  async function placeEntry(
    { path: at, kind }: Place,
    caller: Caller | undefined,
  ): Promise<Folder['entries'][number] | undefined> {
    if (!(await allowed.allows(at, caller))) return undefined
    const found = await stat(at).catch(() => undefined)
    if (!found?.isDirectory()) return undefined
    const refused = refusedRoot(at, facts)?.why ?? null
    const name = path.basename(at) === '' ? at : path.basename(at)
    const changedAt = new Date(found.mtimeMs).toISOString()
    return { name, path: at, kind, lengthBytes: null, changedAt, refused }
  }

  return {
    folder: async ({ path: given, hidden }, caller) => {
      if (given !== undefined) return await show(await allowed.check(given, caller), hidden ?? false, caller)
      const begin = await placesToBegin(places)
      const looked = await Promise.all(begin.map((place) => inTime(placeEntry(place, caller))))
      const entries = looked.filter((entry) => entry !== undefined)
      return {
        path: null,
        parent: null,
        freeBytes: null,
        writable: false,
        refused: null,
        entries,
        cut: false,
      }
    },

    makeFolder: async ({ path: given }, caller) => {
      const real = await allowed.check(given, caller)
      if (BAD_NAME.test(path.basename(real))) throw new MachineError('PATH_INVALID', { path: given })
      const refused = refusedTarget(real, facts)
      if (refused !== undefined)
        throw new MachineError('PLACE_REFUSED', { name: path.basename(real), folder: path.dirname(real) })
      try {
        await mkdir(real)
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'EEXIST') throw new MachineError('FILE_EXISTS', { path: real }, error)
        if (code === 'ENOENT' || code === 'ENOTDIR')
          throw new MachineError('FOLDER_NOT_ONE', { path: path.dirname(real) }, error)
        throw new MachineError('FILE_UNWRITABLE', { path: real, why: code }, error)
      }
      return await show(real, false, caller)
    },
  }
}

/** Undefined when it is not known in time. */
async function inTime<Value>(asked: Promise<Value>): Promise<Value | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(resolve, PLACE_MS, undefined)
  try {
    return await Promise.race([asked, late])
  } finally {
    clearTimeout(timer)
  }
}
