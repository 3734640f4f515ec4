// Records of circles and identities from an enemy: operations, cards, lists, links and join requests. What is read is written
// again the same; nothing changed is believed.

import assert from 'node:assert/strict'
import { SeededRandom } from '../../src/base/random.ts'
import { decodeInvite, encodeInvite } from '../../src/community/circle/invite-link.ts'
import { proveInvite } from '../../src/community/circle/join-proof.ts'
import { encodeJoinRequest, readJoinRequest } from '../../src/community/circle/join-request.ts'
import { readOperation } from '../../src/community/circle/operation-codec.ts'
import { CommunityError, RecordError } from '../../src/community/community-error.ts'
import { readCard } from '../../src/community/identity/device-card.ts'
import { readDeviceList, signDeviceList } from '../../src/community/identity/device-list.ts'
import { Writer } from '../../test/doubles/circle-writers.ts'
import { everyOperation } from '../../test/doubles/every-operation.ts'
import { QuickCrypto } from '../sim/people-crypto.ts'
import type { FuzzTarget } from './target.ts'

const random = new SeededRandom(1)
const crypto = new QuickCrypto(random)
const writer = new Writer('olga', random)
const circle = writer.found().circle
const seed = random.bytes(32)
const asked = { admitter: writer.device, nonce: random.bytes(32) }
const backing = proveInvite(seed, circle, writer.card, asked, crypto)
const list = { person: writer.person, sequence: 1, issued: 1, cards: [writer.card], removed: [] }
const corpus = [
  ...everyOperation(random).map(({ bytes }) => bytes),
  writer.card,
  signDeviceList(list, writer.personSeed, crypto),
  encodeInvite({ circle, role: 'member', expires: 9, hints: ['/ip4/1.2.3.4/tcp/5'], seed }),
  encodeJoinRequest({ circle, card: writer.card, backing }),
]
/** Whatever is signed and not of these was forged. */
const real = new Set(corpus.map(String))

/** Undefined for what is refused with a code. */
function answered<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof RecordError || error instanceof CommunityError) return undefined
    throw error
  }
}

export const target: FuzzTarget = {
  corpus,
  run(input) {
    const signed = [
      answered(() => readOperation(input, crypto)),
      answered(() => readCard(input, crypto)),
      answered(() => readDeviceList(input, crypto)),
      answered(() => readJoinRequest(input, crypto)),
    ]
    if (signed.some((value) => value !== undefined))
      assert.ok(real.has(String(input)), 'something forged is believed')
    const link = answered(() => decodeInvite(input))
    if (link !== undefined) assert.deepEqual(encodeInvite(link), input)
  },
}
