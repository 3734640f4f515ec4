// Whether two computers can meet by UDP at all when somebody public tells each where it sees the other: what physics allows, as
// a rule, and measured with plain datagrams. What a client achieves is compared with this.

import type { Endpoint } from '../../src/base/endpoint.ts'
import type { NatKind } from './nat-rules.ts'
import { Inside, Outside } from './voices.ts'
import type { NatWorld, Place } from './world.ts'

export type Meeting =
  /** One of them lets strangers in. */
  | 'direct'
  /** Both must send first. */
  | 'punched'
  | 'none'

const LETS_STRANGERS_IN: readonly NatKind[] = ['open', 'forwarded', 'full-cone']

/**
 * The rule: a hole needs the outer port that the other side was told, or a filter that looks at addresses alone. A symmetric
 * NAT has another port for everybody, so its partner must not care about ports.
 */
export function physics(one: NatKind, other: NatKind): Meeting {
  if (LETS_STRANGERS_IN.includes(one) || LETS_STRANGERS_IN.includes(other)) return 'direct'
  const symmetric = [one, other].filter((kind) => kind === 'symmetric').length
  if (symmetric === 0) return 'punched'
  return symmetric === 1 && [one, other].includes('address-restricted') ? 'punched' : 'none'
}

/** Times that both send: the first makes the holes, the next ones go through. */
const ROUNDS = 4

/** @param port of both computers; one that their routers have not seen */
export async function meet(world: NatWorld, places: readonly [Place, Place], port: number): Promise<Meeting> {
  const between = await Outside.open(world, 0)
  const voices = await Promise.all([Inside.open(places[0], port), Inside.open(places[1], port)] as const)
  const [one, other] = voices
  const fence = new Fence(between)
  try {
    one.say('one', between.at)
    other.say('other', between.at)
    const outer = [(await between.hears('one')).from, (await between.hears('other')).from] as const
    // Each alone first, before it has sent anything itself that would make a hole for the other.
    one.say('stranger', outer[1])
    await fence.pass(one, other, outer[1])
    if (other.has('stranger') !== undefined) return 'direct'
    for (let round = 0; round < ROUNDS; round++) {
      speakAndAnswer(one, outer[1])
      speakAndAnswer(other, outer[0])
      await fence.pass(one, other, outer[1])
      await fence.pass(other, one, outer[0])
    }
    // An answer proves both ways at once: what it answers came through.
    const met = one.has('answer') !== undefined || other.has('answer') !== undefined
    if (!met) return 'none'
    // The other way round, strangers may be let in all the same: then no hole was needed.
    return LETS_STRANGERS_IN.includes(places[0].kind) ? 'direct' : 'punched'
  } finally {
    await Promise.all(voices.map((voice) => voice.close()))
    between.close()
  }
}

/** To where the other was seen, and back to wherever it was heard from. */
function speakAndAnswer(voice: Inside, told: Endpoint): void {
  voice.say('hello', told)
  for (const { from, text } of voice.heard) if (text === 'hello') voice.say('answer', from)
}

/** What was sent before it, by the same way, has come or will not. */
class Fence {
  readonly #between: Outside
  #count = 0

  constructor(between: Outside) {
    this.#between = between
  }

  async pass(from: Inside, to: Inside, toOuter: Endpoint): Promise<void> {
    const text = `fence${this.#count++}`
    from.say(text, this.#between.at)
    await this.#between.hears(text)
    await this.#between.say(text, toOuter)
    await to.hears(text)
  }
}
