// The files of a transfer as they are shown, and what a person wants of them: which, how urgently, under which names.

import type { ValidInputOf } from '../../api/routes.ts'
import type { FileRow } from '../../api/schemas/transfer.ts'
import { fileProgressOf } from '../../engine/torrent/details.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import { PATH_LIMIT_COMPONENTS } from '../../metainfo/paths.ts'
import { isBlankName, type NameRules, safeName } from '../../metainfo/safe-name.ts'
import { isRefused, summaryOf, WANTED_PRIORITY } from './selection.ts'
import type { Transfer } from './transfer.ts'
import { TransferError } from './transfer-error.ts'

/** @throws TransferError FILES_UNKNOWN */
export function metainfoOf(transfer: Transfer): Metainfo {
  const { metainfo } = transfer
  if (metainfo === undefined) throw new TransferError('FILES_UNKNOWN', { name: transfer.record.name })
  return metainfo
}

/** Pads are not shown. Empty while the list of files is not known. */
export function fileRowsOf(transfer: Transfer): FileRow[] {
  const { metainfo, record, torrent } = transfer
  if (metainfo === undefined) return []
  const done = torrent === undefined ? undefined : fileProgressOf(torrent)
  const whole = record.summary.finished
  return metainfo.files
    .filter((file) => !file.pad)
    .map((file) => {
      const priority = record.priorities?.[file.index] ?? WANTED_PRIORITY
      return {
        index: file.index,
        path: [...(record.renamed[file.index] ?? file.path)],
        lengthBytes: file.lengthBytes,
        doneBytes: done?.[file.index] ?? (whole && priority > 0 ? file.lengthBytes : 0),
        priority,
        dangers: [...transfer.arrival.dangersOf(file.index)],
        check: transfer.arrival.checkOf(file.index),
      }
    })
}

/** Kept first; the engine then leaves out, or fetches, what changed. @throws TransferError */
export async function changeFiles(
  transfer: Transfer,
  wish: ValidInputOf<'changeFiles'>['priorities'],
  stateFolder: string,
): Promise<void> {
  const metainfo = metainfoOf(transfer)
  const { saveFolder, name } = transfer.record
  if (isRefused(transfer.record, metainfo, stateFolder))
    throw new TransferError('PLACE_REFUSED', { name, folder: saveFolder })
  const priorities = [
    ...(transfer.record.priorities ?? metainfo.files.map((file) => (file.pad ? 0 : WANTED_PRIORITY))),
  ]
  for (const { index, priority } of wish) {
    const file = metainfo.files[index]
    if (file === undefined || file.pad) throw new TransferError('FILE_UNKNOWN', { index })
    priorities[index] = priority
  }
  const { summary } = transfer.record
  const more = wish.some(
    ({ index, priority }) => priority > 0 && (transfer.record.priorities?.[index] ?? 1) === 0,
  )
  await transfer.update({
    priorities,
    summary: {
      ...summaryOf(metainfo, priorities),
      doneBytes: summary.doneBytes,
      finished: summary.finished && !more,
    },
    ...(more ? { stopped: false } : {}),
  })
  transfer.problem = transfer.problem?.code === 'NOTHING_SELECTED' ? null : transfer.problem
  await transfer.torrent?.wishes.setPriorities(priorities)
  transfer.go()
}

/** One file on disk, or the transfer as it is shown. @throws TransferError */
export async function rename(
  transfer: Transfer,
  index: number | undefined,
  to: readonly string[],
  rules: NameRules,
): Promise<void> {
  if (index === undefined) {
    await transfer.update({ shownName: to.join('/') })
    return
  }
  const file = metainfoOf(transfer).files[index]
  if (file === undefined || file.pad) throw new TransferError('FILE_UNKNOWN', { index })
  if (transfer.record.role === 'share')
    throw new TransferError('SHARE_NOT_TOUCHED', { name: transfer.record.name })
  const components = to.map((name) => safeName(name, rules))
  const unsafe = components.some((name, at) => name !== to[at] || isBlankName(name))
  if (unsafe || components.length > PATH_LIMIT_COMPONENTS)
    throw new TransferError('NAME_REFUSED', { name: to.join('/') })
  const { torrent } = transfer
  if (torrent === undefined) throw new TransferError('TRANSFER_CLOSED', { name: transfer.record.name })
  const outcome = await torrent.renameFile(index, components)
  if ('refused' in outcome)
    throw new TransferError('RENAME_FAILED', { path: outcome.refused.path, why: outcome.refused.code })
  const renamed = { ...transfer.record.renamed, [index]: components }
  await transfer.update({ renamed, name: topOf(metainfoOf(transfer), renamed) ?? transfer.record.name })
}

/** The one file or folder that everything lies in under its names of now, if there is one. */
function topOf(
  { files }: Metainfo,
  renamed: Readonly<Record<string, readonly string[]>>,
): string | undefined {
  const tops = new Set(files.filter(({ pad }) => !pad).map(({ index, path }) => (renamed[index] ?? path)[0]))
  return tops.size === 1 ? [...tops][0] : undefined
}
