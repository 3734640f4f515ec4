// Requests that do one thing to each torrent they name.

import type { Arguments } from './arguments.ts'
import { wrong } from './arguments.ts'
import type { Answer } from './message.ts'
import { RpcError } from './rpc-error.ts'
import { selected, selectedOne } from './selection.ts'
import type { TorrentScene } from './torrent-scene.ts'

type Action = (scene: TorrentScene, args: Arguments) => Promise<Answer>

function idsOf({ feed, numbers }: TorrentScene, args: Arguments): string[] {
  return selected(args, feed, numbers).map(({ id }) => id)
}

function simple(
  name: 'pauseTransfers' | 'resumeTransfers' | 'recheckTransfers' | 'reannounceTransfers',
): Action {
  return async (scene, args) => {
    await scene.calls.many(name, idsOf(scene, args), {})
    return {}
  }
}

function queue(place: 'top' | 'up' | 'down' | 'bottom'): Action {
  return async (scene, args) => {
    await scene.calls.many('changeTransfers', idsOf(scene, args), { change: { queue: place } })
    return {}
  }
}

export const torrentStop: Action = simple('pauseTransfers')
export const torrentStart: Action = simple('resumeTransfers')
export const torrentVerify: Action = simple('recheckTransfers')
export const torrentReannounce: Action = simple('reannounceTransfers')
export const queueMoveTop: Action = queue('top')
export const queueMoveUp: Action = queue('up')
export const queueMoveDown: Action = queue('down')
export const queueMoveBottom: Action = queue('bottom')

/** Whatever the queue says. */
export const torrentStartNow: Action = async (scene, args) => {
  const ids = idsOf(scene, args)
  await scene.calls.many('changeTransfers', ids, { change: { forced: true } })
  await scene.calls.many('resumeTransfers', ids, {})
  return {}
}

/** Files of a share are the person's own and stay, whatever is asked (api/routes.ts). */
export const torrentRemove: Action = async (scene, args) => {
  const data = args.boolean('delete-local-data') === true ? 'delete' : 'keep'
  await scene.calls.many('removeTransfers', idsOf(scene, args), { data })
  scene.numbers.refresh()
  return {}
}

export const torrentSetLocation: Action = async (scene, args) => {
  const folder = args.needed('location')
  const data = args.boolean('move') === true
  await scene.calls.many('moveTransfers', idsOf(scene, args), { folder, data })
  return {}
}

/** Files below one folder: as many as are renamed one by one in reasonable time. */
const MAX_RENAMED = 2_000

/** One file, or a folder, which is renamed in each file below it. */
export const torrentRenamePath: Action = async (scene, args) => {
  const { calls, feed, numbers } = scene
  const row = selectedOne(args, feed, numbers)
  const path = args.needed('path')
  const name = args.needed('name')
  if (/[\\/]/.test(name) || name === '.' || name === '..') throw wrong('name', 'the name of a file')
  const from = path.split('/').filter((component) => component !== '')
  const { files } = await calls.make('transferFiles', { id: row.id })
  const below = files.filter((file) => from.every((component, at) => file.path[at] === component))
  if (from.length === 0 || below.length === 0) throw new RpcError('RPC_PATH_UNKNOWN', { path })
  if (below.length > MAX_RENAMED)
    throw new RpcError('RPC_TOO_MUCH', { what: 'files to rename', most: MAX_RENAMED })
  for (const { index, path: whole } of below) {
    const to = [...from.slice(0, -1), name, ...whole.slice(from.length)]
    await calls.make('renameFile', { id: row.id, index, to })
  }
  // What it is called is the name of its file or folder here, so it is shown by it too.
  if (from.length === 1) await calls.make('renameFile', { id: row.id, to: [name] })
  return { path, name, id: numbers.number(row.id) }
}
