// Ports of this computer held open by its routers (PCP, NAT-PMP, UPnP-IGD), as long as a session runs: on IPv4 a port of
// the router's address, on IPv6 a pinhole in its firewall.
// Promise: follows the computer from network to network; stop() has given everything back, or given up, within 2 s.

import { scopeOf } from '../../base/address.ts'
import type { Sleeper } from '../../base/deadline-queue.ts'
import { isIPv6 } from '../../base/endpoint.ts'
import { after, type Millis } from '../../base/ids.ts'
import {
  LIFETIME_SECONDS,
  type MappedProtocol,
  type MappingFailure,
  type MappingMethod,
} from '../../protocol/natmap/mapping.ts'
import { type Gateway, RouterTalk, type RouterTalkPorts } from './router-talk.ts'

export type { MappingFailure, MappingMethod } from '../../protocol/natmap/mapping.ts'
export type { Gateway } from './router-talk.ts'

/** Who knows this computer's routers: the default one of each address family. Never rejects; empty where none is known. */
export interface Gateways {
  find(): Promise<readonly Gateway[]>
}

export interface PortMappingOptions extends RouterTalkPorts {
  readonly gateways: Gateways
  /** Only these ways, for labs. */
  readonly methods?: readonly MappingMethod[]
  /** Asked of the router; for labs. */
  readonly lifetimeSeconds?: number
}

export interface MappedPorts {
  /** 0: none. */
  readonly tcp: number
  readonly udp: number
}

export interface RouterStatus {
  readonly family: 4 | 6
  readonly gatewayHost: string
  readonly ownHost: string
  /** `none-needed`: this computer's own address is public, no router stands for it. */
  readonly state: 'asking' | 'mapped' | 'failed' | 'none-needed'
  readonly method: MappingMethod | undefined
  /** The router's name for itself: text from the network. */
  readonly routerName: string | undefined
  /** The router's address outside, if it told it. Not public: another router stands before it. */
  readonly externalHost: string | undefined
  /** 0: not mapped. */
  readonly external: MappedPorts
  readonly failure: MappingFailure | undefined
}

export interface PortMappingStatus {
  /** `looking`: for routers, the first time. */
  readonly state: 'off' | 'looking' | 'no-router' | 'router'
  readonly routers: readonly RouterStatus[]
}

/** How often it is looked whether the computer is on another network. */
export const GATEWAY_CHECK_MS = 60_000
/** Everything given back or given up. */
export const STOP_MS = 2_000

const ALL_METHODS: readonly MappingMethod[] = ['pcp', 'nat-pmp', 'upnp']

export class PortMapping implements Sleeper {
  onChange: () => void = () => {}
  /** The computer is on another network than it was: what others said of it there is void. */
  onMove: () => void = () => {}
  readonly #options: PortMappingOptions
  readonly #talks = new Map<4 | 6, RouterTalk>()
  /** Routers that are not asked: this computer has a public address of its own. */
  #unasked: readonly Gateway[] = []
  #ports: MappedPorts | undefined
  #looked = false
  #looking = false
  #stopped = false

  constructor(options: PortMappingOptions) {
    this.#options = options
  }

  /** Asks for these ports, outside as inside where that can be had. Once. */
  start(ports: MappedPorts): void {
    if (this.#ports !== undefined || this.#stopped) return
    this.#ports = ports
    void this.#look()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#options.wakes.forget(this)
    await Promise.all([...this.#talks.values()].map((talk) => talk.close(STOP_MS)))
    this.#talks.clear()
  }

  /** The TCP port that others reach us at over IPv4, when a router holds one. */
  announcedPort(): number | undefined {
    const port = this.#externalPort(this.#talks.get(4), 'tcp')
    return port === 0 ? undefined : port
  }

  status(): PortMappingStatus {
    if (this.#ports === undefined || this.#stopped) return { state: 'off', routers: [] }
    const asked = [...this.#talks.values()].map((talk) => this.#routerStatus(talk))
    const routers = [...this.#unasked.map(unaskedStatus), ...asked]
    if (routers.length > 0) return { state: 'router', routers }
    return { state: this.#looked ? 'no-router' : 'looking', routers }
  }

  wake(now: Millis): Millis {
    void this.#look()
    return after(now, GATEWAY_CHECK_MS)
  }

  async #look(): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    const { gateways, clock, wakes } = this.#options
    const found = await gateways.find()
    for (const family of [4, 6] as const) {
      const gateway = found.find(({ host }) => isIPv6(host) === (family === 6))
      await this.#use(family, gateway !== undefined && mayAsk(gateway) ? gateway : undefined)
    }
    this.#looking = false
    if (this.#stopped) return
    const unasked = found.filter(({ host, ownHost }) => !isIPv6(host) && scopeOf(ownHost) === 'public')
    const changed = !this.#looked || unasked.length !== this.#unasked.length
    this.#unasked = unasked
    this.#looked = true
    wakes.set(this, after(clock.now(), GATEWAY_CHECK_MS))
    if (changed) this.onChange()
  }

  /** Another router, or another address of ours, is another network: what was mapped there cannot be given back from here. */
  async #use(family: 4 | 6, gateway: Gateway | undefined): Promise<void> {
    const before = this.#talks.get(family)
    const same = before?.gateway.host === gateway?.host && before?.gateway.ownHost === gateway?.ownHost
    if (same || this.#stopped) return
    if (before !== undefined) {
      this.#talks.delete(family)
      void before.close(STOP_MS)
      this.onMove()
      this.onChange()
    }
    // Of the three, PCP alone opens IPv6 firewalls without a search of its own there.
    const { methods = ALL_METHODS } = this.#options
    const usable = methods.filter((method) => family === 4 || method === 'pcp')
    if (gateway === undefined || usable.length === 0) return
    const talk = this.#talkWith(gateway, usable)
    this.#talks.set(family, talk)
    if (await talk.open()) return
    if (this.#talks.get(family) === talk) this.#talks.delete(family)
  }

  #talkWith(gateway: Gateway, methods: readonly MappingMethod[]): RouterTalk {
    const { tcp, udp } = this.#ports as MappedPorts
    return new RouterTalk({
      ...this.#options,
      gateway,
      wishes: [
        { protocol: 'tcp', internalPort: tcp } as const,
        { protocol: 'udp', internalPort: udp } as const,
      ].filter(({ internalPort }) => internalPort > 0),
      methods,
      lifetimeS: this.#options.lifetimeSeconds ?? LIFETIME_SECONDS,
      changed: () => this.onChange(),
    })
  }

  #externalPort(talk: RouterTalk | undefined, protocol: MappedProtocol): number {
    const mapping = talk?.status.mappings.find((one) => one.protocol === protocol)
    return mapping?.externalPort ?? 0
  }

  #routerStatus(talk: RouterTalk): RouterStatus {
    const { state, method, routerName, externalHost, failure } = talk.status
    const { host, ownHost } = talk.gateway
    return {
      family: isIPv6(host) ? 6 : 4,
      gatewayHost: host,
      ownHost,
      state,
      method,
      routerName,
      externalHost,
      external: { tcp: this.#externalPort(talk, 'tcp'), udp: this.#externalPort(talk, 'udp') },
      failure,
    }
  }
}

/**
 * On IPv4 a router translates for private addresses only; who has a public one needs nothing, and gateways of data
 * centres are left alone. On IPv6 the other way round: only a public address can be reached through a firewall.
 */
function mayAsk({ host, ownHost }: Gateway): boolean {
  return isIPv6(host) ? scopeOf(ownHost) === 'public' : isNear(ownHost) && isNear(host)
}

function isNear(host: string): boolean {
  const scope = scopeOf(host)
  return scope === 'private' || scope === 'link'
}

function unaskedStatus({ host, ownHost }: Gateway): RouterStatus {
  return {
    family: isIPv6(host) ? 6 : 4,
    gatewayHost: host,
    ownHost,
    state: 'none-needed',
    method: undefined,
    routerName: undefined,
    externalHost: undefined,
    external: { tcp: 0, udp: 0 },
    failure: undefined,
  }
}
