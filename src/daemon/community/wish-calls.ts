// The calls about wishes, and the notice when one comes true.

import type { OthersEntry } from '../../api/schemas/circles.ts'
import { toHex } from '../../base/bytes.ts'
import { CommunityError } from '../../community/community-error.ts'
import type { CatalogueEntry } from '../../protocol/catalogue/entry.ts'
import type { PartCalls, PeopleGround } from './people-part.ts'
import { type Reach, Wishes, type WishRecord } from './store/wishes.ts'

const ID_BYTES = 8

export class WishCalls {
  readonly #ground: Pick<PeopleGround, 'database' | 'random' | 'wall' | 'changed'>
  readonly #wishes: Wishes
  readonly #entries: (reach: Reach, contents: readonly string[]) => Promise<OthersEntry[]>

  /** @param entries what is known of contents now; those that nobody offers any more are left out */
  constructor(
    ground: Pick<PeopleGround, 'database' | 'random' | 'wall' | 'changed'>,
    entries: (reach: Reach, contents: readonly string[]) => Promise<OthersEntry[]>,
  ) {
    this.#ground = ground
    this.#wishes = new Wishes(ground.database)
    this.#entries = entries
  }

  /** Something was told of: in a turn. */
  told(reach: Reach, entries: readonly CatalogueEntry[]): void {
    const came = this.#wishes.match(reach, entries, this.#ground.wall.seconds())
    for (const [id, entry] of came) {
      const words = this.#wishes.find(id)?.words ?? ''
      this.#ground.changed({ kind: 'wish', id, notify: { title: words, text: entry.name } })
    }
  }

  readonly calls = {
    wishes: () => ({ wishes: this.#wishes.all().map(shown) }),
    addWish: ({ words, in: reach }) => {
      if (this.#wishes.full) throw new CommunityError('TOO_MANY', { what: 'wishes' })
      const id = toHex(this.#ground.random.bytes(ID_BYTES))
      this.#wishes.add(id, words, reach, this.#ground.wall.seconds())
      return shown(this.#need(id))
    },
    wish: ({ id }) => this.#details(id),
    changeWish: ({ id, seen, dismiss }) => {
      this.#need(id)
      if (seen === true) this.#wishes.seen(id)
      if (dismiss !== undefined) this.#wishes.dismiss(id, dismiss, this.#ground.wall.seconds())
      return this.#details(id)
    },
    removeWish: ({ id }) => {
      if (!this.#wishes.remove(id)) throw new CommunityError('WISH_UNKNOWN', { id })
      return {}
    },
  } satisfies PartCalls

  async #details(id: string) {
    const { in: reach } = this.#need(id)
    return { ...shown(this.#need(id)), entries: await this.#entries(reach, this.#wishes.hits(id)) }
  }

  /** @throws CommunityError WISH_UNKNOWN */
  #need(id: string): WishRecord {
    const wish = this.#wishes.find(id)
    if (wish === undefined) throw new CommunityError('WISH_UNKNOWN', { id })
    return wish
  }
}

function shown({ id, words, in: reach, at, hits, unseen }: WishRecord) {
  return { id, words, in: reach, hits, unseen, at: new Date(at * 1_000).toISOString() }
}
