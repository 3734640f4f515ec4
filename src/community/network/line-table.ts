// The people streams, one to each device, and the connections under them.
// Invariants: `linked` comes once for a device, and `unlinked` before it may come again; the device with the lower key opens
// the stream, so that two that call each other at once end with one; a direct way replaces a relayed one; a connection
// without a stream is closed.

import type { Connection, Stream } from '@libp2p/interface'
import type { DeviceId } from '../ids.ts'
import type { Link } from '../service.ts'
import { wayOf } from './connection-facts.ts'
import { STREAM_MS } from './deadlines.ts'
import { deviceOf } from './peer-key.ts'
import { PeopleLine } from './people-line.ts'

export const PEOPLE_PROTOCOL = '/shoal/people/1'

export interface LineTableEvents {
  linked(link: Link): void
  /** The bytes are yours. */
  received(device: DeviceId, bytes: Uint8Array): void
  drained(device: DeviceId): void
  unlinked(device: DeviceId): void
}

export class LineTable {
  /** A line came up, after `linked`. */
  onLine: (line: PeopleLine) => void = () => {}
  readonly #me: DeviceId
  readonly #mayLink: (device: DeviceId) => boolean
  readonly #events: LineTableEvents
  readonly #lines = new Map<DeviceId, PeopleLine>()
  readonly #opening = new Map<DeviceId, Promise<void>>()

  constructor(me: DeviceId, mayLink: (device: DeviceId) => boolean, events: LineTableEvents) {
    this.#me = me
    this.#mayLink = mayLink
    this.#events = events
  }

  get(device: DeviceId): PeopleLine | undefined {
    return this.#lines.get(device)
  }

  all(): readonly PeopleLine[] {
    return [...this.#lines.values()]
  }

  /** A connection came up, whoever made it. */
  connected(connection: Connection): void {
    const device = deviceOf(connection.remotePeer)
    if (device === undefined) return
    if (this.#me < device) this.#openInTurn(device, connection)
    else setTimeout(() => this.#dropUnused(device, connection), STREAM_MS).unref()
  }

  /** One after another for a device: two connections that come at once must not both be opened on. */
  #openInTurn(device: DeviceId, connection: Connection): void {
    const before = this.#opening.get(device) ?? Promise.resolve()
    const turn = before.then(() => this.#open(device, connection))
    this.#opening.set(device, turn)
    void turn.then(() => {
      if (this.#opening.get(device) === turn) this.#opening.delete(device)
    })
  }

  /** Where it is of use. */
  async #open(device: DeviceId, connection: Connection): Promise<void> {
    if (!this.#isBetter(device, connection)) {
      this.#dropUnused(device, connection)
      return
    }
    try {
      const stream = await connection.newStream(PEOPLE_PROTOCOL, { signal: AbortSignal.timeout(STREAM_MS) })
      if (this.#isBetter(device, connection)) this.#take(device, connection, stream)
      else this.#dropUnused(device, connection)
    } catch (error) {
      connection.abort(error instanceof Error ? error : new Error('no people stream'))
    }
  }

  /** The other side opened the stream. */
  arrived(stream: Stream, connection: Connection): void {
    const device = deviceOf(connection.remotePeer)
    if (device === undefined || this.#me < device || !this.#mayLink(device)) {
      stream.abort(new Error('not wanted'))
      return
    }
    this.#take(device, connection, stream)
  }

  #isBetter(device: DeviceId, connection: Connection): boolean {
    const line = this.#lines.get(device)
    return line === undefined || (line.way === 'relayed' && wayOf(connection) !== 'relayed')
  }

  #take(device: DeviceId, connection: Connection, stream: Stream): void {
    const before = this.#lines.get(device)
    if (before !== undefined) {
      this.#lines.delete(device)
      this.#events.unlinked(device)
      before.end()
      if (before.connection !== connection) before.connection.abort(new Error('replaced'))
    }
    const line = new PeopleLine(device, wayOf(connection), connection, stream, {
      received: (of, bytes) => {
        if (this.#lines.get(device) === of) this.#events.received(device, bytes)
      },
      drained: (of) => {
        if (this.#lines.get(device) === of) this.#events.drained(device)
      },
      ended: (of) => this.#ended(of),
    })
    this.#lines.set(device, line)
    this.#events.linked(linkOf(line))
    this.onLine(line)
  }

  #ended(line: PeopleLine): void {
    if (this.#lines.get(line.device) !== line) return
    this.#lines.delete(line.device)
    this.#events.unlinked(line.device)
    line.connection.abort(new Error('no people stream'))
  }

  /** A connection on which nothing came to be, or that is one too many. */
  #dropUnused(device: DeviceId, connection: Connection): void {
    if (connection.status !== 'open' || this.#lines.get(device)?.connection === connection) return
    connection.abort(new Error('not used'))
  }
}

export function linkOf({ device, way, outgoing }: PeopleLine): Link {
  return { device, way, outgoing }
}
