// Peak memory of the real command line with a large torrent of large pieces: `npm run lab:memory -- [--size 20GiB]
// [--piece 64MiB] [--folder DIR] [--minutes 15]`. The content is a sparse file of zeros; what is downloaded is written
// really and taken away again. Ends with 1 above the bounds: 300 MiB for `create`, 400 MiB for `share` and `get`.
// Linux only: VmHWM, the most that was ever resident, is read from /proc.

import { type ChildProcess, spawn } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { SIZE } from '../../src/cli/readers.ts'

const SHOAL = join(import.meta.dirname, '..', '..', 'bin', 'shoal')
const MIB = 1_048_576
const CREATE_BOUND_MIB = 300
const TRANSFER_BOUND_MIB = 400
/** Left free beside what is downloaded. */
const SPARE_BYTES = 4 * 1_024 * MIB
const LOOK_MS = 100

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '20GiB' },
    piece: { type: 'string', default: '64MiB' },
    folder: { type: 'string', default: tmpdir() },
    minutes: { type: 'string', default: '15' },
  },
})
const lengthBytes = SIZE.read(values.size)
if (lengthBytes === undefined) throw new Error(`--size should be ${SIZE.expects}`)
const { bavail, bsize } = statfsSync(values.folder)
if (bavail * bsize < lengthBytes + SPARE_BYTES) {
  const room = `${Math.floor((bavail * bsize) / MIB)} MiB free`
  throw new Error(`${values.folder} has ${room}: give a smaller --size, or another --folder`)
}

const base = mkdtempSync(join(values.folder, 'shoal-memory-'))
const children = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(base, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))
setTimeout(() => {
  console.error(`not done within ${values.minutes} minutes`)
  process.exit(1)
}, Number(values.minutes) * 60_000).unref()

interface Said {
  readonly event?: string
  readonly state?: string
  readonly port?: number
  readonly error?: unknown
}

class Command {
  readonly said: Said[] = []
  readonly ended: Promise<number>
  readonly #child: ChildProcess
  readonly #startedMs = performance.now()
  peakMib = 0
  seconds = 0

  constructor(...words: readonly string[]) {
    const child = spawn(process.execPath, [SHOAL, ...words, '--json'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    this.#child = child
    children.add(child)
    createInterface({ input: child.stdout }).on('line', (line) => this.said.push(JSON.parse(line) as Said))
    const looking = setInterval(() => this.#look(), LOOK_MS)
    this.ended = new Promise((resolve) => {
      child.once('exit', (code) => {
        clearInterval(looking)
        children.delete(child)
        this.seconds = (performance.now() - this.#startedMs) / 1_000
        resolve(code ?? 1)
      })
    })
  }

  /** Waits for a line, or the end. */
  async heard(fits: (said: Said) => boolean): Promise<Said> {
    for (;;) {
      const found = this.said.find(fits)
      if (found !== undefined) return found
      const over = await Promise.race([this.ended, new Promise((resolve) => setTimeout(resolve, LOOK_MS))])
      if (over !== undefined && !this.said.some(fits)) throw new Error(JSON.stringify(this.said.at(-1)))
    }
  }

  async stop(): Promise<void> {
    this.#look()
    this.#child.kill('SIGINT')
    await this.ended
  }

  #look(): void {
    const status = statusOf(this.#child.pid)
    this.peakMib = Math.max(this.peakMib, Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1_024)
  }
}

function statusOf(pid: number | undefined): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    // It has just ended.
    return ''
  }
}

let above = 0

function row(what: string, seconds: number, peakMib: number, boundMib: number): void {
  const rate = `${((lengthBytes ?? 0) / 1e6 / seconds).toFixed(0)} MB/s`
  console.log(
    `| ${what} | ${seconds.toFixed(0)} s | ${rate} | ${Math.round(peakMib)} MiB | ${boundMib} MiB |`,
  )
  if (peakMib > boundMib) above++
}

async function finished(command: Command): Promise<void> {
  const code = await command.ended
  if (code !== 0) throw new Error(`ended with ${code}: ${JSON.stringify(command.said.at(-1))}`)
}

const source = join(base, 'source')
mkdirSync(source)
const film = join(source, 'film.bin')
const torrent = join(base, 'film.torrent')
writeFileSync(film, '')
truncateSync(film, lengthBytes)

console.log(`${values.size} in pieces of ${values.piece}\n`)
console.log('| what | time | rate | peak | bound |\n|---|---:|---:|---:|---:|')
const create = new Command('create', film, '-o', torrent, '--piece-length', values.piece)
await finished(create)
row('create', create.seconds, create.peakMib, CREATE_BOUND_MIB)

const loopback = ['--bind', '127.0.0.1', '--no-lsd', '--state-dir']
const share = new Command('share', torrent, '--dir', source, ...loopback, join(base, 'share'))
const { port } = await share.heard(({ event }) => event === 'sharing')
const checkedMs = performance.now()
await share.heard(({ event, state }) => event === 'progress' && state === 'live')
row('share, checking', (performance.now() - checkedMs) / 1_000, share.peakMib, TRANSFER_BOUND_MIB)

const out = join(base, 'out')
const get = new Command(
  'get',
  torrent,
  '--peer',
  `127.0.0.1:${port}`,
  '-o',
  out,
  ...loopback,
  join(base, 'get'),
)
await finished(get)
await share.stop()
row('share, giving', get.seconds, share.peakMib, TRANSFER_BOUND_MIB)
row('get', get.seconds, get.peakMib, TRANSFER_BOUND_MIB)
// A finished process cannot be asked for its peak: the last look was at most a tenth of a second before its end.
process.exitCode = above === 0 ? 0 : 1
