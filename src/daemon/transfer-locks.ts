// Keeps two processes from working on one transfer: each takes the locks beside the journals that the transfer may use.
// Invariant: all or none of a transfer's locks are held; they are released when the engine is closed, or with the process.

import { CodedError } from '../base/errors.ts'
import { isHeld, type Lock, takeLock } from '../platform/lock.ts'

export class TransferLockError extends CodedError<'TRANSFER_RUNNING' | 'STATE_UNWRITABLE'> {}

/** Side by side, and no queue of thousands. */
const RELEASED_AT_ONCE = 64

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
        const [beside] = this.#held.keys()
        this.#held.set(path, lockOf(path, beside, name))
        taken.push(path)
      }
    } catch (error) {
      for (const path of taken) this.#release(path)
      throw error
    }
  }

  async releaseAll(): Promise<void> {
    const locks = [...this.#held.values()]
    this.#held.clear()
    for (let at = 0; at < locks.length; at += RELEASED_AT_ONCE)
      await Promise.all(locks.slice(at, at + RELEASED_AT_ONCE).map((lock) => lock.releaseSoon()))
  }

  #release(path: string): void {
    this.#held.get(path)?.release()
    this.#held.delete(path)
  }
}

function lockOf(path: string, beside: string | undefined, name: string): Lock {
  let outcome: ReturnType<typeof takeLock>
  try {
    outcome = takeLock(path, beside)
  } catch (error) {
    throw new TransferLockError('STATE_UNWRITABLE', { path }, error)
  }
  if (isHeld(outcome)) throw new TransferLockError('TRANSFER_RUNNING', { name, pid: outcome.pid })
  return outcome
}
