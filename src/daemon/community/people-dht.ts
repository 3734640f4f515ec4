// What people ask of the DHT, answered by the engine's: values of BEP 44 put, put again and looked for.
// Promise: each ask ends, by LONGEST_MS at the latest; without a DHT it ends at once as one that found nobody.

import { after } from '../../base/ids.ts'
import type { Clock, Signatures } from '../../base/ports.ts'
import type { DhtDiscovery } from '../../engine/discovery/dht.ts'
import type { DhtDone } from '../../engine/discovery/dht-driver.ts'
import type { DhtInput } from '../../protocol/dht/api.ts'
import type { Family } from '../../protocol/dht/contact.ts'
import { isNewer, isSignedWell, type MutableItem, signItem } from '../../protocol/dht/item.ts'
import type { PeopleAsks } from './people-messages.ts'

/** A lookup that asks some sixty nodes takes seconds; one among dead nodes is given up. */
const LONGEST_MS = 60_000
const FAMILIES: readonly Family[] = [4, 6]

type Wishes = Pick<DhtDiscovery, 'wish'>

export function peopleDht(
  dht: () => Wishes | undefined,
  signatures: Signatures,
  clock: Clock,
): Pick<PeopleAsks, 'dhtPut' | 'dhtPutAgain' | 'dhtGet'> {
  const put = async (item: MutableItem): Promise<boolean> => {
    const make = (id: number): DhtInput => ({ kind: 'put-mutable', id, item, cas: undefined })
    const results = await Promise.all(FAMILIES.map((family) => wished(dht(), family, make, clock)))
    return results.some((done) => done?.kind === 'put' && done.storedAt > 0)
  }
  return {
    dhtPut: async ({ seed, salt, seq, value }) =>
      put(signItem({ salt, sequence: seq, value }, seed, signatures)),
    dhtPutAgain: async ({ publicKey, signature, salt, seq, value }) => {
      const item = { publicKey, signature, salt, sequence: seq, value }
      return isSignedWell(item, signatures) && (await put(item))
    },
    dhtGet: async ({ publicKey, salt }) => {
      const make = (id: number): DhtInput => ({ kind: 'get-mutable', id, publicKey, salt })
      const results = await Promise.all(FAMILIES.map((family) => wished(dht(), family, make, clock)))
      let newest: MutableItem | undefined
      for (const done of results) {
        if (done?.kind !== 'item' || done.mutable === undefined) continue
        if (isNewer(done.mutable, newest)) newest = done.mutable
      }
      if (newest === undefined) return undefined
      return { value: newest.value, seq: newest.sequence, signature: newest.signature }
    },
  }
}

function wished(
  dht: Wishes | undefined,
  family: Family,
  make: (id: number) => DhtInput,
  clock: Clock,
): Promise<DhtDone['result'] | undefined> {
  const { promise, resolve } = Promise.withResolvers<DhtDone['result'] | undefined>()
  let cancel: (() => void) | undefined
  const giveUp = clock.schedule(after(clock.now(), LONGEST_MS), () => {
    cancel?.()
    resolve(undefined)
  })
  cancel = dht?.wish(family, make, ({ result }) => {
    giveUp()
    resolve(result)
  })
  if (cancel === undefined) {
    giveUp()
    resolve(undefined)
  }
  return promise
}
