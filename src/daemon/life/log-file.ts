// The daemon's log: the last entries in memory for the page, and on disk as lines of JSON that outlive it.
// Promise: bounded in memory and on disk; names of a person's files are in it only while the person wants them there; a log
// that cannot be written stops nothing.

import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import path from 'node:path'
import type { LogEntry } from '../../api/schemas/status.ts'
import type { Log, LogFacts, LogLevel } from '../log.ts'

/** docs/design/daemon.md, Limits. */
const MAX_ENTRIES = 2_000
const MAX_FILES = 5
const MAX_FILE_BYTES = 5_000_000
/** A disk that takes no more than this loses the rest: what is waited for must not fill the memory. */
const MAX_PENDING_CHARACTERS = 1_000_000
/** Text from outside may be long; the beginning says what it is. */
const MAX_FACT_CHARACTERS = 500

const OWNER_ONLY = 0o600
const OWNER_ONLY_FOLDER = 0o700

export interface LogFileOptions {
  readonly stateFolder: string
  /** server.logNames. */
  readonly names: () => boolean
  readonly wallMs: () => number
  readonly maxFileBytes?: number
}

export class LogFile implements Log {
  readonly #stateFolder: string
  readonly #names: () => boolean
  readonly #wallMs: () => number
  readonly #maxFileBytes: number
  readonly #entries: LogEntry[] = []
  #pending = ''
  #lost = 0
  #sizeBytes: number
  #writing: Promise<void> | undefined

  /** The state folder must exist. */
  constructor({ stateFolder, names, wallMs, maxFileBytes = MAX_FILE_BYTES }: LogFileOptions) {
    this.#stateFolder = stateFolder
    this.#names = names
    this.#wallMs = wallMs
    this.#maxFileBytes = maxFileBytes
    this.#sizeBytes = statSync(logPath(stateFolder, 0), { throwIfNoEntry: false })?.size ?? 0
  }

  /** The newest last. */
  last(count: number): LogEntry[] {
    return this.#entries.slice(-count)
  }

  write(level: LogLevel, event: string, facts: LogFacts = {}, personal: LogFacts = {}): void {
    const entry = this.#remember(level, event, { ...facts, ...(this.#names() ? personal : {}) })
    if (level === 'debug') return
    const line = `${JSON.stringify(entry)}\n`
    if (this.#pending.length + line.length > MAX_PENDING_CHARACTERS) this.#lost++
    else this.#pending += line
    this.#writing ??= this.#drain()
  }

  /** For the last words of a process that ends at once. */
  writeNow(level: LogLevel, event: string, facts: LogFacts): void {
    const entry = this.#remember(level, event, facts)
    try {
      makeLogFolder(this.#stateFolder)
      appendFileSync(logPath(this.#stateFolder, 0), `${JSON.stringify(entry)}\n`, { mode: OWNER_ONLY })
    } catch {
      // It ends for another reason, and says that elsewhere.
    }
  }

  /** Resolves when everything is on disk, or cannot be. */
  async close(): Promise<void> {
    await this.#writing
  }

  #remember(level: LogLevel, event: string, facts: LogFacts): LogEntry {
    const data = Object.fromEntries(
      Object.entries(facts).map(([name, fact]) => [
        name,
        typeof fact === 'string' ? fact.slice(0, MAX_FACT_CHARACTERS) : fact,
      ]),
    )
    const entry: LogEntry = { at: new Date(this.#wallMs()).toISOString(), level, event, data }
    this.#entries.push(entry)
    if (this.#entries.length > MAX_ENTRIES) this.#entries.shift()
    return entry
  }

  async #drain(): Promise<void> {
    // Not within the call that writes: many entries of one moment are one write.
    await Promise.resolve()
    while (this.#pending !== '') {
      const text = this.#lost === 0 ? this.#pending : `${this.#pending}${this.#lossLine()}`
      this.#pending = ''
      try {
        makeLogFolder(this.#stateFolder)
        if (this.#sizeBytes >= this.#maxFileBytes) this.#rotate()
        await appendFile(logPath(this.#stateFolder, 0), text, { mode: OWNER_ONLY })
        this.#sizeBytes += Buffer.byteLength(text)
      } catch {
        // Disk full or read-only: the entries are in memory, and what matters of it a transfer's state says.
      }
    }
    this.#writing = undefined
  }

  #lossLine(): string {
    const entry: LogEntry = {
      at: new Date(this.#wallMs()).toISOString(),
      level: 'warn',
      event: 'log-entries-lost',
      data: { count: this.#lost },
    }
    this.#lost = 0
    return `${JSON.stringify(entry)}\n`
  }

  #rotate(): void {
    rmSync(logPath(this.#stateFolder, MAX_FILES - 1), { force: true })
    for (let age = MAX_FILES - 2; age >= 0; age--) {
      const from = logPath(this.#stateFolder, age)
      if (statSync(from, { throwIfNoEntry: false }) !== undefined)
        renameSync(from, logPath(this.#stateFolder, age + 1))
    }
    this.#sizeBytes = 0
  }
}

function makeLogFolder(stateFolder: string): void {
  mkdirSync(path.join(stateFolder, 'log'), { recursive: true, mode: OWNER_ONLY_FOLDER })
}

/** @param age 0 is the one being written */
export function logPath(stateFolder: string, age: number): string {
  return path.join(stateFolder, 'log', age === 0 ? 'shoal.log' : `shoal.${age}.log`)
}

/** What is on disk, whether or not a daemon runs; the newest last. */
export function readLog(stateFolder: string, count: number): LogEntry[] {
  const entries: LogEntry[] = []
  for (let age = 0; age < MAX_FILES && entries.length < count; age++) {
    const older = entriesIn(textOf(logPath(stateFolder, age)))
    entries.unshift(...older.slice(-(count - entries.length)))
  }
  return entries
}

/** Lines that are no entry are passed over: a torn one is what a loss of power leaves. */
export function entriesIn(text: string): LogEntry[] {
  return text.split('\n').flatMap((line) => {
    if (line === '') return []
    try {
      const entry = JSON.parse(line) as LogEntry
      return typeof entry.event === 'string' && typeof entry.at === 'string' ? [entry] : []
    } catch {
      return []
    }
  })
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // There is none so old.
    return ''
  }
}
