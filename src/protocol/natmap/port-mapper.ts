// Ports mapped with one router by whatever it understands: PCP, else NAT-PMP; UPnP is looked for meanwhile, and maps when
// the others were silent for a second or said no. One machine for each address family.
// Invariant: at any time one of the ways holds mappings; only the gateway itself is listened to.

import type { Endpoint } from '../../base/endpoint.ts'
import { earliest, type Millis } from '../../base/ids.ts'
import type { Machine } from '../../base/machine.ts'
import type { Random } from '../../base/random.ts'
import { GatewayClient, type GatewayInput } from './gateway-client.ts'
import { IgdClient, type IgdEffect, type IgdInput } from './igd-client.ts'
import type { Mapping, MappingFailure, MappingMethod, MappingWish } from './mapping.ts'
import { GATEWAY_PORT } from './nat-pmp.ts'
import { SSDP_PORT } from './ssdp.ts'

export interface PortMapperOptions {
  /** May carry a zone. */
  readonly gatewayHost: string
  readonly ownHost: string
  readonly wishes: readonly MappingWish[]
  readonly random: Random
  readonly lifetimeS: number
  readonly methods: readonly MappingMethod[]
}

export type PortMapperInput =
  | { readonly kind: 'start' }
  | { readonly kind: 'datagram'; readonly bytes: Uint8Array; readonly from: Endpoint }
  /** Heard on the port for announcements. */
  | { readonly kind: 'announcement'; readonly bytes: Uint8Array; readonly from: Endpoint }
  | { readonly kind: 'answered'; readonly id: number; readonly document: string | undefined }
  | { readonly kind: 'tick' }
  | { readonly kind: 'stop' }

export type PortMapperEffect =
  | { readonly kind: 'send'; readonly bytes: Uint8Array; readonly to: Endpoint }
  | Extract<IgdEffect, { kind: 'request' }>
  | { readonly kind: 'changed' }

export interface PortMapperStatus {
  /** `asking`: nothing is known yet. */
  readonly state: 'asking' | 'mapped' | 'failed'
  readonly mappings: readonly Mapping[]
  /** The way that holds them. */
  readonly method: MappingMethod | undefined
  /** The router's own name for itself, text from the network. */
  readonly routerName: string | undefined
  readonly externalHost: string | undefined
  readonly failure: MappingFailure | undefined
}

export class PortMapper implements Machine<PortMapperInput, PortMapperEffect> {
  readonly #options: PortMapperOptions
  readonly #gateway: GatewayClient
  readonly #igd: IgdClient
  readonly #upnp: boolean
  #way: 'gateway' | 'igd' = 'gateway'
  #hopeless = false
  #stopping = false

  constructor(options: PortMapperOptions) {
    this.#options = options
    this.#upnp = options.methods.includes('upnp')
    this.#gateway = new GatewayClient({
      ...options,
      dialects: options.methods.filter((method) => method !== 'upnp'),
    })
    this.#igd = new IgdClient(options)
  }

  get status(): PortMapperStatus {
    const mappings = this.#holder.mappings
    const failure = mappings.length > 0 ? undefined : this.#failure
    return {
      state: mappings.length > 0 ? 'mapped' : failure === undefined ? 'asking' : 'failed',
      mappings,
      method: mappings[0]?.method,
      routerName: this.#igd.routerName,
      externalHost: mappings[0]?.externalHost ?? this.#igd.externalHost,
      failure,
    }
  }

  /** Everything was given back. */
  get over(): boolean {
    return this.#stopping && this.#gateway.over && (!this.#upnp || this.#igd.over)
  }

  handle(input: PortMapperInput, now: Millis): PortMapperEffect[] {
    return this.#reconsidered(this.#handle(input, now), now)
  }

  deadline(): Millis | undefined {
    const turn = this.#way === 'gateway' && this.#hopeless && !this.#stopping
    return earliest(
      this.#gateway.deadline(),
      this.#upnp ? this.#igd.deadline() : undefined,
      turn ? this.#igd.wantsToMapAt : undefined,
    )
  }

  get #holder(): GatewayClient | IgdClient {
    return this.#way === 'gateway' ? this.#gateway : this.#igd
  }

  /** Once both have failed, whichever says more than silence. Silence may end yet: it is asked on. */
  get #failure(): MappingFailure | undefined {
    const all: (MappingFailure | undefined)[] = []
    if (this.#options.methods.some((method) => method !== 'upnp'))
      all.push(this.#gateway.failure ?? (this.#hopeless ? 'SILENT' : undefined))
    if (this.#upnp) all.push(this.#igd.failure)
    if (all.includes(undefined)) return undefined
    return all.find((failure) => failure !== 'SILENT') ?? 'SILENT'
  }

  #handle(input: PortMapperInput, now: Millis): PortMapperEffect[] {
    switch (input.kind) {
      case 'start':
      case 'tick':
        return [...this.#toGateway(input, now), ...this.#toIgd(input, now)]
      case 'stop':
        this.#stopping = true
        return [...this.#toGateway(input, now), ...this.#toIgd(input, now)]
      case 'datagram': {
        const { bytes, from } = input
        if (!this.#isGateway(from)) return []
        const heard = { kind: 'datagram', bytes } as const
        return from.port === GATEWAY_PORT ? this.#toGateway(heard, now) : this.#toIgd(heard, now)
      }
      case 'announcement':
        return this.#isGateway(input.from)
          ? this.#toGateway({ kind: 'announcement', bytes: input.bytes }, now)
          : []
      case 'answered':
        return this.#toIgd(input, now)
    }
  }

  /** Whose turn it is, after whatever happened. */
  #reconsidered(effects: PortMapperEffect[], now: Millis): PortMapperEffect[] {
    if (this.#stopping) return effects
    this.#hopeless = this.#gateway.hopeless(now) && this.#gateway.mappings.length === 0
    const wanted = this.#igd.wantsToMapAt
    if (this.#way === 'gateway' && this.#upnp && this.#hopeless && wanted !== undefined && wanted <= now) {
      this.#way = 'igd'
      return [...effects, ...this.#toGateway({ kind: 'stop' }, now), ...this.#toIgd({ kind: 'map' }, now)]
    }
    if (this.#way === 'igd' && this.#igd.failure !== undefined && this.#igd.mappings.length === 0) {
      this.#way = 'gateway'
      this.#igd.rest()
      return [...effects, ...this.#toGateway({ kind: 'start' }, now)]
    }
    return effects
  }

  #isGateway({ host }: Endpoint): boolean {
    return host === this.#options.gatewayHost.split('%', 1)[0]
  }

  #toGateway(input: GatewayInput, now: Millis): PortMapperEffect[] {
    const to = { host: this.#options.gatewayHost, port: GATEWAY_PORT }
    return this.#gateway
      .handle(input, now)
      .map((effect) => (effect.kind === 'send' ? { kind: 'send', bytes: effect.bytes, to } : effect))
  }

  #toIgd(input: IgdInput, now: Millis): PortMapperEffect[] {
    if (!this.#upnp) return []
    return this.#igd
      .handle(input, now)
      .map((effect) =>
        effect.kind === 'search'
          ? { kind: 'send', bytes: effect.bytes, to: { host: effect.to, port: SSDP_PORT } }
          : effect,
      )
  }
}
