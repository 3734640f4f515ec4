// What is said in a circle of the lab: the ledger of it, and looks at what every member has by now.

import { randomBytes } from 'node:crypto'
import { Ledger, type View } from './ledger.ts'
import type { Member } from './member.ts'
import { type Scene, settled, stateText, viewOf } from './scene.ts'

const JOINS_WITHIN_MS = 180_000
export const ARRIVES_WITHIN_MS = 90_000

export class Talk {
  readonly scene: Scene
  readonly ledger = new Ledger()
  /** Conversation ids by their names in the ledger. */
  readonly rooms = new Map<string, string>()
  readonly pairs = new Map<string, readonly [Member, Member]>()
  circle = ''

  constructor(scene: Scene) {
    this.scene = scene
  }

  /** The first room. */
  get room(): readonly [name: string, id: string] {
    const [first] = this.rooms
    if (first === undefined) throw new Error('there is no room')
    return first
  }

  async joined(some: readonly Member[]): Promise<number> {
    return settled(
      'they joined',
      async () => {
        const wrong: string[] = []
        for (const member of some) {
          const { circles, joining } = await member.call('circles', {})
          const circle = circles.find(({ id }) => id === this.circle)
          if (circle !== undefined && circle.role !== null && joining.every(({ step }) => step === 'joined'))
            continue
          const [step] = joining
          wrong.push(
            `${member.name} ${step?.step ?? 'nothing'} ${step?.membersFound ?? ''} ${step?.problem?.code ?? ''}`,
          )
        }
        return wrong
      },
      { deadlineMs: JOINS_WITHIN_MS },
    )
  }

  /** The same members, roles and rooms with everybody. */
  sameState(): Promise<number> {
    const { members } = this.scene
    return settled(
      'the same members, roles and rooms',
      async () => {
        const texts = new Map<string, string[]>()
        for (const member of members) {
          const details = await member.call('circle', { id: this.circle })
          if (details.people.length !== members.length + 1)
            return [`${member.name} knows ${details.people.length}`]
          const text = stateText(details)
          texts.set(text, [...(texts.get(text) ?? []), member.name])
        }
        return texts.size === 1 ? [] : [...texts].map(([text, names]) => `${names.join(', ')}: ${text}`)
      },
      { deadlineMs: ARRIVES_WITHIN_MS },
    )
  }

  async say(member: Member, id: string, conversation: string, text: string): Promise<void> {
    const said = this.ledger.add({
      conversation,
      author: member.name,
      text,
      id: undefined,
      after: undefined,
    })
    const once = randomBytes(12).toString('hex')
    said.id = (await member.patiently('writeMessage', { id, text, once })).id
  }

  arrived(deadlineMs = ARRIVES_WITHIN_MS): Promise<number> {
    return settled('everything is with everybody', async () => this.ledger.faults(await this.views()), {
      deadlineMs,
      everyMs: 1_000,
    })
  }

  async views(): Promise<View[]> {
    const views: View[] = []
    for (const [name, id] of this.rooms)
      for (const member of this.scene.members) if (member.up) views.push(await viewOf(member, id, name))
    for (const [name, [one, other]] of this.pairs)
      for (const [member, peer] of [
        [one, other],
        [other, one],
      ] as const)
        if (member.up) views.push(await viewOf(member, `direct:${peer.person}`, name))
    return views
  }
}
