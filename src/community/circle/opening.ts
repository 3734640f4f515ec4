// Opens what was sealed to this device: each epoch that is for it, once for each operation that tells it.

import type { RecordId } from '../ids.ts'
import type { Circle } from './circle.ts'
import type { PartGround } from './circle-ground.ts'
import { readShare, shareInfo } from './epoch-secrets.ts'
import type { Of } from './register.ts'

interface Asked {
  readonly circle: Circle
  readonly id: RecordId
  readonly epoch: Of<'epoch'>
}

export class Opening {
  readonly #ground: PartGround
  readonly #asked = new Map<number, Asked>()
  /** On its way, or no share of ours: not asked for again while the process runs. */
  readonly #tried = new Set<RecordId>()

  constructor(ground: PartGround) {
    this.#ground = ground
  }

  look(circle: Circle): void {
    for (const { id, epoch, by, sealed } of circle.unopened()) {
      if (this.#tried.has(by)) continue
      this.#tried.add(by)
      const info = shareInfo(circle.id, this.#ground.me.device, epoch)
      const number = this.#ground.effect((effect) => ({ kind: 'open', number: effect, info, sealed }))
      this.#asked.set(number, { circle, id, epoch })
    }
  }

  /** @returns the circle of which something new is known */
  opened(number: number, plain: Uint8Array | undefined): Circle | undefined {
    const asked = this.#asked.get(number)
    this.#asked.delete(number)
    const secrets = plain && asked && readShare(plain, asked.epoch, this.#ground.crypto)
    // Whoever made the epoch gave us none: another one is made, or its secret is found sealed in a later one.
    if (asked === undefined || secrets === undefined) return undefined
    return asked.circle.learn(asked.id, secrets) ? asked.circle : undefined
  }
}
