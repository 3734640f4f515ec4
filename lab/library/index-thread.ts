// Worker of lab:library: fills a library with generated names as a scan does, batch by batch, and says how it went.

import { parentPort, workerData } from 'node:worker_threads'
import type { WalkedFile } from '../../src/library/file-record.ts'
import { LIBRARY_SCHEMA, libraryStores } from '../../src/library/stores.ts'
import { openDatabase } from '../../src/platform/database.ts'
import { SystemDigest } from '../../src/platform/digest.ts'
import { NameGenerator } from './name-generator.ts'

export interface IndexPlan {
  readonly path: string
  readonly files: number
  readonly seed: number
  readonly cacheKib: number
}

export interface Indexed {
  readonly seconds: number
  readonly cpuSeconds: number
}

/** As many as a scan applies at once. */
const BATCH = 2_000
const FOLDER = '00000000000000aa'

const plan = workerData as IndexPlan
const opened = openDatabase({ path: plan.path, migrations: LIBRARY_SCHEMA, cacheKib: plan.cacheKib })
if (opened.kind === 'refused') throw new Error(`${opened.code}: ${opened.why}`)
const stores = libraryStores(opened.database, new SystemDigest())
stores.folders.add(FOLDER, '/volumes/Shared Media', 1)
parentPort?.postMessage('begun')

let [seconds, cpuMicros] = [0, 0]
let batch: WalkedFile[] = []
function apply(): void {
  const [from, cpu] = [performance.now(), process.threadCpuUsage()]
  stores.files.apply(FOLDER, { added: batch, changed: [], gone: [], goneDirectories: [] })
  const used = process.threadCpuUsage(cpu)
  // Making up names is not part of it.
  seconds += (performance.now() - from) / 1_000
  cpuMicros += used.user + used.system
  batch = []
}
for (const file of new NameGenerator(plan.seed).files(plan.files)) {
  batch.push(file)
  if (batch.length === BATCH) apply()
}
apply()
opened.database.close()
parentPort?.postMessage({ seconds, cpuSeconds: cpuMicros / 1_000_000 } satisfies Indexed)
