// What a program and all it started have used: processor time and memory, read from /proc.
// Promise: threads and finished children count; a program that ends is known up to its last look, EVERY_MS before.

import { readdirSync, readFileSync } from 'node:fs'

export interface Usage {
  readonly cpuSeconds: number
  /** Highest resident set so far, each process's own peak, in bytes. Mapped file pages count. */
  readonly peakRssBytes: number
  /** Highest seen resident memory that is not pages of a file (a RAM disk's included), in bytes. */
  readonly peakOwnBytes: number
}

/** USER_HZ: fixed at 100 for /proc on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100
const EVERY_MS = 25

interface ProcessStat {
  readonly parent: number
  readonly ticks: number
}

export class UsageMeter {
  readonly #pid: number
  readonly #timer: NodeJS.Timeout
  #last: Usage = { cpuSeconds: 0, peakRssBytes: 0, peakOwnBytes: 0 }

  constructor(pid: number) {
    this.#pid = pid
    this.#timer = setInterval(() => this.now(), EVERY_MS)
  }

  /** What has been used up to now; after the program's end, up to the last look. */
  now(): Usage {
    const family = familyOf(this.#pid)
    if (family.size === 0) return this.#last
    let [ticks, rss, own] = [0, 0, 0]
    for (const [pid, stat] of family) {
      const memory = readMemory(pid)
      ticks += stat.ticks
      rss += memory.peakRssBytes
      own += memory.ownBytes
    }
    this.#last = {
      cpuSeconds: Math.max(this.#last.cpuSeconds, ticks / TICKS_PER_SECOND),
      peakRssBytes: Math.max(this.#last.peakRssBytes, rss),
      peakOwnBytes: Math.max(this.#last.peakOwnBytes, own),
    }
    return this.#last
  }

  stop(): Usage {
    clearInterval(this.#timer)
    return this.now()
  }
}

/** The process and its living descendants. */
function familyOf(root: number): Map<number, ProcessStat> {
  const all = new Map<number, ProcessStat>()
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : undefined
    if (stat !== undefined) all.set(Number(name), stat)
  }
  const family = new Map<number, ProcessStat>()
  const add = (pid: number): void => {
    const stat = all.get(pid)
    if (stat === undefined) return
    family.set(pid, stat)
    for (const [child, { parent }] of all) if (parent === pid) add(child)
  }
  add(root)
  return family
}

/** proc_pid_stat(5): own time of all threads, and of the children that were waited for. */
function readStat(pid: number): ProcessStat | undefined {
  const text = readProc(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  // The name in parentheses may hold anything; fields are counted after it: state is the third.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const at = (number: number): number => Number(fields[number - 3])
  return { parent: at(4), ticks: at(14) + at(15) + at(16) + at(17) }
}

function readMemory(pid: number): { peakRssBytes: number; ownBytes: number } {
  const text = readProc(`/proc/${pid}/status`) ?? ''
  const of = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024
  return { peakRssBytes: of('VmHWM'), ownBytes: of('RssAnon') }
}

/** Undefined when the process has just ended. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}
