// A file in which something was found is put away: under another name, without permissions, given to nobody; and back.
// Invariant: the record says it before the file is touched, so that a start in the middle finishes it and nothing fetches it again.

import { chmod, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { utf8 } from '../../base/bytes.ts'
import type { Torrent } from '../../engine/torrent/torrent.ts'
import { COMPONENT_LIMIT_BYTES } from '../../metainfo/safe-name.ts'
import type { Log } from '../log.ts'
import type { Transfer } from '../transfers/transfer.ts'
import type { LockedEntry } from './file-state.ts'

export const LOCKED_SUFFIX = '.locked'
/** Names that are taken by then: of files that were locked before. */
const MAX_NAMES = 20
/** Half a minute in all; what takes longer ends with its files being opened, and then it is tried again. */
const BUSY_ATTEMPTS = 60
const BUSY_MS = 500
/** What a file of ours has. */
const USUAL_MODE = 0o644
const MODE_BITS = 0o777

/** Where it lies now; undefined while its name is not known. */
export function fileOf(
  transfer: Transfer,
  index: number,
): { folder: string; components: readonly string[] } | undefined {
  const { record, metainfo } = transfer
  const components = record.renamed[index] ?? metainfo?.files[index]?.path
  return components === undefined ? undefined : { folder: record.saveFolder, components }
}

export function pathOf(transfer: Transfer, index: number): string | undefined {
  const elsewhere = transfer.record.diskPaths?.[index]
  if (elsewhere != null) return elsewhere
  const found = fileOf(transfer, index)
  return found === undefined ? undefined : path.join(found.folder, ...found.components)
}

/** Puts a file away whose entry is in the record; does what is left of it, however often it is called. */
export async function putAway(transfer: Transfer, index: number, log: Log): Promise<void> {
  const entry = transfer.record.locked[index]
  if (entry?.kept !== 'locked' || entry.before !== null) return
  const place = fileOf(transfer, index)
  const { torrent } = transfer
  if (place === undefined || torrent === undefined) return
  // The torrent's own word counts: it may have been renamed just before an end in the middle.
  const at = torrent.live?.store.path(index) ?? path.join(place.folder, ...place.components)
  const there = await stat(at).catch(() => undefined)
  // On a list before it was fetched: there is nothing to put away.
  if (there?.isFile() !== true) return
  // First: from here on nobody opens it, whatever its name is.
  await chmod(at, 0)
  const folder = place.components.slice(0, -1)
  const components = await renameAway(torrent, index, [...folder, path.basename(at)])
  if (components === undefined) {
    // The name follows when the torrent lets it.
    log.write('warn', 'locked-file-not-renamed', { id: transfer.id, index })
    return
  }
  await transfer.update({
    renamed: { ...transfer.record.renamed, [index]: components },
    ...nameOf(transfer, components),
    locked: {
      ...transfer.record.locked,
      [index]: { ...entry, before: { components: place.components, mode: there.mode & MODE_BITS } },
    },
  })
}

/** As it was before; the entry is out of the record by then. */
export async function bringBack(transfer: Transfer, index: number, entry: LockedEntry): Promise<void> {
  const at = pathOf(transfer, index)
  if (entry.kept !== 'locked' || entry.before === null || at === undefined) return
  const { components, mode } = entry.before
  await chmod(at, mode === 0 ? USUAL_MODE : mode)
  const outcome = await transfer.torrent?.renameFile(index, components)
  if (outcome !== undefined && 'moved' in outcome)
    await transfer.update({
      renamed: { ...transfer.record.renamed, [index]: components },
      ...nameOf(transfer, components),
    })
}

/** For good. */
export async function deleteFile(transfer: Transfer, index: number): Promise<void> {
  const at = pathOf(transfer, index)
  if (at !== undefined) await rm(at, { force: true })
}

/** Of a torrent that is one file: its name on disk is the transfer's. */
function nameOf(transfer: Transfer, components: readonly string[]): { name?: string } {
  const single = transfer.metainfo?.files.filter(({ pad }) => !pad).length === 1
  return single ? { name: components[0] ?? transfer.record.name } : {}
}

/** The new name; undefined when the torrent refuses to give any. */
export async function renameAway(
  torrent: Torrent,
  index: number,
  components: readonly string[],
): Promise<readonly string[] | undefined> {
  const name = components.at(-1) ?? ''
  if (name.endsWith(LOCKED_SUFFIX)) return components
  for (let number = 1; number <= MAX_NAMES; number++) {
    const suffix = number === 1 ? LOCKED_SUFFIX : `.${number}${LOCKED_SUFFIX}`
    const locked = [...components.slice(0, -1), shortened(name, suffix) + suffix]
    const outcome = await renamed(torrent, index, locked)
    if ('moved' in outcome) return locked
    if (outcome.refused.code !== 'NAME_TAKEN') return undefined
  }
  return undefined
}

/** While its files are moved, checked or renamed it is busy: for a moment, or until all of it is hashed. */
async function renamed(
  torrent: Torrent,
  index: number,
  to: readonly string[],
): ReturnType<Torrent['renameFile']> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await torrent.renameFile(index, to)
    if ('moved' in outcome || outcome.refused.code !== 'BUSY' || attempt === BUSY_ATTEMPTS) return outcome
    await new Promise((resolve) => setTimeout(resolve, BUSY_MS).unref())
  }
}

function shortened(name: string, suffix: string): string {
  let short = [...name]
  while (utf8(short.join('') + suffix).length > COMPONENT_LIMIT_BYTES) short = short.slice(0, -1)
  return short.join('')
}
