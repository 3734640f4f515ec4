// What qBittorrent keeps of a transfer: a torrent file and a `.fastresume` beside it (libtorrent's keys, and its own `qBt-`).

import path from 'node:path'
import {
  dictOf,
  type ForeignFiles,
  type ForeignTransfer,
  ImportError,
  labelOf,
  limitOf,
  textsOf,
  wantedOf,
} from './foreign-transfer.ts'

/** Ratios are kept in thousandths; -1 is for ever, -2 as usual. */
const RATIO_UNIT = 1_000
const FOR_EVER = -1
const USUAL = -2

/** @throws ImportError why it stays where it is */
export function readQbittorrent({ name, torrent, resume }: ForeignFiles): ForeignTransfer {
  const dict = dictOf(resume, name)
  const shown = dict.text('qBt-name') || dict.text('name') || name
  if (torrent === undefined) throw new ImportError('IMPORT_NO_TORRENT', { name: shown })
  const saveFolder = dict.text('qBt-savePath') || dict.text('save_path') || ''
  if (!path.isAbsolute(saveFolder))
    throw new ImportError('IMPORT_NO_FOLDER', { name: shown, folder: saveFolder })
  // Its files lie under other names than the torrent's: ours would look for them in vain, and get them again.
  const renamed = textsOf(dict.list('mapped_files')).some((file) => file !== '')
  const layout = dict.text('qBt-contentLayout')
  if (renamed || layout === 'NoSubfolder' || layout === 'Subfolder')
    throw new ImportError('IMPORT_RENAMED', { name: shown, folder: saveFolder })
  const priorities = [...(dict.list('file_priority') ?? [])]
  const category = labelOf(dict.text('qBt-category') ?? '')
  return {
    name: shown,
    torrent,
    saveFolder: path.resolve(saveFolder),
    paused: dict.int('paused') === 1 && dict.int('auto_managed') !== 1,
    category: category ?? null,
    tags: textsOf(dict.list('qBt-tags')).flatMap((tag) => labelOf(tag) ?? []),
    files: wantedOf(priorities.map((priority) => priority !== 0)),
    upLimit: limitOf(dict.int('upload_rate_limit')),
    downLimit: limitOf(dict.int('download_rate_limit')),
    ratio: ratioOf(dict.int('qBt-ratioLimit')),
  }
}

function ratioOf(kept: number | undefined): number | null | undefined {
  if (kept === undefined || kept === USUAL * RATIO_UNIT || kept === USUAL) return undefined
  if (kept === FOR_EVER * RATIO_UNIT || kept === FOR_EVER) return null
  return kept < 0 ? undefined : kept / RATIO_UNIT
}
