// Every two seconds: charts get their next step, rules that are met stop what they are for, a rest that is over ends.
// Promise: transfers at rest cost a look at two numbers.

import { after } from '../../base/ids.ts'
import type { Clock } from '../../base/ports.ts'
import { rulePartsMet } from './giving-on.ts'
import { History, STEP_SECONDS } from './history.ts'
import type { Transfer } from './transfer.ts'

export interface PulseTask {
  readonly transfers: Iterable<Transfer>
  readonly clock: Clock
  /** Whatever else is looked at as often. */
  beat(): void
  /** A record could not be written. */
  failed(error: unknown): void
}

export class Pulse {
  readonly #task: PulseTask
  #cancel: () => void

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

  beat(): void {
    const { transfers, clock, beat, failed } = this.#task
    const wallMs = clock.wallMs()
    for (const transfer of transfers) {
      if (transfer.torrent === undefined) continue
      sample(transfer)
      if (transfer.history !== undefined || transfer.torrent.swarm.peers.size > 0) transfer.fold()
      if (transfer.rests) continue
      const met = rulePartsMet(transfer, wallMs)
      if (met.length > 0) transfer.stop(met).catch(failed)
    }
    beat()
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
