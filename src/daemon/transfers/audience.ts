// With whom something is shared: widened and narrowed while it is given.
// Promise: narrowed holds at once, whether it could be kept or not; widened holds only once it is kept.

import type { Audience } from '../../api/schemas/primitives.ts'
import type { Transfer } from './transfer.ts'
import { linkFor } from './transfer-link.ts'

/**
 * Narrowed, it is told to nobody under its own hash any more; whoever learned of it before may still ask.
 * @throws DiskError when it could not be kept
 */
export async function changeAudience(transfer: Transfer, audience: Audience): Promise<void> {
  const { audience: before, magnet, hashing } = transfer.record
  const { content, torrent } = transfer
  if (before === audience && (torrent?.options.listing ?? audience) === audience) return
  try {
    await transfer.update({
      audience,
      ...(content === undefined ? {} : { magnet: linkFor(content, audience) }),
      ...(hashing === null ? {} : { hashing: { ...hashing, audience } }),
    })
  } catch (error) {
    if (audience === 'link') await openAnew(transfer)
    // What holds again need not be kept: it is what is on disk.
    else await transfer.update({ audience: before, magnet, hashing }).catch(() => undefined)
    throw error
  }
  await openAnew(transfer)
}

async function openAnew(transfer: Transfer): Promise<void> {
  if (transfer.torrent === undefined) return
  await transfer.close()
  await transfer.open({ asked: false })
}
