// Figures of scanning: first walk, walk of an unchanged tree, hashing beside bare reading, how soon a change is seen,
// memory, and what the main thread notices. `node lab/library/scan.ts [files] [hashedMiB]`; real files below the temporary
// folder, which it makes and removes. The scan runs in a worker thread over the library's own database, as in the daemon.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { FolderScan } from '../../src/library/scan/folder-scan.ts'
import { LibraryScanner } from '../../src/library/scan/library-scanner.ts'
import type { ScanStore } from '../../src/library/scan/scan-store.ts'
import { pause } from '../../src/library/scan/yielding.ts'
import { LIBRARY_SCHEMA, libraryStores } from '../../src/library/stores.ts'
import { SystemClock } from '../../src/platform/clock.ts'
import { openDatabase } from '../../src/platform/database.ts'
import { SystemDigest } from '../../src/platform/digest.ts'
import { NodeHasher } from '../../src/platform/hasher.ts'

const FILES_A_DIRECTORY = 50
const HASHED_FILE_BYTES = 4_194_304
const LONG_AGO = new Date('2020-01-02T03:04:05.678Z')
const ROUNDS = 5
/** How long small files are hashed for their figure. */
const SMALL_FILES_MS = 15_000

interface Places {
  readonly base: string
  readonly tree: string
  readonly heavy: string
}

interface Figures {
  [name: string]: number
}

function makeTree(tree: string, files: number): void {
  for (let i = 0; i < files; i++) {
    const at = Math.floor(i / FILES_A_DIRECTORY)
    const directory = path.join(tree, `artist ${at % 97}`, `album ${at}`)
    if (i % FILES_A_DIRECTORY === 0) mkdirSync(directory, { recursive: true })
    writeFileSync(path.join(directory, `${(i % FILES_A_DIRECTORY) + 1} - song number ${i}.mp3`), String(i))
  }
}

function makeHeavy(heavy: string, mebibytes: number): void {
  mkdirSync(heavy)
  const bytes = new Uint8Array(HASHED_FILE_BYTES)
  for (let i = 0; i * HASHED_FILE_BYTES < mebibytes * 1_048_576; i++) {
    for (let at = 0; at < bytes.length; at += 512) bytes[at] = (at + i * 31) & 0xff
    const file = path.join(heavy, `film ${i}.bin`)
    writeFileSync(file, bytes)
    utimesSync(file, LONG_AGO, LONG_AGO)
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** In the worker: the library's thread. */
async function scanIn({ base, tree, heavy }: Places): Promise<Figures> {
  const opened = openDatabase({ path: path.join(base, 'library.db'), migrations: LIBRARY_SCHEMA })
  if (opened.kind !== 'opened') throw new Error(opened.why)
  const digest = new SystemDigest()
  const clock = new SystemClock()
  const stores = libraryStores(opened.database, digest)
  stores.folders.add('a000000000000000', tree, 0)
  stores.folders.add('b000000000000000', heavy, 0)
  const store = stores.files as ScanStore
  const figures: Figures = {}

  let longestSliceMs = 0
  const walk = async (): Promise<number> => {
    const began = performance.now()
    const scan = new FolderScan({
      folder: { id: 'a000000000000000', path: tree },
      store,
      now: () => performance.now(),
      wallMs: Date.now,
      room: 1_000_000,
      never: [],
    })
    for (;;) {
      const slice = performance.now()
      const outcome = scan.advance()
      longestSliceMs = Math.max(longestSliceMs, performance.now() - slice)
      if (outcome !== undefined) break
      await pause(clock, 0)
    }
    figures.files = scan.seenFiles
    return performance.now() - began
  }
  figures.firstWalkMs = await walk()
  figures.firstWalkLongestSliceMs = longestSliceMs
  longestSliceMs = 0
  const again: number[] = []
  const cpuFrom = process.threadCpuUsage()
  const cpuMs = () => {
    const { user, system } = process.threadCpuUsage(cpuFrom)
    return (user + system) / 1_000
  }
  for (let round = 0; round < ROUNDS; round++) again.push(await walk())
  figures.unchangedWalkMs = median(again)
  figures.unchangedWalkCpuMs = cpuMs() / ROUNDS
  figures.unchangedWalkLongestSliceMs = longestSliceMs

  const hasher = new NodeHasher({
    program: new URL('../../src/platform/quiet-hash-worker.ts', import.meta.url),
  })
  const scanner = new LibraryScanner({
    store,
    hashes: stores.reading,
    facts: stores.reading,
    hasher,
    digest,
    clock,
    pressure: () => 0,
    fileCount: () => stores.folders.counts().files,
    never: [],
    changed: () => {},
    failed: (error) => {
      throw error
    },
  })
  const until = async (isSo: () => boolean): Promise<number> => {
    while (!isSo()) await pause(clock, 2)
    return performance.now()
  }
  const count = (folder: string) => stores.folders.get(folder)
  scanner.start({ id: 'b000000000000000', path: heavy })
  const hashed = () => count('b000000000000000').hashedFiles
  const began = await until(() => scanner.progress.hashing !== undefined)
  const ended = await until(() => hashed() === count('b000000000000000').files && hashed() > 0)
  figures.hashingMBs = count('b000000000000000').totalBytes / 1_000 / (ended - began)

  const beforeWatching = process.memoryUsage().rss
  scanner.start({ id: 'a000000000000000', path: tree })
  await until(() => scanner.folder('a000000000000000')?.state === 'watching')
  figures.watchingMB = (process.memoryUsage().rss - beforeWatching) / 1e6
  const smallFrom = performance.now()
  const all = count('a000000000000000').files
  const small = () => count('a000000000000000').hashedFiles
  await until(() => small() === all || performance.now() - smallFrom > SMALL_FILES_MS)
  figures.smallFilesHashedPerSecond = (small() * 1_000) / (performance.now() - smallFrom)

  const seen: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    await pause(clock, 500)
    const { files } = count('a000000000000000')
    const at = performance.now()
    writeFileSync(path.join(tree, `new ${round}.txt`), 'new')
    seen.push((await until(() => count('a000000000000000').files > files)) - at)
  }
  figures.changeSeenMs = median(seen)
  await scanner.close()
  await hasher.close()
  opened.database.close()
  figures.rssMB = process.memoryUsage().rss / 1e6
  return figures
}

/** The same bytes by the system's own program, and read without looking at them, both from warm memory. */
function bare(heavy: string, bytes: number): Figures {
  const files = readdirSync(heavy).map((name) => path.join(heavy, name))
  const rate = (program: string, options: string[]) => {
    const began = performance.now()
    execFileSync(program, [...options, ...files], { stdio: ['ignore', 'ignore', 'inherit'] })
    return bytes / 1_000 / (performance.now() - began)
  }
  rate('cat', [])
  return { sha256sumMBs: rate('sha256sum', []), catMBs: rate('cat', []) }
}

async function measure(files: number, mebibytes: number): Promise<void> {
  const base = mkdtempSync(path.join(tmpdir(), 'shoal-lab-scan-'))
  try {
    const places = { base, tree: path.join(base, 'tree'), heavy: path.join(base, 'heavy') }
    makeTree(places.tree, files)
    makeHeavy(places.heavy, mebibytes)
    const reading = bare(
      places.heavy,
      Math.ceil((mebibytes * 1_048_576) / HASHED_FILE_BYTES) * HASHED_FILE_BYTES,
    )
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    const figures = await new Promise<Figures>((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: places, execArgv: [] })
      worker.on('message', resolve)
      worker.on('error', reject)
      worker.on('exit', (status) => reject(new Error(`the scanning thread ended with ${status}`)))
    })
    delay.disable()
    const mainLoop = { mainLoopP99Ms: delay.percentile(99) / 1e6, mainLoopMaxMs: delay.max / 1e6 }
    // Said before all of it is removed, which takes longer than what was measured.
    for (const [name, value] of Object.entries({ ...figures, ...reading, ...mainLoop }))
      console.log(`${name.padEnd(28)} ${value.toFixed(1)}`)
  } finally {
    rmSync(base, { recursive: true, force: true })
  }
}

if (!isMainThread) {
  parentPort?.postMessage(await scanIn(workerData as Places))
} else if (process.argv[1] === import.meta.filename) {
  const [files = '100000', mebibytes = '2048'] = process.argv.slice(2)
  await measure(Number(files), Number(mebibytes))
}
