// Carries what the rendezvous machine decides to the daemon's DHT, and what lies there back.
// Promise: nothing is asked after close(); an ask that fails counts as one that found nobody.

import { decode } from '../../base/bencode.ts'
import { encode } from '../../base/bencode-encode.ts'
import type { Millis } from '../../base/ids.ts'
import type { Clock } from '../../base/ports.ts'
import {
  Rendezvous,
  type RendezvousEffect,
  type RendezvousOptions,
} from '../../community/rendezvous/rendezvous.ts'
import type { Wall } from '../../community/service.ts'
import type { PeopleAsks } from './people-messages.ts'

export interface RendezvousDriverOptions extends RendezvousOptions {
  readonly clock: Clock
  readonly wall: Wall
  ask<Name extends 'dhtPut' | 'dhtGet'>(
    name: Name,
    input: Parameters<PeopleAsks[Name]>[0],
  ): ReturnType<PeopleAsks[Name]>
}

export class RendezvousDriver {
  readonly #options: RendezvousDriverOptions
  readonly #machine: Rendezvous
  #cancel: (() => void) | undefined
  #closed = false

  constructor(options: RendezvousDriverOptions) {
    this.#options = options
    this.#machine = new Rendezvous(options, options.clock.now())
    this.#arm()
  }

  /** Circles, contacts, invites, links or our own addresses are others. */
  changed(): void {
    this.#machine.changed(this.#options.clock.now())
    this.#arm()
  }

  close(): void {
    this.#closed = true
    this.#cancel?.()
  }

  #arm(): void {
    this.#cancel?.()
    if (this.#closed) return
    const { clock, wall } = this.#options
    this.#cancel = clock.schedule(this.#machine.deadline(), () => {
      for (const effect of this.#machine.wake(clock.now(), wall.seconds())) void this.#carry(effect)
      this.#arm()
    })
  }

  async #carry(effect: RendezvousEffect): Promise<void> {
    if (effect.kind === 'put') {
      const { number, seed, salt, seq, value } = effect
      const stored = await this.#put({ seed, salt, seq, value: encode(value) })
      this.#machine.put(number, stored, this.#now())
      return
    }
    const value = await this.#get(effect)
    this.#machine.got(effect.number, value, this.#now(), this.#options.wall.seconds())
    this.#arm()
  }

  async #put(input: Parameters<PeopleAsks['dhtPut']>[0]): Promise<boolean> {
    try {
      return await this.#options.ask('dhtPut', input)
    } catch {
      // No DHT now (switched off, or the way out is gone): it is tried again.
      return false
    }
  }

  async #get({ publicKey, salt }: RendezvousEffect & { kind: 'get' }): Promise<Uint8Array | undefined> {
    try {
      const found = await this.#options.ask('dhtGet', { publicKey, salt })
      if (found === undefined) return undefined
      const { value } = decode(found.value)
      return value instanceof Uint8Array ? value : undefined
    } catch {
      // No DHT now, or what lies there is no string of bytes: nobody is found.
      return undefined
    }
  }

  #now(): Millis {
    return this.#options.clock.now()
  }
}
