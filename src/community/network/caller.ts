// Calls a device: all its direct addresses side by side, a little later through members that may carry us.
// Promise: every call ends; it succeeds as soon as the people stream is up, whichever way that came.

import type { Connection, Libp2p } from '@libp2p/interface'
import type { DeviceAddress, Place } from '../device-address.ts'
import { parsePlace } from '../device-address.ts'
import type { DeviceId } from '../ids.ts'
import { type DirectPlace, raceAddresses } from './address-race.ts'
import { DIAL_ALL_MS, HANDSHAKE_MS, STREAM_MS } from './deadlines.ts'
import type { LineTable } from './line-table.ts'
import { deviceMultiaddr, relayedMultiaddr, wireMultiaddr } from './multiaddrs.ts'
import { peerIdOf } from './peer-key.ts'
import type { PeopleLine } from './people-line.ts'
import type { WireTransport } from './wire-transport.ts'

/** Who has a direct way answers within it; everybody else need not wait for the end of the tries. */
const RELAY_AFTER_MS = 1_500
/** Two connections of one pair that crossed: how long after the one the other may tell what it is. */
const CROSSING_MS = 1_000
/** Relays tried for one device. */
const MOST_RELAYS = 3

export class Caller {
  readonly #libp2p: Libp2p
  readonly #transports: readonly WireTransport[]
  readonly #lines: LineTable
  /** Calls that wait for the people stream. */
  readonly #awaited = new Map<DeviceId, Set<() => void>>()

  constructor(libp2p: Libp2p, transports: readonly WireTransport[], lines: LineTable) {
    this.#libp2p = libp2p
    this.#transports = transports
    this.#lines = lines
  }

  linked({ device }: PeopleLine): void {
    for (const tell of this.#awaited.get(device) ?? []) tell()
  }

  /** @returns whether there is a link now */
  async call(device: DeviceId, addresses: readonly DeviceAddress[]): Promise<boolean> {
    const places = addresses.flatMap((address) => parsePlace(address) ?? [])
    const linked = this.#untilLinked(device)
    try {
      const direct = this.#direct(device, places.filter(isDirect))
      const relayed = this.#relayed(device, places, direct)
      const tried = Promise.all([direct, relayed]).then(() => this.#settled(device))
      return await Promise.race([linked.result, tried])
    } finally {
      linked.forget()
    }
  }

  async #direct(device: DeviceId, places: readonly DirectPlace[]): Promise<boolean> {
    const wires = this.#transports.map(({ wire }) => wire)
    for await (const { place, connection } of raceAddresses(wires, places)) {
      const transport = this.#transports.find(({ kind }) => kind === place.by) as WireTransport
      const takeBack = transport.lend(place.at, connection)
      try {
        const to = wireMultiaddr(place.by, place.at).encapsulate(`/p2p/${peerIdOf(device)}`)
        await this.#libp2p.dial(to, { signal: AbortSignal.timeout(HANDSHAKE_MS), force: true })
        return true
      } catch {
        // Somebody else is there, or it does not want us: the others may still be it.
      } finally {
        takeBack()
      }
    }
    return false
  }

  async #relayed(device: DeviceId, places: readonly Place[], direct: Promise<boolean>): Promise<boolean> {
    const relays = places.flatMap((place) =>
      place.by === 'relay' && this.#isDirect(place.through) ? [place.through] : [],
    )
    if (relays.length === 0) return false
    const { promise: patience, resolve } = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => resolve(false), RELAY_AFTER_MS)
    const there = await Promise.race([patience, direct])
    clearTimeout(timer)
    if (there || this.#lines.get(device) !== undefined) return true
    for (const relay of relays.slice(0, MOST_RELAYS)) {
      try {
        const signal = AbortSignal.timeout(HANDSHAKE_MS)
        await this.#libp2p.dial(relayedMultiaddr(relay, device), { signal, force: true })
        return true
      } catch {
        // It does not carry us, or the other is not linked to it now.
      }
    }
    return false
  }

  #isDirect(device: DeviceId): boolean {
    const line = this.#lines.get(device)
    return line !== undefined && line.way !== 'relayed'
  }

  /** Everything was tried: a connection may be up and its people stream on its way, or it was one of two that crossed. */
  async #settled(device: DeviceId): Promise<boolean> {
    const open = this.#libp2p.getConnections(peerIdOf(device))
    const ended = open.map(closing)
    if (this.#lines.get(device) !== undefined) return true
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, STREAM_MS)
    if (ended.length > 0) await Promise.race([promise, Promise.all(ended)])
    clearTimeout(timer)
    if (this.#lines.get(device) !== undefined) return true
    const { promise: crossing, resolve: over } = Promise.withResolvers<void>()
    setTimeout(over, CROSSING_MS)
    await crossing
    return this.#lines.get(device) !== undefined
  }

  #untilLinked(device: DeviceId): { readonly result: Promise<boolean>; forget(): void } {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const waiting = this.#awaited.get(device) ?? new Set()
    const tell = (): void => resolve(true)
    this.#awaited.set(device, waiting.add(tell))
    const timer = setTimeout(() => resolve(false), DIAL_ALL_MS + STREAM_MS)
    const forget = (): void => {
      clearTimeout(timer)
      waiting.delete(tell)
      if (waiting.size === 0) this.#awaited.delete(device)
    }
    return { result: promise, forget }
  }

  /** Both send at once, as they agreed on: what the others' routers dropped is sent again. */
  async punch(device: DeviceId, addresses: readonly DeviceAddress[]): Promise<void> {
    const targets = addresses.flatMap((address) => deviceMultiaddr(device, address) ?? [])
    for (const to of targets) {
      try {
        await this.#libp2p.dial(to, { signal: AbortSignal.timeout(HANDSHAKE_MS), force: true })
        return
      } catch {
        // Theirs counted instead of ours, or there is no way: the people stream tells.
      }
    }
  }
}

function isDirect(place: Place): place is DirectPlace {
  return place.by !== 'relay'
}

function closing(connection: Connection): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  connection.addEventListener('close', () => resolve(), { once: true })
  if (connection.status !== 'open') resolve()
  return promise
}
