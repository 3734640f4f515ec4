// The demo's side of one fish: starts its process, hands it orders, hears its events, and sees that it ends.
// Invariant: after end() resolved, or kill() was called, the process is gone or going; it never outlives the demo.

import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { FishName } from './cast.ts'
import { type FishEvent, type FishOrder, formatMessage, parseEvent } from './fish-messages.ts'

const PROGRAM = fileURLToPath(new URL('./fish-process.ts', import.meta.url))

/** Time to say good-bye to others and to write the journal; then it is ended by force. */
const LEAVE_MS = 5_000

export interface FishListener {
  heard(name: FishName, event: FishEvent): void
  /** The process ended, whether asked to or not. */
  ended(name: FishName, how: string): void
}

export class FishHandle {
  readonly name: FishName
  readonly #child: ChildProcess
  readonly #ended: Promise<void>

  constructor(name: FishName, stateFolder: string, listener: FishListener) {
    this.name = name
    const trace = process.env.SHOAL_TRACE === '1'
    const child = spawn(process.execPath, [PROGRAM, name, stateFolder], {
      stdio: ['pipe', 'pipe', trace ? 'inherit' : 'ignore'],
      windowsHide: true,
    })
    this.#child = child
    // An order to a fish that just ended: its end is told below.
    child.stdin?.on('error', () => {})
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on('line', (line) => listener.heard(name, parseEvent(line)))
    }
    this.#ended = new Promise((resolve) => {
      const over = (how: string): void => {
        listener.ended(name, how)
        resolve()
      }
      child.on('error', (error) => over(error.message))
      child.on('close', (code, signal) => over(signal === null ? `exit code ${code}` : signal))
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  order(order: FishOrder): void {
    this.#child.stdin?.write(formatMessage(order))
  }

  /** Tells it to leave; resolves when its process is gone. */
  async end(): Promise<void> {
    this.order({ order: 'leave' })
    const force = setTimeout(() => this.kill(), LEAVE_MS)
    await this.#ended
    clearTimeout(force)
  }

  /** At once. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }
}
