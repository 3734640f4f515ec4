// The folder in which another client keeps its transfers, wherever of several places in it a person points to.
// Promise: only files of the two endings are read, each bounded; nothing is written.

import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { TORRENT_LIMITS } from '../../metainfo/limits.ts'
import { type ForeignFiles, type ForeignTransfer, ImportError } from './foreign-transfer.ts'
import { readQbittorrent } from './qbittorrent.ts'
import { readTransmission } from './transmission.ts'

export const CLIENTS = ['qbittorrent', 'transmission'] as const
export type ClientName = (typeof CLIENTS)[number]

/** More are another folder than meant. */
const MAX_TRANSFERS = 20_000

interface Layout {
  readonly ending: string
  /** Below what was given: folders of resume files, and beside each that of the torrent files. */
  readonly places: readonly { readonly resume: string; readonly torrents: string }[]
  readonly read: (files: ForeignFiles) => ForeignTransfer
}

const LAYOUTS: Readonly<Record<ClientName, Layout>> = {
  qbittorrent: {
    ending: '.fastresume',
    places: ['.', 'BT_backup', 'qBittorrent/BT_backup', 'data/BT_backup', 'qBittorrent/data/BT_backup'].map(
      (place) => ({ resume: place, torrents: place }),
    ),
    read: readQbittorrent,
  },
  transmission: {
    ending: '.resume',
    places: [
      { resume: 'resume', torrents: 'torrents' },
      { resume: '.', torrents: '../torrents' },
      { resume: '../resume', torrents: '.' },
    ],
    read: readTransmission,
  },
}

export type Found = { readonly transfer: ForeignTransfer } | { readonly refused: ImportError }

/** @throws ImportError IMPORT_NOTHING_THERE */
export async function* foreignTransfers(client: ClientName, folder: string): AsyncGenerator<Found> {
  const { ending, places, read } = LAYOUTS[client]
  for (const place of places) {
    const names = await namesIn(path.join(folder, place.resume), ending)
    if (names.length === 0) continue
    for (const name of names.slice(0, MAX_TRANSFERS)) {
      const resume = await bounded(path.join(folder, place.resume, `${name}${ending}`))
      const torrent = await bounded(path.join(folder, place.torrents, `${name}.torrent`))
      yield resume === undefined
        ? { refused: new ImportError('IMPORT_UNREADABLE', { name }) }
        : attempt(() => read({ name, torrent, resume }))
    }
    return
  }
  throw new ImportError('IMPORT_NOTHING_THERE', { folder, client, ending })
}

function attempt(read: () => ForeignTransfer): Found {
  try {
    return { transfer: read() }
  } catch (error) {
    if (error instanceof ImportError) return { refused: error }
    throw error
  }
}

async function namesIn(folder: string, ending: string): Promise<string[]> {
  try {
    const all = await readdir(folder)
    return all
      .filter((name) => name.endsWith(ending))
      .map((name) => name.slice(0, -ending.length))
      .sort()
  } catch {
    // Not this place.
    return []
  }
}

/** Undefined for what is not there, cannot be read, or is larger than any torrent. */
async function bounded(file: string): Promise<Uint8Array | undefined> {
  try {
    if ((await stat(file)).size > TORRENT_LIMITS.bencode.lengthBytes) return undefined
    return await readFile(file)
  } catch {
    return undefined
  }
}
