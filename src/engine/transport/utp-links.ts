// The connections of one transport, found by who sent a packet and the id in it.
// Invariant: no two connections with one endpoint have the same receive id.

import type { Endpoint } from '../../base/endpoint.ts'
import type { UtpConnection } from './utp-connection.ts'

export class UtpLinks {
  /** By receive id; different endpoints may have chosen the same one. */
  readonly #byId = new Map<number, UtpConnection[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  all(): UtpConnection[] {
    return [...this.#byId.values()].flat()
  }

  add(connection: UtpConnection): void {
    const id = connection.stream.receiveId
    const sharers = this.#byId.get(id)
    if (sharers === undefined) this.#byId.set(id, [connection])
    else sharers.push(connection)
    this.#size++
  }

  has(connection: UtpConnection): boolean {
    return this.#byId.get(connection.stream.receiveId)?.includes(connection) ?? false
  }

  remove(connection: UtpConnection): void {
    const id = connection.stream.receiveId
    const sharers = this.#byId.get(id)
    const at = sharers?.indexOf(connection) ?? -1
    if (sharers === undefined || at < 0) return
    sharers.splice(at, 1)
    if (sharers.length === 0) this.#byId.delete(id)
    this.#size--
  }

  find(receiveId: number, from: Endpoint): UtpConnection | undefined {
    const sharers = this.#byId.get(receiveId)
    if (sharers === undefined) return undefined
    for (const connection of sharers) {
      const { port, host } = connection.remote
      if (port === from.port && host === from.host) return connection
    }
    return undefined
  }

  /** A reset may name our id or theirs, which lies beside it. */
  findEither(id: number, from: Endpoint): UtpConnection | undefined {
    const named = this.find(id, from)
    if (named !== undefined) return named
    for (const beside of [id - 1, id + 1]) {
      const connection = this.find(beside & 0xffff, from)
      if (connection?.stream.sendId === id) return connection
    }
    return undefined
  }
}
