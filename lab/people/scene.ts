// The people of the lab on the computers of a small Internet: who is behind which router, how they find one another, and what all of
// them have. No server but theirs: the DHT's routers are daemons of two of them, and nothing else is reachable.

import { join } from 'node:path'
import type { OutputOf } from '../../src/api/routes.ts'
import type { NatKind } from '../nat/nat-rules.ts'
import { FORWARDED_PORTS, NatWorld } from '../nat/world.ts'
import { pause } from '../netns/until.ts'
import type { View } from './ledger.ts'
import { CallFailed, Member } from './member.ts'

/**
 * In the order in which they are taken. The second is the keeper; the third lets the others in while the founder is off, so it can be
 * reached, as somebody must be for anybody to join.
 */
const PEOPLE: readonly { readonly name: string; readonly kind: NatKind }[] = [
  { name: 'ana', kind: 'open' },
  { name: 'keeper', kind: 'open' },
  { name: 'ben', kind: 'forwarded' },
  { name: 'caro', kind: 'port-restricted' },
  { name: 'dev', kind: 'full-cone' },
  { name: 'eva', kind: 'symmetric' },
  { name: 'fay', kind: 'address-restricted' },
  { name: 'gil', kind: 'port-restricted' },
  { name: 'hana', kind: 'port-moving' },
  { name: 'ida', kind: 'port-restricted' },
]
export const MOST_PEOPLE = PEOPLE.length

/** How many start at once: each is two processes that compile and open databases. */
const STARTS_AT_ONCE = 3
const PAGE = 200

export class Scene {
  readonly world: NatWorld
  readonly members: readonly Member[]
  readonly keeper: Member

  private constructor(world: NatWorld, members: readonly Member[], keeper: Member) {
    this.world = world
    this.members = members
    this.keeper = keeper
  }

  /** @param count of people, the keeper among them */
  static async make(folder: string, count: number): Promise<Scene> {
    const world = await NatWorld.make()
    const chosen = PEOPLE.slice(0, count)
    const places = []
    for (const { name, kind } of chosen) places.push(await world.place(name, kind))
    const routers = places
      .filter(({ kind }) => kind === 'open')
      .map(({ outer }) => `${outer}:${FORWARDED_PORTS[0]}`)
    const all = places.map(
      (place, at) =>
        new Member({
          name: chosen[at]?.name ?? '',
          place,
          folder: join(folder, 'people'),
          settings: {
            'network.port': FORWARDED_PORTS[0],
            'people.port': FORWARDED_PORTS[0] + 1,
            'network.dhtRouters': routers.filter((router) => !router.startsWith(`${place.outer}:`)),
            'network.portMapping': false,
            'server.port': 0,
            'checks.scanner': 'off',
          },
        }),
    )
    const keeper = all[1]
    if (keeper === undefined) throw new Error('at least two people are needed')
    return new Scene(
      world,
      all.filter((member) => member !== keeper),
      keeper,
    )
  }

  get everybody(): readonly Member[] {
    return [...this.members, this.keeper]
  }

  member(name: string): Member {
    const found = this.everybody.find((member) => member.name === name)
    if (found === undefined) throw new Error(`nobody is called ${name}`)
    return found
  }

  async startAll(some: readonly Member[] = this.everybody): Promise<void> {
    const waiting = some.filter(({ running }) => !running)
    await Promise.all(
      Array.from({ length: STARTS_AT_ONCE }, async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next.start()
      }),
    )
  }

  async end(): Promise<void> {
    await Promise.all(this.everybody.map((member) => member.end()))
    for (const { place } of this.everybody) place.leave()
  }
}

export interface Patience {
  readonly deadlineMs: number
  readonly everyMs?: number
}

/** Until `look` answers nothing that is wrong. @throws what was wrong last */
export async function settled(
  what: string,
  look: () => Promise<readonly string[]>,
  { deadlineMs, everyMs = 500 }: Patience,
): Promise<number> {
  const begun = performance.now()
  for (;;) {
    let wrong: readonly string[]
    try {
      wrong = await look()
    } catch (error) {
      if (!(error instanceof CallFailed) || !error.passes) throw error
      wrong = [error.message]
    }
    const tookMs = performance.now() - begun
    if (wrong.length === 0) return tookMs
    if (tookMs > deadlineMs)
      throw new Error(`${what}: not within ${deadlineMs / 1_000} s: ${wrong.slice(0, 6).join('; ')}`)
    await pause(everyMs)
  }
}

/** All of a conversation, in the order it is shown. */
export async function viewOf(member: Member, id: string, conversation: string): Promise<View> {
  const messages: OutputOf<'messages'>['messages'] = []
  let before: string | undefined
  for (;;) {
    const page = await member.call('messages', {
      id,
      limit: PAGE,
      ...(before === undefined ? {} : { before }),
    })
    messages.unshift(...page.messages)
    before = page.messages[0]?.id
    if (!page.older || before === undefined) return { member: member.name, conversation, messages }
  }
}

/** Who is in, with which role, and which rooms there are: the same text with everybody whose state is the same. */
export function stateText({ people, rooms, name }: OutputOf<'circle'>): string {
  const who = people.map(({ person, role, muted }) => `${person.slice(0, 8)} ${role}${muted ? ' muted' : ''}`)
  const where = rooms.map(
    ({ id, name, archived }) => `${id.slice(0, 8)} ${name}${archived ? ' archived' : ''}`,
  )
  return `${name}: ${who.toSorted().join(', ')}: ${where.toSorted().join(', ')}`
}
