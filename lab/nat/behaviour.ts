// What a NAT does to UDP, measured from both sides with plain datagrams (the method of RFC 5780, in the words of RFC 4787).
// Promise: nothing is concluded from silence alone. A datagram that may be let in is sent before one that must be, along
// the same way, and when the second has come the first will not.

import { endpointText } from '../../src/base/endpoint.ts'
import { Inside, Outside } from './voices.ts'
import type { NatWorld, Place } from './world.ts'

export type Dependence = 'endpoint-independent' | 'address-dependent' | 'address and port-dependent'

export interface Behaviour {
  readonly mapping: Dependence
  readonly filtering: Dependence
  /** The outer port is the inner one (RFC 4787, port preservation). */
  readonly keepsPort: boolean
}

/** Datagrams that must come, after those that may. One could be overtaken on its way through two processors. */
const FENCES = 3

/** @param port of the computer inside, with the next one; the router has seen neither */
export async function measure(world: NatWorld, place: Place, port: number): Promise<Behaviour> {
  // Two addresses, one of them with two ports: all that RFC 5780 needs.
  const outside = await Promise.all([
    Outside.open(world, 0),
    Outside.open(world, 0),
    Outside.open(world, 1),
  ] as const)
  const inside = await Promise.all([Inside.open(place, port), Inside.open(place, port + 1)] as const)
  try {
    const seen = await mappings(outside, inside[0])
    return {
      mapping: dependence(seen),
      filtering: await admissions(outside, inside[1]),
      keepsPort: seen.every((text) => text === endpointText({ host: place.outer, port })),
    }
  } finally {
    await Promise.all(inside.map((voice) => voice.close()))
    for (const voice of outside) voice.close()
  }
}

type Three = readonly [first: Outside, otherPort: Outside, otherAddress: Outside]

/** As whom each of the three sees one socket inside. */
async function mappings(outside: Three, inside: Inside): Promise<readonly string[]> {
  const seen: string[] = []
  for (const voice of outside) {
    inside.say('mapping', voice.at)
    seen.push(endpointText((await voice.hears('mapping')).from))
  }
  return seen
}

function dependence([first, otherPort, otherAddress]: readonly string[]): Dependence {
  if (first !== otherPort) return 'address and port-dependent'
  return first === otherAddress ? 'endpoint-independent' : 'address-dependent'
}

/** The inside speaks to the first of them alone; who else is let in? */
async function admissions([first, otherPort, otherAddress]: Three, inside: Inside): Promise<Dependence> {
  inside.say('open', first.at)
  const { from: hole } = await first.hears('open')
  await otherAddress.say('other-address', hole)
  await otherPort.say('other-port', hole)
  for (let fence = 0; fence < FENCES; fence++) {
    await first.say(`fence${fence}`, hole)
    await inside.hears(`fence${fence}`)
  }
  if (inside.has('other-address') !== undefined) return 'endpoint-independent'
  return inside.has('other-port') !== undefined ? 'address-dependent' : 'address and port-dependent'
}
