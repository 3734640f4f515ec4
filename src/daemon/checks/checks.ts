// The look at what arrived, for all transfers: whose turn it is to be scanned, and what is scanned again when there are other
// signatures, or a scanner where there was none. Invariant: no more scans run than a scanner takes, and new files come first.

import type { Checks as ChecksAnswer } from '../../api/schemas/checks.ts'
import { OriginMarker } from '../../safety/origin-mark.ts'
import { SCANS_AT_ONCE, Scanner } from '../../safety/quarantine/scanner.ts'
import type { KeptPlace } from '../kept-file.ts'
import type { Transfer } from '../transfers/transfer.ts'
import { Arrival } from './arrival.ts'
import { CheckStore } from './check-store.ts'

export interface ChecksOptions {
  readonly place: KeptPlace
  /** `auto`, `off` or a path: api/settings.ts. */
  readonly where: () => string
  readonly transfers: () => Iterable<Transfer>
  readonly blocked: (content: string) => { readonly why: string; readonly who: string } | undefined
  readonly mayBlock: (lengthBytes: number) => boolean
  readonly contentOf: (path: string) => Promise<string | undefined>
  readonly turnedAway: (name: string, why: string, who: string) => void
  readonly marksOnly: (category: string | null) => boolean
  readonly touch: (id: string) => void
  readonly noProgressMs?: number
}

/** A scanner that came, went or has other signatures is noticed within this time: one question a minute costs it nothing. */
const LOOK_EVERY_MS = 60_000
/** Kept files read side by side after a start. */
const READS_AT_ONCE = 16

interface Turn {
  readonly arrival: Arrival
  readonly index: number
}

export class Checks {
  readonly scanner: Scanner
  readonly #options: ChecksOptions
  readonly #marker = new OriginMarker()
  readonly #store: CheckStore
  readonly #first = new Map<string, Turn>()
  readonly #again = new Map<string, Turn>()
  readonly #running = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: ChecksOptions) {
    const { noProgressMs } = options
    this.#options = options
    this.#store = new CheckStore(options.place)
    this.scanner = new Scanner({
      where: options.where,
      changed: () => this.#scannerChanged(),
      ...(noProgressMs === undefined ? {} : { noProgressMs }),
    })
  }

  /** Before anything arrives. @throws DiskError */
  async open(): Promise<void> {
    await this.#store.open()
    await this.scanner.glance()
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS)
    this.#timer.unref()
  }

  /** What an earlier run knew; then what it left over is scanned. */
  async restore(): Promise<void> {
    const reading = [...this.#options.transfers()].values()
    const read = async (): Promise<void> => {
      for (const transfer of reading) {
        if (this.#closed) return
        const { record, arrival } = transfer
        if (record.role !== 'get') continue
        arrival.restore(await this.#store.read(transfer.id))
        // Arrived when nobody looked, or what was known of it is lost.
        if (record.summary.finished && arrival.files.size === 0) await arrival.finished()
      }
    }
    await Promise.all(Array.from({ length: READS_AT_ONCE }, read))
    await this.#store.forgetOthers(new Set([...this.#options.transfers()].map(({ id }) => id)))
    this.#enqueueDue()
  }

  arrivalOf(transfer: Transfer): Arrival {
    const options = this.#options
    const { place } = options
    const arrival: Arrival = new Arrival(transfer, {
      scanner: this.scanner,
      marker: this.#marker,
      log: place.log,
      wallMs: place.wallMs,
      enqueue: (of, index) => this.#enqueue(this.#first, of, index),
      blocked: options.blocked,
      mayBlock: options.mayBlock,
      contentOf: options.contentOf,
      turnedAway: options.turnedAway,
      marksOnly: options.marksOnly,
      changed: (of) => {
        if (of.files.size > 0) this.#store.keepSoon(of)
        options.touch(transfer.id)
      },
    })
    return arrival
  }

  /** How the scanner is now. */
  async look(): Promise<void> {
    await this.scanner.refresh()
    this.#enqueueDue()
  }

  /** After the lists changed: at once, everywhere. */
  async reviewBlocks(): Promise<void> {
    for (const transfer of this.#options.transfers()) await transfer.arrival.reviewBlocks()
  }

  answer(): ChecksAnswer {
    const { status, name } = this.scanner
    const counts: Record<string, number> = {}
    const locked: ChecksAnswer['locked'] = []
    for (const { arrival, record, metainfo } of this.#options.transfers()) {
      for (const state of arrival.states()) counts[state] = (counts[state] ?? 0) + 1
      for (const [index, entry] of Object.entries(record.locked)) {
        const file = metainfo?.files[Number(index)]
        locked.push({
          transfer: record.id,
          index: Number(index),
          name: file?.path.at(-1) ?? record.name,
          lengthBytes: file?.lengthBytes ?? 0,
          found: entry.found,
          by: entry.by,
          at: new Date(entry.atMs).toISOString(),
          deleted: entry.kept === 'deleted',
        })
      }
    }
    const { state, version, signatures, signaturesAtMs, largestBytes, tells } = status
    return {
      scanner: {
        state,
        name: state === 'none' ? null : name,
        version,
        signatures,
        signaturesAt: signaturesAtMs === null ? null : new Date(signaturesAtMs).toISOString(),
        largestBytes,
        problem: state === 'ready' && !tells ? { code: 'SCANNER_STOPS_SILENTLY', data: {} } : null,
        waitingFiles: this.#first.size + this.#again.size + this.#running.size,
      },
      counts,
      locked,
    }
  }

  /** Nothing is scanned any more; what is known is kept. */
  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    this.#first.clear()
    this.#again.clear()
    await this.#store.keep()
  }

  #scannerChanged(): void {
    this.#enqueueDue()
    const { state, version, signatures } = this.scanner.status
    this.#options.place.log.write('info', 'scanner', {
      state,
      version: version ?? '',
      signatures: signatures ?? '',
    })
  }

  #enqueueDue(): void {
    const { state, signatures } = this.scanner.status
    if (state !== 'ready' || signatures === null || this.#closed) return
    for (const { arrival } of this.#options.transfers())
      for (const index of arrival.due(signatures)) this.#enqueue(this.#again, arrival, index)
  }

  #enqueue(queue: Map<string, Turn>, arrival: Arrival, index: number): void {
    if (this.#closed) return
    const key = `${arrival.transfer.id} ${index}`
    if (!this.#first.has(key)) queue.set(key, { arrival, index })
    while (this.#running.size < SCANS_AT_ONCE && this.#next() !== undefined);
  }

  #next(): Promise<void> | undefined {
    const queue = this.#first.size > 0 ? this.#first : this.#again
    const [key, turn] = queue.entries().next().value ?? []
    if (key === undefined || turn === undefined || this.#closed) return undefined
    queue.delete(key)
    const { transfer } = turn.arrival
    const running = (transfer.removed ? Promise.resolve() : turn.arrival.scan(turn.index))
      .catch((error: unknown) => {
        // The record could not be written: it is told by whoever writes records, and tried again with the next signatures.
        const why = error instanceof Error ? error.message : 'UNKNOWN'
        this.#options.place.log.write('warn', 'check-failed', { id: transfer.id, why })
      })
      .finally(() => {
        this.#running.delete(running)
        while (this.#running.size < SCANS_AT_ONCE && this.#next() !== undefined);
      })
    this.#running.add(running)
    return running
  }
}
