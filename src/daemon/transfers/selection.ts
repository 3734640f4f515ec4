// Which files are got: what the person chose by number or pattern, else what the link says, else all. Pure.

import path from 'node:path'
import picomatch from 'picomatch'
import type { Coded } from '../../api/schemas/primitives.ts'
import type { Magnet } from '../../metainfo/magnet.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import { refusedPlace } from '../get-source.ts'
import type { Selection, Summary, TransferRecord } from './record.ts'
import { rangesIn } from './transfer-link.ts'
import { coded } from './transfer-row.ts'

/** A wanted file starts in the middle of 1 … 7. */
export const WANTED_PRIORITY = 4

export function selectedPriorities(
  metainfo: Metainfo,
  selection: Selection | null,
  ranges: Magnet['select'],
): number[] {
  const chosen = fitting(metainfo, selection, ranges)
  return metainfo.files.map((file) => (!file.pad && chosen(file.index, file.path) ? WANTED_PRIORITY : 0))
}

type Chosen = (index: number, path: readonly string[]) => boolean

function fitting(metainfo: Metainfo, selection: Selection | null, ranges: Magnet['select']): Chosen {
  if (selection?.files != null) {
    const files = new Set(selection.files)
    return (index) => files.has(index)
  }
  if (selection?.globs != null && selection.globs.length > 0) {
    const globs = selection.globs.filter((glob) => glob !== '')
    const fits = globs.length === 0 ? () => false : picomatch(globs, { dot: true, nocase: true })
    // By whole path, by path inside the torrent's folder, and by bare name.
    return (_, parts) =>
      [parts.join('/'), parts.slice(1).join('/'), parts.at(-1) ?? ''].some(
        (each) => each !== '' && fits(each),
      )
  }
  if (ranges === undefined) return () => true
  const last = metainfo.files.length
  const among = new Set<number>()
  for (const range of ranges)
    for (let index = range.first; index <= range.last && index < last; index++) among.add(index)
  return (index) => among.has(index)
}

/** Sizes and counts as a record keeps them. */
export function summaryOf(
  metainfo: Metainfo,
  priorities: readonly number[] | null,
): Omit<Summary, 'doneBytes'> {
  const files = metainfo.files.filter((file) => !file.pad)
  const wanted = files.filter((file) => (priorities?.[file.index] ?? WANTED_PRIORITY) > 0)
  return {
    totalBytes: metainfo.geometry.payloadBytes,
    wantedBytes: wanted.reduce((sum, file) => sum + file.lengthBytes, 0),
    fileCount: files.length,
    private: metainfo.private,
    finished: false,
  }
}

/** The file or folder that a torrent is on disk, below its save folder. */
export function rootOf(metainfo: Metainfo): string {
  return metainfo.files.find((file) => !file.pad)?.path[0] ?? metainfo.name
}

export function targetOf(metainfo: Metainfo, saveFolder: string): string {
  return path.join(saveFolder, rootOf(metainfo))
}

/** What is wanted of these files: what was chosen, and nothing where nothing received may lie. */
export function wantedOf(record: TransferRecord, metainfo: Metainfo, stateFolder: string): readonly number[] {
  // Those of a record were chosen with the place in mind.
  if (record.priorities !== null) return record.priorities
  if (isRefused(record, metainfo, stateFolder)) return metainfo.files.map(() => 0)
  return selectedPriorities(metainfo, record.selection, rangesIn(record))
}

/** Why a person must choose again: nothing of it is wanted, or it would lie where nothing received may lie. */
export function refusalOf(
  record: TransferRecord,
  metainfo: Metainfo,
  stateFolder: string,
): Coded | undefined {
  if (record.role === 'share' || metainfo.geometry.payloadBytes === 0) return undefined
  if (wantedOf(record, metainfo, stateFolder).some((priority) => priority > 0)) return undefined
  if (isRefused(record, metainfo, stateFolder))
    return coded('PLACE_REFUSED', { folder: targetOf(metainfo, record.saveFolder) })
  return record.selection === null ? undefined : coded('NOTHING_SELECTED', {})
}

export function isRefused(record: TransferRecord, metainfo: Metainfo, stateFolder: string): boolean {
  return record.role === 'get' && refusedPlace(metainfo, record.saveFolder, stateFolder) !== undefined
}
