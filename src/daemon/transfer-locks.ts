// Keeps two processes from working on one transfer: each takes the locks beside the journals that the transfer may use.
// Invariant: all or none of a transfer's locks are held; they are released when the engine is closed, or with the process.

import { CodedError } from '../base/errors.ts'
import { isHeld, type Lock, takeLock } from '../platform/lock.ts'

export class TransferLockError extends CodedError<'TRANSFER_RUNNING' | 'STATE_UNWRITABLE'> {}

export class TransferLocks {
  readonly #held = new Map<string, Lock>()

  /**
   * @param journals paths of journals, several where one torrent is known by several hashes
   * @throws TransferLockError
   */
  take(journals: readonly string[], name: string): void {
    const taken: string[] = []
    try {
      for (const journal of journals) {
        const path = `${journal}.lock`
        // This very process has it: whether it may add the torrent twice is the session's to say.
        if (this.#held.has(path)) continue
        this.#held.set(path, lockOf(path, name))
        taken.push(path)
      }
    } catch (error) {
      for (const path of taken) this.#release(path)
      throw error
    }
  }

  releaseAll(): void {
    for (const path of [...this.#held.keys()]) this.#release(path)
  }

  #release(path: string): void {
    this.#held.get(path)?.release()
    this.#held.delete(path)
  }
}

function lockOf(path: string, name: string): Lock {
  let outcome: ReturnType<typeof takeLock>
  try {
    outcome = takeLock(path)
  } catch (error) {
    throw new TransferLockError('STATE_UNWRITABLE', { path }, error)
  }
  if (isHeld(outcome)) throw new TransferLockError('TRANSFER_RUNNING', { name, pid: outcome.pid })
  return outcome
}
