import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex, utf8 } from '../../base/bytes.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import { SystemSignatures } from '../../platform/signatures.ts'
import { encodeLsd, LSD_GROUP_IPV4, type LsdMessage } from '../../protocol/lsd/message.ts'
import { type DeviceId, keyBytes, keyText } from '../ids.ts'
import { SystemCrypto } from '../network/system-crypto.ts'
import { LanBeacon, type LanCircle, type LanWorld, ROUND_MS, SOON_MS } from './lan-beacon.ts'
import { DAY_SECONDS } from './meeting-keys.ts'

const crypto = new SystemCrypto()
const NOON = 20_000 * DAY_SECONDS + 43_200
const SECRET = new Uint8Array(32).fill(4)
const at = (ms: number): Millis => ms as Millis

class Near implements LanWorld {
  readonly device: DeviceId
  readonly host: string
  circleList: LanCircle[] = []
  isVisible = false
  isListening = true
  readonly known: [DeviceId, Endpoint][] = []
  readonly unknown: Endpoint[] = []
  readonly beacon: LanBeacon

  constructor(number: number) {
    this.device = keyText<DeviceId>(new SystemSignatures().publicKey(new Uint8Array(32).fill(number)))
    this.host = `192.168.1.${number}`
    this.beacon = new LanBeacon(crypto, this.device, `cookie${number}`, this, at(0))
  }

  circles = () => this.circleList
  port = () => (this.isListening ? 7000 : 0)
  visible = () => this.isVisible
  found(device: DeviceId, endpoint: Endpoint): void {
    this.known.push([device, endpoint])
  }
  somebody(endpoint: Endpoint): void {
    this.unknown.push(endpoint)
  }

  hears(messages: readonly LsdMessage[], from: Near | string, ms = 0): void {
    const host = typeof from === 'string' ? from : from.host
    for (const message of messages) this.beacon.heard(message, { host, port: 6771 }, at(ms), NOON)
  }
}

function pair(): [Near, Near] {
  const [near, far] = [new Near(1), new Near(2)]
  near.circleList = [{ secret: SECRET, devices: [far.device] }]
  far.circleList = [{ secret: SECRET, devices: [near.device] }]
  return [near, far]
}

test('members of a circle on one network know each other by name, and strangers do not', () => {
  const [near, far] = pair()
  const stranger = new Near(3)
  const said = near.beacon.wake(at(0), NOON)
  far.hears(said, near)
  stranger.hears(said, near)
  assert.deepEqual(far.known, [[near.device, { host: near.host, port: 7000 }]])
  assert.deepEqual([stranger.known, stranger.unknown], [[], []])
})

test('who is visible is somebody to everybody', () => {
  const [near, stranger] = [new Near(1), new Near(3)]
  near.isVisible = true
  stranger.hears(near.beacon.wake(at(0), NOON), near)
  assert.deepEqual(stranger.unknown, [{ host: near.host, port: 7000 }])
  near.hears(near.beacon.wake(at(0), NOON), near)
  assert.deepEqual(near.unknown, [], 'but not to itself')
})

test('each key is said every five minutes, and no more than once a minute', () => {
  const [near] = pair()
  const moments: number[] = []
  for (let ms = 0; ms < 3_600_000; ms += 1_000) {
    if (near.beacon.wake(at(ms), NOON + ms / 1_000).length > 0) moments.push(ms)
  }
  assert.equal(moments.length, 12)
})

test('who is visible says so each minute, and whoever comes anew hears it within seconds', () => {
  const [near, comer] = [new Near(1), new Near(2)]
  near.isVisible = true
  assert.equal(near.beacon.wake(at(0), NOON).length, 1)
  assert.equal(near.beacon.wake(at(ROUND_MS), NOON).length, 1)
  comer.isVisible = true
  near.hears(comer.beacon.wake(at(0), NOON), comer, ROUND_MS + 1_000)
  assert.equal(near.beacon.deadline(), ROUND_MS + SOON_MS)
  comer.hears(near.beacon.wake(near.beacon.deadline(), NOON), near)
  assert.deepEqual(comer.unknown, [{ host: near.host, port: 7000 }])
  // It is known from then on.
  near.hears(comer.beacon.wake(at(2 * ROUND_MS), NOON), comer, 2 * ROUND_MS)
  assert.equal(near.beacon.deadline(), 2 * ROUND_MS + SOON_MS)
})

test('what is new here is said within seconds', () => {
  const [near] = pair()
  near.beacon.wake(at(0), NOON)
  near.isVisible = true
  near.beacon.changed()
  assert.equal(near.beacon.deadline(), SOON_MS)
  assert.equal(near.beacon.wake(at(SOON_MS), NOON).flatMap(({ hashes }) => hashes).length, 1)
  near.beacon.changed()
  assert.deepEqual(near.beacon.wake(at(2 * SOON_MS), NOON), [], 'and only what is new')
})

test('who takes no calls says nothing', () => {
  const [near] = pair()
  near.isListening = false
  assert.deepEqual(near.beacon.wake(at(0), NOON), [])
})

test('who is not on the local network is not heard, nor one that shouts', () => {
  const [near, far] = pair()
  const said = near.beacon.wake(at(0), NOON)
  far.hears(said, '8.8.8.8')
  assert.deepEqual(far.known, [])
  for (let i = 0; i < 100; i++) far.hears(said, near)
  assert.equal(far.known.length, 10)
})

test('keys are others each day, and no packet shows a device, a circle or a name', () => {
  const [near] = pair()
  near.isVisible = true
  const today = near.beacon.wake(at(0), NOON).flatMap(({ hashes }) => hashes)
  const tomorrow = near.beacon
    .wake(at(DAY_SECONDS * 1_000), NOON + DAY_SECONDS)
    .flatMap(({ hashes }) => hashes)
  const shared = today.filter((key) => tomorrow.includes(key))
  assert.equal(shared.length, 1, 'only the one that everybody visible says')
  for (const hashes of [today, tomorrow]) {
    const packet = toHex(encodeLsd(LSD_GROUP_IPV4, { port: 7000, hashes, cookie: 'c' }))
    for (const secret of [keyBytes(near.device), SECRET]) {
      for (let from = 0; from < 32; from += 8) {
        const part = toHex(secret.subarray(from, from + 8))
        assert.equal(packet.includes(part), false)
        assert.equal(packet.includes(toHex(utf8(part))), false)
      }
    }
    assert.equal(packet.includes(toHex(utf8(near.device.slice(0, 10)))), false)
  }
})
