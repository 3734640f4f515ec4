// What was said in a run, by whom, and what of it must be there at the end; judges what each member has. Pure.
// What was answered as written must be there once with everybody it was for; what was asked for and not answered, at most once.

import type { Message } from '../../src/api/schemas/conversations.ts'

export interface Said {
  /** `room` of the circle, or the two persons. */
  readonly conversation: string
  readonly author: string
  /** All that it may read by now: each edit that was not answered adds one, each that was leaves only itself. */
  texts: string[]
  /** Undefined while nobody has answered. */
  id: string | undefined
  deleted: 'no' | 'perhaps' | 'yes'
  /** The newest that its author saw before it was written: everybody must have them in that order. */
  readonly after: string | undefined
}

/** One conversation as one member has it, in the order it is shown. */
export interface View {
  readonly member: string
  readonly conversation: string
  readonly messages: readonly Pick<Message, 'id' | 'text' | 'author' | 'deleted' | 'kind'>[]
}

/** As many faults of a kind as are worth printing. */
const SHOWN = 5

export class Ledger {
  readonly #said: Said[] = []

  add(said: Omit<Said, 'deleted' | 'texts'> & { readonly text: string }): Said {
    const { text, ...rest } = said
    const entry: Said = { ...rest, texts: [text], deleted: 'no' }
    this.#said.push(entry)
    return entry
  }

  get count(): number {
    return this.#said.length
  }

  get answered(): readonly Said[] {
    return this.#said.filter(({ id }) => id !== undefined)
  }

  /** Nothing lost, nothing doubled, nothing that nobody said, causes before effects, and all alike. */
  faults(views: readonly View[]): string[] {
    const faults: string[] = []
    const many = (what: string, all: readonly string[]): void => {
      if (all.length === 0) return
      const more = all.length > SHOWN ? `, and ${all.length - SHOWN} more` : ''
      faults.push(`${what}: ${all.slice(0, SHOWN).join(', ')}${more}`)
    }
    for (const view of views) {
      const here = `${view.member} in ${view.conversation}`
      const said = this.#said.filter(({ conversation }) => conversation === view.conversation)
      const spoken = view.messages.filter(({ kind }) => kind === 'text')
      const places = new Map(spoken.map(({ id }, at) => [id, at]))
      const byId = new Map(spoken.map((message) => [message.id, message]))
      const known = new Set(said.map(({ id }) => id))
      many(
        `${here}: lost`,
        said.filter(({ id }) => id !== undefined && !byId.has(id)).map(({ texts }) => texts[0] ?? ''),
      )
      if (places.size !== spoken.length) faults.push(`${here}: an id is there twice`)
      // What nobody answered may be there, but once.
      const open = said.filter(({ id }) => id === undefined).flatMap(({ texts }) => texts)
      const strange = spoken.filter(({ id }) => !known.has(id))
      many(
        `${here}: said by nobody`,
        strange
          .filter(({ text, deleted }) => deleted === 'no' && !open.includes(text))
          .map(({ text }) => text),
      )
      const times = new Map<string, number>()
      for (const { text, deleted } of spoken)
        if (deleted === 'no') times.set(text, (times.get(text) ?? 0) + 1)
      many(
        `${here}: doubled`,
        [...times].filter(([, count]) => count > 1).map(([text]) => text),
      )
      many(
        `${here}: another text, or deleted or not`,
        said
          .filter(({ id, texts, deleted }) => {
            const message = byId.get(id ?? '')
            if (message === undefined) return false
            if (message.deleted !== 'no') return deleted === 'no'
            return deleted === 'yes' || !texts.includes(message.text)
          })
          .map(({ texts }) => texts.join('|')),
      )
      many(
        `${here}: before what it followed`,
        said
          .filter(({ id, after }) => {
            const [own, earlier] = [places.get(id ?? ''), places.get(after ?? '')]
            return own !== undefined && earlier !== undefined && own < earlier
          })
          .map(({ texts }) => texts[0] ?? ''),
      )
    }
    return [...faults, ...differences(views)]
  }
}

/** All members have the same of a conversation, in the same order. */
export function differences(views: readonly View[]): string[] {
  const faults: string[] = []
  const first = new Map<string, View>()
  for (const view of views) {
    const other = first.get(view.conversation)
    if (other === undefined) {
      first.set(view.conversation, view)
      continue
    }
    const [one, two] = [logOf(other), logOf(view)]
    if (one.length === two.length && one.every((line, at) => line === two[at])) continue
    const at = one.findIndex((line, place) => line !== two[place])
    const place = at < 0 ? one.length : at
    faults.push(
      `${view.conversation}: ${other.member} has ${one.length}, ${view.member} ${two.length}; at ${place}: ${one[place] ?? 'nothing'} / ${two[place] ?? 'nothing'}`,
    )
  }
  return faults
}

/** Of notices each member has its own: they tell what its device saw. */
function logOf({ messages }: View): string[] {
  return messages
    .filter(({ kind }) => kind !== 'notice')
    .map(({ id, text, author, deleted }) => `${id.slice(0, 12)} ${author.slice(0, 6)} ${deleted} ${text}`)
}
