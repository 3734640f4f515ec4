// Carries one DHT node (protocol/dht) of one address family: its datagrams, its alarm, and the ends of its wishes.
// Invariant: the alarm is the node's deadline after everything that happened to it; a wish is told of its end at most once.

import type { DeadlineQueue, Sleeper } from '../../base/deadline-queue.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import type { Clock } from '../../base/ports.ts'
import type { DhtEffect, DhtInput } from '../../protocol/dht/api.ts'
import type { Contact } from '../../protocol/dht/contact.ts'
import type { DhtNode } from '../../protocol/dht/dht-node.ts'

export type DhtDone = Extract<DhtEffect, { kind: 'done' }>

export interface DhtDriverOptions {
  readonly node: DhtNode
  readonly clock: Clock
  readonly wakes: DeadlineQueue
  readonly send: (bytes: Uint8Array, to: Endpoint) => void
  readonly externalAddress: (host: string) => void
  /** Nodes of the other family. */
  readonly otherFamily: (contacts: readonly Contact[]) => void
  /** The table changed from empty to not, or somebody answered: who waits for nodes may go on. */
  readonly heard: () => void
}

export interface DhtWish {
  readonly done: (done: DhtDone) => void
  readonly peers?: (endpoints: readonly Endpoint[], from: Endpoint) => void
}

export class DhtDriver implements Sleeper {
  readonly node: DhtNode
  readonly #options: DhtDriverOptions
  readonly #wishes = new Map<number, DhtWish>()
  #nextWish = 1

  constructor(options: DhtDriverOptions) {
    this.#options = options
    this.node = options.node
    this.#arm()
  }

  datagram(bytes: Uint8Array, from: Endpoint): void {
    this.tell({ kind: 'datagram', bytes, from })
    this.#options.heard()
  }

  wake(now: Millis): Millis | undefined {
    this.#carry(this.node.handle({ kind: 'tick' }, now))
    return this.node.deadline()
  }

  tell(input: DhtInput): void {
    this.#carry(this.node.handle(input, this.#options.clock.now()))
    this.#arm()
  }

  /** @returns what cancels it: then it is told nothing any more */
  wish(make: (id: number) => DhtInput, wish: DhtWish): () => void {
    const id = this.#nextWish++
    this.#wishes.set(id, wish)
    this.tell(make(id))
    return () => {
      if (this.#wishes.delete(id)) this.tell({ kind: 'cancel', id })
    }
  }

  close(): void {
    this.#options.wakes.forget(this)
    this.#wishes.clear()
  }

  #carry(effects: readonly DhtEffect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'send':
          this.#options.send(effect.bytes, effect.to)
          break
        case 'peers':
          this.#wishes.get(effect.id)?.peers?.(effect.endpoints, effect.from)
          break
        case 'done': {
          const wish = this.#wishes.get(effect.id)
          this.#wishes.delete(effect.id)
          wish?.done(effect)
          break
        }
        case 'other-family':
          this.#options.otherFamily(effect.contacts)
          break
        case 'external-address':
          this.#options.externalAddress(effect.host)
          break
        case 'node-id':
          break
      }
    }
  }

  #arm(): void {
    this.#options.wakes.set(this, this.node.deadline())
  }
}
