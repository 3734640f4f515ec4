import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MemoryLogStore } from '../../../test/doubles/memory-log-store.ts'
import { PeopleWire } from '../../../test/doubles/people-wire.ts'
import { decode } from '../../base/bencode.ts'
import { encode } from '../../base/bencode-encode.ts'
import { BDict } from '../../base/bencode-value.ts'
import { concatBytes } from '../../base/bytes.ts'
import { SeededRandom } from '../../base/random.ts'
import { RecordError } from '../community-error.ts'
import { type CircleId, type DeviceId, keyBytes, keyText, type RecordId } from '../ids.ts'
import { SystemCrypto } from '../network/system-crypto.ts'
import type { Service } from '../service.ts'
import { type LogOwner, type LogRecord, NOTHING, UNBOUNDED, type Verdict } from './log-record.ts'
import { LogSync } from './log-sync.ts'
import { packVector } from './log-vector.ts'

const crypto = new SystemCrypto()
const CIRCLE = keyText<CircleId>(crypto.sha256(new Uint8Array([1])))

/** One device with a log whose records say a number. */
class Device implements Service {
  readonly name = 'toy'
  readonly seed: Uint8Array
  readonly id: DeviceId
  readonly store = new MemoryLogStore()
  readonly bounds = new Map<DeviceId, number>()
  readonly frozen = new Map<DeviceId, number>()
  readonly heard: string[] = []
  readonly sync: LogSync
  judge: (record: LogRecord) => Verdict = () => 'take'
  caughtUp = 0
  reads = 0

  constructor(wire: PeopleWire, number: number) {
    this.seed = new Uint8Array(32).fill(number)
    this.id = keyText<DeviceId>(crypto.publicKey(this.seed))
    const owner: LogOwner = {
      read: (circle, bytes) => this.#read(circle, bytes),
      bound: (_circle, author) => this.bounds.get(author) ?? UNBOUNDED,
      judge: (record) => this.judge(record),
      stored: (record) => this.heard.push(`${record.author.slice(0, 4)} ${record.seq}`),
      forked: (_circle, author, at) => this.frozen.set(author, at),
      holds: () => undefined,
      caughtUp: () => this.caughtUp++,
    }
    this.sync = new LogSync({ owner, store: this.store, out: wire.out(this.id), digest: crypto })
    wire.add(this.id, this)
  }

  #read(circle: CircleId, bytes: Uint8Array): LogRecord {
    this.reads++
    const signed = decode(bytes).value
    if (!(signed instanceof BDict)) throw new RecordError('RECORD_INVALID', { what: 'shape' })
    const message = signed.raw('m') as Uint8Array
    const inner = signed.dict('m') as BDict
    const author = inner.bytes('a') as Uint8Array
    if (!crypto.verify(signed.bytes('s') as Uint8Array, message, author))
      throw new RecordError('RECORD_INVALID', { what: 'signature' })
    const prev = inner.bytes('p') as Uint8Array
    return {
      circle,
      author: keyText<DeviceId>(author),
      seq: inner.int('q') as number,
      prev: prev.length === 0 ? undefined : keyText<RecordId>(prev),
      id: keyText<RecordId>(crypto.sha256(bytes)),
      bytes,
    }
  }

  make(seq: number, prev: RecordId | undefined, says: string): LogRecord {
    const message = encode({
      a: keyBytes(this.id),
      p: prev === undefined ? new Uint8Array(0) : keyBytes(prev),
      q: seq,
      t: says,
    })
    const bytes = encode({ m: decode(message).value, s: crypto.sign(message, this.seed) })
    this.reads--
    return this.#read(CIRCLE, bytes)
  }

  write(says = 'x'): LogRecord {
    const chain = this.sync.chain(CIRCLE, this.id)
    const record = this.make((chain?.seq ?? 0) + 1, chain?.head, says)
    this.sync.append(record)
    return record
  }

  /** What it has, without regard to order. */
  has(): string[] {
    return this.store
      .all(CIRCLE)
      .map(({ id }) => id)
      .sort()
  }

  linked({ device, way }: { device: DeviceId; way: string }, now: PeopleWire['now']): void {
    this.sync.opened(CIRCLE, device, way === 'relayed', now)
  }

  received(from: DeviceId, kind: string, body: BDict, now: PeopleWire['now']): void {
    assert.ok(this.sync.received(from, kind, body, now))
  }

  drained(device: DeviceId, now: PeopleWire['now']): void {
    this.sync.drained(device, now)
  }

  unlinked(device: DeviceId, now: PeopleWire['now']): void {
    this.sync.unlinked(device, now)
  }

  wake(now: PeopleWire['now']): void {
    this.sync.wake(now)
  }

  deadline() {
    return this.sync.deadline()
  }
}

function devices(count: number): { wire: PeopleWire; all: Device[] } {
  const wire = new PeopleWire()
  return { wire, all: Array.from({ length: count }, (_, index) => new Device(wire, index + 1)) }
}

test('what was written before two devices met is at both when they have', () => {
  const { wire, all } = devices(2)
  const [a, b] = all as [Device, Device]
  for (let i = 0; i < 40; i++) a.write(`a${i}`)
  for (let i = 0; i < 7; i++) b.write(`b${i}`)
  wire.link(a.id, b.id)
  wire.settle()
  assert.equal(a.has().length, 47)
  assert.deepEqual(a.has(), b.has())
  assert.equal(b.caughtUp, 1)
})

test('two devices with the same log tell each other one sum each and nothing else', () => {
  const { wire, all } = devices(2)
  const [a, b] = all as [Device, Device]
  for (let i = 0; i < 5; i++) a.write()
  wire.link(a.id, b.id)
  wire.settle()
  wire.unlink(a.id, b.id)
  wire.carried.clear()
  wire.link(a.id, b.id)
  wire.settle()
  assert.deepEqual([...wire.carried], [['sum', { frames: 2, bytes: 2 * 91 }]])
})

test('only a head of at most 256 bytes is pushed, and whoever misses it asks', () => {
  const { wire, all } = devices(3)
  const [a, b, c] = all as [Device, Device, Device]
  for (const [x, y] of [
    [a, b],
    [b, c],
  ] as const)
    wire.link(x.id, y.id)
  wire.settle()
  wire.carried.clear()
  a.write('hello'.repeat(1_000))
  wire.pass(1_000)
  assert.deepEqual(c.has(), a.has())
  const heads = wire.carried.get('heads')
  assert.ok(heads !== undefined && heads.bytes / heads.frames <= 256, JSON.stringify(heads))
  assert.equal(wire.carried.get('page')?.frames, 2)
})

test('a long history comes in pages of at most 256 KiB, and through a relay in small ones', () => {
  for (const [way, most] of [
    ['direct', 264 * 1_024],
    ['relayed', 40 * 1_024],
  ] as const) {
    const { wire, all } = devices(2)
    const [a, b] = all as [Device, Device]
    for (let i = 0; i < 200; i++) a.write('x'.repeat(4_000))
    wire.link(a.id, b.id, way)
    wire.settle()
    assert.equal(b.has().length, 200)
    const pages = wire.carried.get('page') as { frames: number; bytes: number }
    assert.ok(pages.bytes / pages.frames <= most)
  }
})

test('a history whose link breaks half way is gone on with, not begun again', () => {
  const { wire, all } = devices(2)
  const [a, b] = all as [Device, Device]
  for (let i = 0; i < 200; i++) a.write('x'.repeat(4_000))
  wire.link(a.id, b.id)
  let pages = 0
  wire.carries = ({ kind }) => kind !== 'page' || ++pages <= 2
  wire.settle()
  wire.unlink(a.id, b.id)
  const half = b.has().length
  assert.ok(half > 50 && half < 200)
  wire.carries = () => true
  b.reads = 0
  wire.link(a.id, b.id)
  wire.settle()
  assert.equal(b.has().length, 200)
  assert.equal(b.reads, 200 - half)
})

test('whoever is slow is left waiting, and another one is asked', () => {
  const { wire, all } = devices(3)
  const [a, b, c] = all as [Device, Device, Device]
  a.write('one')
  wire.link(a.id, b.id)
  wire.settle()
  wire.carries = ({ from, kind }) => !(kind === 'page' && from === a.id)
  wire.link(a.id, c.id)
  wire.settle()
  wire.link(b.id, c.id)
  wire.settle()
  assert.equal(c.has().length, 0)
  wire.pass(20_000)
  assert.equal(c.has().length, 1)
  assert.deepEqual(wire.hungUp, [])
})

test('whoever says it has more than it gives is asked no more for it, and the log goes on', () => {
  const { wire, all } = devices(3)
  const [a, b, c] = all as [Device, Device, Device]
  for (let i = 0; i < 5; i++) a.write()
  wire.link(a.id, b.id)
  wire.settle()
  // b tells of five and serves none.
  b.store.records = () => []
  wire.link(b.id, c.id)
  wire.pass(10_000)
  assert.equal(c.has().length, 0)
  assert.equal(wire.carried.get('pull')?.frames, 2)
  wire.link(a.id, c.id)
  wire.pass(10_000)
  assert.equal(c.has().length, 5)
})

test('a record with a forged signature is not stored and ends the link', () => {
  const { wire, all } = devices(2)
  const [a, b] = all as [Device, Device]
  const record = a.make(1, undefined, 'forged')
  const bytes = record.bytes.slice()
  bytes[bytes.length - 5] = (bytes[bytes.length - 5] as number) ^ 1
  a.sync.append({ ...record, bytes })
  wire.link(a.id, b.id)
  wire.settle()
  assert.deepEqual(b.has(), [])
  assert.deepEqual(wire.hungUp, [{ by: b.id, on: a.id, code: 'RECORD_INVALID signature' }])
})

test('what nobody asked for ends the link', () => {
  const { wire, all } = devices(2)
  const [a, b] = all as [Device, Device]
  wire.link(a.id, b.id)
  wire.settle()
  const record = a.make(1, undefined, 'pushed')
  wire.forge(
    a.id,
    b.id,
    'page',
    encode({ k: 'page', b: { c: keyBytes(CIRCLE), n: 99, r: [record.bytes], m: 0 } }),
  )
  assert.deepEqual(b.has(), [])
  assert.equal(wire.hungUp[0]?.code, 'FRAME_INVALID a page nobody asked for')
})

test('frames of a device that did not prove to be in the circle are dropped unread', () => {
  const { wire, all } = devices(2)
  const [a, b] = all as [Device, Device]
  a.write()
  wire.link(a.id, b.id)
  b.sync.closed(CIRCLE, a.id, wire.now)
  wire.settle()
  assert.deepEqual(b.has(), [])
  assert.equal(b.reads, 0)
})

test('a device that asks without end is hung up on', () => {
  const { wire, all } = devices(2)
  const [a, b] = all as [Device, Device]
  wire.link(a.id, b.id)
  wire.settle()
  const ask = encode({ k: 'pull', b: { c: keyBytes(CIRCLE), n: 1, w: concatBytes([]) } })
  for (let i = 0; i < 1_000; i++) wire.forge(a.id, b.id, 'pull', ask)
  assert.equal(wire.hungUp[0]?.code, 'TOO_FAST pull')
})

test('a device that answers with what is here already, again and again, is hung up on', () => {
  const { wire, all } = devices(2)
  const [a, b] = all as [Device, Device]
  const { bytes, id } = a.write()
  wire.link(a.id, b.id)
  wire.settle()
  // It says that there is more, and gives the first one a thousand times.
  a.store.records = () => Array.from({ length: 16 }, (_, order) => ({ order, seq: 2, bytes }))
  const author = a.id
  for (let seq = 2; seq < 1_000 && wire.hungUp.length === 0; seq++) {
    const v = packVector([{ author, begin: 1, seq, head: id, forkedAt: undefined }])
    wire.forge(a.id, b.id, 'heads', encode({ k: 'heads', b: { c: keyBytes(CIRCLE), v } }))
    const r = Array.from({ length: 1_000 }, () => bytes)
    wire.forge(a.id, b.id, 'page', encode({ k: 'page', b: { c: keyBytes(CIRCLE), n: seq, r, m: 0 } }))
  }
  assert.equal(wire.hungUp[0]?.code, 'TOO_FAST page')
  assert.ok(b.reads < 30_000, `${b.reads}`)
})

test('of an author of whom nothing counts nothing is asked for; of a pinned one what stands before the pin', () => {
  const { wire, all } = devices(3)
  const [a, b, c] = all as [Device, Device, Device]
  for (let i = 0; i < 4; i++) a.write()
  for (let i = 0; i < 4; i++) b.write()
  wire.link(a.id, b.id)
  wire.settle()
  c.bounds.set(a.id, NOTHING)
  c.bounds.set(b.id, 2)
  wire.link(b.id, c.id)
  wire.pass(60_000)
  assert.deepEqual(c.heard, [`${b.id.slice(0, 4)} 1`, `${b.id.slice(0, 4)} 2`])
  assert.equal(wire.carried.get('pull')?.frames, 3)
  // The pin goes: what was behind it comes.
  c.bounds.delete(b.id)
  c.sync.recheck(CIRCLE, wire.now)
  wire.settle()
  assert.equal(c.has().length, 4)
})

test('what cannot be judged yet comes once its owner says so, and nobody is blamed', () => {
  const { wire, all } = devices(2)
  const [a, b] = all as [Device, Device]
  for (let i = 0; i < 3; i++) a.write()
  b.judge = ({ seq }) => (seq < 2 ? 'take' : 'later')
  wire.link(a.id, b.id)
  wire.pass(10_000)
  assert.equal(b.has().length, 1)
  b.judge = () => 'take'
  b.sync.recheck(CIRCLE, wire.now)
  wire.settle()
  assert.deepEqual(b.has(), a.has())
  assert.deepEqual(wire.hungUp, [])
})

test('a chain ends before a record that breaks the rules, and is not asked for again', () => {
  const { wire, all } = devices(2)
  const [a, b] = all as [Device, Device]
  for (let i = 0; i < 3; i++) a.write()
  b.judge = ({ seq }) => (seq < 2 ? 'take' : 'stop')
  wire.link(a.id, b.id)
  wire.pass(100_000)
  assert.equal(b.has().length, 1)
  assert.equal(wire.carried.get('pull')?.frames, 1)
  assert.equal(b.sync.chain(CIRCLE, a.id)?.stopped, true)
})

test('a skipped author leaves no records, and is told of to nobody', () => {
  const { wire, all } = devices(3)
  const [a, b, c] = all as [Device, Device, Device]
  for (let i = 0; i < 3; i++) a.write()
  wire.link(a.id, b.id)
  wire.settle()
  b.bounds.set(a.id, NOTHING)
  b.sync.skip(CIRCLE, a.id)
  assert.deepEqual(b.has(), [])
  wire.link(b.id, c.id)
  wire.pass(1_000)
  assert.deepEqual(c.has(), [])
  // Taken back: what comes later comes, what went does not.
  b.bounds.delete(a.id)
  b.sync.recheck(CIRCLE, wire.now)
  a.write()
  wire.pass(1_000)
  assert.deepEqual(
    b.store.all(CIRCLE).map(({ seq }) => seq),
    [4],
  )
})

test('a chain whose beginning is pruned everywhere begins later, and one that somebody has whole is had whole', () => {
  const { wire, all } = devices(4)
  const [a, b, c, d] = all as [Device, Device, Device, Device]
  for (let i = 0; i < 6; i++) a.write()
  wire.link(a.id, b.id)
  wire.settle()
  b.sync.prune(CIRCLE, a.id, 4)
  wire.link(b.id, c.id)
  wire.settle()
  assert.deepEqual(
    c.store.all(CIRCLE).map(({ seq }) => seq),
    [4, 5, 6],
  )
  // d meets both the one that pruned and the author.
  wire.unlink(a.id, b.id)
  b.bounds.set(a.id, NOTHING)
  wire.link(a.id, d.id)
  wire.link(b.id, d.id)
  wire.settle()
  assert.equal(d.has().length, 6)
})

test('a fork freezes its author before the first place, everywhere, and the proof spreads', () => {
  const { wire, all } = devices(5)
  const [a, b, c, d, e] = all as [Device, Device, Device, Device, Device]
  const common = [a.write('1'), a.write('2'), a.write('3')]
  wire.link(a.id, b.id)
  wire.link(a.id, c.id)
  wire.settle()
  wire.off(a.id)
  // Two branches from the fourth on: b gets one, c another and longer one.
  const left = new Device(new PeopleWire(), 1)
  const right = new Device(new PeopleWire(), 1)
  for (const record of common) {
    left.sync.append(record)
    right.sync.append(record)
  }
  for (let i = 0; i < 9; i++) b.sync.append(left.write(`left ${i}`))
  for (let i = 0; i < 20; i++) c.sync.append(right.write(`right ${i}`))
  wire.link(b.id, d.id)
  wire.link(c.id, e.id)
  wire.settle()
  assert.equal(d.has().length, 12)
  wire.link(b.id, c.id)
  wire.pass(5_000)
  for (const device of [b, c, d, e]) {
    assert.equal(device.frozen.get(a.id), 4)
    assert.deepEqual(device.has(), common.map(({ id }) => id).sort())
    assert.equal(device.store.fork(CIRCLE, a.id)?.at, 4)
  }
  assert.deepEqual(wire.hungUp, [])
  // Whoever comes later learns it as well, and takes what counts.
  const f = new Device(wire, 6)
  wire.link(e.id, f.id)
  wire.pass(5_000)
  assert.equal(f.frozen.get(a.id), 4)
  assert.equal(f.has().length, 3)
})

test('two records that may stand beside each other are no proof of a fork', () => {
  const { wire, all } = devices(2)
  const [a, b] = all as [Device, Device]
  const first = a.write()
  const second = a.write()
  wire.link(a.id, b.id)
  wire.settle()
  wire.forge(
    a.id,
    b.id,
    'fork',
    encode({ k: 'fork', b: { c: keyBytes(CIRCLE), f: first.bytes, s: second.bytes } }),
  )
  assert.equal(wire.hungUp[0]?.code, 'FRAME_INVALID no fork')
  assert.equal(b.frozen.size, 0)
})

test('a link without room is told everything again when there is', () => {
  const { wire, all } = devices(2)
  const [a, b] = all as [Device, Device]
  wire.link(a.id, b.id)
  wire.settle()
  wire.room = (from) => from !== a.id
  for (let i = 0; i < 3; i++) a.write()
  wire.settle()
  assert.equal(b.has().length, 0)
  wire.room = () => true
  wire.drained(a.id, b.id)
  wire.settle()
  assert.equal(b.has().length, 3)
})

test('every device ends with the same log, whoever met whom when', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
      const random = new SeededRandom(seed)
      const draw = (below: number) => random.uint32() % below
      const { wire, all } = devices(6)
      const some = () => all[draw(all.length)] as Device
      for (let step = 0; step < 150; step++) {
        const [x, y] = [some(), some()]
        const what = draw(10)
        if (what < 4) x.write(`${step}`)
        else if (x !== y && what < 6) wire.link(x.id, y.id)
        else if (x !== y && what < 8) wire.unlink(x.id, y.id)
        else for (let i = 0; i < 20; i++) wire.step(draw)
        if (what === 9) wire.pass(draw(200))
      }
      for (let i = 1; i < all.length; i++) wire.link((all[i - 1] as Device).id, (all[i] as Device).id)
      wire.pass(300_000)
      for (const device of all) {
        assert.deepEqual(device.has(), (all[0] as Device).has())
        assert.equal(new Set(device.heard).size, device.heard.length)
      }
      assert.deepEqual(wire.hungUp, [])
    }),
    { seed: 6, numRuns: 25 },
  )
})
