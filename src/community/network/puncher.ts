// Makes relayed links direct ones where that can be: asks at once and now and then again, with what members that we called
// see of us outside. Promise: one attempt at a time for a device; none for a link that is gone, or direct by now.

import { canonicalIp, scopeOf } from '../../base/address.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import { type DeviceAddress, placeText } from '../device-address.ts'
import type { Caller } from './caller.ts'
import type { LineTable } from './line-table.ts'
import { wireEndpoint } from './multiaddrs.ts'
import type { PeopleLine } from './people-line.ts'
import { askToPunch, PUNCH_AGAIN_MS } from './punch.ts'
import type { Wire } from './wire.ts'

/** Members asked what they see; two tell whether a router gives everybody another port. */
const WITNESSES = 3
const SEEN_MS = 1_500

export class Puncher {
  readonly #wires: readonly Wire[]
  readonly #lines: LineTable
  readonly #caller: Caller
  readonly #timers = new Set<NodeJS.Timeout>()
  /** As it was told last. */
  seenOutside: readonly DeviceAddress[] = []
  #closed = false

  constructor(wires: readonly Wire[], lines: LineTable, caller: Caller) {
    this.#wires = wires
    this.#lines = lines
    this.#caller = caller
  }

  linked(line: PeopleLine): void {
    if (line.way === 'relayed' && line.outgoing) this.#later(line, 0)
    // Another witness: what it sees is told to others with our addresses.
    if (witnessAt(line) !== undefined) void this.outside()
  }

  #later(line: PeopleLine, times: number): void {
    const waitMs = PUNCH_AGAIN_MS[Math.min(times, PUNCH_AGAIN_MS.length - 1)] as number
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      void this.#try(line).then(() => {
        if (!this.#closed && this.#lines.get(line.device) === line) this.#later(line, times + 1)
      })
    }, waitMs)
    timer.unref()
    this.#timers.add(timer)
  }

  async #try(line: PeopleLine): Promise<void> {
    if (this.#closed || this.#lines.get(line.device) !== line) return
    try {
      const theirs = await askToPunch(line.connection, await this.outside())
      await this.#caller.punch(line.device, theirs)
    } catch {
      // The relayed link went meanwhile, or the other does not punch.
    }
  }

  async outside(): Promise<readonly DeviceAddress[]> {
    const utp = this.#wires.find(({ kind }) => kind === 'utp')
    const { seen } = utp ?? {}
    if (seen === undefined) return []
    const witnesses = this.#lines.all().flatMap((line) => witnessAt(line) ?? [])
    const found = await Promise.all(witnesses.slice(0, WITNESSES).map((at) => seen(at, SEEN_MS)))
    const places = found.flatMap((at) => (at === undefined ? [] : [placeText({ by: 'utp', at })]))
    this.seenOutside = [...new Set(places)]
    return this.seenOutside
  }

  close(): void {
    this.#closed = true
    for (const timer of this.#timers) clearTimeout(timer)
  }
}

/** Where a device takes datagrams: TCP and uTP have one port number, so that of one that we called is known. */
function witnessAt({ way, outgoing, connection }: PeopleLine): Endpoint | undefined {
  if (way === 'relayed') return undefined
  const utp = wireEndpoint('utp', connection.remoteAddr)
  const at = utp ?? (outgoing ? wireEndpoint('tcp', connection.remoteAddr) : undefined)
  return at === undefined || canonicalIp(at.host) === undefined || scopeOf(at.host) === 'none'
    ? undefined
    : at
}
