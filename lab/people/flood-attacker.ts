// The attackers, in a process of their own. Told by its parent which flood to begin and when to end it; ends with its parent.

import { FLOODS } from './flood-kinds.ts'
import type { Attack, Victim } from './flood-sockets.ts'

export type AttackOrder =
  | { readonly kind: 'begin'; readonly name: string; readonly victim: Victim }
  | { readonly kind: 'end' }

export interface AttackReport {
  readonly count: number
}

let attack: Attack | undefined

process.once('disconnect', () => process.exit())
process.on('message', (order: AttackOrder) => {
  if (order.kind === 'begin') {
    attack = FLOODS.find(({ name }) => name === order.name)?.begin(order.victim)
    process.send?.({ count: 0 } satisfies AttackReport)
    return
  }
  const count = attack?.count() ?? 0
  const ended = attack?.end() ?? Promise.resolve()
  attack = undefined
  void ended.then(() => process.send?.({ count } satisfies AttackReport))
})
// libp2p rejects here and there what nobody waits for any more when a target cuts it off: floods expect that.
process.on('unhandledRejection', () => {})
