// The virus scanner of this computer, as far as there is one: found, tried out, asked two files at a time, and found again after it
// was gone. Promise: nothing is clean that was not scanned whole by a scanner that finds what every scanner finds.

import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { SCANNER_NAME, type ScanReason, type ScanVerdict, scanBytes, scanFile, versionOf } from './clamd.ts'
import { readClamdConfig } from './clamd-config.ts'
import type { FileLook } from './file-look.ts'
import { deepArchive, testFile } from './probe-files.ts'
import { beyondLimits, largestBytes, type ScanLimits } from './scan-limits.ts'

/** Without a byte taken or said for this long a file is given up; ClamAV's own MaxScanTime is the same. */
export const NO_PROGRESS_MS = 120_000
/** docs/design/library.md: clamd has few threads, and others ask it, too. */
export const SCANS_AT_ONCE = 2

/** Its version costs it nothing: whoever does not say it in this time is not there to ask. */
const ANSWER_MS = 15_000

/** Longer than one that is well needs to say its version and scan two small files. */
const GLANCE_MS = 1_500

const PLACES = [
  '/run/clamav/clamd.ctl',
  '/var/run/clamav/clamd.ctl',
  '/run/clamav/clamd.sock',
  '/var/run/clamav/clamd.sock',
  '/run/clamd.scan/clamd.sock',
  '/var/run/clamd.scan/clamd.sock',
  '/run/clamav/clamd.socket',
  '/usr/local/var/run/clamav/clamd.sock',
  '/opt/homebrew/var/run/clamav/clamd.sock',
  '/tmp/clamd.sock',
  '/tmp/clamd.socket',
]

export type ScannerState = 'ready' | 'none' | 'stopped' | 'no-signatures'

export interface ScannerStatus {
  readonly state: ScannerState
  readonly version: string | null
  /** Changes with its signatures. */
  readonly signatures: string | null
  readonly signaturesAtMs: number | null
  readonly largestBytes: number | null
  /** It does not say when it stops in the middle of a document: such are not scanned. */
  readonly tells: boolean
}

export type ScanOutcome =
  | { readonly state: 'clean'; readonly signatures: string }
  | { readonly state: 'found'; readonly name: string; readonly signatures: string }
  | { readonly state: 'not-scanned'; readonly reason: ScanReason | 'no-scanner' | 'no-signatures' }

export interface ScannerOptions {
  /** `auto`, `off`, or the path of a socket. */
  readonly where: () => string
  readonly noProgressMs?: number
  /** Its state or its signatures are others than before. */
  readonly changed?: () => void
}

const NONE: ScannerStatus = {
  state: 'none',
  version: null,
  signatures: null,
  signaturesAtMs: null,
  largestBytes: null,
  tells: false,
}

interface Ready {
  readonly socket: string
  readonly limits: ScanLimits
}

export class Scanner {
  readonly #options: ScannerOptions
  readonly #noProgressMs: number
  readonly #answerMs: number
  #status = NONE
  #ready: Ready | undefined
  #tried: string | undefined
  #looking: Promise<ScannerStatus> | undefined
  #under = 0
  readonly #waiting: (() => void)[] = []
  /** A stream of this length was refused, whatever its configuration says. */
  #refusedBytes = Number.POSITIVE_INFINITY

  constructor(options: ScannerOptions) {
    this.#options = options
    this.#noProgressMs = options.noProgressMs ?? NO_PROGRESS_MS
    this.#answerMs = Math.min(this.#noProgressMs, ANSWER_MS)
  }

  get name(): string {
    return SCANNER_NAME
  }

  get status(): ScannerStatus {
    return this.#status
  }

  /** Looks where it is and how it is. Cheap while it is as it was. */
  refresh(): Promise<ScannerStatus> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  /** The same, or how it was last, after a moment: nobody waits for a scanner that hangs. */
  async glance(): Promise<ScannerStatus> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, GLANCE_MS)
    })
    await Promise.race([this.refresh(), late])
    clearTimeout(timer)
    return this.#status
  }

  /** @throws when the file cannot be read */
  async scan(path: string, look: FileLook): Promise<ScanOutcome> {
    if (look.unseen !== null) {
      const found = await this.#turn(() => this.#scan(path, look))
      // What it finds counts; that it finds nothing says little.
      return found.state === 'clean' ? { state: 'not-scanned', reason: look.unseen } : found
    }
    return await this.#turn(() => this.#scan(path, look))
  }

  async #scan(path: string, look: FileLook): Promise<ScanOutcome> {
    const ready = this.#ready
    const { state, signatures } = this.#status
    if (ready === undefined || signatures === null) return { state: 'not-scanned', reason: reasonFor(state) }
    if (look.lengthBytes > Math.min(largestBytes(ready.limits), this.#refusedBytes - 1))
      return { state: 'not-scanned', reason: 'too-large' }
    const verdict = await this.#ask(ready.socket, path, look.identity)
    if (verdict.state === 'found') return { ...verdict, signatures }
    if (verdict.state === 'clean') {
      const beyond = beyondLimits(look, ready.limits)
      return beyond === undefined ? { ...verdict, signatures } : { state: 'not-scanned', reason: beyond }
    }
    if (verdict.reason === 'too-large') this.#refusedBytes = Math.min(this.#refusedBytes, look.lengthBytes)
    if (verdict.reason === 'scanner-stopped') void this.refresh()
    return { state: 'not-scanned', reason: verdict.reason }
  }

  /**
   * One that hung up and still answers did so on purpose. Its word for it, that the stream is too long, can be lost with the
   * connection; said or not, it is that when it happens twice.
   */
  async #ask(socket: string, path: string, identity: string): Promise<ScanVerdict> {
    for (let attempt = 1; ; attempt++) {
      const verdict = await scanFile(socket, path, identity, this.#noProgressMs)
      const hungUp = verdict.state === 'not-scanned' && verdict.reason === 'scanner-stopped'
      if (!hungUp || (await versionOf(socket, this.#answerMs)) === undefined) return verdict
      if (attempt === 2) return { state: 'not-scanned', reason: 'too-large' }
    }
  }

  /** Two at a time, in order. */
  async #turn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#under >= SCANS_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#under++
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#under--
      else next()
    }
  }

  async #look(): Promise<ScannerStatus> {
    const where = this.#options.where()
    const socket = where === 'off' ? undefined : where === 'auto' ? await findSocket() : where
    const known = socket === undefined ? undefined : await versionOf(socket, this.#answerMs)
    if (socket === undefined || known === undefined) {
      const gone = where !== 'off' && (where !== 'auto' || socket !== undefined || this.#tried !== undefined)
      return this.#become(undefined, { ...NONE, state: gone ? 'stopped' : 'none' }, undefined)
    }
    const { version } = known
    const config = await readClamdConfig(socket, version)
    const undated = known.signatures === null ? config.databaseAtMs : undefined
    const signatures = [version, known.signatures, undated].filter((part) => part != null).join('/')
    const identity = JSON.stringify([socket, signatures, config])
    if (identity === this.#tried && this.#status.state !== 'stopped') return this.#status
    const proof = await scanBytes(socket, testFile(), this.#noProgressMs)
    if (proof.state === 'not-scanned')
      return this.#become(undefined, { ...NONE, state: 'stopped' }, undefined)
    const deep = await scanBytes(socket, deepArchive(), this.#noProgressMs)
    const tells = deep.state === 'not-scanned' && deep.reason === 'too-deep'
    const limits = { ...config.limits, tells }
    this.#refusedBytes = Number.POSITIVE_INFINITY
    const facts = { version, signaturesAtMs: known.signaturesAtMs ?? undated ?? null, tells }
    if (proof.state === 'clean')
      return this.#become(undefined, { ...NONE, ...facts, state: 'no-signatures' }, identity)
    const status = { ...facts, state: 'ready' as const, signatures, largestBytes: largestBytes(limits) }
    return this.#become({ socket, limits }, status, identity)
  }

  #become(ready: Ready | undefined, status: ScannerStatus, tried: string | undefined): ScannerStatus {
    const before = this.#status
    this.#ready = ready
    this.#status = status
    this.#tried = tried ?? this.#tried
    if (JSON.stringify(before) !== JSON.stringify(status)) this.#options.changed?.()
    return status
  }
}

function reasonFor(state: ScannerState): 'no-scanner' | 'scanner-stopped' | 'no-signatures' {
  if (state === 'stopped') return 'scanner-stopped'
  return state === 'no-signatures' ? 'no-signatures' : 'no-scanner'
}

async function findSocket(): Promise<string | undefined> {
  for (const place of PLACES) {
    const there = await access(place, constants.F_OK).then(
      () => true,
      () => false,
    )
    if (there) return place
  }
  return undefined
}
