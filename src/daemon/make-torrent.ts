// `create` as a whole: finds the files, hashes them, makes sure they did not change meanwhile, writes the torrent file.
// Promises: an existing file is replaced only when asked, and then atomically; a failure leaves nothing behind.

import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { type Disk, DiskError } from '../base/ports.ts'
import {
  CreateError,
  type CreateOptions,
  type CreatePorts,
  type CreateWatch,
  createTorrent,
} from '../metainfo/create.ts'
import type { Torrent } from '../metainfo/metainfo.ts'
import { checkUnchanged, findSource } from './source-files.ts'
import { VERSION } from './version.ts'

export interface MakeTorrentOptions extends Omit<CreateOptions, 'hints'> {
  /** File or folder, relative to `folder` or absolute. */
  readonly source: string
  /** The current folder, absolute. */
  readonly folder: string
  /** Torrent file or an existing folder for it; default `<name>.torrent` in the current folder. */
  readonly output: string | undefined
  readonly replace: boolean
  readonly comment: string | undefined
  /** Each is a tier of its own, in this order. */
  readonly trackers: readonly string[]
  readonly webSeeds: readonly string[]
}

export interface MadeTorrent {
  readonly torrent: Torrent
  /** Absolute. */
  readonly outputPath: string
  /** Relative paths of links and special files, which are not in it. */
  readonly leftOut: readonly string[]
}

export interface MakePorts extends CreatePorts {
  readonly disk: Disk
}

/** @throws CreateError, MetainfoError (limits) */
export async function makeTorrent(
  options: MakeTorrentOptions,
  ports: MakePorts,
  watch: CreateWatch = {},
): Promise<MadeTorrent> {
  const { disk } = ports
  const sourcePath = path.resolve(options.folder, options.source)
  const name = path.basename(sourcePath)
  const outputPath = await outputFor(disk, options, name)
  // The hasher follows no links, but the one the person named is meant.
  const real = await realpath(sourcePath).catch(() => sourcePath)
  const source = await findSource(disk, real, name, outputPath)
  if (!options.replace && (await existing(disk, outputPath)))
    throw new CreateError('FILE_EXISTS', { path: outputPath })
  const { bytes, torrent } = await createTorrent(
    source,
    {
      ...options,
      hints: {
        trackers: options.trackers.map((tracker) => [tracker]),
        webSeeds: options.webSeeds,
        comment: options.comment,
        createdBy: `Shoal ${VERSION}`,
      },
    },
    ports,
    watch,
  )
  await checkUnchanged(disk, source)
  await write(disk, outputPath, bytes, options.replace)
  return { torrent, outputPath, leftOut: source.leftOut }
}

async function outputFor(disk: Disk, { output, folder }: MakeTorrentOptions, name: string): Promise<string> {
  const file = `${name}.torrent`
  if (output === undefined) return path.resolve(folder, file)
  const given = path.resolve(folder, output)
  // What cannot be looked at is said when it is written.
  const stat = await disk.stat(given, 'follow').catch(() => undefined)
  return stat?.kind === 'directory' ? path.join(given, file) : given
}

async function existing(disk: Disk, at: string): Promise<boolean> {
  try {
    return (await disk.stat(at)) !== undefined
  } catch (error) {
    throw unwritable(at, error)
  }
}

/** Aside first, so that nobody ever sees half a torrent. */
async function write(disk: Disk, outputPath: string, bytes: Uint8Array, replace: boolean): Promise<void> {
  const aside = `${outputPath}.new-${process.pid}`
  try {
    const file = await disk.open(aside, 'new')
    try {
      await file.write(bytes, 0)
      await file.sync()
    } finally {
      await file.close()
    }
    await (replace ? disk.replace(aside, outputPath) : disk.rename(aside, outputPath))
  } catch (error) {
    // Only the first trouble is the person's; that nothing could be removed either follows from it.
    await disk.remove(aside).catch(() => undefined)
    throw unwritable(outputPath, error)
  }
}

function unwritable(at: string, error: unknown): unknown {
  if (!(error instanceof DiskError)) return error
  if (error.code === 'EEXIST') return new CreateError('FILE_EXISTS', { path: at }, error)
  return new CreateError('FILE_UNWRITABLE', { path: at, why: error.code }, error)
}
