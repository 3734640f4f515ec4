// Peak memory and time of making a torrent of one large (sparse) file:
//   node lab/bench/create-memory.ts [GIB] [PIECE]        default: 20 GiB, pieces of 64MiB
// Limit: 300 MiB RSS for 20 GiB with 64 MiB pieces. Linux only: reads /proc.

import { spawn } from 'node:child_process'
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const LIMIT_MIB = 300
const SAMPLE_MS = 200
const GIB = 2 ** 30

const [gib = '20', piece = '64MiB'] = process.argv.slice(2)
const bytes = Number(gib) * GIB
const folder = mkdtempSync(join(tmpdir(), 'shoal-bench-'))
const file = join(folder, 'sparse')
const fd = openSync(file, 'w')
ftruncateSync(fd, bytes)
closeSync(fd)

const shoal = join(import.meta.dirname, '..', '..', 'bin', 'shoal')
const words = ['create', file, '-o', join(folder, 'out.torrent'), '--piece-length', piece, '--quiet']
const startedAt = performance.now()
const child = spawn(process.execPath, [shoal, ...words], { stdio: ['ignore', 'ignore', 'inherit'] })

/** Peak of the process itself and of its children, in MiB: bin/shoal may start a fitting Node. */
let peakMib = 0
const sampling = setInterval(() => {
  peakMib = Math.max(
    peakMib,
    treeOf(child.pid as number).reduce((sum, pid) => sum + peakOf(pid), 0),
  )
}, SAMPLE_MS)

child.on('close', (code) => {
  clearInterval(sampling)
  const seconds = (performance.now() - startedAt) / 1_000
  rmSync(folder, { recursive: true })
  const rate = (bytes / 1e6 / seconds).toFixed(0)
  console.log(
    `create ${gib} GiB, pieces of ${piece}: ${seconds.toFixed(1)} s, ${rate} MB/s, peak ${peakMib.toFixed(0)} MiB`,
  )
  if (code !== 0 || peakMib > LIMIT_MIB) {
    console.log(code === 0 ? `above the limit of ${LIMIT_MIB} MiB` : `failed with ${code}`)
    process.exit(1)
  }
})

function treeOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
    return [pid, ...children.flatMap((one) => treeOf(Number(one)))]
  } catch {
    return []
  }
}

function peakOf(pid: number): number {
  try {
    const match = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return Number(match?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}
