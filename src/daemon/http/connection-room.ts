// Room for so many connections (SAFETY.md: 32). When it is full, whoever has asked nothing for longest makes way, so that
// a thousand silent connections keep no real request out. Invariant: never more than `most`, and never one that is being
// answered is cut for a newcomer.

export interface Socketlike {
  destroy(): unknown
  once(event: 'close', then: () => void): unknown
}

export class ConnectionRoom<Socket extends Socketlike> {
  readonly #most: number
  /** In the order in which they came or last became idle; the number of requests being answered. */
  readonly #busy = new Map<Socket, number>()

  constructor(most: number) {
    this.#most = most
  }

  get size(): number {
    return this.#busy.size
  }

  came(socket: Socket): void {
    if (this.#busy.size >= this.#most && !this.#makeRoom()) {
      socket.destroy()
      return
    }
    this.#busy.set(socket, 0)
    socket.once('close', () => this.#busy.delete(socket))
  }

  /** Its head has been read. @returns what is to be called once it is answered */
  asked(socket: Socket): () => void {
    this.#busy.set(socket, (this.#busy.get(socket) ?? 0) + 1)
    return () => {
      const busy = this.#busy.get(socket)
      if (busy === undefined) return
      this.#busy.delete(socket)
      this.#busy.set(socket, busy - 1)
    }
  }

  #makeRoom(): boolean {
    for (const [socket, busy] of this.#busy) {
      if (busy > 0) continue
      this.#busy.delete(socket)
      socket.destroy()
      return true
    }
    return false
  }
}
