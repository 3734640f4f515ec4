import assert from 'node:assert/strict'
import { test } from 'node:test'
import { equalBytes, toHex } from '../../base/bytes.ts'
import type { Millis } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import { SystemSignatures } from '../../platform/signatures.ts'
import type { DeviceAddress } from '../device-address.ts'
import { type DeviceId, type InviteId, keyBytes, keyText } from '../ids.ts'
import { SystemCrypto } from '../network/system-crypto.ts'
import { DAY_SECONDS } from './meeting-keys.ts'
import { LOOKS_AT_ONCE, Rendezvous, type RendezvousEffect, type RendezvousWorld } from './rendezvous.ts'

const crypto = new SystemCrypto()
const signatures = new SystemSignatures()
const NOON = 20_000 * DAY_SECONDS + 43_200
const SECRET = new Uint8Array(32).fill(9)

interface Stored {
  readonly seq: number
  readonly value: Uint8Array
}

/** Everybody's items, with no more to it. */
class Board {
  readonly items = new Map<string, Stored>()
  readonly asked: string[] = []
  gone = false

  put(effect: RendezvousEffect & { kind: 'put' }): boolean {
    if (this.gone) return false
    const key = `${toHex(signatures.publicKey(effect.seed))} ${toHex(effect.salt)}`
    const before = this.items.get(key)
    if (before === undefined || before.seq < effect.seq) this.items.set(key, effect)
    return true
  }

  get(effect: RendezvousEffect & { kind: 'get' }): Uint8Array | undefined {
    const key = `${toHex(effect.publicKey)} ${toHex(effect.salt)}`
    this.asked.push(key)
    return this.items.get(key)?.value
  }
}

class Member implements RendezvousWorld {
  readonly seed: Uint8Array
  readonly device: DeviceId
  own: DeviceAddress[]
  readonly known = new Map<DeviceId, readonly DeviceAddress[]>()
  readonly admitters = new Map<DeviceId, InviteId>()
  readonly linked = new Set<DeviceId>()
  circleList: { accesses: Uint8Array[]; devices: DeviceId[] }[] = []
  contactList: { secret: Uint8Array; devices: DeviceId[] }[] = []
  admitList: InviteId[] = []
  joiningList: InviteId[] = []
  readonly machine: Rendezvous
  readonly board: Board
  puts = 0

  constructor(number: number, board: Board) {
    this.seed = new Uint8Array(32).fill(number)
    this.device = keyText<DeviceId>(signatures.publicKey(this.seed))
    this.own = [`tcp/10.0.0.${number}:7`, `utp/10.0.0.${number}:7`] as DeviceAddress[]
    this.board = board
    const random = new SeededRandom(number)
    this.machine = new Rendezvous(
      { me: this.device, deviceSeed: this.seed, crypto, random, world: this },
      0 as Millis,
    )
  }

  circles = () => this.circleList
  contacts = () => this.contactList
  admits = () => this.admitList
  joinings = () => this.joiningList
  isLinked = (device: DeviceId) => this.linked.has(device)
  addresses = () => this.own
  found(device: DeviceId, addresses: readonly DeviceAddress[]): void {
    this.known.set(device, addresses)
  }
  invited(invite: InviteId, device: DeviceId, addresses: readonly DeviceAddress[]): void {
    this.admitters.set(device, invite)
    this.known.set(device, addresses)
  }

  /** From one moment to another, every answer at once. @returns most lookups under way together */
  run(fromMs: number, untilMs: number, startSeconds = NOON): number {
    let most = 0
    for (let ms = fromMs; ms <= untilMs; ms += 1_000) {
      const now = ms as Millis
      const seconds = startSeconds + Math.floor(ms / 1_000)
      const effects = this.machine.wake(now, seconds)
      most = Math.max(most, effects.filter(({ kind }) => kind === 'get').length)
      for (const effect of effects) {
        if (effect.kind === 'put') {
          this.puts++
          this.machine.put(effect.number, this.board.put(effect), now)
        } else this.machine.got(effect.number, this.board.get(effect), now, seconds)
      }
    }
    return most
  }
}

function circleOf(count: number): { board: Board; members: Member[] } {
  const board = new Board()
  const members = Array.from({ length: count }, (_, i) => new Member(i + 1, board))
  for (const member of members) {
    const devices = members.filter((other) => other !== member).map(({ device }) => device)
    member.circleList = [{ accesses: [SECRET], devices }]
  }
  return { board, members }
}

test('members of a circle find one another by what they left in the DHT', () => {
  const { members } = circleOf(4)
  for (const member of members) member.run(0, 1_000)
  for (const member of members) member.run(2_000, 400_000)
  for (const member of members) {
    for (const other of members) {
      if (other !== member) assert.deepEqual(member.known.get(other.device), other.own)
    }
  }
})

test('a few are looked for at once, and nobody any more once there are links enough', () => {
  const { board, members } = circleOf(40)
  const [member] = members as [Member]
  assert.ok(member.run(0, 60_000) <= LOOKS_AT_ONCE)
  for (const { device } of members.slice(1, 7)) member.linked.add(device)
  const asked = board.asked.length
  member.run(61_000, 4_000_000)
  assert.equal(board.asked.length, asked)
})

test('who is never there is asked for ever more rarely', () => {
  const { board, members } = circleOf(2)
  const [member] = members as [Member]
  member.run(0, 3_600_000)
  assert.ok(board.asked.length >= 4 && board.asked.length <= 8, `${board.asked.length} in the first hour`)
  const before = board.asked.length
  member.run(3_601_000, 7_200_000)
  assert.ok(board.asked.length - before <= 3)
})

test('what was left is written again before nodes forget it, at once when nobody took it, and when addresses change', () => {
  const { board, members } = circleOf(2)
  const [member] = members as [Member]
  board.gone = true
  member.run(0, 60_000)
  board.gone = false
  member.run(61_000, 4 * 60_000)
  assert.equal(member.puts, 2)
  member.run(241_000, 3 * 3_600_000)
  assert.ok(member.puts >= 5 && member.puts <= 7, `${member.puts} in three hours`)
  const before = member.puts
  member.own = ['tcp/192.168.7.7:7'] as DeviceAddress[]
  member.machine.changed((3 * 3_600_000 + 1_000) as Millis)
  member.run(3 * 3_600_000 + 1_000, 3 * 3_600_000 + 30_000)
  assert.equal(member.puts, before + 1)
})

test('a new day has another place, and around midnight members of both days are found', () => {
  const { board, members } = circleOf(2)
  const [early, late] = members as [Member, Member]
  const midnight = 20_001 * DAY_SECONDS
  // One whose clock is ten minutes behind wrote for yesterday.
  early.run(0, 1_000, midnight - 300)
  late.run(2_000, 60_000, midnight + 300)
  assert.deepEqual(late.known.get(early.device), early.own)
  assert.equal(board.items.size, 2)
  late.run(61_000, 20_000_000, midnight + 300)
  const yesterday = new Set(board.asked)
  board.asked.length = 0
  late.known.clear()
  late.run(20_001_000, 60_000_000, midnight + 30_000)
  assert.deepEqual(
    board.asked.filter((key) => yesterday.has(key) && !board.items.has(key)).length > 0,
    true,
    'the same day, the same place',
  )
})

test('who was away through a rotation is looked for under the older secret, where nobody else writes', () => {
  const { board, members } = circleOf(2)
  const [present, away] = members as [Member, Member]
  const next = new Uint8Array(32).fill(10)
  present.circleList = [{ accesses: [next, SECRET], devices: [away.device] }]
  away.run(0, 1_000)
  present.run(2_000, 120_000)
  assert.deepEqual(present.known.get(away.device), away.own)
  away.run(121_000, 400_000)
  assert.equal(away.known.size, 0, 'who holds only the old secret (as somebody removed does) finds nobody')
  assert.equal(board.items.size, 2)
})

test('an invite is answered by members, and neither founder nor secret is needed', () => {
  const board = new Board()
  const invite = keyText<InviteId>(signatures.publicKey(new Uint8Array(32).fill(99)))
  const members = Array.from({ length: 6 }, (_, i) => new Member(i + 1, board))
  for (const member of members) {
    member.admitList = [invite]
    member.run(0, 1_000)
  }
  const joiner = new Member(50, board)
  joiner.joiningList = [invite]
  joiner.run(2_000, 60_000)
  assert.ok(joiner.admitters.size >= 2, `${joiner.admitters.size}`)
  for (const [device, of] of joiner.admitters) {
    const member = members.find((one) => one.device === device)
    assert.deepEqual([of, joiner.known.get(device)], [invite, member?.own])
  }
})

test('contacts outside circles find each other, and nobody else finds them', () => {
  const board = new Board()
  const [near, far, stranger] = [new Member(1, board), new Member(2, board), new Member(3, board)]
  const secret = new Uint8Array(32).fill(77)
  near.contactList = [{ secret, devices: [far.device] }]
  far.contactList = [{ secret, devices: [near.device] }]
  stranger.contactList = [{ secret: new Uint8Array(32).fill(78), devices: [near.device, far.device] }]
  for (const member of [near, far, stranger]) member.run(0, 1_000)
  for (const member of [near, far, stranger]) member.run(2_000, 400_000)
  assert.deepEqual([near.known.get(far.device), far.known.get(near.device)], [far.own, near.own])
  assert.equal(stranger.known.size, 0)
})

test('a member who writes at the place of another is not believed', () => {
  const { board, members } = circleOf(2)
  const [victim, liar] = members as [Member, Member]
  // The liar knows the secret, so it can derive the place of the victim, and sign there only as itself.
  victim.run(0, 1_000)
  const forger = new Member(liar.seed[0] as number, board)
  const forged = new Rendezvous(
    {
      me: victim.device,
      deviceSeed: forger.seed,
      crypto,
      random: new SeededRandom(1),
      world: { ...forger, circles: () => victim.circleList, addresses: () => forger.own } as never,
    },
    0 as Millis,
  )
  for (const effect of forged.wake(5_000 as Millis, NOON + 5)) if (effect.kind === 'put') board.put(effect)
  liar.run(6_000, 60_000)
  assert.equal(liar.known.has(victim.device), false)
})

test('nothing that lies in the DHT shows who, which circle or where, and all values are of one length', () => {
  const { board, members } = circleOf(5)
  const invite = keyText<InviteId>(signatures.publicKey(new Uint8Array(32).fill(99)))
  for (const member of members) {
    member.admitList = [invite]
    member.run(0, 1_000)
    member.run(86_400_000, 86_401_000)
  }
  const secrets = [...members.map(({ device }) => keyBytes(device)), keyBytes(invite), SECRET]
  const texts = members.flatMap(({ own }) => own)
  assert.ok(board.items.size >= 10)
  for (const [key, { value }] of board.items) {
    assert.equal(value.length, 760)
    for (const secret of secrets) {
      for (let at = 0; at + 8 <= secret.length; at += 8) {
        assert.equal(holds(value, secret.subarray(at, at + 8)), false)
      }
      assert.equal(key.includes(toHex(secret)), false)
    }
    for (const text of texts) assert.equal(holds(value, new TextEncoder().encode(text.slice(4))), false)
  }
})

function holds(bytes: Uint8Array, part: Uint8Array): boolean {
  for (let at = 0; at + part.length <= bytes.length; at++) {
    if (equalBytes(bytes.subarray(at, at + part.length), part)) return true
  }
  return false
}
