// The calls about the daemon as a whole: what it does, its rest, its categories and settings.

import type { Handlers, OutputOf } from '../api/routes.ts'
import type { SettingRow } from '../api/schemas/machine.ts'
import type { Counts } from '../api/schemas/status.ts'
import type { TransferRow } from '../api/schemas/transfer.ts'
import type { EngineHost } from './engine-host.ts'
import type { Memory } from './memory.ts'
import type { Resting } from './resting.ts'
import type { Applying } from './settings/applying.ts'
import type { SettingsStore } from './settings/settings-store.ts'
import type { Categories } from './transfers/categories.ts'
import type { RowFeed } from './transfers/row-feed.ts'
import type { Transfers } from './transfers/transfers.ts'
import { VERSION } from './version.ts'
import type { Volumes } from './volumes.ts'

export interface DaemonParts {
  readonly transfers: Transfers
  readonly categories: Categories
  readonly feed: RowFeed
  readonly host: EngineHost
  readonly memory: Memory
  readonly resting: Resting
  readonly settings: SettingsStore
  readonly applying: Applying
  readonly volumes: Volumes
  readonly stateFolder: string
  readonly startedAt: number
  saveFolder(): string
}

type Mine =
  | 'status'
  | 'pauseAll'
  | 'resumeAll'
  | 'categories'
  | 'setCategory'
  | 'removeCategory'
  | 'settings'
  | 'changeSettings'

export function daemonHandlers(parts: DaemonParts): Handlers<Mine> {
  const { categories, resting, settings, applying, feed } = parts
  return {
    status: () => statusOf(parts),
    pauseAll: async ({ until }) => {
      await resting.begin(until === 'told' ? until : Date.parse(until))
      return {}
    },
    resumeAll: async () => {
      await resting.end()
      return {}
    },
    categories: () => ({ categories: categories.list(), tags: categories.tags() }),
    setCategory: async (category) => {
      await categories.set(category)
      return {}
    },
    removeCategory: async ({ name }) => {
      await categories.remove(name)
      return {}
    },
    settings: (_, caller) => ({
      settings: caller?.scope === 'read' ? settings.rows().map(withoutPassword) : settings.rows(),
    }),
    changeSettings: async ({ values, defaults = [] }) => {
      await applying.change(values, defaults)
      feed.notice({ kind: 'settings', id: null, code: null })
      return { settings: settings.rows() }
    },
  }
}

/** Whoever may only look is told which proxy, not how to use it. */
function withoutPassword(row: SettingRow): SettingRow {
  const { key, value } = row
  if (key !== 'network.proxy' || typeof value !== 'string') return row
  return { ...row, value: value.replace(/\/\/.*@/, '//') }
}

function statusOf(parts: DaemonParts): OutputOf<'status'> {
  const { feed, transfers, host, volumes, memory } = parts
  const { all } = volumes.read()
  return {
    version: VERSION,
    pid: process.pid,
    startedAt: new Date(parts.startedAt).toISOString(),
    stateFolder: parts.stateFolder,
    page: '',
    port: host.engine?.session.listensAt?.port ?? null,
    portTrouble: host.portTrouble,
    counts: countsOf(feed.rows()),
    totals: feed.totals,
    takenBytes: all.takenBytes,
    givenBytes: all.givenBytes,
    saveFolder: parts.saveFolder(),
    opened: transfers.opened,
    fresh: !memory.now.everUsed && transfers.size === 0,
  }
}

type Counted = Exclude<keyof Counts, 'total' | 'needsYou'>

const COUNTED: Partial<Record<TransferRow['state'], Counted>> = {
  listing: 'getting',
  checking: 'getting',
  getting: 'getting',
  giving: 'giving',
  waiting: 'waiting',
  queued: 'queued',
  paused: 'paused',
}

export function countsOf(rows: Iterable<TransferRow>): Counts {
  const counts = { total: 0, getting: 0, giving: 0, waiting: 0, queued: 0, paused: 0, needsYou: 0 }
  for (const { state, needsYou } of rows) {
    const counted = COUNTED[state]
    if (counted !== undefined) counts[counted]++
    if (needsYou) counts.needsYou++
    counts.total++
  }
  return counts
}
