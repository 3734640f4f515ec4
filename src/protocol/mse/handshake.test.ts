// Both sides of the encrypted handshake: two production machines, or one under dictation of the other.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digest } from '../../../test/doubles/digest.ts'
import { type DictatedMessage, MseSide } from '../../../test/doubles/mse-side.ts'
import { concatBytes, EMPTY, utf8 } from '../../base/bytes.ts'
import type { WireHash } from '../../base/ids.ts'
import type { Digest } from '../../base/ports.ts'
import { type Random, randomInt, SeededRandom } from '../../base/random.ts'
import type { MseAgreement, MseMachine } from './dialogue.ts'
import { MseError } from './error.ts'
import { initiator } from './initiator.ts'
import { torrentTag } from './keys.ts'
import type { MseMethod } from './method.ts'
import { responder } from './responder.ts'

const HASH = 'aa'.repeat(20) as WireHash
const OTHER = 'bb'.repeat(20) as WireHash
const HELLO = utf8('the first bytes of the stream')
const KEY_BYTES = 96
const MAX_PAD = 512

/** A machine and all it said. */
class Side {
  readonly said: Uint8Array[] = []
  readonly machine: MseMachine
  readonly proved: WireHash[] = []
  code: string | undefined
  /** Bytes that the machine left alone. */
  rest = EMPTY

  constructor(make: (send: (bytes: Uint8Array) => void, proved: (hash: WireHash) => void) => MseMachine) {
    this.machine = make(
      (bytes) => this.said.push(bytes),
      (hash) => this.proved.push(hash),
    )
    this.machine.start()
  }

  get agreement(): MseAgreement | undefined {
    return this.machine.agreement
  }

  /** What was said since this was last asked. */
  heard(): Uint8Array {
    return concatBytes(this.said.splice(0))
  }

  push(bytes: Uint8Array): void {
    if (this.code !== undefined) return
    try {
      const taken = this.machine.push(bytes)
      this.rest = concatBytes([this.rest, bytes.subarray(taken)])
    } catch (error) {
      assert.ok(error instanceof MseError)
      this.code = error.code
    }
  }
}

interface Setting {
  readonly random?: Random
  readonly methods?: readonly MseMethod[]
  readonly torrent?: WireHash
  readonly payload?: Uint8Array
  readonly known?: readonly WireHash[]
  readonly digest?: Digest
}

function initiating(setting: Setting = {}): Side {
  const {
    random = new SeededRandom(1),
    methods = ['rc4', 'plain'],
    torrent = HASH,
    payload = HELLO,
  } = setting
  return new Side((send) =>
    initiator({ digest, random, torrent, methods, send, initialPayload: () => payload }),
  )
}

function responding(setting: Setting = {}): Side {
  const { random = new SeededRandom(2), methods = ['rc4', 'plain'], known = [HASH] } = setting
  const tags = new Map(known.map((hash) => [torrentTag(digest, hash).join(), hash]))
  const find = (tag: Uint8Array) => tags.get(tag.join())
  return new Side((send, proved) =>
    responder({ digest: setting.digest ?? digest, random, methods, find, send, proved }),
  )
}

/** Bytes to `to`, cut by `cut`, one part after the other. */
function carry(bytes: Uint8Array, to: Side, cut: (at: number) => number): void {
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + Math.max(1, cut(at)))
    to.push(bytes.slice(at, end))
    at = end
  }
}

/** Until neither has anything to say. */
function talk(a: Side, b: Side, cut: (at: number) => number = () => Number.POSITIVE_INFINITY): void {
  for (;;) {
    const [there, back] = [a.heard(), b.heard()]
    if (there.length + back.length === 0) return
    carry(there, b, cut)
    carry(back, a, cut)
  }
}

/** Both agreed; bytes arrive both ways and the initial payload first. */
function assertAgreed(a: Side, b: Side, method: MseMethod, payload = HELLO): void {
  assert.equal(a.code ?? b.code, undefined)
  assert.deepEqual([a.agreement?.method, b.agreement?.method], [method, method])
  const [one, two] = [a.agreement as MseAgreement, b.agreement as MseAgreement]
  assert.deepEqual(b.proved, [HASH])
  assert.equal(one.encryptedBytes, method === 'rc4' ? Number.POSITIVE_INFINITY : 0)
  assert.equal(two.encryptedBytes, method === 'rc4' ? Number.POSITIVE_INFINITY : payload.length)
  const initial = b.rest.slice()
  two.decrypt.crypt(initial, initial)
  assert.deepEqual(initial, payload)
  assert.equal(a.rest.length, 0)
  if (method === 'plain') return
  for (const [from, to] of [
    [one, two],
    [two, one],
  ] as const) {
    const bytes = utf8('long enough to be taken by the word as well '.repeat(9))
    const wire = new Uint8Array(bytes.length)
    from.encrypt?.crypt(bytes, wire)
    assert.notDeepEqual(wire, bytes)
    to.decrypt.crypt(wire, wire)
    assert.deepEqual(wire, bytes)
  }
}

test('two sides agree, whatever pads they draw and in whatever parts their bytes arrive', () => {
  const seed = 7
  const dice = new SeededRandom(seed)
  for (let round = 0; round < 60; round++) {
    const a = initiating({ random: new SeededRandom(2 * round) })
    const b = responding({ random: new SeededRandom(2 * round + 1) })
    talk(a, b, () => 1 + randomInt(dice, randomInt(dice, 2) === 0 ? 3 : 400))
    assertAgreed(a, b, 'rc4')
  }
})

test('byte by byte, and with a single cut at every place', () => {
  const lengths = new Set<number>()
  const bytewise = [initiating(), responding()] as const
  talk(...bytewise, (at) => {
    lengths.add(at)
    return 1
  })
  assertAgreed(...bytewise, 'rc4')
  for (const place of lengths) {
    const [a, b] = [initiating(), responding()]
    talk(a, b, (at) => (at < place ? place - at : Number.POSITIVE_INFINITY))
    assertAgreed(a, b, 'rc4')
  }
})

test('the method is the first of the responder that the initiator offers', () => {
  const cases: readonly [readonly MseMethod[], readonly MseMethod[], MseMethod | undefined][] = [
    [['rc4', 'plain'], ['rc4', 'plain'], 'rc4'],
    [['rc4', 'plain'], ['plain', 'rc4'], 'plain'],
    [['plain'], ['rc4', 'plain'], 'plain'],
    [['rc4'], ['plain', 'rc4'], 'rc4'],
    [['rc4'], ['rc4'], 'rc4'],
    [['plain'], ['rc4'], undefined],
    [['rc4'], ['plain'], undefined],
  ]
  for (const [offered, taken, method] of cases) {
    const [a, b] = [initiating({ methods: offered }), responding({ methods: taken })]
    talk(a, b)
    if (method !== undefined) assertAgreed(a, b, method)
    else {
      assert.equal(b.code, 'NO_COMMON_METHOD')
      assert.deepEqual([a.agreement, b.agreement], [undefined, undefined])
    }
  }
})

test('initial payloads of every size travel with the handshake', () => {
  for (const lengthBytes of [0, 1, 68, 65_535]) {
    for (const method of ['rc4', 'plain'] as const) {
      const payload = new SeededRandom(3).bytes(lengthBytes)
      const [a, b] = [initiating({ payload }), responding({ methods: [method] })]
      talk(a, b)
      assertAgreed(a, b, method, payload)
    }
  }
})

test('a stream that ends at any byte leaves both sides waiting, without an agreement', () => {
  const whole = (() => {
    const [a, b] = [initiating(), responding()]
    const first = a.heard()
    b.push(first)
    const second = b.heard()
    a.push(second)
    const third = a.heard()
    b.push(third)
    return { toB: [first, third], toA: [second, b.heard()] }
  })()
  const toB = concatBytes(whole.toB)
  const enough = toB.length - HELLO.length
  for (let end = 0; end < toB.length; end++) {
    const b = responding()
    b.push(toB.subarray(0, end))
    assert.equal(b.code, undefined)
    assert.equal(b.agreement !== undefined, end >= enough, `${end} of ${toB.length} bytes`)
    assert.equal(b.proved.length, end >= enough ? 1 : 0)
  }
  const toA = concatBytes(whole.toA)
  for (let end = 0; end < toA.length; end++) {
    const a = initiating()
    a.push(toA.subarray(0, end))
    assert.equal(a.code ?? a.agreement, undefined, `${end} of ${toA.length} bytes`)
  }
})

/** A production responder after the keys were exchanged, and who talks to it. */
function dictatedInitiator(setting: Setting = {}, hash = setting.torrent ?? HASH): [MseSide, Side] {
  const side = new MseSide('initiator', hash)
  const b = responding(setting)
  b.push(side.key)
  side.hear(b.heard())
  return [side, b]
}

function dictatedResponder(setting: Setting = {}): [MseSide, Side] {
  const side = new MseSide('responder', HASH)
  const a = initiating(setting)
  side.hear(a.heard())
  a.push(side.key)
  return [side, a]
}

test('pads of 0 and 512 bytes are taken, in all four places', () => {
  for (const lengthBytes of [0, 1, MAX_PAD]) {
    const pad = new SeededRandom(lengthBytes).bytes(lengthBytes)
    const [side, b] = dictatedInitiator()
    b.push(concatBytes([pad, side.proof(), side.message({ pad, initialPayload: HELLO })]))
    assert.equal(b.agreement?.method, 'rc4')
    const initial = b.rest.slice()
    b.agreement.decrypt.crypt(initial, initial)
    assert.deepEqual(initial, HELLO)

    const [other, a] = dictatedResponder()
    a.push(concatBytes([pad, other.message({ pad })]))
    assert.equal(a.agreement?.method, 'rc4')
  }
})

test('a first pad without end is given up after 512 bytes, on both sides', () => {
  for (const bytes of [new Uint8Array(MAX_PAD + 1), new SeededRandom(9).bytes(MAX_PAD + 1)]) {
    const [side, b] = dictatedInitiator()
    b.push(concatBytes([bytes, side.proof().subarray(0, 18)]))
    assert.equal(b.code, undefined)
    b.push(side.proof().subarray(18))
    assert.equal(b.code, 'NOT_SYNCHRONISED')
    const [, a] = dictatedResponder()
    a.push(concatBytes([bytes, new Uint8Array(6)]))
    assert.equal(a.code, undefined)
    a.push(new Uint8Array(1))
    assert.equal(a.code, 'NOT_SYNCHRONISED')
  }
})

test('a second pad above 512 bytes is refused at its length', () => {
  const [side, b] = dictatedInitiator()
  b.push(concatBytes([side.proof(), side.message({ padLength: MAX_PAD + 1 })]))
  assert.equal(b.code, 'PAD_TOO_LONG')
  const [other, a] = dictatedResponder()
  a.push(other.message({ padLength: 65_535 }))
  assert.equal(a.code, 'PAD_TOO_LONG')
})

test('a constant that is not zero is refused by the responder, and never found by the initiator', () => {
  for (let at = 0; at < 8; at++) {
    const constant = new Uint8Array(8)
    constant[at] = 1
    const [side, b] = dictatedInitiator()
    b.push(concatBytes([side.proof(), side.message({ constant })]))
    assert.equal(b.code, 'WRONG_CONSTANT')
    const [other, a] = dictatedResponder()
    a.push(concatBytes([other.message({ constant }), new Uint8Array(MAX_PAD)]))
    assert.equal(a.code, 'NOT_SYNCHRONISED')
  }
})

test('methods that nobody offered are refused: none, another, or several at once', () => {
  for (const bits of [0, 4, 3, 0xffff_ffff]) {
    const [side, a] = dictatedResponder()
    a.push(side.message({ bits }))
    assert.equal(a.code, 'NO_COMMON_METHOD', String(bits))
  }
  for (const bits of [0, 4, 0xffff_fffc]) {
    const [side, b] = dictatedInitiator()
    b.push(concatBytes([side.proof(), side.message({ bits })]))
    assert.equal(b.code, 'NO_COMMON_METHOD', String(bits))
  }
  const [side, a] = dictatedResponder({ methods: ['rc4'] })
  a.push(side.message({ bits: 1 }))
  assert.equal(a.code, 'NO_COMMON_METHOD', 'what was not offered this time')
})

test('offers with bits of the future are taken by what we know of them', () => {
  const [side, b] = dictatedInitiator()
  b.push(concatBytes([side.proof(), side.message({ bits: 0xffff_fffe })]))
  assert.equal(b.agreement?.method, 'rc4')
})

test('keys that give everybody the same secret are refused without a word', () => {
  for (const byte of [0x00, 0xff]) {
    const b = responding()
    b.push(new Uint8Array(KEY_BYTES).fill(byte))
    assert.equal(b.code, 'BAD_KEY')
    assert.equal(b.heard().length, 0)
    const a = initiating()
    a.push(new Uint8Array(KEY_BYTES).fill(byte))
    assert.equal(a.code, 'BAD_KEY')
  }
})

test('noise of any length comes to nothing and is forgotten: at most 1 KiB is taken of it', () => {
  const dice = new SeededRandom(11)
  for (let round = 0; round < 30; round++) {
    for (const side of [initiating(), responding()]) {
      let taken = 0
      while (side.code === undefined) {
        const bytes = dice.bytes(1 + randomInt(dice, 200))
        taken += bytes.length
        side.push(bytes)
        assert.ok(taken <= 1_024, 'given up by then')
      }
      assert.equal(side.code, 'NOT_SYNCHRONISED')
      assert.equal(side.agreement, undefined)
    }
  }
})

test('a machine that threw takes nothing any more', () => {
  const b = responding()
  b.push(new Uint8Array(KEY_BYTES))
  assert.throws(() => b.machine.push(new Uint8Array(1)), { code: 'MACHINE_DEAD' })
})

test('both hashes of a hybrid are known by their tags', () => {
  for (const hash of [HASH, OTHER]) {
    const [a, b] = [initiating({ torrent: hash }), responding({ known: [HASH, OTHER] })]
    talk(a, b)
    assert.deepEqual(b.proved, [hash])
  }
})

test('nothing of the infohash, and nothing twice, is seen by who watches', () => {
  const seen = new Set<string>()
  for (let seed = 0; seed < 20; seed++) {
    const [a, b] = [initiating({ random: new SeededRandom(seed) }), responding()]
    const first = a.heard()
    b.push(first)
    a.push(b.heard())
    const third = Buffer.from(a.heard())
    for (const mark of [HASH, Buffer.from(torrentTag(digest, HASH)).toString('hex')]) {
      assert.ok(!Buffer.from(first).includes(mark, 0, 'hex') && !third.includes(mark, 0, 'hex'))
    }
    assert.ok(!third.includes(Buffer.from(HELLO)))
    for (let at = 0; at < 40; at += 20) {
      const part = third.toString('hex', at, at + 20)
      assert.ok(!seen.has(part))
      seen.add(part)
    }
  }
})

// ── What a stranger may learn ───────────────────────────────────────────────────────────────────────────────────────

/** What one who does not know an infohash can send, each with what it says about the torrent. */
const STRANGERS: Readonly<
  Record<string, (side: MseSide, message: (parts?: DictatedMessage) => Uint8Array) => Uint8Array>
> = {
  'a torrent that is here, without its infohash': (side) =>
    concatBytes([side.proof(HASH), new Uint8Array(400)]),
  'a torrent that is not here': (side) => concatBytes([side.proof(OTHER), new Uint8Array(400)]),
  'a torrent that is not here, and whose infohash it knows': (side, message) =>
    concatBytes([side.proof(OTHER), message(), new Uint8Array(386)]),
}

test('a torrent that is here and one that is not cost the same work and say the same, to who cannot prove its infohash', () => {
  const results = Object.entries(STRANGERS).map(([what, words]) => {
    const counted = { sha1: 0, bytes: 0 }
    const counting: Digest = {
      sha1: (bytes) => {
        counted.sha1++
        counted.bytes += bytes.length
        return digest.sha1(bytes)
      },
      sha256: digest.sha256,
    }
    const draws: number[] = []
    const dice = new SeededRandom(5)
    const random: Random = {
      uint32: () => dice.uint32(),
      bytes: (length) => {
        draws.push(length)
        return dice.bytes(length)
      },
    }
    const side = new MseSide('initiator', OTHER)
    const b = responding({ random, digest: counting })
    const stream = [side.key]
    b.push(side.key)
    const answer = b.heard()
    side.hear(answer)
    const bytes = words(side, (parts) => side.message(parts))
    stream.push(bytes)
    // The byte at which it is given up, and everything said by then.
    let diedAt = 0
    for (; diedAt < bytes.length && b.code === undefined; diedAt++) b.push(bytes.subarray(diedAt, diedAt + 1))
    assert.ok(b.code !== undefined, what)
    return { diedAt, counted, draws, answerBytes: answer.length, saidLater: b.heard().length }
  })
  for (const result of results) assert.deepEqual(result, results[0])
  assert.equal(results[0]?.saidLater, 0)
})
