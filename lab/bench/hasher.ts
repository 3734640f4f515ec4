// What the hasher reaches beside bare node:crypto:  node lab/bench/hasher.ts [FOLDER]
// Digests of pieces in shared memory by 1 and 2 threads, the share of bare hashing on one core, what a piece costs this
// thread; then files() over 1 GiB in FOLDER (default /dev/shm). Best of several rounds.

import { hash } from 'node:crypto'
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { HashWant } from '../../src/base/ports.ts'
import { NodeHasher } from '../../src/platform/hasher.ts'

const MIB = 1_048_576
const BLOCK = 16_384
const ROUNDS = 3
const memory = new Uint8Array(new SharedArrayBuffer(64 * MIB))
for (let at = 0; at < memory.length; at += 65_536)
  crypto.getRandomValues(new Uint8Array(65_536)).forEach((byte, i) => {
    memory[at + i] = byte
  })

const KINDS = ['v1', 'v2', 'hybrid'] as const
type Kind = (typeof KINDS)[number]

function wantOf(kind: Kind, lengthBytes: number): HashWant {
  return {
    sha1: kind !== 'v2',
    merkle: kind === 'v1' ? undefined : { leaves: lengthBytes / BLOCK, lengthBytes },
  }
}

interface Figures {
  readonly gigabytesPerSecond: number
  readonly cpuMicrosPerPiece: number
}

async function best(round: () => Promise<void>, bytes: number, pieces: number): Promise<Figures> {
  let figures: Figures = { gigabytesPerSecond: 0, cpuMicrosPerPiece: Number.POSITIVE_INFINITY }
  for (let i = 0; i < ROUNDS; i++) {
    const cpu = process.threadCpuUsage()
    const startMs = performance.now()
    await round()
    const ms = performance.now() - startMs
    const { user, system } = process.threadCpuUsage(cpu)
    figures = {
      gigabytesPerSecond: Math.max(figures.gigabytesPerSecond, bytes / ms / 1e6),
      cpuMicrosPerPiece: Math.min(figures.cpuMicrosPerPiece, (user + system) / pieces),
    }
  }
  return figures
}

/** The plainest code on this thread: no tree above the leaves. */
async function bare(kind: Kind): Promise<number> {
  const round = async (): Promise<void> => {
    for (let at = 0; at < memory.length; at += MIB) {
      if (kind !== 'v2') hash('sha1', memory.subarray(at, at + MIB), 'latin1')
      if (kind === 'v1') continue
      for (let leaf = at; leaf < at + MIB; leaf += BLOCK)
        hash('sha256', memory.subarray(leaf, leaf + BLOCK), 'latin1')
    }
  }
  return (await best(round, memory.length, 64)).gigabytesPerSecond
}

async function digests(hasher: NodeHasher, kind: Kind, pieceBytes: number): Promise<Figures> {
  const pieces = (256 * MIB) / pieceBytes
  const want = wantOf(kind, pieceBytes)
  const round = async (): Promise<void> => {
    let next = 0
    const lane = async (): Promise<void> => {
      while (next < pieces) {
        const at = (next++ * pieceBytes) % memory.length
        await hasher.digest(memory.subarray(at, at + pieceBytes), want)
      }
    }
    await Promise.all(Array.from({ length: Math.max(4, (8 * MIB) / pieceBytes) }, lane))
  }
  return await best(round, 256 * MIB, pieces)
}

async function files(hasher: NodeHasher, kind: Kind, path: string): Promise<Figures> {
  const want = wantOf(kind, MIB)
  const pieces = Array.from({ length: 1024 }, (_, i) => ({
    spans: [{ path, offset: i * MIB, lengthBytes: MIB }],
    want,
  }))
  return await best(async () => void (await hasher.files(pieces)), 1024 * MIB, 1024)
}

const path = join(process.argv[2] ?? '/dev/shm', `shoal-bench-${process.pid}`)
const fd = openSync(path, 'wx')
for (let i = 0; i < 16; i++) writeSync(fd, memory)
closeSync(fd)
try {
  for (const kind of KINDS) {
    const core = await bare(kind)
    console.log(`${kind.padEnd(7)} bare, one core ${core.toFixed(2)} GB/s`)
    for (const threads of [1, 2]) {
      const hasher = new NodeHasher({ parallelism: threads })
      await digests(hasher, kind, MIB)
      const line = (what: string, { gigabytesPerSecond, cpuMicrosPerPiece }: Figures): void => {
        const share = ((100 * gigabytesPerSecond) / core / threads).toFixed(0)
        const micros = cpuMicrosPerPiece.toFixed(0).padStart(4)
        console.log(
          `${kind.padEnd(7)} ${threads} threads ${what.padEnd(16)} ${gigabytesPerSecond.toFixed(2)} GB/s, ` +
            `${share.padStart(3)} % of bare per core, ${micros} µs of this thread per piece`,
        )
      }
      for (const kib of [256, 1024, 4096]) line(`digest ${kib} KiB`, await digests(hasher, kind, kib * 1024))
      line('files 1 GiB', await files(hasher, kind, path))
      await hasher.close()
    }
  }
} finally {
  unlinkSync(path)
}
