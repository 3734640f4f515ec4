// Figures of the library's index and search (docs/library.md): a million names indexed, and searched while that goes on
// and afterwards, with the memory of the process and the size of the database. Times hold the way through the thread.
//
//   node lab/library/index.ts [files] [seed]

import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { LibraryWorker } from '../../src/daemon/library/library-worker.ts'
import { LibrarySearch, type SearchAnswer } from '../../src/library/search/search.ts'
import { SystemClock } from '../../src/platform/clock.ts'
import type { Indexed, IndexPlan } from './index-thread.ts'
import { type LabQuery, USUAL, WORST } from './queries.ts'

const FILES = Number(process.argv[2] ?? 1_000_000)
const SEED = Number(process.argv[3] ?? 1)
const ROUNDS = 10
const PAGE = { typing: false, sort: 'fit', offset: 0, limit: 50 } as const

const folder = mkdtempSync(path.join(tmpdir(), 'shoal-lab-library-'))
const file = path.join(folder, 'library.db')

function reader(): Promise<LibraryWorker> {
  return new Promise((resolve, reject) => {
    const program = new URL('../../src/daemon/library/library-thread.ts', import.meta.url)
    const worker: LibraryWorker = new LibraryWorker(
      { role: 'reader', path: file, damaged: false, never: [], pressure: new SharedArrayBuffer(4) },
      {
        ready: () => resolve(worker),
        changed: () => undefined,
        offersChanged: () => undefined,
        refused: ({ refusal }) => reject(new Error(refusal.why)),
        damaged: () => reject(new Error('damaged')),
        lost: (why) => reject(new Error(why)),
      },
      program,
      new SystemClock(),
    )
  })
}

interface Measured {
  readonly query: LabQuery
  readonly ms: number
  readonly total: number
}

async function ask(worker: LibraryWorker, query: LabQuery): Promise<Measured> {
  const from = performance.now()
  const answer = (await worker.ask('search', [{ ...PAGE, ...query }])) as SearchAnswer
  return { query, ms: performance.now() - from, total: answer.total }
}

const at = (sorted: readonly number[], part: number): number =>
  sorted[Math.floor(part * (sorted.length - 1))] ?? 0

function report(what: string, measured: readonly Measured[]): void {
  const sorted = measured.map(({ ms }) => ms).sort((a, b) => a - b)
  const figures = [0.5, 0.95, 0.99, 1].map((part) => at(sorted, part).toFixed(1))
  console.log(
    `${what}: ${measured.length} searches, median ${figures[0]} ms, p95 ${figures[1]}, p99 ${figures[2]}, most ${figures[3]}`,
  )
}

/** The queries with the highest medians. */
function slowest(measured: readonly Measured[]): void {
  const medians = [...Map.groupBy(measured, ({ query }) => JSON.stringify(query))].map(([query, times]) => ({
    query,
    ms: at(
      times.map(({ ms }) => ms).sort((a, b) => a - b),
      0.5,
    ),
    total: times[0]?.total,
  }))
  for (const { query, ms, total } of medians.sort((a, b) => b.ms - a.ms).slice(0, 10)) {
    console.log(`  ${ms.toFixed(1).padStart(6)} ms  ${String(total).padStart(4)} found  ${query}`)
  }
}

const status = (name: string): number =>
  Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1_024

const indexer = new Worker(new URL('./index-thread.ts', import.meta.url), {
  execArgv: [],
  workerData: { path: file, files: FILES, seed: SEED, cacheKib: 24_576 } satisfies IndexPlan,
  resourceLimits: { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16 },
})
let indexed: Indexed | undefined
await new Promise((resolve, reject) => {
  indexer.once('message', resolve)
  indexer.once('error', reject)
})
const done = new Promise<void>((resolve, reject) => {
  indexer.once('message', (message: Indexed) => {
    indexed = message
    resolve()
  })
  indexer.once('error', reject)
})
const search = await reader()
const during: Measured[] = []
const all = [...WORST, ...USUAL]
for (let turn = 0; indexed === undefined; turn++) {
  // Somebody types now and then; asking without a pause would measure two threads on one core.
  await pause(100)
  during.push(await ask(search, all[turn % all.length] as LabQuery))
}
await done
const { seconds, cpuSeconds } = indexed as Indexed
console.log(
  `${FILES} names indexed in ${seconds.toFixed(1)} s (${cpuSeconds.toFixed(1)} s of a processor), seed ${SEED}`,
)
report('while indexing', during)

// The pages come from disk once.
for (const query of all) await ask(search, query)
const worst: Measured[] = []
const usual: Measured[] = []
for (let round = 0; round < ROUNDS; round++) {
  for (const query of WORST) worst.push(await ask(search, query))
  for (const query of USUAL) usual.push(await ask(search, query))
}
report('the worst', worst)
report('the usual', usual)
report('all', [...worst, ...usual])
slowest([...worst, ...usual])
console.log(`memory: at most ${status('VmHWM').toFixed(0)} MiB, now ${status('VmRSS').toFixed(0)} MiB`)
console.log(
  `database: ${((statSync(file).size + (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0)) / 1e6).toFixed(0)} MB with its log`,
)
await search.close()

// The same without the thread, by the processor's time: what others do on this computer is not in it.
const database = new DatabaseSync(file, { readOnly: true })
database.exec('PRAGMA cache_size = -16384')
const own = new LibrarySearch(database, Date.now)
const used: Measured[] = []
for (let round = -1; round < ROUNDS / 2; round++) {
  for (const query of all) {
    const from = process.threadCpuUsage()
    const { total } = own.search({ ...PAGE, ...query })
    const { user, system } = process.threadCpuUsage(from)
    if (round >= 0) used.push({ query, ms: (user + system) / 1_000, total })
  }
}
report('all, processor time', used)
slowest(used)
database.close()
rmSync(folder, { recursive: true })
