// A lock that processes of one computer agree on by a file: who has it is written inside, so that others can say so.
// Invariant: at most one living process has it. A holder that was killed, or lost with the system's last run, does not
// keep it: it is known by process id and start, which no later process has both of.

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { unlink } from 'node:fs/promises'

export interface LockHolder {
  readonly pid: number
  /** Opaque; empty where the system does not tell. */
  readonly started: string
}

export interface Lock {
  release(): void
  /** Beside others, while something else happens. */
  releaseSoon(): Promise<void>
}

/** Without hard links a lock is made in two steps; one that stays unreadable for this long was left half made. */
const HALF_MADE_MS = 2_000
const LOOK_AGAIN_MS = 20
/** Guards of guards: each needs a process killed within the same millisecond of its life. */
const MAX_DEPTH = 8

/**
 * Takes the lock, or says which living process has it. The folder must exist.
 * @param held a lock that this process has beside it: another name for the same file is one call, thousands come in seconds so
 * @throws the system's own error where the file cannot be written
 */
export function takeLock(path: string, held?: string): Lock | LockHolder {
  return take(path, held, 0)
}

export function isHeld(outcome: Lock | LockHolder): outcome is LockHolder {
  return 'pid' in outcome
}

/** Which living process has it now, without taking it. @throws the system's own error where the file cannot be read */
export function holderOf(path: string): LockHolder | undefined {
  const found = read(path)
  const holder = found === undefined ? undefined : parse(found)
  return holder !== undefined && isAlive(holder) ? holder : undefined
}

/** Who ended stays so: thousands of locks that one killed process left are asked about once. */
let lastEnded: string | undefined

function take(path: string, held: string | undefined, depth: number): Lock | LockHolder {
  const lock: Lock = { release: () => remove(path), releaseSoon: () => removeSoon(path) }
  for (;;) {
    if (create(path, held)) return lock
    const found = read(path)
    if (found === undefined) continue
    const holder = found === lastEnded ? undefined : parse(found)
    if (holder !== undefined && isAlive(holder)) return holder
    lastEnded = found
    if (depth === MAX_DEPTH) throw new Error(`${path} is held by processes that are gone`)
    // Its holder is gone. Who may replace it is decided by a lock of its own, so that nobody replaces a successor.
    const guard = take(`${path}~`, held, depth + 1)
    if (isHeld(guard)) return guard
    try {
      if (read(path) !== found) continue
      replace(path, held)
      return lock
    } finally {
      guard.release()
    }
  }
}

/** False when it exists. Its content is there from its first moment, where the file system has hard links. */
function create(path: string, held: string | undefined): boolean {
  const linked = held === undefined ? undefined : link(held, path)
  if (linked !== undefined) return linked
  const beside = writeBeside(path)
  try {
    linkSync(beside, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    return createInTwoSteps(path)
  } finally {
    remove(beside)
  }
}

/** False when it exists; undefined where a file cannot have that many names, or any other. */
function link(held: string, path: string): boolean | undefined {
  try {
    linkSync(held, path)
    return true
  } catch (error) {
    return codeOf(error) === 'EEXIST' ? false : undefined
  }
}

function createInTwoSteps(path: string): boolean {
  try {
    writeFileSync(path, ownText(), { flag: 'wx' })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

function replace(path: string, held: string | undefined): void {
  const beside = besideOf(path)
  renameSync(held !== undefined && link(held, beside) === true ? beside : writeBeside(path), path)
}

function besideOf(path: string): string {
  return `${path}.${process.pid}-${randomBytes(4).toString('hex')}`
}

function writeBeside(path: string): string {
  const beside = besideOf(path)
  writeFileSync(beside, ownText(), { flag: 'wx' })
  return beside
}

/** Undefined when it is gone. Waits a moment for one that is being made. */
function read(path: string): string | undefined {
  for (;;) {
    try {
      const text = readFileSync(path, 'utf8')
      if (parse(text) !== undefined || Date.now() - statSync(path).mtimeMs > HALF_MADE_MS) return text
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_AGAIN_MS)
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

async function removeSoon(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

/** Looked up once: who opens ten thousand transfers takes as many locks. */
let own: string | undefined

function ownText(): string {
  own ??= `${JSON.stringify({ pid: process.pid, started: startOf(process.pid) ?? '' })}\n`
  return own
}

function parse(text: string): LockHolder | undefined {
  try {
    const { pid, started } = JSON.parse(text) as Partial<LockHolder>
    return typeof started === 'string' && Number.isSafeInteger(pid)
      ? { pid: pid as number, started }
      : undefined
  } catch {
    // Torn by a loss of power, or not yet written.
    return undefined
  }
}

/** Whether that very process is still there: not another one that has its id by now. */
export function isAlive({ pid, started }: LockHolder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it lives, as somebody else's.
    if (codeOf(error) !== 'EPERM') return false
  }
  const now = startOf(pid)
  return now !== ENDED && (now === undefined || started === '' || now === started)
}

/** Killed, but not yet waited for by whoever started it. */
const ENDED = 'ended'

/** When a process began, in words that no other process of this computer shares; undefined where it cannot be told. */
function startOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
      // proc_pid_stat(5): the name in parentheses may hold anything; the start is field 22, the state after it is 3.
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return fields[0] === 'Z' || fields[0] === 'X' ? ENDED : `${boot} ${fields[19]}`
    }
    if (process.platform === 'win32') return undefined
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'latin1' }).trim()
  } catch {
    // Ended meanwhile, or hidden from us: the process id alone must do.
    return undefined
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
