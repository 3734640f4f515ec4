// Counts what goes in and out, and remembers whom we wrote to: a query from anybody else shows that strangers can reach us.
// Invariant: at most MAX_WRITTEN_TO addresses are remembered, the one written to first forgotten first.

import { type Endpoint, endpointText } from '../../base/endpoint.ts'

const MAX_WRITTEN_TO = 2_000

export interface TrafficFigures {
  readonly bytesIn: number
  readonly bytesOut: number
  readonly datagramsIn: number
  readonly datagramsOut: number
  /** Queries of nodes that we never wrote to: who can reach us unasked. */
  readonly strangersHeard: number
  readonly queriesAnswered: number
  readonly queriesDropped: number
}

export class Traffic {
  readonly #writtenTo = new Set<string>()
  bytesIn = 0
  bytesOut = 0
  datagramsIn = 0
  datagramsOut = 0
  strangersHeard = 0
  queriesAnswered = 0
  queriesDropped = 0

  received(lengthBytes: number): void {
    this.datagramsIn++
    this.bytesIn += lengthBytes
  }

  sent(lengthBytes: number): void {
    this.datagramsOut++
    this.bytesOut += lengthBytes
  }

  /** A query of ours goes there. */
  wroteTo(endpoint: Endpoint): void {
    this.#writtenTo.add(endpointText(endpoint))
    if (this.#writtenTo.size <= MAX_WRITTEN_TO) return
    for (const oldest of this.#writtenTo) {
      this.#writtenTo.delete(oldest)
      return
    }
  }

  askedBy(from: Endpoint): void {
    if (!this.#writtenTo.has(endpointText(from))) this.strangersHeard++
  }

  figures(): TrafficFigures {
    const { bytesIn, bytesOut, datagramsIn, datagramsOut, strangersHeard, queriesAnswered, queriesDropped } =
      this
    return { bytesIn, bytesOut, datagramsIn, datagramsOut, strangersHeard, queriesAnswered, queriesDropped }
  }
}
