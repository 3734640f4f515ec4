// The pages by which phones on this network fetch single shares: opened and closed with the share (daemon/share-page serves
// them). Promise: a page is gone with its share, and with the daemon.

import path from 'node:path'
import type { PagedShare } from '../share-page/paged-share.ts'
import type { Transfer } from './transfer.ts'
import { TransferError } from './transfer-error.ts'

/** @throws TransferError FILES_UNKNOWN while it is being hashed */
export function pagedShareOf(transfer: Transfer): PagedShare {
  const { metainfo, record } = transfer
  if (metainfo === undefined || record.hashing !== null)
    throw new TransferError('FILES_UNKNOWN', { name: record.name })
  const shown = metainfo.files.filter(
    (file) => !file.pad && !file.symlink && (record.priorities?.[file.index] ?? 1) > 0,
  )
  return {
    id: record.id,
    name: record.shownName ?? record.name,
    files: shown.map((file) => ({
      path: file.path,
      lengthBytes: file.lengthBytes,
      diskPath:
        record.diskPaths?.[file.index] ??
        path.join(record.saveFolder, ...(record.renamed[file.index] ?? file.path)),
    })),
    whole: (index) => {
      const { live } = transfer.torrent ?? {}
      const file = shown[index]
      const range = file === undefined ? undefined : live?.geometry.piecesOf(file.index)
      if (live === undefined || file === undefined) return false
      if (!transfer.arrival.mayGive(file.index)) return false
      if (range === undefined) return file.lengthBytes === 0
      for (let piece = range.first; piece <= range.last; piece++) if (!live.have.has(piece)) return false
      return true
    },
  }
}
