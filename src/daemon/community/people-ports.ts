// The port of people, held open by this computer's router beside that of transfers (engine/discovery/port-map.ts), for as long
// as the people process asks for it. It listens at another port, so it needs a mapping of its own.
// Promise: nothing is asked of a router while port mapping is off; close() has given everything back, or given up.

import { scopeOf } from '../../base/address.ts'
import { DeadlineQueue } from '../../base/deadline-queue.ts'
import type { Clock, Http, Random, Udp } from '../../base/ports.ts'
import { type DeviceAddress, placeText } from '../../community/device-address.ts'
import { type Gateways, PortMapping, type PortMappingOptions } from '../../engine/discovery/port-map.ts'
import type { PeopleAsks } from './people-messages.ts'

export interface PeoplePortsOptions {
  /** Undefined while there is no way out, or the router is not to be asked. */
  readonly ports: () =>
    | {
        readonly udp: Udp
        readonly http: Pick<Http, 'get'>
        readonly random: Random
        readonly gateways: Gateways
      }
    | undefined
  readonly clock: Clock
  /** For labs. */
  readonly methods?: PortMappingOptions['methods']
}

type RouterPorts = NonNullable<ReturnType<PeoplePortsOptions['ports']>>

export class PeoplePorts {
  readonly #options: PeoplePortsOptions
  readonly #wakes: DeadlineQueue
  #mapping: PortMapping | undefined
  /** What the mapping was made for. */
  #port = 0
  #of: RouterPorts | undefined

  constructor(options: PeoplePortsOptions) {
    this.#options = options
    this.#wakes = new DeadlineQueue(options.clock)
  }

  get asks(): Pick<PeopleAsks, 'mapPeoplePort'> {
    return { mapPeoplePort: async ({ port }) => ({ addresses: await this.#map(port) }) }
  }

  /** The first answer knows nothing yet: the router is asked, and the process asks again within the minute. */
  async #map(port: number): Promise<readonly DeviceAddress[]> {
    const ports = this.#options.ports()
    const isSame = this.#mapping !== undefined && this.#port === port && isSameWay(this.#of, ports)
    if (!isSame) {
      await this.close()
      if (ports !== undefined && port !== 0) this.#begin(port, ports)
    }
    return this.#addresses()
  }

  #begin(port: number, ports: RouterPorts): void {
    const { clock, methods } = this.#options
    this.#port = port
    this.#of = ports
    this.#mapping = new PortMapping({
      ...ports,
      clock,
      wakes: this.#wakes,
      ...(methods === undefined ? {} : { methods }),
    })
    this.#mapping.start({ tcp: port, udp: port })
  }

  #addresses(): readonly DeviceAddress[] {
    const routers = this.#mapping?.status().routers ?? []
    return routers.flatMap(({ family, externalHost, external }) => {
      // An address that is not public has another router before it: nobody outside could use it.
      if (family !== 4 || externalHost === undefined || scopeOf(externalHost) !== 'public') return []
      const mapped = [
        { by: 'tcp', port: external.tcp },
        { by: 'utp', port: external.udp },
      ] as const
      return mapped.flatMap(({ by, port }) =>
        port === 0 ? [] : [placeText({ by, at: { host: externalHost, port } })],
      )
    })
  }

  async close(): Promise<void> {
    const mapping = this.#mapping
    this.#mapping = undefined
    this.#of = undefined
    this.#port = 0
    await mapping?.stop()
  }
}

function isSameWay(one: RouterPorts | undefined, other: RouterPorts | undefined): boolean {
  return one?.udp === other?.udp && one?.http === other?.http
}
