// What one transfer took and gave, all runs together: the record's sums and, on top, what its torrent counts in this run.
// Invariant: nothing is counted twice: what went into the sums is remembered as folded until the torrent is another one.

import type { Torrent } from '../../engine/torrent/torrent.ts'
import type { TransferRecord } from './record.ts'

type Sums = Pick<TransferRecord, 'takenBytes' | 'givenBytes' | 'fetchedBy'>

const ZERO: Sums = { takenBytes: 0, givenBytes: 0, fetchedBy: 0 }
/** Moments that move on while something goes on are kept this coarse, so that rows rest. */
const MOMENT_MS = 60_000

export class Tally {
  /** Of the torrent's own counters, what the record has already. */
  #folded = ZERO

  /** Another torrent counts from the beginning. */
  restart(): void {
    this.#folded = ZERO
  }

  sums(record: Sums, torrent: Torrent | undefined): Sums {
    const now = countersOf(torrent)
    return {
      takenBytes: record.takenBytes + now.takenBytes - this.#folded.takenBytes,
      givenBytes: record.givenBytes + now.givenBytes - this.#folded.givenBytes,
      fetchedBy: record.fetchedBy + now.fetchedBy - this.#folded.fetchedBy,
    }
  }

  /** The record with what was counted since; undefined when nothing was. */
  fold(record: TransferRecord, torrent: Torrent, wallMs: number): TransferRecord | undefined {
    const counted = countersOf(torrent)
    const moved =
      counted.takenBytes !== this.#folded.takenBytes || counted.givenBytes !== this.#folded.givenBytes
    const { summary } = record
    const ran = torrent.states.haveAtRest !== undefined
    const doneBytes = torrent.live?.doneBytes ?? (ran ? torrent.states.doneAtRest : summary.doneBytes)
    const finished = summary.finished && torrent.live?.done !== false
    const at = Math.floor(wallMs / MOMENT_MS) * MOMENT_MS
    const seen = [...torrent.swarm.peers].some((peer) => peer.isSeed) && record.lastSeenAt !== at
    if (!moved && !seen && doneBytes === summary.doneBytes && finished === summary.finished) return undefined
    const folded: TransferRecord = {
      ...record,
      ...this.sums(record, torrent),
      ...(moved ? { lastActiveAt: at } : {}),
      ...(seen ? { lastSeenAt: at } : {}),
      summary: { ...summary, doneBytes, finished },
    }
    this.#folded = counted
    return folded
  }
}

function countersOf(torrent: Torrent | undefined): Sums {
  if (torrent === undefined) return ZERO
  const { takenBytes, givenBytes, ledger } = torrent.swarm
  return { takenBytes, givenBytes, fetchedBy: ledger.takers }
}
