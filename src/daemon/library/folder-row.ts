// A library folder as the API tells it.

import path from 'node:path'
import type { LibraryFolder } from '../../api/schemas/library.ts'
import { coded, moment } from '../transfers/transfer-row.ts'
import type { FolderAnswer } from './library-work.ts'

/** @param share of the people with the link; null while there is none */
export function folderRow(
  { folder, status, offer, proposals }: FolderAnswer,
  share: string | null,
): LibraryFolder {
  const { problem } = status ?? {}
  return {
    id: folder.id,
    path: folder.path,
    name: path.basename(folder.path),
    audience: folder.audience,
    licence: folder.licence === null ? null : { ...folder.licence },
    publisher: folder.publisher,
    state: status?.state ?? 'waiting',
    problem: problem === undefined ? null : coded(problem.code, problem.data),
    files: folder.files,
    totalBytes: folder.totalBytes,
    hashedFiles: folder.hashedFiles,
    hashedBytes: folder.hashedBytes,
    offeredFiles: offer?.files ?? 0,
    offeredBytes: offer?.totalBytes ?? 0,
    proposals,
    share,
    addedAt: moment(folder.addedAtMs) as string,
    scannedAt: moment(status?.scannedAtMs ?? null),
  }
}
