// A small Internet inside the namespace: a public network, and homes on it behind routers of their own (nat-rules.ts).
// The program that makes it sits on the public network, at several addresses of different networks.
//
//     this program ── 198.18.0.1, 198.18.1.1 ┐
//     open host ───── 198.18.n.2 ────────────┤ public0      a home:  router 198.18.n.2 │ 192.168.1.1 ── computer 192.168.1.2
//     router ──────── 198.18.n.2 ────────────┘
//
// All homes use the same inner addresses, as real ones do. What goes wrong with that must go wrong here too.
// Promise: nothing leaves the namespace around it, and all of it vanishes with that.

import { Program } from '../netns/program.ts'
import { BRIDGE_MAC, ip, openStack, type Stack, shell } from '../netns/stack.ts'
import { INSIDE, type NatKind, OUTSIDE, ROUTER_SETTINGS, rulesOf } from './nat-rules.ts'

/** RFC 2544: for measurements, never routed in the Internet, and no private range to any program. A /24 for each place. */
const PUBLIC = '198.18'
const PUBLIC_BITS = 16
const BRIDGE = 'public0'
/** Where those are who cannot reach the others: another public network, with the same addresses. */
const APART = 'public1'

/** Mapped at routers of kind `forwarded`. */
export const FORWARDED_PORTS = [20_000, 29_999] as const

export interface Place {
  readonly name: string
  readonly kind: NatKind
  /** Of its port on the public network. */
  readonly number: number
  /** Of the computer itself. */
  readonly inner: string
  /** Where others see it: the router's, or the same. */
  readonly outer: string
  /** Put in front of a command, runs it on that computer. */
  readonly prefix: readonly string[]
  leave(): void
}

export class NatWorld {
  /** Of the program that made it, in two networks. */
  readonly addresses: readonly [string, string] = [`${PUBLIC}.0.1`, `${PUBLIC}.1.1`]
  #count = 1

  /** One for each namespace: the bridge's name is fixed. */
  static async make(): Promise<NatWorld> {
    const world = new NatWorld()
    await ip(
      [],
      [
        `link add ${BRIDGE} address ${BRIDGE_MAC} type bridge mcast_snooping 0`,
        `link set ${BRIDGE} up`,
        `link add ${APART} type bridge mcast_snooping 0`,
        `link set ${APART} up`,
        ...world.addresses.map((address) => `addr add ${address}/${PUBLIC_BITS} dev ${BRIDGE}`),
      ],
    )
    return world
  }

  /** A computer on the public network, or in a home behind a router of that kind; at most 250 of them. */
  async place(name: string, kind: NatKind): Promise<Place> {
    this.#count++
    const number = this.#count
    const outer = `${PUBLIC}.${number}.2`
    const stack = await openStack()
    if (kind === 'open') {
      await this.#plugIn(stack, number, 'eth0', outer)
      return { name, kind, number, inner: outer, outer, prefix: stack.prefix, leave: () => stack.leave() }
    }
    const inner = '192.168.1.2'
    const router = await openStack()
    await this.#plugIn(router, number, OUTSIDE, outer)
    await ip(router.prefix, [`link add ${INSIDE} type veth peer name eth0 netns ${stack.holder}`])
    await ip(router.prefix, [`link set ${INSIDE} up`, `addr add 192.168.1.1/24 dev ${INSIDE}`])
    await ip(stack.prefix, [
      'link set lo up',
      'link set eth0 up',
      `addr add ${inner}/24 dev eth0`,
      'route add default via 192.168.1.1',
    ])
    await shell(
      router.prefix,
      Object.entries(ROUTER_SETTINGS).map(([path, value]) => `echo ${value} > /proc/sys/${path}`),
    )
    await loadRules(router, rulesOf({ kind, inner, forwardedPorts: FORWARDED_PORTS }))
    const leave = () => {
      stack.leave()
      router.leave()
    }
    return { name, kind, number, inner, outer, prefix: stack.prefix, leave }
  }

  /** These reach one another and nobody else; the others, too. */
  async part(away: readonly Place[]): Promise<void> {
    await ip(
      [],
      away.map(({ number }) => `link set port${number} master ${APART}`),
    )
  }

  /** One network again. */
  async heal(away: readonly Place[]): Promise<void> {
    await ip(
      [],
      away.map(({ number }) => `link set port${number} master ${BRIDGE}`),
    )
  }

  async #plugIn(stack: Stack, number: number, name: string, address: string): Promise<void> {
    await ip(
      [],
      [
        `link add port${number} type veth peer name ${name} netns ${stack.holder}`,
        `link set port${number} master ${BRIDGE} up`,
      ],
    )
    await ip(stack.prefix, [
      'link set lo up',
      `link set ${name} up`,
      `addr add ${address}/${PUBLIC_BITS} dev ${name}`,
    ])
  }
}

async function loadRules(router: Stack, rules: string): Promise<void> {
  const nft = new Program('nft', ['nft', '-f', '-'], { host: router })
  nft.closeInput(rules)
  const { code } = await nft.ended
  if (code !== 0) throw new Error(`the router takes no rules\n${nft.tail()}`)
}
