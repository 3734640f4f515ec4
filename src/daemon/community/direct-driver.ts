// Carries the effects of direct messages: HPKE, a few at a time, so that a flood of mail waits here and not in WebCrypto.
// Each is answered in a turn of its own; after close() none is.

import { RecordError } from '../../community/community-error.ts'
import type { SealingKeys } from '../../community/crypto.ts'
import type { DirectEffect, Opened } from '../../community/direct/direct-effect.ts'
import type { DirectService } from '../../community/direct/direct-service.ts'
import type { PeopleGround } from './people-part.ts'

/** Each takes under a millisecond of a core; there may be two. */
const AT_ONCE = 4

export class DirectDriver {
  readonly #ground: Pick<PeopleGround, 'sealing' | 'turn' | 'now'>
  readonly #service: () => DirectService
  readonly #queue: DirectEffect[] = []
  #running = 0
  #closed = false

  constructor(ground: Pick<PeopleGround, 'sealing' | 'turn' | 'now'>, service: () => DirectService) {
    this.#ground = ground
    this.#service = service
  }

  /** Bounded by what the service asks for at once. */
  carry(effect: DirectEffect): void {
    this.#queue.push(effect)
    // What throws here is a mistake of ours, and ends the process as every other.
    if (this.#running < AT_ONCE) void this.#work()
  }

  close(): void {
    this.#closed = true
    this.#queue.length = 0
  }

  async #work(): Promise<void> {
    this.#running++
    for (let effect = this.#queue.shift(); effect !== undefined; effect = this.#queue.shift()) {
      const answer = await this.#compute(effect)
      if (this.#closed) break
      this.#ground.turn(answer)
    }
    this.#running--
  }

  async #compute(effect: DirectEffect): Promise<() => void> {
    const { sealing } = this.#ground
    const service = this.#service()
    if (effect.kind === 'generate') {
      const pair = await sealing.generate()
      return () => service.prekeyMade(pair)
    }
    if (effect.kind === 'open') {
      const opened = await opening(effect, sealing)
      return () => service.opened(effect.number, opened, this.#ground.now())
    }
    const sealed = await sealOrNothing(effect, sealing)
    return () => service.sealed(effect.number, sealed)
  }
}

/** Undefined where the recipient's key is none. */
async function sealOrNothing(
  { recipient, info, make }: Extract<DirectEffect, { kind: 'seal' }>,
  sealing: SealingKeys,
): Promise<Uint8Array | undefined> {
  try {
    return await sealing.sealMade(recipient, info, make)
  } catch (error) {
    if (error instanceof RecordError) return undefined
    throw error
  }
}

async function opening(
  { tries, sealed }: Extract<DirectEffect, { kind: 'open' }>,
  sealing: SealingKeys,
): Promise<Opened | undefined> {
  for (const [index, { privateKey, info }] of tries.entries()) {
    const plain = await sealing.openWith(privateKey, info, sealed)
    if (plain !== undefined) return { index, plain }
  }
  return undefined
}
