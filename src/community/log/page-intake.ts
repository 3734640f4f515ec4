// Takes in the records of a page: each is read and judged before anything is kept of it, and stored only as the next of its chain.

import { RecordError } from '../community-error.ts'
import type { DeviceId } from '../ids.ts'
import type { ChainShelf } from './chain-shelf.ts'
import { invalid } from './log-frames.ts'
import type { LogPeer, Pull } from './log-peer.ts'
import type { LogOwner, LogRecord } from './log-record.ts'

/** What the taking sets off. */
export interface IntakeEvents {
  stored(record: LogRecord, from: DeviceId): void
  /** Its next record cannot be judged yet. */
  waits(author: DeviceId): void
  /** It cannot stand beside what is here at `seq`. */
  parted(record: LogRecord, seq: number): void
}

export interface Intake {
  readonly stored: number
  readonly refused: ReadonlySet<DeviceId>
}

type Taken =
  | 'stored'
  | 'known'
  /** Nothing more of this author in this page. */
  | 'halt'
  /** Nor any more of this device, until it says again what it has. */
  | 'refused'

export class PageIntake {
  readonly #shelf: ChainShelf
  readonly #owner: LogOwner
  readonly #events: IntakeEvents

  constructor(shelf: ChainShelf, owner: LogOwner, events: IntakeEvents) {
    this.#shelf = shelf
    this.#owner = owner
    this.#events = events
  }

  /** @throws RecordError for what no member's program sends */
  takeAll(peer: LogPeer, pull: Pull, records: readonly Uint8Array[]): Intake {
    const halted = new Set<DeviceId>()
    const refused = new Set<DeviceId>()
    let stored = 0
    for (const bytes of records) {
      const record = this.#owner.read(this.#shelf.circle, bytes)
      if (record.circle !== this.#shelf.circle) throw new RecordError('RECORD_INVALID', { what: 'circle' })
      if (!pull.wants.has(record.author)) throw invalid('a record nobody asked for')
      if (halted.has(record.author)) continue
      const taken = this.#take(peer, record, pull.gaps.has(record.author))
      if (taken === 'stored') stored++
      else if (taken !== 'known') halted.add(record.author)
      if (taken === 'refused') refused.add(record.author)
    }
    return { stored, refused }
  }

  #take(peer: LogPeer, record: LogRecord, gap: boolean): Taken {
    const { author, seq } = record
    const chain = this.#shelf.get(author)
    const here = chain?.seq ?? 0
    if (chain?.stopped === true || seq > this.#shelf.limit(author)) return 'halt'
    if (seq <= here) return this.#known(record)
    const anew = seq > here + 1
    if (anew && !gap) {
      // Pruned since it told: whether somebody else has what was before is looked at anew.
      const entry = peer.vector.get(author)
      if (entry !== undefined) peer.vector.set(author, { ...entry, begin: Math.min(seq, entry.seq) })
      return 'halt'
    }
    if (!anew && record.prev !== chain?.head) {
      this.#events.parted(record, here)
      return 'refused'
    }
    const verdict = this.#owner.judge(record)
    if (verdict === 'take') {
      this.#shelf.append(record, anew)
      this.#events.stored(record, peer.device)
      return 'stored'
    }
    if (verdict === 'stop') this.#shelf.stop(author)
    else this.#events.waits(author)
    return 'halt'
  }

  #known(record: LogRecord): Taken {
    const mine = this.#shelf.idAt(record.author, record.seq)
    if (mine === undefined || mine === record.id) return 'known'
    this.#events.parted(record, record.seq)
    return 'refused'
  }
}
