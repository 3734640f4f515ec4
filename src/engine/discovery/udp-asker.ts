// Carries questions to UDP trackers: sockets under the exchanges of protocol/tracker/udp.ts. A driver.
// Promise: a socket per family only while something is asked; connection ids are kept for their minute, at most
// MAX_CONNECTIONS of them; every question ends, at the latest when its time is over or it is cancelled.

import { type Endpoint, endpointText, isIPv6 } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import { type Clock, type DatagramSocket, type Random, SocketError, type Udp } from '../../base/ports.ts'
import {
  type UdpConnection,
  type UdpEffect,
  UdpExchange,
  type UdpQuestion,
} from '../../protocol/tracker/udp.ts'

/** More trackers than a torrent may have, times two families. */
const MAX_CONNECTIONS = 64

export type UdpOutcome =
  | Extract<UdpEffect, { kind: 'answered' | 'scraped' | 'refused' | 'failed' }>
  /** No socket of that family. */
  | { readonly kind: 'unreachable'; readonly detail: string }
  | { readonly kind: 'cancelled' }

interface Running {
  readonly exchange: UdpExchange
  readonly address: Endpoint
  readonly over: (outcome: UdpOutcome) => void
  socket: DatagramSocket | undefined
}

export interface UdpAskerOptions {
  readonly udp: Udp
  readonly clock: Clock
  readonly random: Random
}

export class UdpAsker {
  readonly #options: UdpAskerOptions
  readonly #running = new Set<Running>()
  readonly #sockets = new Map<4 | 6, Promise<DatagramSocket | SocketError>>()
  readonly #connections = new Map<string, UdpConnection>()

  constructor(options: UdpAskerOptions) {
    this.#options = options
  }

  ask(
    address: Endpoint,
    question: UdpQuestion,
    totalMs: number,
  ): { readonly result: Promise<UdpOutcome>; cancel(): void } {
    const { clock, random } = this.#options
    const connection = this.#connections.get(endpointText(address))
    const exchange = new UdpExchange({ address, question, random, connection, totalMs })
    let running: Running | undefined
    const result = new Promise<UdpOutcome>((over) => {
      running = { exchange, address, over, socket: undefined }
    })
    const begun = running as unknown as Running
    this.#running.add(begun)
    void this.#socketFor(isIPv6(address.host) ? 6 : 4).then((socket) => {
      if (!this.#running.has(begun)) return
      if (socket instanceof SocketError) {
        this.#end(begun, { kind: 'unreachable', detail: socket.code })
        return
      }
      begun.socket = socket
      this.#carry(begun, exchange.handle({ kind: 'start' }, clock.now()))
    })
    return { result, cancel: () => this.#end(begun, { kind: 'cancelled' }) }
  }

  deadline(): Millis | undefined {
    let earliest: Millis | undefined
    for (const { exchange } of this.#running) {
      const at = exchange.deadline()
      if (at !== undefined && (earliest === undefined || at < earliest)) earliest = at
    }
    return earliest
  }

  tick(now: Millis): void {
    for (const running of [...this.#running]) {
      const at = running.exchange.deadline()
      if (at !== undefined && at <= now) this.#carry(running, running.exchange.handle({ kind: 'tick' }, now))
    }
  }

  #socketFor(family: 4 | 6): Promise<DatagramSocket | SocketError> {
    const open = this.#sockets.get(family)
    if (open !== undefined) return open
    const opening = this.#bind(family)
    this.#sockets.set(family, opening)
    return opening
  }

  async #bind(family: 4 | 6): Promise<DatagramSocket | SocketError> {
    try {
      const socket = await this.#options.udp.bind({ at: { host: family === 4 ? '0.0.0.0' : '::', port: 0 } })
      socket.onMessage = (bytes, from) => this.#heard(bytes, from)
      return socket
    } catch (error) {
      if (error instanceof SocketError) return error
      throw error
    }
  }

  #heard(bytes: Uint8Array, from: Endpoint): void {
    const now = this.#options.clock.now()
    for (const running of [...this.#running]) {
      if (running.socket === undefined) continue
      this.#carry(running, running.exchange.handle({ kind: 'datagram', bytes, from }, now))
    }
  }

  #carry(running: Running, effects: readonly UdpEffect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'send':
          running.socket?.send(effect.bytes, running.address)
          break
        case 'connected':
          this.#remember(endpointText(running.address), effect.connection)
          break
        default:
          this.#end(running, effect)
      }
    }
  }

  #remember(address: string, connection: UdpConnection): void {
    this.#connections.delete(address)
    this.#connections.set(address, connection)
    if (this.#connections.size > MAX_CONNECTIONS)
      this.#connections.delete(this.#connections.keys().next().value as string)
  }

  #end(running: Running, outcome: UdpOutcome): void {
    if (!this.#running.delete(running)) return
    running.over(outcome)
    if (this.#running.size > 0) return
    const sockets = [...this.#sockets.values()]
    this.#sockets.clear()
    for (const opening of sockets) {
      void opening.then((socket) => {
        if (!(socket instanceof SocketError)) socket.close()
      })
    }
  }
}
