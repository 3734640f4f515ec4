// Every two seconds: charts get their next step, rules that are met stop what they are for, a rest that is over ends.
// Promise: of thousands of transfers at rest a few hundred are looked at; of the others only whether the queue parked them.

import { after } from '../../base/ids.ts'
import type { Clock } from '../../base/ports.ts'
import { rulePartsMet } from './giving-on.ts'
import { History, STEP_SECONDS } from './history.ts'
import type { Transfer } from './transfer.ts'

/** Rules of transfers that rest: of ten thousand each is looked at every forty seconds, of five hundred each time. */
const ROUND_TRANSFERS = 500

export interface PulseTask {
  readonly transfers: Iterable<Transfer> & { livelyOnes(): Iterable<Transfer> }
  readonly clock: Clock
  /** It waits for its place in the queue. */
  isParked(transfer: Transfer): boolean
  /** Whatever else is looked at as often. */
  beat(): void
  /** A record could not be written. */
  failed(error: unknown): void
}

export class Pulse {
  readonly #task: PulseTask
  readonly #parked = new WeakSet<Transfer>()
  #cancel: () => void
  /** Those that have a history. */
  readonly #charted = new Set<Transfer>()
  #round: Iterator<Transfer> | undefined

  constructor(task: PulseTask) {
    this.#task = task
    this.#cancel = this.#later()
  }

  close(): void {
    this.#cancel()
  }

  #later(): () => void {
    const { clock } = this.#task
    return clock.schedule(after(clock.now(), STEP_SECONDS * 1_000), () => {
      this.#cancel = this.#later()
      this.beat()
    })
  }

  /** The queue parks and starts without telling. */
  #noteParked(transfer: Transfer): void {
    const parked = this.#task.isParked(transfer)
    if (this.#parked.has(transfer) === parked) return
    if (parked) this.#parked.add(transfer)
    else this.#parked.delete(transfer)
    transfer.touch()
  }

  beat(): void {
    const { transfers, clock, beat } = this.#task
    const wallMs = clock.wallMs()
    for (const transfer of transfers) this.#noteParked(transfer)
    const lively = new Set(transfers.livelyOnes())
    for (const transfer of lively.union(this.#charted)) {
      if (transfer.removed) this.#charted.delete(transfer)
      else if (transfer.torrent !== undefined) {
        sample(transfer)
        if (transfer.history === undefined) this.#charted.delete(transfer)
        else this.#charted.add(transfer)
        if (transfer.history !== undefined || transfer.torrent.swarm.peers.size > 0) transfer.fold()
      }
    }
    for (const transfer of lively) this.#rule(transfer, wallMs)
    for (const transfer of this.#nextOfRound()) if (!lively.has(transfer)) this.#rule(transfer, wallMs)
    beat()
  }

  #rule(transfer: Transfer, wallMs: number): void {
    if (transfer.torrent === undefined || transfer.rests) return
    const met = rulePartsMet(transfer, wallMs)
    if (met.length > 0) transfer.stop(met).catch(this.#task.failed)
  }

  *#nextOfRound(): Iterable<Transfer> {
    this.#round ??= this.#task.transfers[Symbol.iterator]()
    for (let count = 0; count < ROUND_TRANSFERS; count++) {
      const { done, value } = this.#round.next()
      if (done === true) {
        this.#round = undefined
        return
      }
      yield value
    }
  }
}

function sample(transfer: Transfer): void {
  const { torrent } = transfer
  if (torrent === undefined) return
  const moves = torrent.swarm.peers.size > 0 || (torrent.webSeeds?.giving ?? 0) > 0
  if (!moves && transfer.history === undefined) return
  const now = torrent.now
  const down = torrent.swarm.downRate.rate(now)
  const up = torrent.swarm.upRate.rate(now)
  if (down > 0 || up > 0) transfer.history ??= new History()
  transfer.history?.add(down, up)
  if (down === 0 && up === 0 && transfer.history?.still === true) transfer.history = undefined
}
