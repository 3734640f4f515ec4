// The calls about me: my name, this device, my words. Who I am to others is told by the parts that reach them.

import type { Me } from '../../api/schemas/people.ts'
import { CommunityError } from '../../community/community-error.ts'
import { type DeviceCard, readCard, signCard } from '../../community/identity/device-card.ts'
import { entropyOf, wordsOf } from '../../community/network/words.ts'
import { becomeAgain, type IdentityTools, markWritten, type OwnIdentity, takeCard } from './own-identity.ts'
import type { PeopleGround, PeoplePart } from './people-part.ts'
import { MyFacts } from './store/my-facts.ts'

/** What the other parts know of my devices and how they are reached. */
export interface MeSurroundings {
  network(): Pick<Me['network'], 'port' | 'links' | 'relayed' | 'reachable'>
  /** Of mine, but for this one: those of the circles, and those that were linked. */
  otherDevices(): readonly DeviceCard[]
  isOnline(device: string): boolean
  /** Circles or contacts are here. */
  isSomebody(): boolean
  /** My name is another: everybody who knows me is told. */
  nameChanged(name: string): void
  /** So is my card. */
  cardChanged(card: Uint8Array): void
}

export class MyName {
  readonly #facts: MyFacts

  constructor(ground: Pick<PeopleGround, 'database'>) {
    this.#facts = new MyFacts(ground.database)
  }

  get(): string | undefined {
    return this.#facts.get('name')
  }

  set(name: string): void {
    this.#facts.set('name', name)
  }

  /** @throws CommunityError NAME_NEEDED */
  need(given: string | undefined): string {
    const name = given ?? this.get()
    if (name === undefined) throw new CommunityError('NAME_NEEDED')
    return name
  }
}

export interface MePart extends PeoplePart {
  /** As others get it now. */
  card(): Uint8Array
  me(): Me
}

export function mePart(ground: PeopleGround, tools: IdentityTools, around: MeSurroundings): MePart {
  const { crypto } = ground
  const name = new MyName(ground)
  let own: OwnIdentity = ground.own
  const changed = (): void => ground.changed({ kind: 'me', id: null })

  const device = (card: DeviceCard) => ({
    id: card.device,
    name: card.name,
    thisOne: card.device === own.device,
    online: card.device === own.device || around.isOnline(card.device),
    linkedAt: new Date(card.issued * 1_000).toISOString(),
  })
  const me = (): Me => {
    const mine = device(readCard(own.card, crypto))
    return {
      person: own.person,
      name: name.get() ?? null,
      device: mine,
      devices: [mine, ...around.otherDevices().map(device)],
      words: own.entropy === undefined ? 'elsewhere' : own.wordsWritten ? 'written' : 'unwritten',
      visible: ground.settings().visible,
      // How the process itself does is its parent's to say.
      network: { ...around.network(), state: 'running', problem: null, restarts: 0 },
    }
  }
  const rename = async (deviceName: string): Promise<void> => {
    const card = readCard(own.card, crypto)
    if (card.name === deviceName) return
    if (own.personSeed === undefined) throw new CommunityError('WORDS_ELSEWHERE')
    const issued = Math.max(ground.wall.seconds(), card.issued + 1)
    const next = signCard({ ...card, name: deviceName, issued }, own.personSeed, own.deviceSeed, crypto)
    own = await takeCard(tools, own, next)
    ground.turn(() => around.cardChanged(next))
  }

  return {
    services: [],
    card: () => own.card,
    me,
    calls: {
      me,
      changeMe: async ({ name: given, deviceName, wordsWritten }) => {
        if (deviceName !== undefined) await rename(deviceName)
        if (wordsWritten && own.entropy !== undefined && !own.wordsWritten)
          own = await markWritten(tools, own)
        ground.turn(() => {
          if (given !== undefined && given !== name.get()) {
            name.set(given)
            around.nameChanged(given)
          }
          changed()
        })
        return me()
      },
      myWords: () => {
        if (own.entropy === undefined) throw new CommunityError('WORDS_ELSEWHERE')
        return { words: [...wordsOf(own.entropy)] }
      },
      // The daemon begins the process anew after it: whoever I was before has ended.
      restoreMe: async ({ words }) => {
        const entropy = entropyOf(words)
        if (around.isSomebody()) throw new CommunityError('SOMEBODY_ALREADY')
        own = await becomeAgain(tools, entropy)
        return me()
      },
    },
  }
}
