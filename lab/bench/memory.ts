// node lab/bench/memory.ts [--size 20G] [--piece 64M]: peak memory of creating, seeding and downloading a large torrent
// with large pieces, by the real command line on loopback. The content is a sparse file of zeros; the download is real.

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '20G' },
    piece: { type: 'string', default: '64MiB' },
    folder: { type: 'string', default: tmpdir() },
  },
})
const GIB = 1024 ** 3
const bytes = Number.parseFloat(values.size) * GIB
const base = mkdtempSync(join(values.folder, 'shoal-memory-'))
const bin = join(import.meta.dirname, '..', '..', 'bin', 'shoal')
process.on('exit', () => rmSync(base, { recursive: true, force: true }))

interface Run {
  readonly lines: Record<string, unknown>[]
  readonly peakMiB: () => number
  readonly over: Promise<number>
  stop(): void
}

function shoal(...words: string[]): Run {
  const child = spawn(process.execPath, [bin, ...words, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: Record<string, unknown>[] = []
  let rest = ''
  let peak = 0
  const look = () => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
    } catch (error) {
      // It ended between two looks; any other failure is one of this script.
      if (
        (error as NodeJS.ErrnoException).code !== 'ENOENT' &&
        (error as NodeJS.ErrnoException).code !== 'ESRCH'
      )
        throw error
    }
  }
  const timer = setInterval(look, 100)
  child.stdout.on('data', (chunk: Buffer) => {
    rest += chunk.toString()
    const parts = rest.split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) lines.push(JSON.parse(part))
  })
  const over = new Promise<number>((resolve) => {
    child.on('exit', (code) => {
      clearInterval(timer)
      resolve(code ?? 1)
    })
  })
  return { lines, peakMiB: () => Math.round(peak), over, stop: () => child.kill('SIGTERM') }
}

mkdirSync(join(base, 'in'))
mkdirSync(join(base, 'out'))
const film = join(base, 'in', 'film.bin')
writeFileSync(film, '')
truncateSync(film, bytes)
const torrent = join(base, 'film.torrent')

const startedMs = performance.now()
const seconds = () => ((performance.now() - startedMs) / 1000).toFixed(0)
const created = shoal('create', film, '-o', torrent, '--piece-length', values.piece)
if ((await created.over) !== 0) throw new Error('create failed')
console.log(
  `created ${values.size} in pieces of ${values.piece} after ${seconds()} s: peak ${created.peakMiB()} MiB`,
)

const common = ['--bind', '127.0.0.1', '--no-lsd']
const seed = shoal('share', torrent, '--dir', join(base, 'in'), '--state-dir', join(base, 's1'), ...common)
while (!seed.lines.some((line) => line.event === 'progress' && line.state === 'live')) {
  await new Promise((resolve) => setTimeout(resolve, 200))
}
const port = seed.lines.find((line) => line.event === 'sharing')?.port
console.log(`checked and seeding after ${seconds()} s: peak ${seed.peakMiB()} MiB`)
const leech = shoal(
  'get',
  torrent,
  '-o',
  join(base, 'out'),
  '--state-dir',
  join(base, 's2'),
  '--peer',
  `127.0.0.1:${port}`,
  ...common,
)
const code = await leech.over
seed.stop()
await seed.over
console.log(
  `downloaded (exit ${code}) after ${seconds()} s: leech peak ${leech.peakMiB()} MiB, seed peak ${seed.peakMiB()} MiB`,
)
process.exitCode = code
