// The first 68 bytes both ways, with two production sides or one under dictation.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LinkedConnection, link } from '../../../test/doubles/linked-connections.ts'
import { HASH, idOf, MODERN } from '../../../test/doubles/peer-scene.ts'
import { settled, VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import { concatBytes, utf8 } from '../../base/bytes.ts'
import type { WireHash } from '../../base/ids.ts'
import { encodeHandshake } from '../../protocol/wire/handshake.ts'
import {
  exchangeHandshakes,
  HANDSHAKE_TIMEOUT_MS,
  type HandshakeAnswer,
  type HandshakeDone,
  HandshakeError,
  type HandshakeOptions,
} from './handshaking.ts'

const OTHER_HASH = 'bb'.repeat(20) as WireHash

function answer(letter: string, hash = HASH, accepts: readonly WireHash[] = [hash]): HandshakeAnswer {
  const peerId = idOf(letter)
  return { handshake: { hash, peerId, flags: MODERN }, accepts, ourId: peerId }
}

/** Result of an exchange: what came out, or the code it failed with. */
function exchange(options: HandshakeOptions): { done?: HandshakeDone; code?: string } {
  const outcome: { done?: HandshakeDone; code?: string } = {}
  exchangeHandshakes(options).then(
    (done) => {
      outcome.done = done
    },
    (error: unknown) => {
      assert.ok(error instanceof HandshakeError)
      outcome.code = error.code
    },
  )
  return outcome
}

const dialling = (clock: VirtualClock, connection: LinkedConnection, opening: HandshakeAnswer) =>
  exchange({ connection, clock, opening, lookup: () => undefined })

const accepting = (
  clock: VirtualClock,
  connection: LinkedConnection,
  lookup: HandshakeOptions['lookup'] = () => answer('b'),
) => exchange({ connection, clock, opening: undefined, lookup })

test('both sides learn who the other is, whatever way the bytes are cut', async () => {
  for (const cut of [1, 20, 47, 48, 67, 68, 1_000]) {
    const clock = new VirtualClock()
    const [a, b] = link(clock, { cut: () => cut })
    const out = dialling(clock, a, answer('a'))
    const inc = accepting(clock, b)
    await clock.advance(1_000)
    assert.equal(out.done?.remote.peerId, idOf('b'), `cut ${cut}`)
    assert.equal(inc.done?.remote.peerId, idOf('a'))
    assert.deepEqual(inc.done?.remote.flags, MODERN)
    assert.equal(clock.waiting, 0, 'no alarm is left')
  }
})

test('the accepting side says nothing before it knows the torrent, and answers before the peer id came', async () => {
  const clock = new VirtualClock()
  const [a, b] = link(clock)
  const heard: Uint8Array[] = []
  a.events = { data: (bytes) => heard.push(bytes.slice()), drain() {}, closed() {} }
  accepting(clock, b)
  const opening = encodeHandshake(answer('a').handshake)
  a.write(opening.slice(0, 47))
  await clock.advance(100)
  assert.equal(heard.length, 0)
  a.write(opening.slice(47, 48))
  await clock.advance(100)
  assert.deepEqual(concatBytes(heard), encodeHandshake(answer('b').handshake))
})

test('bytes that came behind the handshake are handed over, and what comes later is held back', async () => {
  const clock = new VirtualClock()
  const [a, b] = link(clock)
  const inc = accepting(clock, b)
  a.write(concatBytes([encodeHandshake(answer('a').handshake), Uint8Array.of(1, 2, 3)]))
  await clock.advance(100)
  assert.deepEqual(inc.done?.rest, Uint8Array.of(1, 2, 3))
  a.write(Uint8Array.of(4, 5))
  await clock.advance(100)
  const later: number[] = []
  b.events = { data: (bytes) => later.push(...bytes), drain() {}, closed() {} }
  b.resume()
  await clock.advance(100)
  assert.deepEqual(later, [4, 5])
})

test('a stream that is not BitTorrent is closed at its first wrong byte', async () => {
  const clock = new VirtualClock()
  const [a, b] = link(clock)
  const inc = accepting(clock, b)
  a.write(utf8('\x13BitTorrent protocoX'))
  await clock.advance(100)
  assert.equal(inc.code, 'NOT_BITTORRENT')
  assert.equal(b.closed, true)
})

test('a torrent that we do not have is refused without a word', async () => {
  const clock = new VirtualClock()
  const [a, b] = link(clock)
  let heard = 0
  a.events = { data: (bytes) => (heard += bytes.length), drain() {}, closed() {} }
  const asked: WireHash[] = []
  const inc = accepting(clock, b, ({ hash }) => {
    asked.push(hash)
    return undefined
  })
  a.write(encodeHandshake(answer('a', OTHER_HASH).handshake))
  await clock.advance(100)
  assert.equal(inc.code, 'UNKNOWN_TORRENT')
  assert.deepEqual(asked, [OTHER_HASH])
  assert.equal(heard, 0)
})

test('an answer for another torrent than the one dialled for is refused', async () => {
  const clock = new VirtualClock()
  const [a, b] = link(clock)
  const out = dialling(clock, a, answer('a'))
  b.write(encodeHandshake(answer('b', OTHER_HASH).handshake))
  await clock.advance(100)
  assert.equal(out.code, 'WRONG_TORRENT')
  assert.equal(a.closed, true)
})

test('a hybrid may be answered with its other hash (BEP 52)', async () => {
  const clock = new VirtualClock()
  const [a, b] = link(clock)
  const out = dialling(clock, a, answer('a', HASH, [HASH, OTHER_HASH]))
  const inc = accepting(clock, b, () => answer('b', OTHER_HASH, [HASH, OTHER_HASH]))
  await clock.advance(100)
  assert.equal(out.done?.remote.hash, OTHER_HASH)
  assert.equal(inc.done?.remote.hash, HASH)
})

test('a connection to ourselves is dropped on both ends', async () => {
  const clock = new VirtualClock()
  const [a, b] = link(clock)
  const out = dialling(clock, a, answer('a'))
  const inc = accepting(clock, b, () => answer('a'))
  await clock.advance(100)
  assert.deepEqual([out.code, inc.code], ['SELF', 'SELF'])
  assert.deepEqual([a.closed, b.closed], [true, true])
})

test('whoever drips its handshake is dropped after ten seconds in all', async () => {
  const clock = new VirtualClock()
  const [a, b] = link(clock)
  const inc = accepting(clock, b)
  const opening = encodeHandshake(answer('a').handshake)
  for (let at = 0; at < 9; at++) {
    a.write(opening.slice(at, at + 1))
    await clock.advance(1_000)
  }
  assert.equal(inc.code, undefined)
  await clock.advance(HANDSHAKE_TIMEOUT_MS - 9_000)
  assert.equal(inc.code, 'TIMEOUT')
  assert.equal(b.closed, true)
})

test('a connection that ends during the handshake fails it once', async () => {
  const clock = new VirtualClock()
  const [a, b] = link(clock)
  const inc = accepting(clock, b)
  a.write(encodeHandshake(answer('a').handshake).slice(0, 30))
  a.close()
  await clock.advance(100)
  assert.equal(inc.code, 'CLOSED')
  await clock.advance(HANDSHAKE_TIMEOUT_MS)
  assert.equal(clock.waiting, 0)
})

test('a connection that ends between the handshake and its new owner is known to have ended', async () => {
  const clock = new VirtualClock()
  const [a, b] = link(clock)
  const inc = accepting(clock, b)
  a.write(encodeHandshake(answer('a').handshake))
  await clock.advance(100)
  assert.equal(inc.done?.ended(), false)
  b.reset()
  await settled()
  assert.equal(inc.done?.ended(), true)
  assert.equal(inc.code, undefined)
})

test('a torrent that must be looked for elsewhere is answered when it was found, whatever way the bytes are cut', async () => {
  for (const cut of [1, 20, 48, 67, 68, 1_000]) {
    const clock = new VirtualClock()
    const [a, b] = link(clock, { cut: () => cut })
    const out = dialling(clock, a, answer('a'))
    let found: (answer: HandshakeAnswer | undefined) => void = () => {}
    let asked = 0
    const inc = accepting(clock, b, () => {
      asked++
      return new Promise((resolve) => {
        found = resolve
      })
    })
    await clock.advance(1_000)
    assert.equal(Object.hasOwn(out, 'done'), false, `cut ${cut}: nothing is said before it is known`)
    found(answer('b'))
    await settled()
    await clock.advance(1_000)
    assert.equal(out.done?.remote.peerId, idOf('b'), `cut ${cut}`)
    assert.equal(inc.done?.remote.peerId, idOf('a'))
    assert.equal(asked, 1)
    assert.equal(clock.waiting, 0, 'no alarm is left')
  }
})

test('what is found nowhere ends like a torrent that is not here, and a search that never ends by its deadline', async () => {
  for (const lookup of [
    () => Promise.resolve(undefined),
    () => Promise.reject(new Error('no database')),
    () => new Promise<undefined>(() => {}),
  ]) {
    const clock = new VirtualClock()
    const [a, b] = link(clock)
    const out = dialling(clock, a, answer('a'))
    const inc = accepting(clock, b, lookup)
    await clock.advance(HANDSHAKE_TIMEOUT_MS + 1_000)
    assert.match(inc.code ?? '', /^(UNKNOWN_TORRENT|TIMEOUT)$/)
    assert.equal(out.done, undefined)
    assert.equal(clock.waiting, 0)
  }
})
