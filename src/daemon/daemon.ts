// The daemon as a whole: settings, an engine, all transfers, and what answers the calls of the API; opened and closed in order.
// It joins the parts and decides nothing that they decide. Two of them may not work on one state folder: whoever runs it
// holds the lock (daemon/life).

import type { Handlers } from '../api/routes.ts'
import type { Totals } from '../api/schemas/status.ts'
import type { TransferRow } from '../api/schemas/transfer.ts'
import { toHex } from '../base/bytes.ts'
import { SystemClock } from '../platform/clock.ts'
import { NodeDisk } from '../platform/disk.ts'
import { makeStateFolder } from '../platform/state-folder.ts'
import { type Engine, openEngine } from './compose.ts'
import type { Feed } from './feed.ts'
import { Guard } from './guard.ts'
import { type Log, NO_LOG } from './log.ts'
import { engineWish } from './settings/engine-wish.ts'
import { SettingsStore } from './settings/settings-store.ts'
import { statusHandlers } from './status-handlers.ts'
import { Adding } from './transfers/adding.ts'
import { RecordStore } from './transfers/record-store.ts'
import { Removal } from './transfers/removal.ts'
import { RowFeed } from './transfers/row-feed.ts'
import { shareHandlers } from './transfers/share-handlers.ts'
import { Shares } from './transfers/shares.ts'
import type { TransferSurroundings } from './transfers/surroundings.ts'
import type { Transfer } from './transfers/transfer.ts'
import { transferHandlers } from './transfers/transfer-handlers.ts'
import { Transfers } from './transfers/transfers.ts'
import { usualSaveFolder } from './usual-save-folder.ts'

export interface DaemonOptions {
  /** Absolute. */
  readonly stateFolder: string
  /** Of the command line, by key (api/settings.ts): over environment and file. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** Where `SHOAL_…` settings are read from; the process's own unless given. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly log?: Log
}

/** What the daemon answers itself; tokens, folders and the end of the process are for those who run it. */
export type CoreHandlers = ReturnType<typeof transferHandlers> &
  ReturnType<typeof shareHandlers> &
  ReturnType<typeof statusHandlers> &
  Handlers<'settings' | 'changeSettings'>

export interface Daemon {
  readonly stateFolder: string
  readonly startedAt: number
  readonly handlers: CoreHandlers
  readonly feed: Feed
  readonly settings: SettingsStore
  readonly guard: Guard
  readonly log: Log
  readonly transfers: Transfers
  /** Undefined while it is being opened anew. */
  engine(): Engine | undefined
  /** What somebody wrote into the file meanwhile holds from now on. @throws SettingError; then all stays as it was */
  rereadSettings(): Promise<void>
  /** Trackers told, bytes durable, records written. */
  close(): Promise<void>
}

const EPOCH_BYTES = 8

/** @throws SettingError, SocketError, ExitError, IpFilterError, DiskError */
export async function openDaemon(options: DaemonOptions): Promise<Daemon> {
  const { stateFolder, log = NO_LOG, environment = process.env } = options
  const disk = new NodeDisk()
  const clock = new SystemClock()
  const wallMs = () => clock.wallMs()
  const startedAt = wallMs()
  await makeStateFolder(stateFolder, disk)
  const settings = await SettingsStore.open({
    disk,
    stateFolder,
    environment,
    options: options.settings ?? {},
  })
  const guard = new Guard(wallMs)
  const store = new RecordStore(disk, stateFolder, log, wallMs)
  const records = await store.readAll()
  let engine: Engine | undefined = await openEngine({
    ...engineWish(settings.values, settings.values['network.port']),
    stateFolder,
    upLimit: settings.values['speed.up'] ?? undefined,
    downLimit: settings.values['speed.down'] ?? undefined,
    warn: ({ code, name, why }) => log.write('warn', code, { why }, { name }),
  })
  const needed = (): Engine => {
    if (engine === undefined) throw new Error('no engine')
    return engine
  }
  const around: TransferSurroundings = {
    store,
    log,
    stateFolder,
    wallMs,
    engine: () => engine,
    defaults: () => ({
      preallocate: settings.values['saving.preallocate'],
      maxPeers: settings.values['network.maxPeers'],
    }),
    stopRule: () => ({
      ratio: settings.values['sharing.ratio'],
      seconds: settings.values['sharing.seconds'],
      copies: settings.values['sharing.copies'],
    }),
    allPaused: () => false,
    webPage: () => null,
    touch: (id) => feed.touch(id),
    notice: (notice) => feed.notice(notice),
    banned: (address, reason) => guard.turnedAway(reason, address),
  }
  const transfers = new Transfers(clock, around, () => totalsOf(transfers, needed(), settings))
  const epoch = toHex(needed().ports.random.bytes(EPOCH_BYTES))
  const feed = new RowFeed(clock, epoch, transfers, plainFilter)
  const saveFolder = () => settings.values['saving.folder'] || usualSaveFolder()
  const added = (transfer: Transfer): void => {
    transfers.index(transfer)
    feed.touch(transfer.id)
  }
  const pex = () => settings.values['network.pex']
  const common = { transfers, store, stateFolder, wallMs, engine: needed, pex, added }
  const adding = new Adding({ ...common, saveFolder })
  const shares = new Shares({ ...common, touch: (id) => feed.touch(id) })
  const removal = new Removal({ transfers, store, shares, clock, disk })
  transfers.begin(records)
  for (const transfer of transfers) if (transfer.record.hashing !== null) void shares.hash(transfer)
  const applySettings = (): void => {
    const { session } = needed()
    session.upLimit = settings.values['speed.up'] ?? undefined
    session.downLimit = settings.values['speed.down'] ?? undefined
    feed.notice({ kind: 'settings', id: null, code: null })
  }
  const handlers: CoreHandlers = {
    ...transferHandlers({
      transfers,
      adding,
      removal,
      feed,
      resume: async (id) => {
        const transfer = transfers.get(id)
        await transfer.resume()
        if (transfer.record.hashing !== null && transfer.activity.kind === 'none') void shares.hash(transfer)
      },
    }),
    ...shareHandlers(shares, transfers),
    ...statusHandlers({ transfers, feed, stateFolder, startedAt, engine: needed, saveFolder }),
    settings: () => ({ settings: settings.rows() }),
    changeSettings: async ({ values, defaults }) => {
      await settings.change(values, defaults)
      applySettings()
      return { settings: settings.rows() }
    },
  }
  return {
    stateFolder,
    startedAt,
    handlers,
    feed,
    settings,
    guard,
    log,
    transfers,
    engine: () => engine,
    rereadSettings: async () => {
      await settings.reread()
      applySettings()
    },
    close: async () => {
      feed.close()
      shares.cancelAll()
      await transfers.close()
      await engine?.close()
      engine = undefined
    },
  }
}

/** Until there is more: every word is somewhere in the name. */
function plainFilter(filter: string): (row: TransferRow) => boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  return ({ name }) => words.every((word) => name.toLowerCase().includes(word))
}

function totalsOf(transfers: Transfers, engine: Engine, settings: SettingsStore): Totals {
  const sharing = { link: 0, everyone: 0 }
  let [down, up, peers] = [0, 0, 0]
  const now = engine.session.now
  for (const { record, torrent, rests } of transfers) {
    if (!rests && (record.role === 'share' || record.summary.finished)) sharing[record.audience]++
    if (torrent === undefined || torrent.swarm.peers.size === 0) continue
    down += torrent.swarm.downRate.rate(now)
    up += torrent.swarm.upRate.rate(now)
    peers += torrent.swarm.peers.size
  }
  return {
    downBytesPerSecond: Math.round(down),
    upBytesPerSecond: Math.round(up),
    peers,
    reach: engine.session.reach.judge().answer,
    sharing,
    pausedUntil: null,
    upLimit: settings.values['speed.up'],
    downLimit: settings.values['speed.down'],
    slow: false,
    freeBytes: null,
  }
}
