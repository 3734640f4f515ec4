// All addresses of a device tried side by side, each a little after the one before it; what connects is handed on at once,
// the others go on in case it was somebody else who answered there.
// Promise: at the end, and when whoever asked has enough, nothing is left open.

import { type Connection, SocketError } from '../../base/ports.ts'
import type { Place } from '../device-address.ts'
import { DIAL_MS } from './deadlines.ts'
import type { Wire } from './wire.ts'

/** A local address answers within it, so that one far away is seldom tried at all. */
const STAGGER_MS = 150

export type DirectPlace = Place & { readonly by: 'tcp' | 'utp' }

export interface Answer {
  readonly place: DirectPlace
  readonly connection: Connection
}

export async function* raceAddresses(
  wires: readonly Wire[],
  places: readonly DirectPlace[],
): AsyncGenerator<Answer> {
  const cancels = new Set<() => void>()
  const answers: Answer[] = []
  let over = false
  let arrived = Promise.withResolvers<void>()
  let left = places.length
  const settle = (answer: Answer | undefined): void => {
    left--
    if (answer !== undefined && over) answer.connection.close()
    else if (answer !== undefined) answers.push(answer)
    arrived.resolve()
  }
  const begin = (place: DirectPlace): void => {
    const wire = wires.find(({ kind }) => kind === place.by)
    if (wire === undefined) {
      settle(undefined)
      return
    }
    const dial = wire.dial(place.at, DIAL_MS)
    const cancel = (): void => dial.cancel()
    cancels.add(cancel)
    void dial.result.then((result) => {
      cancels.delete(cancel)
      if (result instanceof SocketError) {
        settle(undefined)
        return
      }
      // Until somebody takes it over nothing is read; one that ends meanwhile is nobody's any more.
      result.pause()
      const answer = { place, connection: result }
      result.events = { data() {}, drain() {}, closed: () => drop(answers, answer) }
      settle(answer)
    })
  }
  const drop = (from: Answer[], answer: Answer): void => {
    if (from.includes(answer)) from.splice(from.indexOf(answer), 1)
  }
  const timers = places.map((place, i) => setTimeout(begin, i * STAGGER_MS, place))
  try {
    for (;;) {
      const answer = answers.shift()
      if (answer !== undefined) yield answer
      else if (left === 0) return
      else {
        await arrived.promise
        arrived = Promise.withResolvers()
      }
    }
  } finally {
    over = true
    for (const timer of timers) clearTimeout(timer)
    for (const cancel of cancels) cancel()
    for (const { connection } of answers) connection.close()
  }
}
