// What Transmission keeps of a transfer: a torrent file in `torrents`, and a `.resume` of the same name in `resume`.

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

/** tr_ratiolimit: as usual, a limit of its own, none. */
const RATIO_OWN = 1
const RATIO_NONE = 2

/** @throws ImportError why it stays where it is */
export function readTransmission({ name, torrent, resume }: ForeignFiles): ForeignTransfer {
  const dict = dictOf(resume, name)
  const shown = dict.text('name') || name
  if (torrent === undefined) throw new ImportError('IMPORT_NO_TORRENT', { name: shown })
  const saveFolder = dict.text('destination') ?? ''
  if (!path.isAbsolute(saveFolder))
    throw new ImportError('IMPORT_NO_FOLDER', { name: shown, folder: saveFolder })
  // It lists names of files only where they are others than the torrent's.
  if (dict.list('files') !== undefined)
    throw new ImportError('IMPORT_RENAMED', { name: shown, folder: saveFolder })
  const left = [...(dict.list('dnd') ?? [])]
  return {
    name: shown,
    torrent,
    saveFolder: path.resolve(saveFolder),
    paused: dict.int('paused') === 1,
    category: null,
    tags: textsOf(dict.list('labels')).flatMap((label) => labelOf(label) ?? []),
    files: wantedOf(left.map((flag) => flag !== 1)),
    upLimit: limitIn(dict.dict('speed-limit-up')),
    downLimit: limitIn(dict.dict('speed-limit-down')),
    ratio: ratioIn(dict.dict('ratio-limit')),
  }
}

type Dict = ReturnType<typeof dictOf>

function limitIn(dict: Dict | undefined): number | undefined {
  return dict?.int('use-speed-limit') === 1 ? limitOf(dict.int('speed-Bps')) : undefined
}

function ratioIn(dict: Dict | undefined): number | null | undefined {
  const mode = dict?.int('ratio-mode')
  if (mode === RATIO_NONE) return null
  const ratio = Number(dict?.text('ratio-limit'))
  return mode === RATIO_OWN && Number.isFinite(ratio) && ratio >= 0 ? ratio : undefined
}
