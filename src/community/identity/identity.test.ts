import assert from 'node:assert/strict'
import { test } from 'node:test'
import { QuickCrypto } from '../../../lab/sim/people-crypto.ts'
import { compareBytes } from '../../base/bytes.ts'
import { SeededRandom } from '../../base/random.ts'
import { RecordError } from '../community-error.ts'
import { keyBytes, keyText } from '../ids.ts'
import { type DeviceCard, MAX_CARD_BYTES, readCard, signCard } from './device-card.ts'
import { type DeviceList, MAX_LIST_BYTES, readDeviceList, signDeviceList } from './device-list.ts'
import { personKey, recoverySecret, recoverySeed } from './person-key.ts'

const random = new SeededRandom(1)
const crypto = new QuickCrypto(random)
const seeds = Array.from({ length: 10 }, () => random.bytes(32)) as [Uint8Array, Uint8Array, ...Uint8Array[]]

function card(deviceSeed: Uint8Array, change: Partial<DeviceCard> = {}): Uint8Array {
  const facts: DeviceCard = {
    person: keyText(crypto.publicKey(seeds[0])),
    device: keyText(crypto.publicKey(deviceSeed)),
    sealingKey: random.bytes(32),
    name: 'Zoë’s phone',
    issued: 1_795_824_000,
    ...change,
  }
  return signCard(facts, seeds[0], deviceSeed, crypto)
}

test('the same words are the same person, and what follows from them has nothing to do with one another', () => {
  const entropy = random.bytes(16)
  assert.deepEqual(personKey(entropy, crypto), personKey(entropy.slice(), crypto))
  const made = [
    personKey(entropy, crypto).seed,
    recoverySeed(entropy, crypto),
    recoverySecret(entropy, crypto),
  ]
  assert.equal(new Set(made.map(String)).size, 3)
  assert.throws(() => personKey(random.bytes(15), crypto), RangeError)
})

test('a card is read as it was signed, and in no changed or shortened form', () => {
  const bytes = card(seeds[1])
  const read = readCard(bytes, crypto)
  assert.equal(read.name, 'Zoë’s phone')
  assert.deepEqual(signCard(read, seeds[0], seeds[1], crypto), bytes)
  for (let at = 0; at < bytes.length; at++) {
    assert.throws(() => readCard(bytes.subarray(0, at), crypto), RecordError)
    const changed = bytes.slice()
    changed[at] = (changed[at] as number) ^ 4
    assert.throws(() => readCard(changed, crypto), RecordError)
  }
  assert.throws(() => readCard(new Uint8Array(MAX_CARD_BYTES + 1), crypto), RecordError)
})

test('nobody hangs a device on somebody else, and a person is no device', () => {
  const facts = readCard(card(seeds[1]), crypto)
  const stolen = { ...facts, person: keyText<DeviceCard['person']>(crypto.publicKey(seeds[2] as Uint8Array)) }
  assert.throws(() => readCard(signCard(stolen, seeds[0], seeds[1], crypto), crypto), RecordError)
  assert.throws(() =>
    readCard(card(seeds[1], { device: keyText(crypto.publicKey(seeds[2] as Uint8Array)) }), crypto),
  )
  assert.throws(() => readCard(card(seeds[0]), crypto), RecordError)
  assert.throws(() => card(seeds[1], { name: 'x'.repeat(257) }), RangeError)
})

test('a list of devices is read as it was signed; with a foreign card, out of order or changed it is none', () => {
  const cards = seeds
    .slice(1, 4)
    .map((seed) => card(seed))
    .sort((a, b) => compareBytes(keyBytes(readCard(a, crypto).device), keyBytes(readCard(b, crypto).device)))
  const removed = keyText<DeviceCard['device']>(crypto.publicKey(seeds[5] as Uint8Array))
  const list: DeviceList = {
    person: readCard(cards[0] as Uint8Array, crypto).person,
    sequence: 3,
    issued: 5,
    cards,
    removed: [removed],
  }
  const bytes = signDeviceList(list, seeds[0], crypto)
  assert.deepEqual(readDeviceList(bytes, crypto).list, list)
  for (let at = 0; at < bytes.length; at++)
    assert.throws(() => readDeviceList(bytes.subarray(0, at), crypto), RecordError)
  const refused = (change: Partial<DeviceList>, seed = seeds[0]): void => {
    assert.throws(
      () => readDeviceList(signDeviceList({ ...list, ...change }, seed, crypto), crypto),
      RecordError,
    )
  }
  refused({ cards: cards.toReversed() })
  refused({ cards: [cards[0] as Uint8Array, cards[0] as Uint8Array] })
  refused({ person: keyText(crypto.publicKey(seeds[6] as Uint8Array)) }, seeds[6])
  refused({ removed: [readCard(cards[0] as Uint8Array, crypto).device] })
  refused({ sequence: 0 })
  refused({}, seeds[1])
  assert.throws(() => readDeviceList(new Uint8Array(MAX_LIST_BYTES + 1), crypto), RecordError)
})
