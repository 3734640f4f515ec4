// The worker that opens media files and reads what they say. Its heap is bounded by whoever starts it, and it may be
// ended at any instant: it holds nothing but the file it reads.

import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { type MessagePort, parentPort } from 'node:worker_threads'
import type { FactsAnswer, FactsRequest } from './facts-messages.ts'
import { learnFacts } from './media-facts.ts'

/** Opening a pipe must not block (it is refused right after); links are not followed. Neither flag exists on Windows. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

async function answer({ path, identity }: FactsRequest): Promise<FactsAnswer> {
  let fd: number
  try {
    fd = openSync(path, OPEN_FLAGS)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'OTHER'
    const gone = code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP'
    return gone ? { kind: 'changed' } : { kind: 'learned', mediaType: undefined, facts: {}, trouble: code }
  }
  try {
    const isThis = (): boolean => {
      const stats = fstatSync(fd, { bigint: true })
      return (
        stats.isFile() &&
        Number(stats.size) === identity.lengthBytes &&
        Number(stats.mtimeNs) / 1e6 === identity.modifiedMs &&
        (identity.inode === '' || String(stats.ino) === identity.inode)
      )
    }
    if (!isThis()) return { kind: 'changed' }
    const learned = await learnFacts(fd, identity.lengthBytes)
    return isThis() ? { kind: 'learned', ...learned } : { kind: 'changed' }
  } catch (error) {
    // A disk that fails, or a parser that stumbled over a file: the file is in trouble, the worker is not.
    const code = (error as { readonly code?: unknown }).code
    const trouble = typeof code === 'string' ? code.slice(0, 40) : 'NOT_UNDERSTOOD'
    return { kind: 'learned', mediaType: undefined, facts: {}, trouble }
  } finally {
    closeSync(fd)
  }
}

function serve(port: MessagePort): void {
  port.on('message', (request: FactsRequest) => {
    void answer(request).then((reply) => port.postMessage(reply))
  })
}

if (parentPort === null) throw new Error('facts-worker runs as a worker thread only')
serve(parentPort)
