// What a web seed gives beside a peer:  node lab/bench/webseed.ts [MIB] [ROUNDS]
// `shoal get` of one file from nginx on loopback, and of the same file from `shoal share` over TCP, taking turns on a RAM
// disk in a namespace of its own. Medians: MB/s from start to end without the start of the program, CPU seconds per GiB
// of the getter, and of the other end. Every copy is compared.

import { execFileSync } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { differences, makeBigFile } from '../../test/interop/fixtures.ts'
import { Nginx } from '../../test/interop/nginx.ts'
import { Scene } from '../../test/interop/scene.ts'
import { UsageMeter } from '../compare/usage.ts'
import type { Lan } from '../netns/lan.ts'
import { enterNamespace } from '../netns/namespace.ts'
import { Program } from '../netns/program.ts'

const footing = await enterNamespace(import.meta.filename)
if (footing.kind === 'refused') throw new Error(footing.reason)

const MIB = 1024 ** 2
const LENGTH_BYTES = Number(process.argv[2] ?? 1024) * MIB
const ROUNDS = Number(process.argv[3] ?? 3)
const SHOAL = join(import.meta.dirname, '..', '..', 'bin', 'shoal')
const KINDS = ['v1', 'v2', 'hybrid'] as const
const SHARE_PORT = 6881
const QUIET = ['--no-lsd', '--no-pex', '--no-dht', '--bind', '127.0.0.1', '--json']

interface Figures {
  readonly megabytesPerSecond: number
  readonly cpuSecondsPerGib: number
  readonly otherCpuSecondsPerGib: number
}

const { directory } = footing
const scene = new Scene(join(directory, 'scene'), undefined as unknown as Lan)
await mkdir(scene.directory)
const root = await scene.folder('www')
const source = join(root, 'content.bin')
await makeBigFile(source, 'bench', LENGTH_BYTES)
const nginx = await Nginx.start(scene, undefined, { root })

const state = (name: string): string => join(directory, `state-${name}`)
const table = new Map<string, Figures[]>()
for (const kind of KINDS) {
  const flags = kind === 'hybrid' ? [] : [`--${kind}`]
  const url = ['--web-seed', `${nginx.url}/content.bin`]
  shoal('create', source, '-o', torrentOf(kind, 'web'), ...url, ...flags)
  shoal('create', source, '-o', torrentOf(kind, 'peer'), ...flags)
}
for (let round = 0; round < ROUNDS; round++) {
  for (const kind of KINDS) {
    add(`${kind} from nginx`, await get(torrentOf(kind, 'web'), nginx.program.pid, []))
    add(`${kind} from a peer`, await fromPeer(kind))
  }
}
await scene.close()
console.log(`${LENGTH_BYTES / MIB} MiB, median of ${ROUNDS} rounds on ${process.version}`)
for (const [name, figures] of table) {
  const of = (pick: (figure: Figures) => number): number => median(figures.map(pick))
  const speed = of(({ megabytesPerSecond }) => megabytesPerSecond).toFixed(0)
  const own = of(({ cpuSecondsPerGib }) => cpuSecondsPerGib).toFixed(2)
  const other = of(({ otherCpuSecondsPerGib }) => otherCpuSecondsPerGib).toFixed(2)
  console.log(`${name.padEnd(20)} ${speed.padStart(5)} MB/s   getter ${own} s CPU/GiB   other end ${other}`)
}

function torrentOf(kind: string, other: string): string {
  return join(directory, `${kind}-${other}.torrent`)
}

function shoal(...words: readonly string[]): void {
  execFileSync(process.execPath, [SHOAL, ...words], { stdio: 'pipe' })
}

function add(name: string, figures: Figures): void {
  table.set(name, [...(table.get(name) ?? []), figures])
}

async function fromPeer(kind: string): Promise<Figures> {
  const words = [
    'share',
    torrentOf(kind, 'peer'),
    '--dir',
    root,
    '--to',
    'everyone',
    '--licence',
    'own-work',
    '--port',
    String(SHARE_PORT),
  ]
  const giver = new Program('share', [
    process.execPath,
    SHOAL,
    ...words,
    ...QUIET,
    '--state-dir',
    state('share'),
  ])
  try {
    await new Promise<void>((resolve) =>
      giver.onLine((line) => {
        if (line.includes('"state":"live"')) resolve()
      }),
    )
    return await get(torrentOf(kind, 'peer'), giver.pid, ['--peer', `127.0.0.1:${SHARE_PORT}`])
  } finally {
    await giver.stop('SIGINT')
    await rm(state('share'), { recursive: true, force: true })
  }
}

async function get(torrent: string, otherPid: number, words: readonly string[]): Promise<Figures> {
  const target = join(directory, 'target')
  await mkdir(target)
  const other = new UsageMeter(otherPid)
  const before = other.now().cpuSeconds
  const command = ['get', torrent, '-o', target, ...words, ...QUIET, '--state-dir', state('get')]
  const getter = new Program('get', [process.execPath, SHOAL, ...command])
  const own = new UsageMeter(getter.pid)
  let seconds = 0
  getter.onLine((line) => {
    const said = JSON.parse(line) as { event?: string; seconds?: number }
    if (said.event === 'done') seconds = said.seconds ?? 0
  })
  const { code } = await getter.ended
  if (code !== 0) throw new Error(getter.tail())
  const figures = {
    megabytesPerSecond: LENGTH_BYTES / 1e6 / seconds,
    cpuSecondsPerGib: own.stop().cpuSeconds / (LENGTH_BYTES / 1024 ** 3),
    otherCpuSecondsPerGib: (other.stop().cpuSeconds - before) / (LENGTH_BYTES / 1024 ** 3),
  }
  const wrong = await differences(source, join(target, 'content.bin'))
  if (wrong.length > 0) throw new Error(wrong.join('\n'))
  await rm(target, { recursive: true })
  await rm(state('get'), { recursive: true, force: true })
  return figures
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
