// A process that scans one folder into a library's database, to be killed: `node scan-process.ts DATABASE FOLDER LOG`.
// Prints a line for each step (`walked`, `read N`, `kept`), and `idle` when all is known. LOG gets the path of every file
// whose bytes were hashed, one a line, before anything is done with the result.

import { appendFileSync } from 'node:fs'
import { relative } from 'node:path'
import { LibraryScanner } from '../../src/library/scan/library-scanner.ts'
import type { ScanStore } from '../../src/library/scan/scan-store.ts'
import { LIBRARY_SCHEMA, libraryStores } from '../../src/library/stores.ts'
import { SystemClock } from '../../src/platform/clock.ts'
import { openDatabase } from '../../src/platform/database.ts'
import { SystemDigest } from '../../src/platform/digest.ts'
import { NodeHasher } from '../../src/platform/hasher.ts'

/** How often it looks whether everything is known. */
const LOOK_EVERY_MS = 20

const [database = '', folder = '', log = ''] = process.argv.slice(2)
const opened = openDatabase({ path: database, migrations: LIBRARY_SCHEMA })
if (opened.kind !== 'opened') throw new Error(`refused: ${opened.code} ${opened.why}`)
if (opened.setAside !== undefined) throw new Error(`damaged: ${opened.setAside}`)

const digest = new SystemDigest()
const clock = new SystemClock()
const stores = libraryStores(opened.database, digest)
const id = '00000000000000f0'
if (stores.folders.find(id) === undefined) stores.folders.add(id, folder, 0)

const hasher = new NodeHasher({
  program: new URL('../../src/platform/quiet-hash-worker.ts', import.meta.url),
})
const files = hasher.files.bind(hasher)
let readBytes = 0
hasher.files = async (pieces) => {
  const results = await files(pieces)
  const paths = new Set<string>()
  for (const { spans } of pieces) {
    for (const span of spans) {
      readBytes += span.lengthBytes
      paths.add(relative(folder, span.path ?? ''))
    }
  }
  appendFileSync(log, [...paths, ''].join('\n'))
  process.stdout.write(`read ${readBytes}\n`)
  return results
}

const store = stores.files as ScanStore
const apply = store.apply.bind(store)
store.apply = (...batch) => {
  apply(...batch)
  process.stdout.write('walked\n')
}
const record = stores.reading.recordContent.bind(stores.reading)
stores.reading.recordContent = (...content) => {
  const kept = record(...content)
  process.stdout.write('kept\n')
  return kept
}

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
scanner.start({ id, path: folder })
setInterval(() => {
  const isKnown =
    scanner.folder(id)?.state === 'watching' && stores.reading.unhashed(undefined, 1).length === 0
  if (!isKnown || !scanner.isIdle) return
  process.stdout.write('idle\n')
  void scanner
    .close()
    .then(() => hasher.close())
    .then(() => process.exit(0))
}, LOOK_EVERY_MS)
