// Coming back by words, in the people process: the service that keeps items among members, what it puts into the daemon's DHT, and
// after a restore the search for what the words left there. Once a circle let the new device in, the search is over.

import { after, type Millis } from '../../base/ids.ts'
import type { CircleService } from '../../community/circle/circle-service.ts'
import { parsePlace } from '../../community/device-address.ts'
import { recoverySeed } from '../../community/identity/person-key.ts'
import type { DeviceId } from '../../community/ids.ts'
import { MOST_ITEMS, openRecovery, type RecoveredCircle } from '../../community/recovery/recovery-item.ts'
import { RecoveryService, saltOf } from '../../community/recovery/recovery-service.ts'
import type { MutableItem } from '../../protocol/dht/item.ts'
import type { PeopleGround, PeoplePart } from './people-part.ts'
import type { AddressRecords } from './store/address-records.ts'
import { MyFacts } from './store/my-facts.ts'
import { RecoveryRecords } from './store/recovery-records.ts'

export interface RecoverySurroundings {
  readonly circles: CircleService
  readonly addresses: AddressRecords
  /** Whom to call may be others. */
  wantedChanged(): void
}

/** Between two searches: a DHT has hardly a node right after a start. */
const FIRST_LOOK_MS = 3_000
const LONGEST_LOOK_MS = 300_000

export function openRecoveryPart(ground: PeopleGround, around: RecoverySurroundings): PeoplePart {
  const { own, crypto, clock, random, wall, database, ask, turn, now } = ground
  const { circles, addresses } = around
  const { membership } = circles
  const { person, device, entropy } = own
  const facts = new MyFacts(database)
  const wanted = new Set<DeviceId>()
  let cancel: () => void = () => undefined
  let closed = false

  const service = new RecoveryService(
    {
      me: { person, device },
      entropy,
      crypto,
      random,
      wall,
      out: ground.out('recovery'),
      membership,
      store: new RecoveryRecords(database),
      mine: () => {
        const mine = membership.circles().filter((circle) => membership.facts(circle)?.mine !== undefined)
        return mine.map((circle): RecoveredCircle => {
          const [met] = membership
            .linked(circle)
            // A way through another member is none for somebody who is linked with nobody.
            .map((of) => ({
              of,
              known: addresses.addresses(of).filter((at) => parsePlace(at)?.by !== 'relay'),
            }))
            .filter(({ known }) => known.length > 0)
            // So that what is said changes only when it must.
            .sort((a, b) => (a.of < b.of ? -1 : 1))
          return { circle, device: met?.of, addresses: met?.known ?? [] }
        })
      },
    },
    now(),
  )
  membership.watch(service)

  const put = async ({ publicKey, signature, salt, sequence, value }: MutableItem): Promise<void> => {
    // Nobody takes it now (no DHT, no way out): it is put again within the hour.
    await ask('dhtPutAgain', { publicKey, signature, salt, seq: sequence, value }).catch(() => false)
  }

  const find = async (words: Uint8Array): Promise<boolean> => {
    const publicKey = crypto.publicKey(recoverySeed(words, crypto))
    let found = false
    for (let number = 0; number < MOST_ITEMS && !closed; number++) {
      const item = await ask('dhtGet', { publicKey, salt: saltOf(number) }).catch(() => undefined)
      const left = item && openRecovery(item.value, words, crypto)
      if (left === undefined) break
      found = true
      if (closed) break
      ground.log('info', 'people-recovered', { circles: left.length })
      turn(() => {
        for (const { circle, device: met, addresses: places } of left) {
          circles.restore(circle)
          if (met === undefined || met === device) continue
          wanted.add(met)
          addresses.learn(met, places)
        }
      })
    }
    return found
  }
  const look = async (waitMs: number): Promise<void> => {
    if (entropy === undefined || closed) return
    if (await find(entropy)) around.wantedChanged()
    if (closed) return
    const isBack = membership.circles().some((circle) => membership.facts(circle)?.mine !== undefined)
    if (isBack) {
      wanted.clear()
      turn(() => facts.remove('restoring'))
      return
    }
    const next = Math.min(2 * waitMs, LONGEST_LOOK_MS)
    cancel = clock.schedule(after(clock.now(), waitMs) as Millis, () => void look(next))
  }

  return {
    services: [service],
    calls: {},
    networkIsThere: async () => {
      if (facts.get('restoring') === 'yes') void look(FIRST_LOOK_MS)
    },
    settle: () => {
      for (const item of service.takeDue()) void put(item)
    },
    wanted: () => wanted,
    close: () => {
      closed = true
      cancel()
    },
  }
}
