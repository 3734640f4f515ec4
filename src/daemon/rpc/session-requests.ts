// Requests about the session: its fields, statistics, ports, space, groups and end.

import type { Feed } from '../feed.ts'
import { Arguments } from './arguments.ts'
import type { Calls } from './calls.ts'
import type { Answer } from './message.ts'
import { classicName } from './names.ts'
import { RpcError } from './rpc-error.ts'
import { SESSION_FIELDS, type SessionView, type Values } from './session-fields.ts'
import { type LimitsAside, SessionSettings } from './session-settings.ts'

export interface SessionScene {
  readonly calls: Calls
  readonly aside: LimitsAside
  readonly sessionId: string
  /** Of Shoal. */
  readonly version: string
  readonly feed: Feed
  readonly now: () => number
  /** Size of the file system that a folder lies on. */
  readonly totalBytes: (folder: string) => Promise<number>
}

export async function sessionGet(scene: SessionScene, args: Arguments): Promise<Answer> {
  const view = await viewOf(scene)
  const asked = args.strings('fields')
  if (asked === undefined)
    return Object.fromEntries([...SESSION_FIELDS].map(([name, field]) => [name, field.of(view)]))
  const known = asked.flatMap((name) => {
    const field = SESSION_FIELDS.get(classicName(name))
    return field === undefined ? [] : [[name, field.of(view)] as const]
  })
  return Object.fromEntries(known)
}

export async function sessionSet(scene: SessionScene, args: Arguments): Promise<Answer> {
  const view = await viewOf(scene)
  const changed = new Arguments(
    args
      .names()
      // What is as asked already is nobody's wish to change it: clients send whole pages of settings.
      .filter((name) => !sameValue(SESSION_FIELDS.get(name)?.of(view), args.get(name)))
      .map((name) => [name, args.get(name)] as const),
  )
  const values: Values = {}
  const refused: string[] = []
  for (const name of changed.names()) {
    const field = SESSION_FIELDS.get(name)
    if (field === undefined) continue
    if (field.set === undefined) refused.push(name)
    else Object.assign(values, field.set(changed, view))
  }
  const folder = values['saving.folder']
  // It must lie where this program may already write: setting it would otherwise open a way to anywhere.
  if (typeof folder === 'string') await scene.calls.make('folder', { path: folder })
  if (Object.keys(values).length > 0) await scene.calls.make('changeSettings', { values })
  if (refused.length > 0) throw new RpcError('RPC_NOT_HERE', { what: refused.join(', ') })
  return {}
}

export async function sessionStats({ calls, feed, now }: SessionScene): Promise<Answer> {
  const [{ counts, startedAt, takenBytes, givenBytes }, { volumes }] = await Promise.all([
    calls.make('status', {}),
    calls.make('network', {}),
  ])
  const { downBytesPerSecond, upBytesPerSecond } = feed.totals
  const secondsActive = Math.max(0, Math.floor((now() - Date.parse(startedAt)) / 1_000))
  let filesAdded = 0
  for (const { fileCount } of feed.rows()) filesAdded += fileCount
  // How often and how long Shoal ran before is not counted: both are those of this run, and files those that are here.
  const run = { filesAdded, secondsActive, sessionCount: 1 }
  return {
    activeTorrentCount: counts.getting + counts.giving + counts.waiting,
    downloadSpeed: Math.round(downBytesPerSecond),
    pausedTorrentCount: counts.paused,
    torrentCount: counts.total,
    uploadSpeed: Math.round(upBytesPerSecond),
    'cumulative-stats': {
      ...run,
      downloadedBytes: volumes.all.takenBytes,
      uploadedBytes: volumes.all.givenBytes,
    },
    'current-stats': { ...run, downloadedBytes: takenBytes, uploadedBytes: givenBytes },
  }
}

/** What is known from those who connected; nobody outside is asked to try. */
export async function portTest({ calls }: SessionScene): Promise<Answer> {
  const { reach } = await calls.make('network', {})
  if (reach.answer === 'unknown') throw new RpcError('RPC_REACH_UNKNOWN')
  return { 'port-is-open': reach.answer === 'yes' }
}

export async function freeSpace({ calls, totalBytes }: SessionScene, args: Arguments): Promise<Answer> {
  const path = args.needed('path')
  // Says no for folders that a program may not use, as everywhere.
  const { freeBytes } = await calls.make('folder', { path })
  return { path, 'size-bytes': freeBytes ?? -1, total_size: await totalBytes(path) }
}

export async function sessionClose({ calls }: SessionScene): Promise<Answer> {
  await calls.make('shutdown', {})
  return {}
}

export function blocklistUpdate(): never {
  throw new RpcError('RPC_NOT_HERE', { what: 'fetching a list of addresses (network.ipFilters names files)' })
}

export function groupGet(): Answer {
  return { group: [] }
}

export function groupSet(): never {
  throw new RpcError('RPC_NOT_HERE', { what: 'bandwidth groups' })
}

async function viewOf({ calls, aside, sessionId, version }: SessionScene): Promise<SessionView> {
  const [{ settings }, status] = await Promise.all([calls.make('settings', {}), calls.make('status', {})])
  return { settings: new SessionSettings(settings), status, aside, sessionId, version }
}

function sameValue(now: unknown, asked: unknown): boolean {
  return now === asked || JSON.stringify(now) === JSON.stringify(asked)
}
