// Carries out what the circle service cannot do itself: sealing secrets to devices and opening what was sealed to ours, which
// HPKE does asynchronously. Promise: what is done is told in a turn of its own; what a death cut short the service asks for anew.

import type { CircleService } from '../../community/circle/circle-service.ts'
import type { PeopleGround } from './people-part.ts'

type Ground = Pick<PeopleGround, 'own' | 'sealing' | 'turn' | 'now'>

/** Sealed side by side: an epoch of a large circle is 1,600 of them, at some 100 µs each. */
const AT_ONCE = 64

export class CircleEffects {
  readonly #service: CircleService
  readonly #ground: Ground

  constructor(service: CircleService, ground: Ground) {
    this.#service = service
    this.#ground = ground
  }

  /** After each turn. */
  carryOut(): void {
    for (const effect of this.#service.takeEffects()) {
      const done = effect.kind === 'seal' ? this.#seal(effect) : this.#open(effect)
      // A key that cannot be sealed to is the service's to have refused: a mistake of ours ends the process.
      done.catch((error: unknown) => {
        queueMicrotask(() => {
          throw error
        })
      })
    }
  }

  async #seal({ number, shares }: SealEffect): Promise<void> {
    const { sealing, turn, now } = this.#ground
    const sealed: (Uint8Array | undefined)[] = []
    for (let from = 0; from < shares.length; from += AT_ONCE) {
      const some = shares.slice(from, from + AT_ONCE)
      sealed.push(
        ...(await Promise.all(
          some.map(({ recipient, info, plain }) => sealing.sealTo(recipient, info, plain)),
        )),
      )
    }
    turn(() => this.#service.sealed(number, sealed, now()))
  }

  async #open({ number, info, sealed }: OpenEffect): Promise<void> {
    const { sealing, own, turn, now } = this.#ground
    const plain = await sealing.openWith(own.sealing.privateKey, info, sealed)
    turn(() => this.#service.opened(number, plain, now()))
  }
}

type Effect = ReturnType<CircleService['takeEffects']>[number]
type SealEffect = Extract<Effect, { kind: 'seal' }>
type OpenEffect = Extract<Effect, { kind: 'open' }>
