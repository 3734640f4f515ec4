// npm run lab:compare: Shoal and other clients move the same file, one seed to one leech, on a RAM disk over loopback.
//
// Rounds alternate between the clients, so that a machine that gets slower gets slower for all; medians are shown,
// with the ratio to libtorrent of the same run. Never compare figures of two runs.

import { mkdir, rm, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { enterNamespace } from '../../lab/netns/namespace.ts'
import { Program } from '../../lab/netns/program.ts'
import { makeBigFile } from '../../test/interop/fixtures.ts'
import { Libtorrent, type TorrentKind } from '../../test/interop/libtorrent.ts'
import { Tracker } from '../../test/interop/tracker.ts'
import { CONTESTANTS, type Contestant } from './contestants.ts'
import { type Course, type Figures, measure, type Role, type Task } from './measurement.ts'
import { hottest } from './profile.ts'

const USAGE = `npm run lab:compare -- [options]
  --size 2G          of the file (K, M, G: powers of 1024)
  --piece 1M         piece length
  --rounds 3
  --clients LIST     of shoal,libtorrent,aria2,transmission
  --roles LIST       of leech,seed
  --kinds LIST       of v1,v2
  --profile          one more run of Shoal in each role under the processor profiler, kept in lab/out/profile
  --json FILE        writes every single figure there`

const MIB = 1024 * 1024
const UNITS: Readonly<Record<string, number>> = { K: 1024, M: MIB, G: 1024 * MIB }
const PROFILE_FOLDER = join(import.meta.dirname, '..', 'out', 'profile')

const { values: options } = parseArgs({
  options: {
    size: { type: 'string', default: '2G' },
    piece: { type: 'string', default: '1M' },
    rounds: { type: 'string', default: '3' },
    clients: { type: 'string', default: CONTESTANTS.map(({ name }) => name).join(',') },
    roles: { type: 'string', default: 'leech,seed' },
    kinds: { type: 'string', default: 'v1,v2' },
    profile: { type: 'boolean', default: false },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

if (options.help) {
  process.stdout.write(`${USAGE}\n`)
  process.exit(0)
}
const footing = await enterNamespace(import.meta.filename)
if (footing.kind === 'refused') {
  process.stderr.write(`${footing.reason}\n`)
  process.exit(1)
}
/** Who cannot take part, and why. */
const ABSENT: ReadonlyMap<Contestant, string> = new Map(
  CONTESTANTS.flatMap((contestant) => {
    const reason = contestant.absent()
    return reason === undefined ? [] : [[contestant, reason] as const]
  }),
)

interface Result {
  readonly task: Task
  readonly rounds: Figures[]
  failures: number
}

function readSize(text: string): number {
  const parts = /^(\d+)([KMG]?)$/.exec(text)
  if (parts === null) throw new Error(`not a size: ${text}`)
  return Number(parts[1]) * (UNITS[parts[2] ?? ''] ?? 1)
}

function plan(): Task[] {
  const wanted = options.clients.split(',')
  const contestants = CONTESTANTS.filter(({ name }) => wanted.includes(name))
  return options.roles
    .split(',')
    .flatMap((role) =>
      options.kinds
        .split(',')
        .flatMap((kind) =>
          contestants
            .filter((contestant) => contestant.kinds.includes(kind as TorrentKind))
            .map((contestant) => ({ contestant, role: role as Role, kind: kind as TorrentKind })),
        ),
    )
}

/** How much this task moves. */
function lengthOf({ role, contestant }: Task): number {
  const asked = readSize(options.size)
  return role === 'seed' ? Math.min(asked, contestant.seedsAtMostBytes ?? asked) : asked
}

/** By kind and length: `courseOf` finds them. */
type Courses = ReadonlyMap<string, Course>

function courseKey(task: Task): string {
  return `${task.kind}-${lengthOf(task)}`
}

function courseOf(task: Task, courses: Courses): Course {
  const course = courses.get(courseKey(task))
  if (course === undefined) throw new Error(`nothing was made ready for ${courseKey(task)}`)
  return course
}

async function prepare(directory: string, tasks: readonly Task[]): Promise<Courses> {
  const at = { address: '10.64.0.1', address6: 'fd00:64::1' }
  const tracker = await Tracker.listen(at, { intervalSeconds: 5 })
  const maker = Libtorrent.idle({ start: (name, command) => new Program(name, command) })
  const courses = new Map<string, Course>()
  for (const task of tasks.filter(({ contestant }) => !ABSENT.has(contestant))) {
    const [key, lengthBytes] = [courseKey(task), lengthOf(task)]
    if (courses.has(key)) continue
    const source = join(directory, `source-${lengthBytes}`)
    const path = join(source, 'file.bin')
    if ((await mkdir(source, { recursive: true })) !== undefined) {
      await makeBigFile(path, 'compare', lengthBytes)
    }
    const torrent = join(directory, `${key}.torrent`)
    const pieceLengthBytes = readSize(options.piece)
    const trackers = [tracker.url('http')]
    await maker.make({ path, output: torrent, kind: task.kind, pieceLengthBytes, trackers })
    courses.set(key, { torrent, lengthBytes, source, directory, profileFolder: undefined })
  }
  await maker.stop()
  return courses
}

async function main(directory: string): Promise<void> {
  const tasks = plan()
  const courses = await prepare(directory, tasks)
  const results: Result[] = tasks.map((task) => ({ task, rounds: [], failures: 0 }))
  const present = tasks.filter(({ contestant }) => !ABSENT.has(contestant))
  const warmUp = present.find(({ contestant }) => contestant.name === 'libtorrent') ?? present[0]
  if (warmUp === undefined) throw new Error('none of these clients is here')
  // Not counted: the first to fill the RAM disk pays for memory that a virtual machine has yet to get.
  await measure(warmUp, courseOf(warmUp, courses))
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const result of results) {
      const { task, rounds } = result
      if (ABSENT.has(task.contestant)) continue
      process.stderr.write(`round ${round + 1}: ${task.contestant.name} as ${task.role}, ${task.kind} ... `)
      try {
        const figures = await measure(task, courseOf(task, courses))
        rounds.push(figures)
        process.stderr.write(
          `${figures.wallSeconds.toFixed(2)} s, ${figures.megabytesPerSecond.toFixed(0)} MB/s\n`,
        )
      } catch (error) {
        // One client's failure must not cost the others their figures; the table and the exit code tell it.
        result.failures++
        process.stderr.write(`failed\n${error instanceof Error ? error.message : error}\n${causeOf(error)}\n`)
      }
    }
  }
  process.stdout.write(report(results))
  if (results.some(({ failures }) => failures > 0)) process.exitCode = 1
  if (options.json !== undefined) {
    const plain = results.map(({ task, rounds }) => ({ ...task, contestant: task.contestant.name, rounds }))
    await writeFile(options.json, `${JSON.stringify(plain, undefined, 2)}\n`)
  }
  if (options.profile) await profile(tasks, courses)
}

async function profile(tasks: readonly Task[], courses: Courses): Promise<void> {
  for (const task of tasks.filter(({ contestant }) => contestant.name === 'shoal')) {
    if (ABSENT.has(task.contestant)) continue
    const profileFolder = join(PROFILE_FOLDER, `${task.role}-${task.kind}`)
    await rm(profileFolder, { recursive: true, force: true })
    await mkdir(profileFolder, { recursive: true })
    await measure(task, { ...courseOf(task, courses), profileFolder })
    const lines = hottest(profileFolder, 25).map((hot) => `${hot.selfSeconds.toFixed(2)} s  ${hot.name}`)
    process.stdout.write(`\nShoal as ${task.role}, ${task.kind}: ${profileFolder}\n${lines.join('\n')}\n`)
  }
}

const COLUMNS: readonly (readonly [string, (figures: Figures) => number, number])[] = [
  ['wall s', (figures) => figures.wallSeconds, 2],
  ['first byte s', (figures) => figures.firstByteSeconds, 2],
  ['MB/s', (figures) => figures.megabytesPerSecond, 0],
  ['CPU s/GiB', (figures) => figures.cpuSecondsPerGib, 2],
  ['peak RSS MiB', (figures) => figures.peakRssMib, 0],
  ['of it own MiB', (figures) => figures.peakOwnMib, 0],
  ["other end's CPU s/GiB", (figures) => figures.otherCpuSecondsPerGib, 2],
  ["other end's RSS MiB", (figures) => figures.otherPeakRssMib, 0],
]

function report(results: readonly Result[]): string {
  const head = `${options.size} file, ${options.piece} pieces, medians of ${options.rounds} alternating rounds, ${cpus().length} cores (${cpus()[0]?.model}), Node ${process.versions.node}. The other end is libtorrent.`
  const parts = [head]
  for (const role of options.roles.split(',')) {
    for (const kind of options.kinds.split(',')) {
      const group = results.filter(({ task }) => task.role === role && task.kind === kind)
      if (group.length > 0) parts.push(table(`${role}, ${kind}`, group))
    }
  }
  return `${parts.join('\n\n')}\n`
}

function table(title: string, group: readonly Result[]): string {
  const reference = group.find(({ task }) => task.contestant.name === 'libtorrent')
  const rate = (figures: Figures): number => figures.megabytesPerSecond
  const cpu = (figures: Figures): number => figures.cpuSecondsPerGib
  const rows = group.map((result) => {
    const { contestant } = result.task
    const absent = ABSENT.get(contestant)
    if (absent !== undefined) return `| ${contestant.name} | not measured: ${absent} |`
    const failed = result.failures === 0 ? '' : ` (failed ${result.failures} times)`
    if (result.rounds.length === 0) return `| ${contestant.name}${failed} |`
    const cells = COLUMNS.map(([, of, digits]) => median(result.rounds.map(of)).toFixed(digits))
    const ratios = [rate, cpu].map((of) =>
      reference === undefined || reference.rounds.length === 0
        ? ''
        : (median(result.rounds.map(of)) / median(reference.rounds.map(of))).toFixed(2),
    )
    return `| ${[nameOf(result.task) + failed, ...cells, ...ratios].join(' | ')} |`
  })
  const names = [title, ...COLUMNS.map(([name]) => name), 'MB/s ÷ libtorrent', 'CPU ÷ libtorrent']
  return [`| ${names.join(' | ')} |`, `|${'---|'.repeat(names.length)}`, ...rows].join('\n')
}

/** With the length, where it is not the one of all others. */
function nameOf(task: Task): string {
  const lengthBytes = lengthOf(task)
  const { name } = task.contestant
  return lengthBytes === readSize(options.size) ? name : `${name} (${lengthBytes / MIB} MiB)`
}

function causeOf(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? String(error.cause) : ''
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[middle]]
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2
}

await main(footing.directory)
process.exit()
