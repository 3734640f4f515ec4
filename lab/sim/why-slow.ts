// One transfer in the simulator, slow for one reason, and the same without that reason: what is named, and whether it was that.
// Promise: what is compared is bytes verified in the same virtual time, from the same seed.

import type { Bottleneck } from '../../src/engine/torrent/bottleneck.ts'
import type { Torrent } from '../../src/engine/torrent/torrent.ts'
import { Swarm, type SwarmMember, type SwarmPlan } from './swarm.ts'

export interface Scene {
  readonly plan: SwarmPlan
  /** Once all are there. */
  readonly shape?: (swarm: Swarm) => void | Promise<void>
}

export interface SlowScenario {
  /** What a person would say. */
  readonly name: string
  readonly code: string
  readonly slow: Scene
  /** The same without what is named; absent where there is nothing to make faster. */
  readonly without?: Scene
  /** Default 20 s. */
  readonly afterMs?: number
}

export interface Seen {
  readonly bottleneck: Bottleneck
  /** Of the looks in the second half of the time, how many said that. */
  readonly share: number
  readonly doneBytes: number
}

const LOOK_EVERY_MS = 500
const DEFAULT_AFTER_MS = 20_000

/** Runs it for as long as the scenario says and tells what the first leech says of itself. */
export async function watch(seed: number, scene: Scene, afterMs = DEFAULT_AFTER_MS): Promise<Seen> {
  const swarm = new Swarm(seed, scene.plan)
  await swarm.start()
  const [leech] = swarm.leeches
  await swarm.world.runUntil('the first leech is there', () => leech?.torrent !== undefined, 10_000)
  await scene.shape?.(swarm)
  const torrent = first(swarm)
  const codes: string[] = []
  for (let passedMs = 0; passedMs < afterMs; passedMs += LOOK_EVERY_MS) {
    await swarm.world.runFor(LOOK_EVERY_MS)
    codes.push(torrent.status().bottleneck.code)
  }
  const { bottleneck, doneBytes } = torrent.status()
  const late = codes.slice(codes.length >> 1)
  const share = late.filter((code) => code === bottleneck.code).length / late.length
  await swarm.close()
  return { bottleneck, share, doneBytes }
}

export function first(swarm: Swarm): Torrent {
  const torrent = (swarm.leeches[0] as SwarmMember).torrent
  if (torrent === undefined) throw new TypeError('the first leech is not here yet')
  return torrent
}
