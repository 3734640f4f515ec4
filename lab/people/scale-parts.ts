// What is measured of a large room: joining it, catching up, reading and searching in it, and what one message costs everybody.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { BDict } from '../../src/base/bencode-value.ts'
import type { Millis } from '../../src/base/ids.ts'
import { randomInt, SeededRandom } from '../../src/base/random.ts'
import { inTransaction } from '../../src/base/transaction.ts'
import { type Entry, readEntry } from '../../src/community/chat/entry.ts'
import type { CommunityCrypto } from '../../src/community/crypto.ts'
import type { DeviceId } from '../../src/community/ids.ts'
import { type LogOwner, UNBOUNDED } from '../../src/community/log/log-record.ts'
import { LogSync } from '../../src/community/log/log-sync.ts'
import type { Service } from '../../src/community/service.ts'
import { openDatabase } from '../../src/platform/database.ts'
import { ChatDevice, type ChatWorld } from '../../test/doubles/chat-world.ts'
import { MemoryLogStore } from '../../test/doubles/memory-log-store.ts'
import { PeopleWire } from '../../test/doubles/people-wire.ts'
import { RoomStore, type ScaleRoom } from './scale-room.ts'

const MIGRATIONS = new URL('../../src/daemon/community/schema/', import.meta.url)

/** How long a device worked, and on how much. */
export interface Work {
  frames: number
  ms: number
  longestMs: number
}

/** A database on disk, as the program opens it; removed with its folder. */
export function diskDatabase(): { readonly database: DatabaseSync; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'shoal-scale-'))
  const opened = openDatabase({
    path: path.join(folder, 'community.db'),
    migrations: MIGRATIONS,
    synchronous: 'full',
  })
  if (opened.kind !== 'opened') throw new Error(`the database is ${opened.code}: ${opened.why}`)
  const { database } = opened
  return {
    database,
    remove: () => {
      database.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Puts a transaction around each input, as the people process does, and counts the time. */
export function worked(service: Service, database: DatabaseSync): { service: Service; work: Work } {
  const work: Work = { frames: 0, ms: 0, longestMs: 0 }
  const counted = <T>(run: () => T): T => {
    const start = performance.now()
    try {
      return inTransaction(database, run)
    } finally {
      const ms = performance.now() - start
      work.frames++
      work.ms += ms
      work.longestMs = Math.max(work.longestMs, ms)
    }
  }
  return {
    work,
    service: {
      name: service.name,
      linked: (link, now) => counted(() => service.linked(link, now)),
      received: (from, kind, body, now) => counted(() => service.received(from, kind, body, now)),
      drained: (device, now) => counted(() => service.drained(device, now)),
      unlinked: (device, now) => counted(() => service.unlinked(device, now)),
      wake: (now) => counted(() => service.wake(now)),
      deadline: () => service.deadline(),
    },
  }
}

/** A device that has the whole room and serves it. */
export class RoomServer implements Service {
  readonly name = 'chat'
  readonly sync: LogSync
  readonly store: RoomStore

  constructor(room: ScaleRoom, wire: PeopleWire, device: DeviceId, crypto: CommunityCrypto) {
    this.store = new RoomStore(room.entries)
    this.sync = new LogSync({
      owner: trusting(crypto),
      store: this.store,
      out: wire.out(device),
      digest: crypto,
    })
    wire.add(device, this)
  }

  linked(): void {
    // Opened by whoever runs this.
  }

  received(from: DeviceId, kind: string, body: BDict, now: Millis): void {
    this.sync.received(from, kind, body, now)
  }

  drained(device: DeviceId, now: Millis): void {
    this.sync.drained(device, now)
  }

  unlinked(device: DeviceId, now: Millis): void {
    this.sync.unlinked(device, now)
  }

  wake(now: Millis): void {
    this.sync.wake(now)
  }

  deadline(): Millis | undefined {
    return this.sync.deadline()
  }
}

/** Signatures are checked; everything else is taken. */
function trusting(crypto: CommunityCrypto): LogOwner {
  return {
    read: (_circle, bytes) => readEntry(bytes, crypto),
    bound: () => UNBOUNDED,
    judge: () => 'take',
    stored: () => undefined,
    forked: () => undefined,
    holds: () => undefined,
    caughtUp: () => undefined,
  }
}

export interface Came {
  readonly entries: number
  readonly ms: number
  readonly work: Work
  readonly pages: number
  readonly pageBytes: number
  readonly otherBytes: number
  readonly mostHeapBytes: number
  readonly databaseBytes: number
}

/** Links a device with one that has everything and waits until it has, too. */
export function bring(
  world: ChatWorld,
  joiner: { readonly device: ChatDevice; readonly work: Work },
  link: () => void,
): Came {
  const { wire } = world
  wire.carried.clear()
  const before = { ...joiner.work, entries: countOf(joiner.device, 'chat_entries') }
  joiner.work.longestMs = 0
  let mostHeapBytes = 0
  const start = performance.now()
  link()
  // A frame at a time, so that memory is looked at in between.
  for (let step = 0; wire.step(() => 0); step++)
    if (step % 16 === 0) mostHeapBytes = Math.max(mostHeapBytes, process.memoryUsage().rss)
  wire.pass(1_000)
  const ms = performance.now() - start
  const pages = wire.carried.get('page') ?? { frames: 0, bytes: 0 }
  let bytes = 0
  for (const each of wire.carried.values()) bytes += each.bytes
  return {
    entries: countOf(joiner.device, 'chat_entries') - before.entries,
    ms,
    work: {
      frames: joiner.work.frames - before.frames,
      ms: joiner.work.ms - before.ms,
      longestMs: joiner.work.longestMs,
    },
    pages: pages.frames,
    pageBytes: pages.bytes,
    otherBytes: bytes - pages.bytes,
    mostHeapBytes,
    databaseBytes: Number(
      Object.values(
        joiner.device.database
          .prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size')
          .get() ?? {},
      )[0],
    ),
  }
}

export function countOf({ database }: ChatDevice, table: string): number {
  return (database.prepare(`SELECT count(*) AS count FROM ${table}`).get() as { count: number }).count
}

/** In milliseconds: half were faster than `median`, all but one of twenty than `p95`. */
export function timings(runs: number, run: (index: number) => void): { median: number; p95: number } {
  const all = Array.from({ length: runs }, (_, index) => {
    const start = performance.now()
    run(index)
    return performance.now() - start
  }).sort((a, b) => a - b)
  const at = (share: number) => all[Math.min(all.length - 1, Math.floor(all.length * share))] ?? 0
  return { median: at(0.5), p95: at(0.95) }
}

export interface FanOut {
  readonly devices: number
  readonly links: number
  /** Of one message, by everybody together. */
  readonly frames: number
  readonly bytes: number
  readonly headFrames: number
  readonly pages: number
  readonly reached: number
  /** Round trips until the last one had it. */
  readonly rounds: number
  readonly verified: number
}

/** One message in a circle of so many devices, each linked to some others at random. */
export function fanOut(room: ScaleRoom, crypto: CommunityCrypto, degree: number, seed: number): FanOut {
  const wire = new PeopleWire()
  const random = new SeededRandom(seed)
  let verified = 0
  const stores = room.writers.map(({ device }) => {
    const store = new MemoryLogStore()
    const owner = trusting(crypto)
    const sync = new LogSync({
      owner: {
        ...owner,
        read: (circle, bytes) => {
          verified++
          return owner.read(circle, bytes)
        },
      },
      store,
      out: wire.out(device),
      digest: crypto,
    })
    wire.add(device, {
      name: 'chat',
      linked: (link, now) => sync.opened(room.circle.id, link.device, false, now),
      received: (from, kind, body, now) => void sync.received(from, kind, body, now),
      drained: (each, now) => sync.drained(each, now),
      unlinked: (each, now) => sync.unlinked(each, now),
      wake: (now) => sync.wake(now),
      deadline: () => sync.deadline(),
    })
    return { device, store, sync }
  })
  let links = 0
  stores.forEach(({ device }, index) => {
    // A ring, so that nobody is alone, and the rest drawn.
    const others = [(index + 1) % stores.length]
    while (others.length < degree / 2) others.push(randomInt(random, stores.length))
    for (const other of others) {
      const to = stores[other]?.device
      if (to === undefined || to === device || wire.isLinked(device, to)) continue
      wire.link(device, to)
      links++
    }
  })
  wire.pass(5_000)
  wire.carried.clear()
  verified = 0
  const author = room.writers[0]
  const first = room.entries.find((entry) => entry.author === author?.device && entry.seq === 1) as Entry
  stores[0]?.sync.append(first)
  let rounds = 0
  const has = () => stores.filter(({ store }) => store.all(room.circle.id).length > 0).length
  while (has() < stores.length && rounds < 100) {
    rounds++
    wire.pass(60)
  }
  wire.pass(5_000)
  const sums = [...wire.carried.values()]
  return {
    devices: stores.length,
    links,
    frames: sums.reduce((sum, { frames }) => sum + frames, 0),
    bytes: sums.reduce((sum, { bytes }) => sum + bytes, 0),
    headFrames: wire.carried.get('heads')?.frames ?? 0,
    pages: wire.carried.get('page')?.frames ?? 0,
    reached: has(),
    rounds,
    verified,
  }
}

/** A member with a database on disk, who has nothing of the room yet. */
export function joiner(world: ChatWorld, room: ScaleRoom, number: number) {
  const disk = diskDatabase()
  const device = new ChatDevice(world, `Late ${number}`, 10_000 + number, undefined, disk.database)
  room.circle.add(device.person, device.device)
  const { service, work } = worked(device.part.services[0] as Service, disk.database)
  world.wire.add(device.device, service)
  inTransaction(disk.database, () => device.membership.learn(room.circle))
  return { device, work, remove: disk.remove }
}
