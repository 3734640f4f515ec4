// Hole punching of one torrent (BEP 55): whom to ask to bring us together with a peer we cannot reach, whom we bring together
// ourselves, and whom to dial because somebody else does so. Pure: messages and moments in, messages and dials out.
//
// Promise: as initiator, one rendezvous in ten seconds for each peer that is asked, and each of them once for a target. As relay, only
// between two peers that are connected to us and know the extension, never with ourselves, never telling an address of
// narrower scope than its listener's; a message of one peer causes one to each of the two at most, two in a row and then one
// in ten seconds for either. As target, as many dials for each relay, only to addresses that it may tell us of.

import { mayContact, scopeOf } from '../../base/address.ts'
import { type Endpoint, endpointText, isIPv6 } from '../../base/endpoint.ts'
import { after, earliest, type Millis } from '../../base/ids.ts'
import type { Machine } from '../../base/machine.ts'
import type { HolepunchMessage, HolepunchProblem } from '../../protocol/wire/holepunch-message.ts'
import { Toll } from '../peer/toll.ts'

/** A peer whose hole is made to no avail is tried again when its address comes round: that takes half a minute and more. */
const ASK_EVERY_MS = 10_000
/** A relay answers in a round trip; silence means that it does not relay, or not so often. */
const ANSWER_MS = 5_000
/** Peers that we want to be brought together with; as many dials can fail at once, and some more. */
export const MAX_WANTED = 50
/** Two in a row, for clocks differ and messages bunch; then the rate of whoever asks politely. */
const BURST = 2
const PER_SECOND = 1_000 / ASK_EVERY_MS

/** A connected peer, as far as holes are concerned. */
export interface Party {
  readonly key: number
  /** It knows ut_holepunch. */
  readonly supports: boolean
  /** Where it is to be dialled by uTP. */
  readonly reach: Endpoint
}

/** What hole punching asks about the swarm. */
export interface HolepunchWorld {
  party(key: number): Party | undefined
  /** Who is connected from there, or listens there. */
  at(endpoint: Endpoint): Party | undefined
  /** Keys of connected peers that know ut_holepunch and told us to be connected to it. */
  introducers(endpoint: Endpoint): readonly number[]
  /** It is an address of ours. */
  isOwn(endpoint: Endpoint): boolean
}

export type HolepunchInput =
  | { readonly kind: 'heard'; readonly from: number; readonly message: HolepunchMessage }
  /** Nobody answers a dial that was made without anybody's help. */
  | { readonly kind: 'unreachable'; readonly endpoint: Endpoint }
  /** A peer is not connected any more. */
  | { readonly kind: 'gone'; readonly peer: number }
  | { readonly kind: 'tick' }

export type HolepunchEffect =
  | { readonly kind: 'send'; readonly to: number; readonly message: HolepunchMessage }
  /** By uTP, at once: the other side does the same. */
  | { readonly kind: 'dial'; readonly to: Endpoint }

interface Wanted {
  readonly endpoint: Endpoint
  readonly asked: Set<number>
  /** The relay that has not answered yet. */
  waitingFor: { readonly relay: number; readonly until: Millis } | undefined
}

/** What one peer may cause. */
interface Tolls {
  /** Rendezvous that it asks of us. */
  readonly asking: Toll
  /** Dials that others cause it through us. */
  readonly called: Toll
  /** Dials that it causes us. */
  readonly calling: Toll
  /** When it may be asked again. */
  askAgainAt: Millis | undefined
}

export class Holepunch implements Machine<HolepunchInput, HolepunchEffect> {
  readonly #world: HolepunchWorld
  readonly #wanted = new Map<string, Wanted>()
  readonly #tolls = new Map<number, Tolls>()

  constructor(world: HolepunchWorld) {
    this.#world = world
  }

  handle(input: HolepunchInput, now: Millis): HolepunchEffect[] {
    switch (input.kind) {
      case 'heard':
        return this.#heard(input.from, input.message, now)
      case 'unreachable':
        return this.#unreachable(input.endpoint, now)
      case 'gone':
        return this.#gone(input.peer, now)
      case 'tick':
        return this.#ask(now)
    }
  }

  deadline(): Millis | undefined {
    let next: Millis | undefined
    for (const wanted of this.#wanted.values()) {
      const { waitingFor } = wanted
      if (waitingFor !== undefined) next = earliest(next, waitingFor.until)
      else for (const relay of this.#untried(wanted)) next = earliest(next, this.#tollsOf(relay).askAgainAt)
    }
    return next
  }

  // ── initiator ──

  #unreachable(endpoint: Endpoint, now: Millis): HolepunchEffect[] {
    const text = endpointText(endpoint)
    if (this.#wanted.has(text) || this.#wanted.size >= MAX_WANTED) return []
    this.#wanted.set(text, { endpoint, asked: new Set(), waitingFor: undefined })
    return this.#ask(now)
  }

  /** Asks for everybody we want who can be asked for now; gives up those whom nobody is left to ask for. */
  #ask(now: Millis): HolepunchEffect[] {
    const effects: HolepunchEffect[] = []
    for (const [text, wanted] of this.#wanted) {
      if (wanted.waitingFor !== undefined && now < wanted.waitingFor.until) continue
      wanted.waitingFor = undefined
      const relays = this.#untried(wanted)
      if (relays.length === 0 || this.#world.at(wanted.endpoint) !== undefined) {
        this.#wanted.delete(text)
        continue
      }
      const relay = relays.find((key) => now >= (this.#tollsOf(key).askAgainAt ?? now))
      if (relay === undefined) continue
      wanted.asked.add(relay)
      wanted.waitingFor = { relay, until: after(now, ANSWER_MS) }
      this.#tollsOf(relay).askAgainAt = after(now, ASK_EVERY_MS)
      effects.push(sending(relay, { type: 'rendezvous', endpoint: wanted.endpoint }))
    }
    return effects
  }

  #untried(wanted: Wanted): number[] {
    return this.#world.introducers(wanted.endpoint).filter((key) => !wanted.asked.has(key))
  }

  /** What we asked this peer for; it may know a better port of that address. */
  #awaited(from: number, endpoint: Endpoint): [string, Wanted] | undefined {
    let sameHost: [string, Wanted] | undefined
    for (const entry of this.#wanted) {
      const [text, wanted] = entry
      if (wanted.waitingFor?.relay !== from) continue
      if (text === endpointText(endpoint)) return entry
      if (wanted.endpoint.host === endpoint.host) sameHost ??= entry
    }
    return sameHost
  }

  #gone(peer: number, now: Millis): HolepunchEffect[] {
    this.#tolls.delete(peer)
    for (const wanted of this.#wanted.values()) {
      wanted.asked.delete(peer)
      if (wanted.waitingFor?.relay === peer) wanted.waitingFor = undefined
    }
    return this.#ask(now)
  }

  // ── all three ──

  #heard(from: number, message: HolepunchMessage, now: Millis): HolepunchEffect[] {
    const party = this.#world.party(from)
    if (party === undefined) return []
    switch (message.type) {
      case 'rendezvous':
        return this.#rendezvous(party, message.endpoint, now)
      case 'connect':
        return this.#connect(party, message.endpoint, now)
      case 'error':
        return this.#refused(party, message.endpoint, message.problem, now)
    }
  }

  #refused(relay: Party, endpoint: Endpoint, problem: HolepunchProblem, now: Millis): HolepunchEffect[] {
    const awaited = this.#awaited(relay.key, endpoint)
    if (awaited === undefined) return []
    const [text, wanted] = awaited
    wanted.waitingFor = undefined
    // Nobody else can make it understand.
    if (problem === 'NO_SUPPORT') this.#wanted.delete(text)
    return this.#ask(now)
  }

  // ── relay ──

  #rendezvous(initiator: Party, endpoint: Endpoint, now: Millis): HolepunchEffect[] {
    if (!initiator.supports || !this.#tollsOf(initiator.key).asking.pay(now)) return []
    const problem = (code: Exclude<HolepunchProblem, 'OTHER'>): HolepunchEffect[] => [
      sending(initiator.key, { type: 'error', endpoint, problem: code }),
    ]
    if (!usable(endpoint)) return problem('NO_SUCH_PEER')
    if (this.#world.isOwn(endpoint)) return problem('NO_SELF')
    const target = this.#world.at(endpoint)
    if (target === undefined || !mayMeet(initiator, target)) return problem('NOT_CONNECTED')
    if (target.key === initiator.key) return problem('NO_SELF')
    if (!target.supports) return problem('NO_SUPPORT')
    // However many ask for it.
    if (!this.#tollsOf(target.key).called.pay(now)) return []
    return [
      sending(target.key, { type: 'connect', endpoint: initiator.reach }),
      sending(initiator.key, { type: 'connect', endpoint: target.reach }),
    ]
  }

  // ── target, and initiator again ──

  #connect(relay: Party, endpoint: Endpoint, now: Millis): HolepunchEffect[] {
    const awaited = this.#awaited(relay.key, endpoint)
    if (awaited !== undefined) this.#wanted.delete(awaited[0])
    else if (!this.#tollsOf(relay.key).calling.pay(now)) return []
    if (!usable(endpoint) || !mayContact(endpoint.host, relay.reach.host)) return []
    if (this.#world.isOwn(endpoint) || this.#world.at(endpoint) !== undefined) return []
    return [{ kind: 'dial', to: endpoint }]
  }

  #tollsOf(key: number): Tolls {
    const known = this.#tolls.get(key)
    if (known !== undefined) return known
    const toll = () => new Toll(BURST, PER_SECOND)
    const tolls: Tolls = { asking: toll(), called: toll(), calling: toll(), askAgainAt: undefined }
    this.#tolls.set(key, tolls)
    return tolls
  }
}

function sending(to: number, message: HolepunchMessage): HolepunchEffect {
  return { kind: 'send', to, message }
}

function usable(endpoint: Endpoint): boolean {
  return endpoint.port > 0 && scopeOf(endpoint.host) !== 'none'
}

/** Neither is told an address of narrower scope than its own, and one hole is of one family. */
function mayMeet(one: Party, other: Party): boolean {
  const [a, b] = [one.reach.host, other.reach.host]
  return isIPv6(a) === isIPv6(b) && mayContact(a, b) && mayContact(b, a)
}
