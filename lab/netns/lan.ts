// A small local network inside the namespace: hosts with a network stack of their own on one bridge, so that each
// client has its own addresses, multicast (LSD, BEP 14) really crosses a wire, and a client that cannot choose its
// address needs no option for it. The program that makes the network sits on the bridge too and reaches every host.
//
// A host is a network namespace held open by a sleeping process; both vanish with the namespace around them.

import { BRIDGE_MAC, ip, openStack } from './stack.ts'

/** Outside 10.64.0.0/10, which the namespace treats as local. */
const PREFIX4 = '10.200.0'
const PREFIX6 = 'fd00:200:'

export interface Host {
  readonly name: string
  readonly address: string
  readonly address6: string
  /** Put in front of a command, runs it on this host; the process id stays the command's own. */
  readonly prefix: readonly string[]
  /** Takes it off the network; what still runs on it has no network from then on. */
  leave(): void
}

export class Lan {
  /** Of the program that made the network. */
  readonly address: string = `${PREFIX4}.1`
  readonly address6: string = `${PREFIX6}:1`
  readonly #bridge = 'shoal0'
  #count = 1

  /** One for each namespace: the bridge's name is fixed. */
  static async make(): Promise<Lan> {
    const lan = new Lan()
    await ip(
      [],
      [
        // Snooping would hold multicast back until somebody is known to listen.
        `link add ${lan.#bridge} address ${BRIDGE_MAC} type bridge mcast_snooping 0`,
        `link set ${lan.#bridge} up`,
        `addr add ${lan.address}/24 dev ${lan.#bridge}`,
        `-6 addr add ${lan.address6}/64 dev ${lan.#bridge} nodad`,
      ],
    )
    return lan
  }

  /** A new machine on the network; at most 250 of them. */
  async host(name: string): Promise<Host> {
    this.#count++
    const number = this.#count
    const stack = await openStack()
    const host: Host = {
      name,
      address: `${PREFIX4}.${number}`,
      address6: `${PREFIX6}:${number.toString(16)}`,
      prefix: stack.prefix,
      leave: () => stack.leave(),
    }
    await ip(
      [],
      [
        `link add port${number} type veth peer name eth0 netns ${stack.holder}`,
        `link set port${number} master ${this.#bridge} up`,
      ],
    )
    await ip(host.prefix, [
      'link set lo up',
      'link set eth0 up',
      `addr add ${host.address}/24 dev eth0`,
      `-6 addr add ${host.address6}/64 dev eth0 nodad`,
      // A route to anywhere, because some clients look for the address they would use towards the Internet.
      `route add default via ${this.address}`,
      `-6 route add default via ${this.address6}`,
    ])
    return host
  }
}
