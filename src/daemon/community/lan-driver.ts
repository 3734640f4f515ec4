// Carries the packets of the local network's beacon: one multicast socket for each address family that this computer has.
// Promise: nothing is sent where the local network is not to be used; a family that is not there is left out.

import { toHex } from '../../base/bytes.ts'
import { type Clock, type DatagramSocket, type Random, SocketError, type Udp } from '../../base/ports.ts'
import type { CommunityCrypto } from '../../community/crypto.ts'
import type { DeviceId } from '../../community/ids.ts'
import { LanBeacon, type LanWorld } from '../../community/rendezvous/lan-beacon.ts'
import type { Wall } from '../../community/service.ts'
import { encodeLsd, LSD_GROUP_IPV4, LSD_GROUP_IPV6, LSD_PORT, parseLsd } from '../../protocol/lsd/message.ts'

export interface LanDriverOptions {
  readonly me: DeviceId
  readonly crypto: CommunityCrypto
  readonly udp: Udp
  readonly clock: Clock
  readonly wall: Wall
  readonly random: Random
  readonly world: LanWorld
}

const GROUPS = [
  ['0.0.0.0', LSD_GROUP_IPV4],
  ['::', LSD_GROUP_IPV6],
] as const
const COOKIE_BYTES = 8

export class LanDriver {
  readonly #options: LanDriverOptions
  readonly #beacon: LanBeacon
  readonly #sockets: { readonly socket: DatagramSocket; readonly group: string }[] = []
  #cancel: (() => void) | undefined
  #closed = false

  constructor(options: LanDriverOptions) {
    const { crypto, me, random, world, clock } = options
    this.#options = options
    this.#beacon = new LanBeacon(crypto, me, toHex(random.bytes(COOKIE_BYTES)), world, clock.now())
  }

  async open(): Promise<void> {
    for (const [host, group] of GROUPS) {
      const socket = await this.#bind(host, group)
      if (socket === undefined) continue
      if (this.#closed) {
        socket.close()
        continue
      }
      socket.onMessage = (bytes, from) => {
        const message = parseLsd(bytes)
        if (message === undefined) return
        this.#beacon.heard(message, from, this.#options.clock.now(), this.#options.wall.seconds())
        this.#arm()
      }
      this.#sockets.push({ socket, group })
    }
    this.#arm()
  }

  async #bind(host: string, multicastGroup: string): Promise<DatagramSocket | undefined> {
    try {
      return await this.#options.udp.bind({ at: { host, port: LSD_PORT }, multicastGroup })
    } catch (error) {
      if (error instanceof SocketError) return undefined
      throw error
    }
  }

  /** Circles, contacts, port or visibility are others. */
  changed(): void {
    this.#beacon.changed()
    this.#arm()
  }

  close(): void {
    this.#closed = true
    this.#cancel?.()
    for (const { socket } of this.#sockets) socket.close()
    this.#sockets.length = 0
  }

  #arm(): void {
    this.#cancel?.()
    if (this.#closed || this.#sockets.length === 0) return
    const { clock, wall } = this.#options
    this.#cancel = clock.schedule(this.#beacon.deadline(), () => {
      for (const message of this.#beacon.wake(clock.now(), wall.seconds())) {
        for (const { socket, group } of this.#sockets) {
          socket.send(encodeLsd(group, message), { host: group, port: LSD_PORT })
        }
      }
      this.#arm()
    })
  }
}
