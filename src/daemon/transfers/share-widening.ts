// More people get a share than until now: only what was looked at and answered for them, and only with a right to it.

import path from 'node:path'
import type { ValidInputOf } from '../../api/routes.ts'
import type { Audience } from '../../api/schemas/primitives.ts'
import type { Disk } from '../../base/ports.ts'
import { LibraryError } from '../../library/library-error.ts'
import { type GateTools, lookedAt, refuseWithoutLicence } from '../review/gate.ts'
import { ReviewError } from '../review/review-error.ts'
import type { Reviews } from '../review/reviews.ts'
import { type LookingDisk, listed, type Subject } from '../review/subject.ts'
import { refuseKeysInside, refuseRoot } from '../share-survey.ts'
import { changeAudience } from './audience.ts'
import type { Shares } from './shares.ts'
import type { Transfer } from './transfer.ts'
import { TransferError } from './transfer-error.ts'

export interface WideningSurroundings {
  readonly reviews: Reviews
  readonly gate: GateTools
  readonly shares: Pick<Shares, 'answered' | 'hash'>
  wallMs(): number
}

/** @throws LibraryError LICENCE_NEEDED, REVIEW_NEEDED, REVIEW_UNKNOWN, REVIEW_UNFINISHED; ReviewError; DiskError */
export async function widenOrNarrow(
  transfer: Transfer,
  { audience, review, licence, publisher }: ValidInputOf<'changeAudience'>,
  around: WideningSurroundings,
): Promise<void> {
  const { record } = transfer
  // Who gets it is said of its folder.
  if (record.libraryFolder !== null && audience !== 'link')
    throw new LibraryError('REVIEW_NEEDED', { name: record.name })
  if (audience !== 'everyone' || record.audience === 'everyone')
    return await changeAudience(transfer, audience)
  const right = licence ?? record.licence
  refuseWithoutLicence(audience, right)
  const told = { licence: right, publisher: publisher ?? record.publisher }
  if (record.hashing !== null) {
    // What is looked at for fewer is looked at again for all.
    const wish = { ...record.hashing, ...(review === undefined ? {} : { review }), audience }
    const hashing = review === undefined ? wish : around.shares.answered(wish, review)
    await transfer.update({ ...told, audience, hashing })
    void around.shares.hash(transfer)
    return
  }
  if (record.looked?.audience === 'everyone') await transfer.update(told)
  else await transfer.update({ ...told, looked: await lookedFor(transfer, review, around) })
  await changeAudience(transfer, audience)
}

/** Every file that the share gives was looked at, and is as it was then. */
async function lookedFor(
  transfer: Transfer,
  id: string | undefined,
  { reviews, gate, wallMs }: WideningSurroundings,
): Promise<{ review: string; audience: Audience; at: number }> {
  if (id === undefined) throw new LibraryError('REVIEW_NEEDED', { name: transfer.record.name })
  const review = reviews.get(id)
  if (review.subject.share !== transfer.id)
    throw new LibraryError('REVIEW_NEEDED', { name: transfer.record.name })
  await lookedAt(review, 'everyone', gate)
  await reviews.end(id)
  return { review: id, audience: 'everyone', at: wallMs() }
}

/** The files of a share as they lie on disk. @throws TransferError FILES_UNKNOWN, ShareError */
export function subjectOfShare(transfer: Transfer, audience: Audience, stateFolder: string): Subject {
  const { record, metainfo } = transfer
  const { name, saveFolder, diskPaths, renamed, priorities } = record
  if (metainfo === undefined) throw new TransferError('FILES_UNKNOWN', { name })
  const root = path.join(saveFolder, name)
  const files = metainfo.files
    .filter(({ pad, symlink, index }) => !pad && !symlink && priorities?.[index] !== 0)
    .map((file) => {
      const below = renamed[file.index] ?? file.path
      return {
        components: metainfo.singleFile ? below : below.slice(1),
        path: diskPaths?.[file.index] ?? path.join(saveFolder, ...below),
        lengthBytes: file.lengthBytes,
      }
    })
  return {
    root,
    folder: null,
    share: transfer.id,
    exclude: [],
    audience,
    // What is offered already cannot be taken out of it.
    whole: true,
    find: async (disk: LookingDisk) => {
      await refuseIfThere(root, stateFolder, disk)
      refuseKeysInside(
        root,
        files.map(({ components }) => components.slice(0, -1)),
      )
      const found = await listed(disk, name, metainfo.singleFile, files)
      if (found.leftOut.length > 0)
        throw new ReviewError('SHARE_WHOLE_ONLY', { name, file: found.leftOut[0] })
      return found
    },
  }
}

/** Where names on disk are others, nothing lies under the torrent's own. */
async function refuseIfThere(root: string, stateFolder: string, disk: Pick<Disk, 'stat'>): Promise<void> {
  if ((await disk.stat(root)) !== undefined) refuseRoot(root, stateFolder)
}
