// The clients that are measured, each as a seed that is ready to give and as a leech that starts from nothing.
// Promise: a seed has checked its files before it counts as ready; a leech is complete when it says so itself, all
// pieces verified.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { Program } from '../../lab/netns/program.ts'
import { until } from '../../lab/netns/until.ts'
import { Aria2 } from '../../test/interop/aria2.ts'
import { Libtorrent, type TorrentKind } from '../../test/interop/libtorrent.ts'
import { Transmission } from '../../test/interop/transmission.ts'

export type ContestantName = 'shoal' | 'libtorrent' | 'aria2' | 'transmission'

/** Where everything of one measurement is, and how to start programs that end with it. */
export interface Arena {
  readonly torrent: string
  /** Where the files are, or shall be. */
  readonly savePath: string
  /** The address that the measured client shall use, and the one of the other end. */
  readonly address: string
  readonly port: number
  readonly other: { readonly address: string; readonly port: number }
  /** Adds `--cpu-prof` to Shoal, with this folder. */
  readonly profileFolder: string | undefined
  start(name: string, command: readonly string[]): Program
  folder(name: string): Promise<string>
}

export interface Running {
  readonly program: Program
  /** When it had everything, in milliseconds of `performance.now()`. Of a seed: when it was ready. */
  readonly done: Promise<number>
}

export interface Contestant {
  readonly name: ContestantName
  readonly kinds: readonly TorrentKind[]
  /** As seed it is so slow that it is measured with at most this; the table says so. */
  readonly seedsAtMostBytes?: number
  /** Why it cannot take part, or undefined. */
  absent(): string | undefined
  seed(arena: Arena): Promise<Running>
  leech(arena: Arena): Promise<Running>
}

const DEADLINE = { deadlineMs: 600_000, everyMs: 20 }
const ROOT = join(import.meta.dirname, '..', '..')

/** CLOCK_MONOTONIC in seconds, as libtorrent's driver reports it, on the scale of `performance.now()`. */
export function fromMonotonic(seconds: number): number {
  const offsetMs = performance.now() - Number(process.hrtime.bigint()) / 1e6
  return seconds * 1000 + offsetMs
}

const libtorrent: Contestant = {
  name: 'libtorrent',
  kinds: ['v1', 'v2'],
  absent: () => undefined,
  seed: (arena) => runLibtorrent(arena, false),
  leech: (arena) => runLibtorrent(arena, true),
}

async function runLibtorrent(arena: Arena, fetches: boolean): Promise<Running> {
  const client = Libtorrent.idle(arena)
  await client.open({ listen: [`${arena.address}:${arena.port}`], trustLocal: true })
  const peers = fetches ? [[arena.other.address, arena.other.port] as const] : []
  const torrent = await client.add(arena.torrent, { savePath: arena.savePath, trackers: [], peers })
  const done = torrent.event('finished', DEADLINE.deadlineMs).then(({ at }) => fromMonotonic(at))
  return { program: client.program, done }
}

const aria2: Contestant = {
  name: 'aria2',
  kinds: ['v1'],
  absent: () => undefined,
  seed: (arena) => runAria2(arena, true),
  leech: (arena) => runAria2(arena, false),
}

async function runAria2(arena: Arena, seed: boolean): Promise<Running> {
  const client = await Aria2.start(arena, undefined, { port: arena.port, bind: arena.address })
  const download = await client.add(arena.torrent, { savePath: arena.savePath, seed })
  return { program: client.program, done: now(download.complete(DEADLINE.deadlineMs)) }
}

const transmission: Contestant = {
  name: 'transmission',
  kinds: ['v1'],
  // 3.00 gives some 10 MB/s here: 2 GiB would take minutes a round.
  seedsAtMostBytes: 256 * 1024 * 1024,
  absent: () => undefined,
  seed: (arena) => runTransmission(arena),
  leech: (arena) => runTransmission(arena),
}

async function runTransmission(arena: Arena): Promise<Running> {
  const client = await Transmission.start(arena, undefined, { port: arena.port, bind: arena.address })
  const torrent = await client.add(arena.torrent, { savePath: arena.savePath })
  await torrent.poke()
  return { program: client.program, done: now(torrent.complete(DEADLINE.deadlineMs)) }
}

/** bin/shoal on the Node that runs this: already a fit one, so no second process hides the first one's figures. */
const SHOAL = join(ROOT, 'bin', 'shoal')

const shoal: Contestant = {
  name: 'shoal',
  kinds: ['v1', 'v2'],
  absent: () => {
    const tried = spawnSync(process.execPath, [SHOAL, 'share', '--help'], { encoding: 'utf8' })
    return tried.status === 0 ? undefined : `shoal share --help: ${tried.stderr.trim().split('\n')[0]}`
  },
  seed: (arena) => runShoal(arena, 'share', ['--dir', arena.savePath], 'live'),
  leech: (arena) => {
    const peer = `${arena.other.address}:${arena.other.port}`
    return runShoal(arena, 'get', ['-o', arena.savePath, '--peer', peer], 'done')
  },
}

async function runShoal(
  arena: Arena,
  command: string,
  flags: readonly string[],
  last: 'live' | 'done',
): Promise<Running> {
  const profile =
    arena.profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${arena.profileFolder}`]
  const state = await arena.folder('shoal-state')
  const program = arena.start('shoal', [
    ...[process.execPath, ...profile, SHOAL, command, arena.torrent, ...flags],
    ...['--port', String(arena.port), '--json', '--state-dir', state],
    // As for the others: TCP alone, nothing encrypted, nobody looked for.
    ...['--no-lsd', '--no-pex', '--no-dht', '--no-utp', '--no-port-mapping', '--encryption', 'off'],
  ])
  let at: number | undefined
  program.onLine((line) => {
    const { event, state } = JSON.parse(line) as { event?: string; state?: string }
    // A share that says `live` has checked its files.
    if (event === last || (event === 'progress' && state === last)) at ??= performance.now()
  })
  const done = until(`shoal ${command} says "${last}"`, () => at, { ...DEADLINE, program })
  return { program, done }
}

async function now(event: Promise<unknown>): Promise<number> {
  await event
  return performance.now()
}

export const CONTESTANTS: readonly Contestant[] = [shoal, libtorrent, aria2, transmission]
