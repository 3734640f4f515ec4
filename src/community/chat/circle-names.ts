// Names live in entries only: this device says how its person is called wherever it is in, and says again what would be lost to
// those who come later when old entries go.

import { CommunityError } from '../community-error.ts'
import type { CircleId, DeviceId, PersonId } from '../ids.ts'
import type { Membership } from '../membership.ts'
import type { Book } from './book.ts'
import type { EntryStore, StateRow } from './chat-store.ts'
import type { Content } from './content.ts'

export interface NamesGround {
  readonly me: { readonly person: PersonId; readonly device: DeviceId }
  readonly membership: Membership
  readonly book: Book
  readonly store: EntryStore
  myName(): string | undefined
}

type Write = (circle: CircleId, content: Exclude<Content, { kind: 'unknown' }>) => void

export class CircleNames {
  readonly #ground: NamesGround
  readonly #write: Write

  constructor(ground: NamesGround, write: Write) {
    this.#ground = ground
    this.#write = (circle, content) => {
      try {
        write(circle, content)
      } catch (error) {
        // Nobody asked for it: where this device may not write (it signed two things, or wrote too much) it stays unsaid.
        if (!(error instanceof CommunityError)) throw error
      }
    }
  }

  /** Says how I am called, where that is not known or was otherwise. */
  introduce(circle: CircleId): void {
    const { membership, myName, book, me } = this.#ground
    const facts = membership.facts(circle)
    const name = myName()
    if (name === undefined || facts?.mine === undefined || facts.mine === 'keeper') return
    if (facts.epoch?.read === undefined || book.person(circle, me.person)?.name === name) return
    this.#write(circle, { kind: 'profile', name })
  }

  /** Names whose entries were pruned are said again, for those who come later: by who said them, or an owner when they left. */
  restate(circle: CircleId): void {
    const { book, me, membership, store } = this.#ground
    const facts = membership.facts(circle)
    if (facts?.mine === undefined || facts.mine === 'keeper' || facts.epoch?.read === undefined) return
    const due = (state: StateRow | undefined): state is StateRow => {
      if (state === undefined || store.lamportOf(circle, state.id) !== undefined) return false
      if (state.device === me.device) return true
      const person = facts.owners.get(state.device)
      const there = person !== undefined && facts.members.get(person)?.devices.has(state.device) === true
      return facts.mine === 'owner' && !there && !state.key.startsWith('profile:')
    }
    const name = book.circle(circle)
    if (due(name)) this.#write(circle, { kind: 'circle', name: name.name })
    for (const room of book.rooms(circle))
      if (due(room))
        this.#write(circle, {
          kind: 'room',
          room: room.key.slice(5),
          name: room.name,
          archived: room.archived,
        })
    const mine = book.person(circle, me.person)
    if (due(mine)) this.#write(circle, { kind: 'profile', name: mine.name })
  }
}
