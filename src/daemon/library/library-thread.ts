// Worker: the library's database and what works on it. As writer it owns the file: opens, migrates, changes; as reader it
// only answers. Calls are done one after the other, long work in slices with a turn for others in between.

import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { CodedError } from '../../base/errors.ts'
import { LIBRARY_SCHEMA, type LibraryStores, libraryStores } from '../../library/stores.ts'
import { isDamage, openDatabase, setAsideDamaged } from '../../platform/database.ts'
import { SystemDigest } from '../../platform/digest.ts'
import { NodeHasher } from '../../platform/hasher.ts'
import { readerCalls, writerCalls } from './library-calls.ts'
import type { CarriedError, Question, ThreadMessage, ThreadPlan } from './library-messages.ts'
import { LibraryWork } from './library-work.ts'

type Call = (...input: readonly unknown[]) => unknown

/** Together with both heaps this keeps the library within 300 MiB (docs/library.md). */
const WRITER_CACHE_KIB = 24_576
const READER_CACHE_KIB = 16_384
/** A writer never waits long for this reader, and a checkpoint not at all. */
const READER_TIMEOUT_MS = 5_000

const plan = workerData as ThreadPlan
const port = parentPort
if (port === null) throw new Error('this is a worker')

const send = (message: ThreadMessage): void => port.postMessage(message)

function carried(error: unknown): CarriedError {
  if (error instanceof CodedError) {
    return { kind: error.name, code: error.code, data: error.data, message: error.message }
  }
  return {
    kind: 'Error',
    code: '',
    data: {},
    message: error instanceof Error ? error.message : String(error),
  }
}

function serve(
  database: DatabaseSync,
  calls: Readonly<Record<string, Call>>,
  after: () => void,
  ending: () => Promise<void>,
): void {
  port?.on('message', async ({ number, name, input }: Question) => {
    if (name === 'close') {
      await ending()
      // What it held in its log is in the file then.
      database.close()
      send({ kind: 'answer', number, output: undefined })
      port?.close()
      return
    }
    try {
      const call = Object.hasOwn(calls, name) ? calls[name] : undefined
      if (call === undefined) throw new TypeError(`the library has no call ${name}`)
      send({ kind: 'answer', number, output: await call(...input) })
    } catch (error) {
      send({ kind: 'failure', number, error: carried(error) })
      if (isDamage(error)) send({ kind: 'damaged' })
    }
    after()
  })
}

/** What removed folders and transfers left goes in slices, from whenever there is something. */
function tidier(stores: LibraryStores, work: LibraryWork): () => void {
  let busy = false
  const slice = (): void => {
    try {
      busy = stores.writes.database.isOpen && (stores.folders.removeSome() || work.tidy())
    } catch (error) {
      busy = false
      // Whatever else fails here fails the next call too, which says so to whoever asked.
      if (isDamage(error)) send({ kind: 'damaged' })
    }
    if (busy) setImmediate(slice)
  }
  return () => {
    if (busy) return
    busy = true
    setImmediate(slice)
  }
}

if (plan.role === 'reader') {
  const database = new DatabaseSync(plan.path, { readOnly: true, timeout: READER_TIMEOUT_MS })
  database.exec(
    `PRAGMA cache_size = ${-READER_CACHE_KIB}; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF`,
  )
  serve(
    database,
    readerCalls(database) as Readonly<Record<string, Call>>,
    () => undefined,
    async () => undefined,
  )
  send({ kind: 'ready', setAside: undefined })
} else {
  const setAside = plan.damaged ? setAsideDamaged(plan.path) : undefined
  const opened = openDatabase({ path: plan.path, migrations: LIBRARY_SCHEMA, cacheKib: WRITER_CACHE_KIB })
  if (opened.kind === 'refused') send({ kind: 'refused', refusal: opened })
  else {
    const stores = libraryStores(opened.database, new SystemDigest())
    const pressure = new Int32Array(plan.pressure)
    const work = new LibraryWork({
      stores,
      hasher: new NodeHasher({ program: new URL('../../platform/quiet-hash-worker.ts', import.meta.url) }),
      never: plan.never,
      pressure: () => Atomics.load(pressure, 0) / 100,
      changed: (folder) => send({ kind: 'changed', folder }),
      offersChanged: () => send({ kind: 'offers' }),
      failed: (error) => {
        if (isDamage(error)) send({ kind: 'damaged' })
        // A mistake of ours ends the thread, and the library is opened anew.
        else if (!(error instanceof CodedError)) throw error
      },
    })
    const tidy = tidier(stores, work)
    const calls = writerCalls(stores, work) as unknown as Readonly<Record<string, Call>>
    serve(opened.database, calls, tidy, () => work.close())
    tidy()
    send({ kind: 'ready', setAside: setAside ?? opened.setAside })
  }
}
