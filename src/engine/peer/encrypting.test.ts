// Connections through message stream encryption over links in memory: two production ends, or one that meets a stranger.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digest } from '../../../test/doubles/digest.ts'
import { type LinkedConnection, link } from '../../../test/doubles/linked-connections.ts'
import { MseSide } from '../../../test/doubles/mse-side.ts'
import { HASH, idOf, MODERN } from '../../../test/doubles/peer-scene.ts'
import { VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import { concatBytes, equalBytes, utf8 } from '../../base/bytes.ts'
import type { WireHash } from '../../base/ids.ts'
import type { Connection } from '../../base/ports.ts'
import { randomInt, SeededRandom } from '../../base/random.ts'
import { torrentTag } from '../../protocol/mse/keys.ts'
import type { MseMethod } from '../../protocol/mse/method.ts'
import { encodeHandshake, HANDSHAKE_START } from '../../protocol/wire/handshake.ts'
import { ANSWER_TIMEOUT_MS, EncryptingConnection, type EncryptingOptions } from './encrypting.ts'
import { ReusedFrames } from './frame-pool.ts'
import { exchangeHandshakes, HANDSHAKE_TIMEOUT_MS, HandshakeError } from './handshaking.ts'
import { LentMemory } from './lent-memory.ts'

const OTHER = 'bb'.repeat(20) as WireHash
const BOTH: readonly MseMethod[] = ['rc4', 'plain']
const memory = new LentMemory()
const frames = new ReusedFrames()

function options(clock: VirtualClock, connection: Connection, methods = BOTH, seed = 1): EncryptingOptions {
  return { connection, clock, digest, random: new SeededRandom(seed), frames, memory, methods }
}

const outgoing = (clock: VirtualClock, connection: Connection, methods = BOTH, torrent = HASH) =>
  EncryptingConnection.outgoing({ ...options(clock, connection, methods), torrent })

function incoming(clock: VirtualClock, connection: Connection, methods = BOTH, plain = true) {
  const find = (tag: Uint8Array) => (equalBytes(tag, torrentTag(digest, HASH)) ? HASH : undefined)
  return EncryptingConnection.incoming({ ...options(clock, connection, methods, 2), find, plain })
}

/** What an owner hears, copied. */
class Owner {
  readonly connection: Connection
  readonly heard: Uint8Array[] = []
  readonly ends: unknown[] = []
  drains = 0
  onData: () => void = () => {}

  constructor(connection: Connection) {
    this.connection = connection
    connection.events = {
      data: (bytes) => {
        assert.equal(this.ends.length, 0)
        this.heard.push(bytes.slice())
        this.onData()
      },
      drain: () => this.drains++,
      closed: (error) => this.ends.push(error),
    }
  }

  get all(): Uint8Array {
    return concatBytes(this.heard)
  }
}

/** Everything that crosses the link, both ways. */
function tapped(ends: readonly [LinkedConnection, LinkedConnection]): Uint8Array[] {
  const crossed: Uint8Array[] = []
  for (const end of ends) {
    const write = end.write.bind(end)
    end.write = (bytes, sent) => {
      crossed.push(bytes.slice())
      write(bytes, sent)
    }
  }
  return crossed
}

async function couple(methodsA: readonly MseMethod[], methodsB: readonly MseMethod[], cut = () => 1_000) {
  const clock = new VirtualClock()
  const ends = link(clock, { cut })
  const crossed = tapped(ends)
  const a = outgoing(clock, ends[0], methodsA)
  const b = incoming(clock, ends[1], methodsB)
  const owners = [new Owner(a), new Owner(b)] as const
  a.write(utf8('hello'))
  await clock.advance(200)
  return { clock, ends, a, b, owners, crossed }
}

const LONG = new SeededRandom(77).bytes(300_000)

for (const method of BOTH) {
  test(`after agreeing on ${method}, bytes of every length arrive both ways and the caller's stay as they were`, async () => {
    const dice = new SeededRandom(3)
    const { clock, a, b, owners } = await couple(BOTH, [method], () => 1 + randomInt(dice, 70_000))
    assert.deepEqual([a.encryption, b.encryption], [method, method])
    assert.equal(b.torrent, HASH)
    assert.deepEqual(owners[1].all, utf8('hello'))
    for (const connection of [a, b]) {
      for (const lengthBytes of [0, 1, 17, 68, 4_095, 4_096, 262_352, 300_000]) {
        const bytes = LONG.slice(0, lengthBytes)
        connection.write(bytes, () => assert.deepEqual(bytes, LONG.subarray(0, lengthBytes)))
      }
    }
    await clock.advance(5_000)
    const said = concatBytes([0, 1, 17, 68, 4_095, 4_096, 262_352, 300_000].map((n) => LONG.subarray(0, n)))
    assert.ok(equalBytes(owners[1].all, concatBytes([utf8('hello'), said])))
    assert.ok(equalBytes(owners[0].all, said))
    assert.equal(clock.waiting, 0, 'no alarm is left')
  })
}

test('with RC4 nothing that was written crosses as it is; without, only the first write is hidden', async () => {
  for (const method of BOTH) {
    const { clock, b, crossed } = await couple(BOTH, [method])
    b.write(LONG)
    await clock.advance(5_000)
    const wire = Buffer.from(concatBytes(crossed))
    assert.equal(wire.includes('hello'), false)
    assert.equal(wire.includes(LONG.subarray(1_000, 1_020)), method === 'plain')
  }
})

test('writes before the agreement wait, count as queued, and are told to be sent once each', async () => {
  const clock = new VirtualClock()
  const [near, far] = link(clock)
  const a = outgoing(clock, near)
  const queuedByHandshake = a.queuedBytes
  const told: number[] = []
  for (let i = 0; i < 4; i++) a.write(utf8(`part ${i} `), () => told.push(i))
  assert.equal(a.queuedBytes, queuedByHandshake + 4 * 7)
  const owner = new Owner(incoming(clock, far))
  await clock.advance(1_000)
  assert.deepEqual(told, [0, 1, 2, 3])
  assert.deepEqual(owner.all, utf8('part 0 part 1 part 2 part 3 '))
  assert.equal(a.queuedBytes, 0)
})

test('what does not fit into the initial payload follows it', async () => {
  const clock = new VirtualClock()
  const [near, far] = link(clock)
  const a = outgoing(clock, near)
  for (const part of [LONG.subarray(0, 60_000), LONG.subarray(60_000, 70_000), LONG.subarray(70_000)])
    a.write(part)
  const owner = new Owner(incoming(clock, far))
  await clock.advance(1_000)
  assert.ok(equalBytes(owner.all, LONG))
})

test('a connection that ends during the handshake tells every write as sent, then its end, once', async () => {
  const clock = new VirtualClock()
  const [near] = link(clock)
  const a = outgoing(clock, near)
  const owner = new Owner(a)
  const order: string[] = []
  a.write(utf8('x'), () => order.push(`sent, ${owner.ends.length} ends`))
  near.reset()
  await clock.advance(10)
  a.write(utf8('y'), () => order.push('sent later'))
  await clock.advance(ANSWER_TIMEOUT_MS)
  assert.deepEqual(order, ['sent, 0 ends', 'sent later'])
  assert.equal(owner.ends.length, 1)
  assert.equal(clock.waiting, 0)
})

test('after a pause inside data() nothing comes, encrypted or not', async () => {
  for (const method of BOTH) {
    const { clock, a, owners } = await couple(BOTH, [method], () => 10)
    const before = owners[1].heard.length
    owners[1].onData = () => owners[1].connection.pause()
    a.write(LONG.subarray(0, 100))
    await clock.advance(1_000)
    assert.equal(owners[1].heard.length, before + 1)
    owners[1].onData = () => {}
    owners[1].connection.resume()
    await clock.advance(1_000)
    assert.deepEqual(owners[1].all, concatBytes([utf8('hello'), LONG.subarray(0, 100)]))
  }
})

test('frames are given back once they are sent, also when the connection ends first, and not before', async () => {
  for (const ends of [false, true]) {
    const clock = new VirtualClock()
    const [near, far] = link(clock, { cut: () => 50_000 })
    const out = new Set<Uint8Array>()
    const pool = {
      take: (lengthBytes: number) => {
        const frame = new Uint8Array(lengthBytes)
        out.add(frame)
        return frame
      },
      give: (frame: Uint8Array) => {
        assert.ok(out.delete(frame))
        frame.fill(0xdd)
      },
    }
    const a = EncryptingConnection.outgoing({ ...options(clock, near, ['rc4']), frames: pool, torrent: HASH })
    const owner = new Owner(incoming(clock, far))
    await clock.advance(100)
    near.stall()
    for (let i = 0; i < 5; i++) a.write(LONG.subarray(0, 100_000))
    await clock.advance(1_000)
    assert.equal(out.size, 5)
    if (ends) near.reset()
    else near.unstall()
    await clock.advance(1_000)
    assert.equal(out.size, 0)
    if (ends) continue
    const said = concatBytes(Array.from({ length: 5 }, () => LONG.subarray(0, 100_000)))
    assert.ok(equalBytes(owner.all, said))
  }
})

test('drain rings for encrypted bytes as for others', async () => {
  for (const method of BOTH) {
    const { clock, a, owners } = await couple(BOTH, [method])
    a.write(LONG)
    await clock.advance(5_000)
    assert.equal(owners[0].drains, 1)
  }
})

test('a plain handshake is recognised in whatever parts it comes, and handed on as it is', async () => {
  for (const cut of [1, 7, 19, 20, 21, 1_000]) {
    const clock = new VirtualClock()
    const [near, far] = link(clock, { cut: () => cut })
    const b = incoming(clock, far)
    const owner = new Owner(b)
    const bytes = concatBytes([HANDSHAKE_START, LONG.subarray(0, 500)])
    near.write(bytes)
    await clock.advance(10_000)
    assert.equal(b.encryption, 'none')
    assert.deepEqual(owner.all, bytes)
    const back = new Owner(near)
    b.write(utf8('as it is'))
    await clock.advance(100)
    assert.deepEqual(back.all, utf8('as it is'))
  }
})

test('where encryption is required a plain handshake is closed on before it names a torrent', async () => {
  const clock = new VirtualClock()
  const [near, far] = link(clock)
  const b = incoming(clock, far, ['rc4'], false)
  const owner = new Owner(b)
  near.write(HANDSHAKE_START)
  await clock.advance(100)
  assert.equal(b.failure, 'PLAIN_REFUSED')
  assert.equal(owner.ends.length, 1)
  assert.equal(owner.all.length, 0)
})

test('whoever does not answer the key in time is given up, and known not to have answered', async () => {
  const clock = new VirtualClock()
  const [near] = link(clock)
  const a = outgoing(clock, near)
  const owner = new Owner(a)
  await clock.advance(ANSWER_TIMEOUT_MS - 1)
  assert.equal(owner.ends.length, 0)
  await clock.advance(10)
  assert.equal(owner.ends.length, 1)
  assert.equal(a.failure, 'NO_ANSWER')
  assert.equal(a.answered, false)
})

test('an answer that is not one closes the connection; a whole key counts as an answer', async () => {
  const clock = new VirtualClock()
  const [near, far] = link(clock)
  const a = outgoing(clock, near)
  new Owner(a)
  far.write(new SeededRandom(4).bytes(95))
  await clock.advance(100)
  assert.equal(a.answered, false)
  far.write(new SeededRandom(5).bytes(700))
  await clock.advance(100)
  assert.equal(a.answered, true)
  assert.equal(a.failure, 'NOT_SYNCHRONISED')
  assert.equal(near.closed, true)
})

// ── With the handshake of BEP 3 behind it ───────────────────────────────────────────────────────────────────────────

const answerOf = (letter: string, hash = HASH) => ({
  handshake: { hash, peerId: idOf(letter), flags: MODERN },
  accepts: [hash],
  ourId: idOf(letter),
})

test('both handshakes go through one round trip: ours is in the initial payload', async () => {
  for (const method of BOTH) {
    const clock = new VirtualClock()
    const [near, far] = link(clock, { delayMs: 100 })
    const opening = answerOf('a')
    const a = exchangeHandshakes({
      connection: outgoing(clock, near),
      clock,
      opening,
      lookup: () => undefined,
    })
    const b = exchangeHandshakes({
      connection: incoming(clock, far, [method]),
      clock,
      opening: undefined,
      lookup: () => answerOf('b'),
    })
    await clock.advance(401)
    assert.equal((await a).remote.peerId, idOf('b'))
    assert.equal((await b).remote.peerId, idOf('a'))
    assert.equal(clock.waiting, 0)
  }
})

/** When an accepted connection is closed, and what it said by then, for what a stranger sent. */
async function fateOf(
  words: (side: MseSide) => Uint8Array,
): Promise<{ closedAtMs: number; saidBytes: number; code: string }> {
  const clock = new VirtualClock()
  const [near, far] = link(clock)
  const stranger = new Owner(near)
  let code = ''
  const begun = clock.now()
  exchangeHandshakes({
    connection: incoming(clock, far),
    clock,
    opening: undefined,
    lookup: () => answerOf('b'),
  }).catch((error: unknown) => {
    assert.ok(error instanceof HandshakeError)
    code = error.code
  })
  const side = new MseSide('initiator', OTHER)
  near.write(side.key)
  await clock.advance(50)
  side.hear(stranger.all)
  near.write(words(side))
  while (stranger.ends.length === 0 && clock.now() - begun < 60_000) await clock.advance(25)
  return { closedAtMs: clock.now() - begun, saidBytes: stranger.all.length, code }
}

test('noise, unknown torrents and known ones without their infohash are dropped at the same moment, the deadline of all handshakes', async () => {
  const fates = [
    await fateOf(() => LONG.subarray(0, 10)),
    await fateOf(() => LONG.subarray(0, 5_000)),
    await fateOf((side) => side.proof(HASH)),
    await fateOf((side) => concatBytes([side.proof(HASH), side.message(), LONG.subarray(0, 800)])),
    await fateOf((side) => side.proof(OTHER)),
    await fateOf((side) => concatBytes([side.proof(OTHER), side.message(), LONG.subarray(0, 800)])),
    await fateOf((side) => concatBytes([side.proof(OTHER), side.message({ padLength: 9_999 })])),
    await fateOf((side) => concatBytes([side.proof(OTHER), side.message({ bits: 0 })])),
  ]
  for (const fate of fates) assert.deepEqual(fate, fates[0])
  assert.equal(fates[0]?.code, 'TIMEOUT')
  const { closedAtMs = 0 } = fates[0] ?? {}
  assert.ok(closedAtMs >= HANDSHAKE_TIMEOUT_MS && closedAtMs <= HANDSHAKE_TIMEOUT_MS + 50, `${closedAtMs} ms`)
})

test('whoever drips its encrypted handshake has ten seconds in all', async () => {
  const clock = new VirtualClock()
  const [near, far] = link(clock)
  const stranger = new Owner(near)
  let code: string | undefined
  exchangeHandshakes({
    connection: incoming(clock, far),
    clock,
    opening: undefined,
    lookup: () => answerOf('b'),
  }).catch((error: unknown) => {
    code = (error as HandshakeError).code
  })
  const side = new MseSide('initiator', HASH)
  for (let at = 0; at < 96; at++) {
    near.write(side.key.subarray(at, at + 1))
    await clock.advance(100)
  }
  assert.equal(code, undefined)
  side.hear(stranger.all)
  near.write(
    concatBytes([
      side.proof(),
      side.message({ initialPayload: encodeHandshake(answerOf('a').handshake).subarray(0, 67) }),
    ]),
  )
  await clock.advance(1_000)
  assert.equal(code, 'TIMEOUT')
  assert.equal(far.closed, true)
})

test('a connection to ourselves is dropped on both ends, through encryption too', async () => {
  const clock = new VirtualClock()
  const [near, far] = link(clock)
  const codes: string[] = []
  const note = (error: unknown) => void codes.push((error as HandshakeError).code)
  const opening = answerOf('a')
  exchangeHandshakes({ connection: outgoing(clock, near), clock, opening, lookup: () => undefined }).catch(
    note,
  )
  exchangeHandshakes({
    connection: incoming(clock, far),
    clock,
    opening: undefined,
    lookup: () => answerOf('a'),
  }).catch(note)
  await clock.advance(1_000)
  assert.deepEqual(codes, ['SELF', 'SELF'])
})

test('a torrent that must be looked for elsewhere is agreed on when it was found, and nothing that came meanwhile is lost', async () => {
  for (const methods of [['rc4'], ['plain']] as const) {
    for (const cut of [7, 120, 1_000]) {
      const clock = new VirtualClock()
      const ends = link(clock, { cut: () => cut })
      let found: (torrent: WireHash | undefined) => void = () => {}
      const a = outgoing(clock, ends[0], methods)
      const b = EncryptingConnection.incoming({
        ...options(clock, ends[1], methods, 2),
        find: (tag) => {
          assert.ok(equalBytes(tag, torrentTag(digest, HASH)))
          return new Promise((resolve) => {
            found = resolve
          })
        },
        plain: true,
      })
      const owners = [new Owner(a), new Owner(b)] as const
      a.write(utf8('hello'))
      await clock.advance(1_000)
      assert.equal(b.encryption, undefined)
      found(HASH)
      await clock.advance(0)
      await Promise.resolve()
      await clock.advance(1_000)
      assert.equal(b.encryption, methods[0], `cut ${cut}`)
      assert.equal(b.torrent, HASH)
      assert.deepEqual(owners[1].all, utf8('hello'))
      b.write(utf8('back'))
      await clock.advance(200)
      assert.deepEqual(owners[0].all, utf8('back'))
    }
  }
})

test('what a search did not find, and a search that failed, fall silent like a torrent that is not here', async () => {
  for (const find of [() => Promise.resolve(undefined), () => Promise.reject(new Error('no database'))]) {
    const clock = new VirtualClock()
    const ends = link(clock, { cut: () => 1_000 })
    const a = outgoing(clock, ends[0])
    const b = EncryptingConnection.incoming({ ...options(clock, ends[1], BOTH, 2), find, plain: true })
    const owners = [new Owner(a), new Owner(b)] as const
    a.write(utf8('hello'))
    await clock.advance(2_000)
    assert.equal(b.failure, 'UNKNOWN_TORRENT')
    assert.deepEqual(owners[1].ends, [], 'not closed by itself')
    assert.equal(a.encryption, undefined)
  }
})
