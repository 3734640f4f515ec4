// torrent-add: a magnet link, an address or path of a torrent file, or its bytes, with the choices before it starts.

import type { InputOf } from '../../api/routes.ts'
import { type Arguments, wrong } from './arguments.ts'
import { filePriorities, hasFileChoices } from './file-choices.ts'
import { ENGINE_PRIORITY } from './file-fields.ts'
import { splitLabels } from './label-choices.ts'
import type { Answer } from './message.ts'
import { RpcError } from './rpc-error.ts'
import type { TorrentScene } from './torrent-scene.ts'
import { categoryNames } from './torrent-set.ts'
import { nameOnDisk } from './torrent-state.ts'

type Source = InputOf<'addTransfer'>['source']

export async function torrentAdd(scene: TorrentScene, args: Arguments): Promise<Answer> {
  const { calls, numbers, aside } = scene
  const source = await sourceOf(scene, args)
  const files = await chosenFiles(scene, args, source)
  const labels = args.strings('labels')
  const saveFolder = args.string('download-dir')
  const { transfer, added } = await calls.make('addTransfer', {
    source,
    ...(saveFolder === undefined || saveFolder === '' ? {} : { saveFolder }),
    ...(labels === undefined ? {} : splitLabels(labels, await categoryNames(scene))),
    ...((args.boolean('paused') ?? !aside.startAdded) ? { paused: true } : {}),
    ...(files === undefined ? {} : { files: files.wanted }),
    ...(args.boolean('sequential_download') === true ? { sequential: true } : {}),
  })
  if (added) {
    if (files !== undefined && files.priorities.length > 0)
      await calls.make('changeFiles', { id: transfer.id, priorities: files.priorities })
    const maxPeers = args.count('peer-limit')
    if (maxPeers !== undefined) await calls.many('changeTransfers', [transfer.id], { change: { maxPeers } })
  }
  numbers.refresh()
  const torrent = {
    id: numbers.number(transfer.id),
    name: nameOnDisk(transfer),
    hashString: transfer.infohashV1 ?? transfer.id,
  }
  return added ? { 'torrent-added': torrent } : { 'torrent-duplicate': torrent }
}

async function sourceOf({ readTorrentFile }: TorrentScene, args: Arguments): Promise<Source> {
  const metainfo = args.string('metainfo')
  // Some clients break the lines of base64.
  if (metainfo !== undefined && metainfo !== '') return { torrent: metainfo.replace(/\s+/g, '') }
  const filename = args.string('filename')
  if (filename === undefined || filename === '') throw wrong('filename or metainfo', 'a text')
  if (!isPath(filename)) return { link: filename }
  return { torrent: Buffer.from(await readTorrentFile(filename)).toString('base64') }
}

/** Links have a scheme or are a bare hash. */
function isPath(filename: string): boolean {
  return filename.startsWith('/') || /^[A-Za-z]:[\\/]/.test(filename) || filename.startsWith('\\\\')
}

/** Chosen before it starts, so that nothing that is not wanted is fetched. */
async function chosenFiles(
  { calls }: TorrentScene,
  args: Arguments,
  source: Source,
): Promise<{ wanted: number[]; priorities: { index: number; priority: number }[] } | undefined> {
  if (!hasFileChoices(args)) return undefined
  const { files } = await calls.make('inspect', { source })
  if (files === null) {
    // All are wanted until they are known: only leaving out or weighing needs the list.
    if (
      ['files-unwanted', 'priority-low', 'priority-high'].some((name) => (args.list(name) ?? []).length > 0)
    )
      throw new RpcError('RPC_FILES_UNKNOWN')
    return undefined
  }
  const all = files.map(({ index }) => ({ index, priority: ENGINE_PRIORITY.normal }))
  const priorities = filePriorities(args, all)
  const leftOut = new Set(priorities.flatMap(({ index, priority }) => (priority === 0 ? [index] : [])))
  return {
    wanted: all.flatMap(({ index }) => (leftOut.has(index) ? [] : [index])),
    priorities: priorities.filter(({ priority }) => priority > 0),
  }
}
