// A transfer's data goes to another folder while its row shows how far, or is said to lie there already.
// Invariant: the folder moved to is in the record before anything moves, so that a move that was cut off goes on at the next
// start; a share's files are the person's own and are never moved.

import { CodedError } from '../../base/errors.ts'
import { after } from '../../base/ids.ts'
import type { Clock } from '../../base/ports.ts'
import type { StorageProblem } from '../../engine/storage/trouble.ts'
import { refusedTarget, shareRootFacts } from '../../safety/share-roots.ts'
import { absolute } from './places.ts'
import { targetOf } from './selection.ts'
import type { Transfer } from './transfer.ts'
import { TransferError } from './transfer-error.ts'
import { coded } from './transfer-row.ts'

/** A move on one volume is over by then, and what is wrong with it is told as an error; a longer one goes on by itself. */
const PATIENCE_MS = 2_000

/** @throws TransferError when it may not, or at once turns out that it cannot */
export async function move(
  transfer: Transfer,
  given: string,
  stateFolder: string,
  clock: Clock,
): Promise<void> {
  const folder = absolute(given)
  const { record, metainfo } = transfer
  if (record.role === 'share') throw new TransferError('SHARE_NOT_TOUCHED', { name: record.name })
  if (metainfo !== undefined) {
    const refused = refusedTarget(targetOf(metainfo, folder), shareRootFacts(stateFolder))
    if (refused !== undefined)
      throw new TransferError('PLACE_REFUSED', {
        name: record.name,
        folder: 'folder' in refused ? refused.folder : folder,
      })
  }
  if (folder === record.saveFolder && record.movingTo === null) return
  if (transfer.activity.kind === 'moving' || (record.movingTo !== null && record.movingTo !== folder))
    throw new TransferError('BUSY', { name: record.name })
  if (transfer.torrent === undefined) throw new TransferError('TRANSFER_CLOSED', { name: record.name })
  await transfer.update({ movingTo: folder })
  let cancel = () => {}
  const patience = new Promise<undefined>((over) => {
    cancel = clock.schedule(after(clock.now(), PATIENCE_MS), () => over(undefined))
  })
  const refused = await Promise.race([goOnMoving(transfer), patience])
  cancel()
  if (refused !== undefined)
    throw new TransferError('MOVE_REFUSED', {
      name: record.name,
      folder,
      why: refused.code,
      path: refused.path,
    })
}

/** Moves to where the record says, from wherever an earlier attempt stopped. What is being checked moves once that is over. */
export async function goOnMoving(transfer: Transfer): Promise<StorageProblem | undefined> {
  const folder = transfer.record.movingTo
  const { torrent } = transfer
  if (folder === null || torrent === undefined || transfer.activity.kind === 'moving') return undefined
  if (torrent.stateName === 'checking') return undefined
  transfer.activity = { kind: 'moving', progress: 0 }
  transfer.touch()
  const totalBytes = Math.max(1, transfer.record.summary.totalBytes)
  try {
    const known = torrent.metainfo !== undefined
    const outcome = await torrent.move(folder, (bytes) => {
      transfer.activity = { kind: 'moving', progress: bytes / totalBytes }
    })
    if ('refused' in outcome) {
      transfer.report(coded('MOVE_REFUSED', { ...outcome.refused, folder }))
      // One that began is not over: its journal says where to.
      await transfer.update({ movingTo: torrent.live?.store.pendingMove ?? null })
      return outcome.refused
    }
    transfer.report(coded('MOVED', { folder }))
    await transfer.update({
      movingTo: null,
      saveFolder: folder,
      // Before the list of files is known there is no journal: it will be named by the new place.
      ...(known ? {} : { journalFolder: folder }),
    })
    if (transfer.problem?.code === 'PLACE_REFUSED') await chooseAgain(transfer)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    transfer.report(coded(error.code, error.data))
  } finally {
    transfer.activity = { kind: 'none' }
    transfer.touch()
  }
  return undefined
}

/** The files are there already, or will be: they are looked at there, and nothing is moved. */
export async function relocate(transfer: Transfer, given: string): Promise<void> {
  const folder = absolute(given)
  if (transfer.record.role === 'share' && transfer.record.diskPaths !== null)
    throw new TransferError('SHARE_NOT_TOUCHED', { name: transfer.record.name })
  if (transfer.activity.kind === 'moving') throw new TransferError('BUSY', { name: transfer.record.name })
  await transfer.update({ saveFolder: folder, journalFolder: folder, movingTo: null })
  if (transfer.problem?.code === 'PLACE_REFUSED') await chooseAgain(transfer)
  else await reopen(transfer)
}

/** It may lie there now, so what was chosen of it is wanted again. */
async function chooseAgain(transfer: Transfer): Promise<void> {
  await transfer.update({ priorities: null })
  await reopen(transfer)
}

async function reopen(transfer: Transfer): Promise<void> {
  await transfer.close()
  await transfer.open({ asked: true })
  transfer.go()
}
