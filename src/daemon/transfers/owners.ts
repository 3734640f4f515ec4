// Whose files are whose: one file on disk can be of several transfers, since a share lies where others are saved, and one file
// is in several torrents. Promise: what is a share's, or another transfer's, is not removed with one of them.

import path from 'node:path'
import type { Transfer } from './transfer.ts'

export class Owners {
  /** By each folder that something of them lies in, or the thing itself. */
  readonly #below = new Map<string, Set<Transfer>>()
  readonly #tops = new Map<string, Set<Transfer>>()

  constructor(transfers: Iterable<Transfer>) {
    for (const transfer of transfers)
      for (const top of topsOf(transfer)) {
        put(this.#tops, top, transfer)
        for (const folder of withAbove(top)) put(this.#below, folder, transfer)
      }
  }

  /** Another one that has one of its files, if there is one. @param except whose files go as well */
  other(transfer: Transfer, except: ReadonlySet<Transfer>): Transfer | undefined {
    const near = new Set<Transfer>()
    for (const top of topsOf(transfer)) {
      for (const each of this.#below.get(top) ?? []) near.add(each)
      for (const folder of withAbove(top)) for (const each of this.#tops.get(folder) ?? []) near.add(each)
    }
    // Whatever it has of them: what is not wanted any more is here all the same.
    const own = new Set(filesOf(transfer, 'all'))
    for (const each of near) if (!except.has(each) && !each.removed && has(each, own)) return each
    return undefined
  }
}

function has(transfer: Transfer, own: ReadonlySet<string>): boolean {
  const { hashing } = transfer.record
  if (hashing === null) return filesOf(transfer).some((file) => own.has(file))
  for (const file of own) if (file === hashing.path || file.startsWith(hashing.path + path.sep)) return true
  return false
}

/** Where they lie, or will. */
function filesOf({ metainfo, record }: Transfer, which: 'all' | 'wanted' = 'wanted'): string[] {
  const { saveFolder, diskPaths, renamed, priorities } = record
  return (metainfo?.files ?? [])
    .filter(({ pad, symlink, index }) => !pad && !symlink && (which === 'all' || priorities?.[index] !== 0))
    .map((file) => diskPaths?.[file.index] ?? path.join(saveFolder, ...(renamed[file.index] ?? file.path)))
}

/** The file or folder that each is; several where names were given to its files. */
function topsOf(transfer: Transfer): Iterable<string> {
  const { hashing, saveFolder, name, diskPaths, renamed } = transfer.record
  if (hashing !== null) return [hashing.path]
  if (diskPaths === null && Object.keys(renamed).length === 0) return [path.join(saveFolder, name)]
  return new Set(filesOf(transfer))
}

function* withAbove(place: string): Iterable<string> {
  for (let at = place; ; at = path.dirname(at)) {
    yield at
    if (path.dirname(at) === at) return
  }
}

function put(map: Map<string, Set<Transfer>>, key: string, transfer: Transfer): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, new Set([transfer]))
  else known.add(transfer)
}
