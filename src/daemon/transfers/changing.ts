// What a person changes of transfers at run time: limits, labels, rules, trackers, places in the queue. The record first,
// the engine then.

import type { ValidInputOf } from '../../api/routes.ts'
import { saidOf, type TransferRecord } from './record.ts'
import { askTrackers, checkedTracker, trackersAfter } from './tracker-list.ts'
import type { Transfer } from './transfer.ts'
import { TransferError } from './transfer-error.ts'

type Change = ValidInputOf<'changeTransfers'>['change']

/** docs/design/daemon.md. */
const MAX_TAGS = 100

/** Everything but its place in the queue. @throws TransferError; then nothing was changed */
export async function changeTransfer(transfer: Transfer, change: Change): Promise<void> {
  const { record } = transfer
  const added = (change.addTrackers ?? []).map(checkedTracker)
  const update: Partial<TransferRecord> = {
    ...present('upLimit', change.upLimit),
    ...present('downLimit', change.downLimit),
    ...present('category', change.category),
    ...present('sequential', change.sequential),
    ...present('superSeed', change.superSeed),
    ...present('maxPeers', change.maxPeers),
    ...present('forced', change.forced),
    ...(change.addTags === undefined && change.removeTags === undefined
      ? {}
      : { tags: tagsAfter(record.tags, change) }),
    ...(change.stopRule === undefined
      ? {}
      : { stopRule: { ...record.stopRule, ...saidOf(change.stopRule) } }),
  }
  const removed = change.removeTrackers ?? []
  if (added.length > 0 || removed.length > 0) Object.assign(update, trackersAfter(record, added, removed))
  await transfer.update(update)
  askTrackers(transfer, added, removed)
  transfer.apply()
}

function present<Key extends keyof TransferRecord>(
  key: Key,
  value: TransferRecord[Key] | undefined,
): Partial<TransferRecord> {
  return value === undefined ? {} : { [key]: value }
}

function tagsAfter(tags: readonly string[], { addTags = [], removeTags = [] }: Change): string[] {
  const removed = new Set(removeTags)
  const after = [...new Set([...tags, ...addTags])].filter((tag) => !removed.has(tag))
  if (after.length > MAX_TAGS) throw new TransferError('TOO_MANY_TAGS', { most: MAX_TAGS })
  return after
}
