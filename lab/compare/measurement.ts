// One measurement: one seed, one leech, one file, once. The other end is always libtorrent with its defaults.
//
// As leech, the clock starts when the client's program is started; as seed, when the leech is told of the torrent and
// of the seed, which is ready by then. The first byte is seen by the other end, for every client in the same way.

import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Program } from '../../lab/netns/program.ts'
import { Libtorrent, type TorrentKind } from '../../test/interop/libtorrent.ts'
import { type Arena, type Contestant, fromMonotonic } from './contestants.ts'
import { type Usage, UsageMeter } from './usage.ts'

export type Role = 'seed' | 'leech'

export interface Task {
  readonly contestant: Contestant
  readonly role: Role
  readonly kind: TorrentKind
}

export interface Course {
  readonly torrent: string
  readonly lengthBytes: number
  /** Holds the content; read only. */
  readonly source: string
  readonly directory: string
  readonly profileFolder: string | undefined
}

export interface Figures {
  readonly wallSeconds: number
  readonly firstByteSeconds: number
  /** From the first byte to the end. */
  readonly megabytesPerSecond: number
  readonly cpuSecondsPerGib: number
  readonly peakRssMib: number
  readonly peakOwnMib: number
  readonly otherCpuSecondsPerGib: number
  readonly otherPeakRssMib: number
}

const GIB = 1024 ** 3
const MIB = 1024 ** 2
/** Different ports, because not every client can listen on one address alone. */
const MEASURED = { address: '10.64.2.1', port: 6882 }
const OTHER = { address: '10.64.1.1', port: 6881 }

export async function measure(task: Task, course: Course): Promise<Figures> {
  const programs: Program[] = []
  const folders: string[] = []
  const start = (name: string, command: readonly string[]): Program => {
    const program = new Program(name, command, { chatter: (line) => line.startsWith('{"id"') })
    programs.push(program)
    return program
  }
  const folder = async (name: string): Promise<string> => {
    const path = join(course.directory, `${name}-${folders.length}`)
    await mkdir(path)
    folders.push(path)
    return path
  }
  const target = await folder('target')
  const arena: Arena = {
    torrent: course.torrent,
    savePath: task.role === 'seed' ? course.source : target,
    ...MEASURED,
    other: OTHER,
    profileFolder: course.profileFolder,
    start,
    folder,
  }
  try {
    const run = task.role === 'leech' ? measureLeech : measureSeed
    return figures(await run(task.contestant, arena, course, target), course.lengthBytes)
  } catch (error) {
    throw new Error(programs.map((program) => program.tail()).join('\n'), { cause: error })
  } finally {
    // SIGINT, as a person would: a profile is written only by a program that ends in order.
    for (const program of programs) await program.stop('SIGINT', 3_000)
    for (const path of folders) await rm(path, { recursive: true, force: true })
  }
}

interface Marks {
  readonly startMs: number
  readonly firstByteMs: number
  readonly endMs: number
  readonly measured: Usage
  readonly other: Usage
}

async function measureLeech(contestant: Contestant, arena: Arena, course: Course): Promise<Marks> {
  const other = await openOther(arena)
  const seeding = await other.add(course.torrent, { savePath: course.source })
  await seeding.complete()
  await seeding.watch('up')
  const otherMeter = new UsageMeter(other.program.pid)
  const otherBefore = otherMeter.now()
  const startMs = performance.now()
  let meter: UsageMeter | undefined
  const running = await contestant.leech({
    ...arena,
    start: (name, command) => {
      const program = arena.start(name, command)
      meter ??= new UsageMeter(program.pid)
      return program
    },
  })
  const endMs = await running.done
  const otherUsage = since(otherBefore, otherMeter.stop())
  const measured = meter?.stop() ?? otherUsage
  const first = await seeding.event('traffic')
  return { startMs, firstByteMs: fromMonotonic(first.at), endMs, measured, other: otherUsage }
}

async function measureSeed(
  contestant: Contestant,
  arena: Arena,
  course: Course,
  target: string,
): Promise<Marks> {
  const running = await contestant.seed(arena)
  await running.done
  const other = await openOther(arena)
  const [meter, otherMeter] = [new UsageMeter(running.program.pid), new UsageMeter(other.program.pid)]
  const [before, otherBefore] = [meter.now(), otherMeter.now()]
  const startMs = performance.now()
  const leeching = await other.add(course.torrent, {
    savePath: target,
    trackers: [],
    peers: [[arena.address, arena.port]],
  })
  await leeching.watch('down')
  const end = await leeching.event('finished', 600_000)
  const [measured, otherUsage] = [since(before, meter.stop()), since(otherBefore, otherMeter.stop())]
  const first = await leeching.event('traffic')
  return {
    startMs,
    firstByteMs: fromMonotonic(first.at),
    endMs: fromMonotonic(end.at),
    measured,
    other: otherUsage,
  }
}

async function openOther(arena: Arena): Promise<Libtorrent> {
  const other = Libtorrent.idle(arena)
  await other.open({ listen: [`${OTHER.address}:${OTHER.port}`], trustLocal: true })
  return other
}

/** Processor time from then on; memory peaks as they are. */
function since(before: Usage, after: Usage): Usage {
  return { ...after, cpuSeconds: after.cpuSeconds - before.cpuSeconds }
}

function figures(marks: Marks, lengthBytes: number): Figures {
  const transferSeconds = (marks.endMs - marks.firstByteMs) / 1000
  return {
    wallSeconds: (marks.endMs - marks.startMs) / 1000,
    firstByteSeconds: (marks.firstByteMs - marks.startMs) / 1000,
    megabytesPerSecond: lengthBytes / 1e6 / transferSeconds,
    cpuSecondsPerGib: marks.measured.cpuSeconds / (lengthBytes / GIB),
    peakRssMib: marks.measured.peakRssBytes / MIB,
    peakOwnMib: marks.measured.peakOwnBytes / MIB,
    otherCpuSecondsPerGib: marks.other.cpuSeconds / (lengthBytes / GIB),
    otherPeakRssMib: marks.other.peakRssBytes / MIB,
  }
}
