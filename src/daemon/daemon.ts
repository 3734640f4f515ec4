// The daemon as a whole: settings, an engine, all transfers, and what answers the calls of the API; opened and closed in order.
// It joins the parts and decides nothing that they decide. Two of them may not work on one state folder: whoever runs it
// holds the lock (daemon/life).

import { toHex } from '../base/bytes.ts'
import { Traffic } from '../engine/torrent/traffic.ts'
import { SystemClock } from '../platform/clock.ts'
import { SystemDigest } from '../platform/digest.ts'
import { NodeDisk } from '../platform/disk.ts'
import { SystemRandom } from '../platform/random.ts'
import { makeStateFolder } from '../platform/state-folder.ts'
import { Bans } from './bans.ts'
import { CheckSide } from './checks/check-side.ts'
import { FilesSide } from './community/files-side.ts'
import { PeopleSide } from './community/people-side.ts'
import { publicAsks } from './community/public-asks.ts'
import { Contents } from './content/contents.ts'
import { daemonHandlers } from './daemon-handlers.ts'
import { EngineHost } from './engine-host.ts'
import { FilterWatch } from './filter-watch.ts'
import { Guard } from './guard.ts'
import type { KeptPlace } from './kept-file.ts'
import { Library } from './library/library.ts'
import { LibraryAnswers } from './library/library-answers.ts'
import { libraryHandlers } from './library/library-handlers.ts'
import { NO_LOG, unwrittenTo } from './log.ts'
import { Memory } from './memory.ts'
import { networkHandlers } from './network-handlers.ts'
import type { CoreHandlers, Daemon, DaemonOptions } from './opened-daemon.ts'
import { Resting } from './resting.ts'
import { LINGER_MS, SystemThings } from './review/private-things.ts'
import { Applying } from './settings/applying.ts'
import { engineWish, hasRouters } from './settings/engine-wish.ts'
import { SettingsStore } from './settings/settings-store.ts'
import { Speed } from './settings/speed.ts'
import { openSharePages } from './share-page/share-pages.ts'
import { openSharing } from './sharing.ts'
import { TotalsMaker } from './totals.ts'
import { Adding } from './transfers/adding.ts'
import { Categories } from './transfers/categories.ts'
import { fitsOf } from './transfers/fitting-rows.ts'
import { goOnMoving } from './transfers/moving.ts'
import { Pulse } from './transfers/pulse.ts'
import { QueueFile } from './transfers/queue-file.ts'
import { RecordStore } from './transfers/record-store.ts'
import { Removal } from './transfers/removal.ts'
import { RowFeed } from './transfers/row-feed.ts'
import { StopList } from './transfers/stop-list.ts'
import type { TransferSurroundings } from './transfers/surroundings.ts'
import type { Transfer } from './transfers/transfer.ts'
import { transferHandlers } from './transfers/transfer-handlers.ts'
import { Transfers } from './transfers/transfers.ts'
import { usualSaveFolder } from './usual-save-folder.ts'
import { Volumes } from './volumes.ts'

export type { Daemon, DaemonOptions } from './opened-daemon.ts'

const EPOCH_BYTES = 8

/** @throws SettingError, StateError, EngineHostError, IpFilterError, DiskError */
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
  const place: KeptPlace = { disk, stateFolder, log, wallMs }
  const memory = await Memory.open(place)
  const volumes = await Volumes.open(place)
  const queue = new QueueFile(place)
  const store = new RecordStore(disk, stateFolder, log, wallMs)
  const stopList = await StopList.open(place)
  const { records: kept, gone } = stopList.appliedTo(await store.readAll())
  const records = await queue.sort(kept)
  const guard = new Guard(wallMs)
  const bans = new Bans({ guard, pardon: (endpoint) => host.engine?.session.pardon(endpoint) })
  const speed = new Speed()
  const limits = () => speed.inForce(settings.values, wallMs())
  const saveFolder = () => settings.values['saving.folder'] || usualSaveFolder(environment)
  const traffic = new Traffic()
  const doors = new Set<number>()

  const unwritten = unwrittenTo(log)

  const host = new EngineHost({
    stateFolder,
    clock,
    log,
    wish: (port) => ({
      ...engineWish(settings.values, port),
      upLimit: limits().up ?? undefined,
      downLimit: limits().down ?? undefined,
      dhtIds: memory.dhtIds,
      ...contents.engine,
      realms: files.realms,
      door: (tcp) => files.door.at(tcp),
      warn: ({ code, name, why }) => log.write('warn', code, { why }, { name }),
    }),
    chosenPort: () => settings.values['network.port'],
    keptPort: () => memory.now.listenPort,
    keepPort: (listenPort) => memory.change({ listenPort }),
    opened: () => transfers.openAll(),
    withoutWay: () => {
      for (const { id } of transfers) feed.touch(id)
    },
    leaving: async ({ session }) => {
      await transfers.detachAll()
      if (session.reach.dht !== undefined) await memory.keepDhtIds(session.reach.dht.ids).catch(unwritten)
    },
  })
  const around: TransferSurroundings = {
    store,
    log,
    stateFolder,
    wallMs,
    engine: () => host.engine,
    noWayOut: () => host.trouble,
    defaults: () => ({
      preallocate: settings.values['saving.preallocate'],
      maxPeers: settings.values['network.maxPeers'],
    }),
    stopRule: () => ({
      ratio: settings.values['sharing.ratio'],
      seconds: settings.values['sharing.seconds'],
      copies: settings.values['sharing.copies'],
    }),
    allPaused: () => resting.on,
    webPage: (id) => pages.addressOf(id)?.url ?? null,
    goOnMoving: (transfer) => void goOnMoving(transfer),
    arrivalOf: (transfer) => side.checks.arrivalOf(transfer),
    counted: (takenBytes, givenBytes) => volumes.add(takenBytes, givenBytes),
    left: ({ swarm }) => traffic.add(swarm.byTransport),
    learned: (transfer) => transfers.index(transfer),
    touch: (id) => {
      transfers.touched(id)
      contents.touch(id)
      library.touch(id)
      feed.touch(id)
    },
    notice: (notice) => {
      // By its rule: its page goes as with every other end of a share.
      if (notice.kind === 'stopped' && notice.id !== null) void pages.close(notice.id)
      feed.notice(notice)
    },
    banned: (address, reason) => bans.note(address, reason),
    mayOpen: (record) => library.mayOpen(record),
  }
  const later = {
    transfers: () => transfers,
    applying: () => applying,
    touch: around.touch,
    blocksChanged: () => library.withholdAnew(),
  }
  const side = new CheckSide({ place, settings, memory, host, startedAt, ...later })
  const transfers = new Transfers(clock, around, () => totals.make())
  const contents = new Contents({ clock, digest: new SystemDigest(), disk, transfers, host, volumes })
  const resting = new Resting({ memory, transfers, log, wallMs, offersChanged: contents.offersChanged })
  const totals = new TotalsMaker({
    transfers,
    host,
    resting,
    disk,
    limits,
    saveFolder,
    now: () => clock.now(),
  })
  const random = new SystemRandom()
  const epoch = toHex(random.bytes(EPOCH_BYTES))
  const feed = new RowFeed(clock, epoch, transfers, fitsOf)
  const pages = openSharePages({
    allowance: () => host.need().session.uploading(),
    now: () => clock.now(),
    given: (id, bytes) => transfers.find(id)?.gaveByPage(bytes),
    log,
  })
  const categories = new Categories(memory, transfers)
  const common = {
    transfers,
    store,
    stateFolder,
    wallMs,
    pex: () => settings.values['network.pex'],
    added: (transfer: Transfer, where: 'top' | 'bottom') => {
      transfers.index(transfer)
      around.touch(transfer.id)
      if (!memory.now.everUsed) memory.change({ everUsed: true }).catch(unwritten)
      if (where === 'top' && host.engine !== undefined)
        queue.move([transfer], { queue: 'top' }, transfers, host.engine).catch(unwritten)
    },
  }
  const digest = new SystemDigest()
  const { blocks } = side.blocking
  const files = new FilesSide({
    ...{ ...common, disk, digest, random, log, saveFolder, host, contents },
    people: () => people.link,
    library: () => library,
    sharing: () => sharing,
    adding: () => adding,
  })
  const library = new Library({
    ...{ ...common, disk, clock, random, log, stopList, contents, blocks },
    isInCircle: (audience) => files.realms.isIn(audience),
    offersMoved: files.offersMoved,
  })
  const sharing = openSharing({
    ...common,
    pages,
    disk,
    digest,
    random,
    clock,
    things: options.privateThings ?? new SystemThings(LINGER_MS),
    remembered: new LibraryAnswers(() => library.link, wallMs),
    library,
    engine: () => host.engine,
    offersChanged: contents.offersChanged,
    touch: around.touch,
    stopList,
    unwritten,
  })
  const { shares, showing } = sharing
  const adding = new Adding({
    ...common,
    ports: { disk, digest, http: () => host.need().ports.http },
    hereBytes: (metainfo) => contents.hereBytes(metainfo),
    blocked: (file) => side.blocking.reasonFor(file),
    saveFolder: (category) => (category === null ? null : categories.folderOf(category)) ?? saveFolder(),
  })
  const trash = options.trash === undefined ? {} : { trash: options.trash }
  const keepToOneself = (folder: string): Promise<void> => library.keepToOneself(folder)
  const removal = new Removal({ transfers, store, shares, pages, clock, disk, keepToOneself, ...trash })
  const apply = (): void => {
    const session = host.engine?.session
    if (session === undefined) return
    const { up, down } = limits()
    session.upLimit = up ?? undefined
    session.downLimit = down ?? undefined
  }
  const people = new PeopleSide({
    stateFolder,
    clock,
    log,
    settings,
    memory,
    applying: () => applying,
    host,
    asks: {
      ...publicAsks(library, () => host.engine?.session.listensAt?.port),
      ...files.asks,
    },
    changed: (change) => feed.people(change),
    unwritten,
  })
  const applying = new Applying({
    settings,
    host,
    applied: () => {
      apply()
      people.apply()
      host.engine?.session.setQueueLimits({
        maxActiveDownloads: settings.values['saving.maxActive'],
        maxActiveSeeds: settings.values['sharing.maxActive'],
      })
      for (const transfer of transfers) transfer.apply()
      void totals.lookAtSpace()
      void side.checks.look()
    },
  })
  const handlers: CoreHandlers = {
    ...transferHandlers({
      transfers,
      adding,
      removal,
      shares,
      showing,
      categories,
      queue,
      feed,
      clock,
      disk,
      stateFolder,
      engine: () => host.need(),
    }),
    ...sharing.handlers,
    ...libraryHandlers(library, shares, transfers),
    ...daemonHandlers({
      transfers,
      categories,
      feed,
      host,
      memory,
      resting,
      settings,
      applying,
      volumes,
      stateFolder,
      startedAt,
      saveFolder,
    }),
    ...side.handlers,
    ...people.handlers,
    ...files.handlers,
    ...networkHandlers({
      host,
      transfers,
      volumes,
      guard,
      stateFolder,
      traffic,
      saveFolder,
      somebodyToAsk: () => hasRouters(settings.values),
      scannerAt: () => settings.values['checks.scanner'],
      people: () => people.facts,
      doors: () => doors,
    }),
  }

  await totals.lookAtSpace()
  await side.open()
  transfers.begin(records)
  shares.goOnStopping(gone)
  await library.begin(sharing)
  const filtered = new FilterWatch(guard, side.log)
  const pulse = new Pulse({
    transfers,
    clock,
    failed: unwritten,
    isParked: ({ torrent }) => torrent !== undefined && host.engine?.session.queue.isParked(torrent) === true,
    beat: () => {
      resting.beat()
      contents.beat()
      library.makeRoomFor(feed.totals)
      apply()
      filtered.look(host.engine)
    },
  })
  const unkept = setInterval(() => volumes.keep().catch(unwritten), 60_000).unref()
  const close = async (): Promise<void> => {
    feed.close()
    pulse.close()
    clearInterval(unkept)
    removal.close()
    // Before the engine: it asks for what is there, and byte streams end in it.
    await people.close()
    await files.close()
    contents.close()
    await Promise.all([sharing.close(), pages.closeAll()])
    await library.close()
    await side.close()
    await transfers.close()
    await host.close()
    await volumes.keep().catch(unwritten)
  }
  try {
    await host.open()
  } catch (error) {
    await close()
    throw error
  }
  side.begin()
  people.begin()
  // What an earlier run left waits for the library; nobody else waits for it.
  void files.begin().catch(unwritten)
  for (const transfer of transfers) if (transfer.record.hashing !== null) void shares.hash(transfer)
  log.write('info', 'transfers', { count: transfers.size })

  return {
    stateFolder,
    startedAt,
    handlers,
    feed,
    settings,
    guard,
    log,
    transfers,
    volumes,
    host,
    saveFolder,
    rereadSettings: async () => {
      await applying.reread()
      feed.notice({ kind: 'settings', id: null, code: null })
    },
    answersAt: (port) => doors.add(port),
    library,
    people,
    files,
    close,
  }
}
