// One router and the ports it is asked for: carries what a PortMapper wants over UDP and HTTP.
// Promise: only the gateway is contacted (and the two multicast groups by which it is found and announces itself);
// every answer is bounded in size and time; close() gives the mappings back and ends within the time it is given.

import { fromUtf8Lenient } from '../../base/bytes.ts'
import type { DeadlineQueue, Sleeper } from '../../base/deadline-queue.ts'
import { isIPv6 } from '../../base/endpoint.ts'
import { after, type Millis } from '../../base/ids.ts'
import {
  type Clock,
  type DatagramSocket,
  type Http,
  type Random,
  SocketError,
  type Udp,
} from '../../base/ports.ts'
import type { MappingMethod, MappingWish } from '../../protocol/natmap/mapping.ts'
import { ANNOUNCE_GROUP, ANNOUNCE_PORT } from '../../protocol/natmap/nat-pmp.ts'
import {
  PortMapper,
  type PortMapperEffect,
  type PortMapperInput,
  type PortMapperStatus,
} from '../../protocol/natmap/port-mapper.ts'
import { MAX_XML_CHARACTERS } from '../../protocol/natmap/xml.ts'

/** A router on this computer's own network, and this computer's address there. */
export interface Gateway {
  /** A link-local address carries its zone. */
  readonly host: string
  readonly ownHost: string
}

export interface RouterTalkPorts {
  readonly udp: Udp
  readonly http: Pick<Http, 'get'>
  readonly clock: Clock
  readonly random: Random
  readonly wakes: DeadlineQueue
}

export interface RouterTalkOptions extends RouterTalkPorts {
  readonly gateway: Gateway
  readonly wishes: readonly MappingWish[]
  readonly methods: readonly MappingMethod[]
  readonly lifetimeS: number
  readonly changed: () => void
}

/** Small routers need a second or two for a call that changes their rules. */
const HTTP_MS = 5_000

export class RouterTalk implements Sleeper {
  readonly gateway: Gateway
  readonly #options: RouterTalkOptions
  readonly #mapper: PortMapper
  readonly #requests = new Set<() => void>()
  #socket: DatagramSocket | undefined
  #announcements: DatagramSocket | undefined
  #closed = false
  #over: (() => void) | undefined

  constructor(options: RouterTalkOptions) {
    const { gateway, wishes, random, lifetimeS, methods } = options
    this.gateway = gateway
    this.#options = options
    this.#mapper = new PortMapper({
      gatewayHost: gateway.host,
      ownHost: gateway.ownHost,
      wishes,
      random,
      lifetimeS,
      methods,
    })
  }

  get status(): PortMapperStatus {
    return this.#mapper.status
  }

  /** Begins. @returns false when there is no socket to be had towards this router */
  async open(): Promise<boolean> {
    const { gateway, clock } = this.#options
    this.#socket = await this.#bind(gateway.ownHost, 0)
    if (this.#socket === undefined) return false
    if (!isIPv6(gateway.host))
      this.#announcements = await this.#bind('0.0.0.0', ANNOUNCE_PORT, ANNOUNCE_GROUP)
    if (this.#closed) {
      this.#release()
      return false
    }
    this.#socket.onMessage = (bytes, from) => this.#feed({ kind: 'datagram', bytes, from })
    if (this.#announcements !== undefined)
      this.#announcements.onMessage = (bytes, from) => this.#feed({ kind: 'announcement', bytes, from })
    this.#carry(this.#mapper.handle({ kind: 'start' }, clock.now()))
    return true
  }

  /** Gives the mappings back, for at most `withinMs`; then nothing is sent any more. */
  async close(withinMs: number): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const { clock } = this.#options
    if (this.#socket !== undefined) {
      await new Promise<void>((over) => {
        const cancelAlarm = clock.schedule(after(clock.now(), withinMs), over)
        this.#over = () => {
          cancelAlarm()
          over()
        }
        this.#carry(this.#mapper.handle({ kind: 'stop' }, clock.now()))
      })
    }
    this.#release()
  }

  wake(now: Millis): Millis | undefined {
    this.#carry(this.#mapper.handle({ kind: 'tick' }, now))
    return this.#mapper.deadline()
  }

  #release(): void {
    this.#over = undefined
    this.#options.wakes.forget(this)
    for (const cancel of this.#requests) cancel()
    this.#socket?.close()
    this.#announcements?.close()
    this.#socket = undefined
    this.#announcements = undefined
  }

  async #bind(host: string, port: number, multicastGroup?: string): Promise<DatagramSocket | undefined> {
    try {
      return await this.#options.udp.bind({
        at: { host, port },
        ...(multicastGroup === undefined ? {} : { multicastGroup }),
      })
    } catch (error) {
      // No such address any more, or the port is another program's alone: without it, then.
      if (error instanceof SocketError) return undefined
      throw error
    }
  }

  #feed(input: PortMapperInput): void {
    if (this.#socket === undefined) return
    this.#carry(this.#mapper.handle(input, this.#options.clock.now()))
  }

  #carry(effects: readonly PortMapperEffect[]): void {
    let changed = false
    for (const effect of effects) {
      if (effect.kind === 'send') this.#socket?.send(effect.bytes, effect.to)
      else if (effect.kind === 'request') void this.#request(effect)
      else changed = true
    }
    this.#options.wakes.set(this, this.#socket === undefined ? undefined : this.#mapper.deadline())
    if (changed && !this.#closed) this.#options.changed()
    if (this.#closed && this.#mapper.over) this.#over?.()
  }

  async #request({ id, url, soap }: Extract<PortMapperEffect, { kind: 'request' }>): Promise<void> {
    const { http, gateway } = this.#options
    const exchange = http.get({
      url,
      ...(soap === undefined ? {} : { method: 'POST', body: soap.body, headers: soap.headers }),
      timeoutMs: HTTP_MS,
      limitBytes: MAX_XML_CHARACTERS,
      limitUnpackedBytes: MAX_XML_CHARACTERS,
      maxRedirects: 0,
      mayConnect: (host) => host === gateway.host,
    })
    this.#requests.add(exchange.cancel)
    const result = await exchange.result
    this.#requests.delete(exchange.cancel)
    // Faults come with status 500 and a body: what it says is read, whatever the status.
    this.#feed({ kind: 'answered', id, document: result.ok ? fromUtf8Lenient(result.body) : undefined })
  }
}
