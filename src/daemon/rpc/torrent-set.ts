// torrent-set: what it asks becomes one change for each torrent, and torrents with the same change are changed together.

import type { InputOf } from '../../api/routes.ts'
import type { TransferRow } from '../../api/schemas/transfer.ts'
import { type Arguments, wrong } from './arguments.ts'
import { filePriorities, hasFileChoices } from './file-choices.ts'
import { labelChange } from './label-choices.ts'
import type { Answer } from './message.ts'
import { RpcError } from './rpc-error.ts'
import { stopRuleOf } from './seed-limits.ts'
import { selected } from './selection.ts'
import { changedLimit, type SessionSettings } from './session-settings.ts'
import type { TorrentScene } from './torrent-scene.ts'
import type { Trackers } from './torrent-view.ts'
import { urlsOfList } from './tracker-fields.ts'

type Change = InputOf<'changeTransfers'>['change']

const TRACKER_ARGUMENTS = ['trackerAdd', 'trackerRemove', 'trackerReplace', 'trackerList']

export async function torrentSet(scene: TorrentScene, args: Arguments): Promise<Answer> {
  const { calls, feed, numbers } = scene
  const rows = selected(args, feed, numbers)
  const settings = await scene.settings()
  const categories = args.has('labels') ? await categoryNames(scene) : new Set<string>()
  const groups = new Map<string, { readonly change: Change; readonly ids: string[] }>()
  for (const row of rows) {
    const change = {
      ...changeOf(args, row, scene, settings, categories),
      ...(await trackerChange(scene, args, row)),
    }
    if (Object.keys(change).length === 0) continue
    const key = JSON.stringify(change)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { change, ids: [row.id] })
    else group.ids.push(row.id)
  }
  for (const { change, ids } of groups.values()) await calls.many('changeTransfers', ids, { change })
  if (hasFileChoices(args)) for (const row of rows) await changeFiles(scene, args, row)
  const location = args.string('location')
  if (location !== undefined)
    await calls.many(
      'moveTransfers',
      rows.map(({ id }) => id),
      { folder: location, data: false },
    )
  const absent = asksForMore(args)
  if (absent.length > 0) throw new RpcError('RPC_NOT_HERE', { what: absent.join(', ') })
  return {}
}

export async function categoryNames({ calls }: TorrentScene): Promise<Set<string>> {
  const { categories } = await calls.make('categories', {})
  return new Set(categories.map(({ name }) => name))
}

function changeOf(
  args: Arguments,
  row: TransferRow,
  { aside }: TorrentScene,
  settings: SessionSettings,
  categories: ReadonlySet<string>,
): Change {
  const change: Change = {}
  const down = { given: args.number('downloadLimit'), on: args.boolean('downloadLimited') }
  const downLimit = changedLimit(down, row.downLimit, aside, `${row.id} down`)
  if (downLimit !== undefined) change.downLimit = downLimit
  const up = { given: args.number('uploadLimit'), on: args.boolean('uploadLimited') }
  const upLimit = changedLimit(up, row.upLimit, aside, `${row.id} up`)
  if (upLimit !== undefined) change.upLimit = upLimit
  const stopRule = stopRuleOf(args, row, settings)
  if (stopRule !== undefined) change.stopRule = stopRule
  const maxPeers = args.count('peer-limit')
  if (maxPeers !== undefined && maxPeers !== settings.get('network.maxPeers')) change.maxPeers = maxPeers
  const sequential = args.boolean('sequential_download')
  if (sequential !== undefined) change.sequential = sequential
  const queuePosition = args.count('queuePosition')
  if (queuePosition !== undefined) change.queuePosition = queuePosition
  const labels = args.strings('labels')
  return labels === undefined ? change : { ...change, ...labelChange(row, labels, categories) }
}

async function trackerChange({ calls }: TorrentScene, args: Arguments, row: TransferRow): Promise<Change> {
  if (!TRACKER_ARGUMENTS.some((name) => args.has(name))) return {}
  const { trackers } = await calls.make('transferTrackers', { id: row.id })
  const list = args.string('trackerList')
  const wished = list === undefined ? edited(args, trackers) : urlsOfList(list)
  const known = trackers.map(({ url }) => url)
  const addTrackers = wished.filter((url) => !known.includes(url))
  const removeTrackers = known.filter((url) => !wished.includes(url))
  return {
    ...(addTrackers.length === 0 ? {} : { addTrackers }),
    ...(removeTrackers.length === 0 ? {} : { removeTrackers }),
  }
}

/** The list after removing and replacing by id and adding. */
function edited(args: Arguments, trackers: Trackers): string[] {
  const removed = new Set(args.counts('trackerRemove') ?? [])
  const replaced = new Map<number, string>()
  const pairs = args.list('trackerReplace') ?? []
  for (let at = 0; at < pairs.length; at += 2) {
    const [id, url] = [pairs[at], pairs[at + 1]]
    if (typeof id !== 'number' || typeof url !== 'string')
      throw wrong('trackerReplace', 'pairs of an id and an address')
    replaced.set(id, url)
  }
  for (const id of [...removed, ...replaced.keys()])
    if (trackers[id] === undefined) throw wrong('trackerRemove and trackerReplace', 'ids that trackers has')
  const kept = trackers.flatMap(({ url }, id) => (removed.has(id) ? [] : [replaced.get(id) ?? url]))
  return [...kept, ...(args.strings('trackerAdd') ?? [])]
}

async function changeFiles({ calls }: TorrentScene, args: Arguments, { id }: TransferRow): Promise<void> {
  const { files } = await calls.make('transferFiles', { id })
  const priorities = filePriorities(args, files)
  if (priorities.length > 0) await calls.make('changeFiles', { id, priorities })
}

/** What Shoal has no such thing for, where it is asked to be other than it is. */
function asksForMore(args: Arguments): string[] {
  return [
    (args.number('bandwidthPriority') ?? 0) === 0 ? '' : 'bandwidthPriority',
    (args.string('group') ?? '') === '' ? '' : 'group',
    (args.boolean('honorsSessionLimits') ?? true) ? '' : 'honorsSessionLimits',
  ].filter((name) => name !== '')
}
