// Multicast on every interface of this computer (LSD, BEP 14): membership for the receiving socket, and a sending socket
// per interface, because a socket sends multicast through one interface only.
// Invariant: the interfaces are those of the last send; an interface that cannot do multicast is left out silently.

import type dgram from 'node:dgram'
import os from 'node:os'
import { isIPv6 } from '../base/endpoint.ts'
import { createSocket, sendOn } from './datagram.ts'

export class MulticastInterfaces {
  readonly group: string
  readonly #receiver: dgram.Socket
  /** Interface as the system wants it named → its sender. */
  readonly #senders = new Map<string, dgram.Socket>()
  #closed = false

  constructor(receiver: dgram.Socket, group: string) {
    this.group = group
    this.#receiver = receiver
    this.#refresh()
  }

  /** Through every interface there is now; networks come and go while a program runs. */
  send(bytes: Uint8Array, port: number): void {
    this.#refresh()
    for (const sender of this.#senders.values()) sendOn(sender, bytes, { host: this.group, port })
  }

  close(): void {
    this.#closed = true
    for (const sender of this.#senders.values()) sender.close()
    this.#senders.clear()
  }

  #refresh(): void {
    const present = new Set(multicastInterfaces(isIPv6(this.group)))
    for (const [name, sender] of this.#senders) {
      if (present.has(name)) continue
      this.#senders.delete(name)
      sender.close()
      this.#leave(name)
    }
    for (const name of present) if (!this.#senders.has(name)) this.#join(name)
  }

  #join(name: string): void {
    try {
      this.#receiver.addMembership(this.group, name)
    } catch {
      // No multicast on this interface; the next refresh tries again.
      return
    }
    const sender = createSocket(this.group, false)
    this.#senders.set(name, sender)
    sender.on('error', () => {
      if (this.#senders.get(name) === sender) this.#senders.delete(name)
      this.#leave(name)
      sender.close()
    })
    // Sends made before this are queued by dgram until the socket is bound, after this callback.
    sender.bind({ port: 0, exclusive: true }, () => {
      if (this.#closed) return
      try {
        sender.setMulticastInterface(name)
      } catch {
        if (this.#senders.get(name) === sender) this.#senders.delete(name)
        sender.close()
      }
    })
  }

  #leave(name: string): void {
    try {
      this.#receiver.dropMembership(this.group, name)
    } catch {
      // Went away with the interface.
    }
  }
}

/** IPv4: an address of each interface; IPv6: `::%eth0` (`::%3` on Windows). */
function multicastInterfaces(ipv6: boolean): string[] {
  const names: string[] = []
  for (const [name, addresses] of Object.entries(os.networkInterfaces())) {
    const own = addresses?.find((address) => address.family === (ipv6 ? 'IPv6' : 'IPv4'))
    if (own === undefined) continue
    if (!ipv6) names.push(own.address)
    else names.push(process.platform === 'win32' ? `::%${own.scopeid}` : `::%${name}`)
  }
  return names
}
