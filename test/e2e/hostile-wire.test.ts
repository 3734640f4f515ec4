// The Wire list of SAFETY.md over real sockets: what breaks the protocol ends the connection with its code, what is
// only odd does not, and in both cases a good peer beside it is served.

import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { describe, type TestContext, test } from 'node:test'
import { mutate } from '../../lab/fuzz/mutate.ts'
import { target as wireTarget } from '../../lab/fuzz/wire.ts'
import { pause, until } from '../../lab/netns/until.ts'
import { compactEndpoint } from '../../src/base/address.ts'
import { encode } from '../../src/base/bencode-encode.ts'
import { concatBytes, utf8 } from '../../src/base/bytes.ts'
import { type Infohash, wireHash } from '../../src/base/ids.ts'
import { SeededRandom } from '../../src/base/random.ts'
import { HANDSHAKE_TIMEOUT_MS } from '../../src/engine/peer/handshaking.ts'
import type { Torrent } from '../../src/engine/torrent/torrent.ts'
import { encodeExtended, encodeHave, encodeMessage, encodeRequest } from '../../src/protocol/wire/encode.ts'
import { encodeHandshake } from '../../src/protocol/wire/handshake.ts'
import { encodeMetadataRequest } from '../../src/protocol/wire/metadata-message.ts'
import { MadeTorrent } from '../doubles/made-torrent.ts'
import { ALL_FLAGS, freshPeerId, RawListener, type RawOptions, RawPeer } from '../doubles/raw-peer.ts'
import { pieceMessage, RawSeed } from '../doubles/raw-seed.ts'
import { RealEngine } from '../doubles/real-engine.ts'

const BLOCK = 16_384
/** 20 pieces of two blocks, the last one shorter. */
const PIECES = 20
const made = await MadeTorrent.make({
  version: 'hybrid',
  lengthsBytes: [19 * 2 * BLOCK + 20_000],
  pieceLengthBytes: 2 * BLOCK,
})
const hash = made.metainfo.infohashV1 as Infohash

interface Stage {
  readonly real: RealEngine
  readonly torrent: Torrent
  /** A raw peer that has greeted and heard the extension handshake. */
  meet(options?: RawOptions): Promise<RawPeer>
}

async function stage(t: TestContext, real: RealEngine, torrent: Torrent): Promise<Stage> {
  return {
    real,
    torrent,
    meet: async (options) => {
      const peer = await RawPeer.greeted(real.listensAt, { hash }, options)
      t.after(() => peer.end())
      if (!options?.deaf) await until('it described itself', () => peer.extensions)
      return peer
    },
  }
}

/** Whole crowds come from one machine here: how fast they may come is the matter of another test. */
const CROWDED = { connectionLimits: { acceptsPerSecond: 10_000 } }

async function seeding(t: TestContext): Promise<Stage> {
  const real = await RealEngine.open(t, CROWDED)
  return stage(t, real, await real.seed(made, { pex: true }))
}

async function leeching(t: TestContext): Promise<Stage> {
  const real = await RealEngine.open(t, CROWDED)
  const torrent = real.addTorrent(made.torrent)
  await until('it is live', () => torrent.stateName === 'live')
  return stage(t, real, torrent)
}

/** The whole thing can still be had, by asking block after block. */
async function isServed({ meet }: Stage): Promise<void> {
  const peer = await meet()
  peer.say({ type: 'haveNone' }, { type: 'interested' })
  await until('it is unchoked', () => peer.heard.some(({ type }) => type === 'unchoke'))
  const { geometry } = made.metainfo
  for (const piece of geometry.pieces())
    for (let block = 0; block < geometry.blockCount(piece); block++)
      peer.write(encodeRequest(piece, block * BLOCK, geometry.blockBytes(piece, block)))
  const blocks = () => peer.heard.filter((event) => event.type === 'block')
  await until('everything came', () => blocks().length === 2 * PIECES)
  for (const block of blocks())
    assert.deepEqual(block.bytes, made.run(block.piece, block.begin, block.lengthBytes))
  peer.end()
}

interface Offence {
  readonly name: string
  readonly bytes: Uint8Array | ((peer: RawPeer) => Uint8Array)
  readonly code: string
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

function frame(id: number, ...body: readonly Uint8Array[]): Uint8Array {
  const bytes = concatBytes(body)
  return concatBytes([uint32(1 + bytes.length), Uint8Array.of(id), bytes])
}

function times(count: number, bytes: (i: number) => Uint8Array): Uint8Array {
  return concatBytes(Array.from({ length: count }, (_, i) => bytes(i)))
}

const HAVE_ALL = encodeMessage({ type: 'haveAll' })
const BITFIELD = encodeMessage({ type: 'bitfield', bytes: Uint8Array.of(0xff, 0xff, 0xf0) })
const PAYLOAD = new Uint8Array(BLOCK)

const OFFENCES: readonly Offence[] = [
  { name: 'a length of 0xffffffff', bytes: uint32(0xffffffff), code: 'MESSAGE_TOO_LONG' },
  { name: 'a length of 1 MiB and one', bytes: uint32(1_048_577), code: 'MESSAGE_TOO_LONG' },
  {
    name: 'a block of 16 KiB and one',
    bytes: frame(7, uint32(0), uint32(0), new Uint8Array(BLOCK + 1)),
    code: 'MESSAGE_TOO_LONG',
  },
  { name: 'a block without its numbers', bytes: frame(7, uint32(0)), code: 'MESSAGE_LENGTH' },
  { name: 'a choke with a body', bytes: frame(0, uint32(0)), code: 'MESSAGE_LENGTH' },
  { name: 'a request without a length', bytes: frame(6, uint32(0), uint32(0)), code: 'MESSAGE_LENGTH' },
  { name: 'a bitfield of the wrong size', bytes: frame(5, new Uint8Array(4)), code: 'MESSAGE_LENGTH' },
  { name: 'a bitfield with spare bits', bytes: frame(5, Uint8Array.of(0, 0, 1)), code: 'BITFIELD_WRONG' },
  { name: 'a thousand bitfields', bytes: concatBytes(Array(1_000).fill(BITFIELD)), code: 'HAVE_FLOOD' },
  { name: 'have-all after a bitfield', bytes: concatBytes([BITFIELD, HAVE_ALL]), code: 'BITFIELD_TWICE' },
  { name: 'a have of a piece that does not exist', bytes: encodeHave(PIECES), code: 'HAVE_OUT_OF_RANGE' },
  { name: 'a have of the last number', bytes: encodeHave(0xffffffff), code: 'HAVE_OUT_OF_RANGE' },
  {
    name: 'a block of a piece that does not exist',
    bytes: pieceMessage(PIECES, 0, PAYLOAD),
    code: 'PIECE_OUT_OF_RANGE',
  },
  {
    name: 'a block beyond the end',
    bytes: pieceMessage(PIECES - 1, BLOCK, PAYLOAD),
    code: 'PIECE_OUT_OF_RANGE',
  },
  {
    name: '201 blocks that nobody asked for',
    bytes: times(201, (i) => pieceMessage(i % 19, 0, PAYLOAD)),
    code: 'PIECE_NOT_REQUESTED',
  },
  { name: 'haves without end', bytes: times(50_000, () => encodeHave(0)), code: 'HAVE_FLOOD' },
  {
    name: '101 requests of length 0',
    bytes: times(101, () => encodeRequest(0, 0, 0)),
    code: 'REQUESTS_INVALID',
  },
  {
    name: '101 requests of 2^31 bytes',
    bytes: times(101, () => encodeRequest(0, 0, 2 ** 31)),
    code: 'REQUESTS_INVALID',
  },
  {
    name: '101 requests across the end',
    bytes: times(101, () => encodeRequest(PIECES - 1, BLOCK, BLOCK)),
    code: 'REQUESTS_INVALID',
  },
  {
    name: '101 requests of pieces that do not exist',
    bytes: times(101, () => encodeRequest(PIECES, 0, BLOCK)),
    code: 'REQUESTS_INVALID',
  },
  {
    name: 'requests while choked',
    bytes: times(2_000, (i) => encodeRequest(i % 19, 0, BLOCK)),
    code: 'REQUESTS_INVALID',
  },
  {
    name: 'an extension handshake that is no dictionary',
    bytes: encodeExtended(0, utf8('i1e')),
    code: 'BAD_EXTENSION_HANDSHAKE',
  },
  {
    name: 'an extension handshake of lists in lists',
    bytes: encodeExtended(0, utf8(`d1:m${'l'.repeat(10_000)}`)),
    code: 'BAD_EXTENSION_HANDSHAKE',
  },
  {
    name: 'an extension handshake of 16 KiB and one',
    bytes: encodeExtended(0, new Uint8Array(16_385)),
    code: 'MESSAGE_TOO_LONG',
  },
  {
    name: 'an extension message of 128 KiB and one',
    bytes: encodeExtended(1, new Uint8Array(131_073)),
    code: 'MESSAGE_TOO_LONG',
  },
  {
    name: 'extension handshakes without end',
    bytes: times(2_000, () => encodeExtended(0, utf8('d1:md6:ut_pexi3eee'))),
    code: 'EXTENSION_FLOOD',
  },
  { name: 'peer exchange that is no dictionary', bytes: encodeExtended(2, utf8('x')), code: 'BAD_PEX' },
  {
    name: 'choke and unchoke without end',
    bytes: times(1_000, (i) => encodeMessage({ type: i % 2 === 0 ? 'unchoke' : 'choke' })),
    code: 'CHOKE_FLOOD',
  },
  {
    name: 'interest that comes and goes without end',
    bytes: times(10_000, (i) => encodeMessage({ type: i % 2 === 0 ? 'interested' : 'notInterested' })),
    code: 'INTEREST_FLOOD',
  },
  { name: 'a hash request of the wrong size', bytes: frame(21, new Uint8Array(47)), code: 'MESSAGE_LENGTH' },
  { name: 'hashes of an odd length', bytes: frame(22, new Uint8Array(49)), code: 'MESSAGE_LENGTH' },
  {
    name: 'more hashes than can be asked for',
    bytes: frame(22, new Uint8Array(48 + 32 * 600)),
    code: 'MESSAGE_TOO_LONG',
  },
]

test('every offence against the protocol ends its connection with its own code, and good peers are served', async (t) => {
  const here = await seeding(t)
  for (const { name, bytes, code } of OFFENCES) {
    const peer = await here.meet()
    const before = here.real.bans.length
    peer.write(bytes instanceof Uint8Array ? bytes : bytes(peer))
    await until(`${name}: the connection ends`, () => peer.over, { deadlineMs: 5_000 })
    await until(`${name}: the ban`, () => here.real.bans.length > before, { deadlineMs: 5_000 })
    const { reason, address } = here.real.bans.at(-1) ?? {}
    assert.deepEqual({ name, reason }, { name, reason: code })
    assert.match(address ?? '', /^127\.0\.0\.1:\d+$/)
  }
  await isServed(here)
})

const HARMLESS: readonly { readonly name: string; readonly bytes: Uint8Array }[] = [
  { name: 'an unknown message', bytes: frame(99, new Uint8Array(1000)) },
  { name: 'keep-alives in thousands', bytes: new Uint8Array(40_000) },
  { name: 'an extension message of an id that nobody gave', bytes: encodeExtended(200, utf8('hello')) },
  { name: 'a metadata request beyond the end', bytes: encodeExtended(1, encodeMetadataRequest(500)) },
  {
    name: 'an unknown kind of metadata message',
    bytes: encodeExtended(1, encode({ msg_type: 77, piece: 0 })),
  },
  {
    name: 'a cancel of what was not asked',
    bytes: encodeMessage({ type: 'cancel', piece: 3, begin: 0, lengthBytes: 1 }),
  },
  {
    name: 'a reject of what was not asked',
    bytes: encodeMessage({ type: 'reject', piece: 3, begin: 0, lengthBytes: 1 }),
  },
  { name: 'an empty block', bytes: pieceMessage(3, 0, new Uint8Array(0)) },
  { name: 'a port', bytes: encodeMessage({ type: 'port', port: 0 }) },
  {
    name: 'suggestions of pieces that do not exist',
    bytes: times(1_000, (i) => encodeMessage({ type: 'suggest', piece: 1e9 + i })),
  },
  {
    name: 'allowed-fast pieces that do not exist',
    bytes: times(1_000, (i) => encodeMessage({ type: 'allowedFast', piece: 1e9 + i })),
  },
  {
    name: 'hashes that nobody asked for',
    bytes: encodeMessage({
      type: 'hashes',
      root: new Uint8Array(32),
      baseLayer: 0,
      index: 0,
      length: 2,
      proofLayers: 0,
      hashes: new Uint8Array(64),
    }),
  },
]

test('what is odd but harmless is answered or passed over, and the peer stays', async (t) => {
  const here = await seeding(t)
  for (const { name, bytes } of HARMLESS) {
    const peer = await here.meet()
    peer.write(bytes)
    // It still answers after it.
    peer.news()
    peer.say({ type: 'haveNone' }, { type: 'interested' })
    await until(`${name}: it is still listened to`, () => peer.news().some(({ type }) => type === 'unchoke'))
    peer.end()
    await until('it is gone', () => here.torrent.status().peers === 0)
  }
  assert.deepEqual(here.real.bans, [])
  await isServed(here)
})

test('nonsensical hash requests are each answered with a reject', async (t) => {
  const here = await seeding(t)
  const peer = await here.meet()
  const root = made.metainfo.files[0]?.root as Uint8Array
  const ranges = [
    { root: new Uint8Array(32), baseLayer: 0, index: 0, length: 2, proofLayers: 0 },
    { root, baseLayer: 0, index: 0, length: 0, proofLayers: 0 },
    { root, baseLayer: 0, index: 0, length: 3, proofLayers: 0 },
    { root, baseLayer: 0, index: 1, length: 2, proofLayers: 0 },
    { root, baseLayer: 0, index: 0, length: 1024, proofLayers: 0 },
    { root, baseLayer: 77, index: 0, length: 2, proofLayers: 0 },
    { root, baseLayer: 0xffffffff, index: 0xffffffff, length: 0xffffffff, proofLayers: 0xffffffff },
    { root, baseLayer: 0, index: 0xfffffffe, length: 2, proofLayers: 5 },
    { root, baseLayer: 0, index: 0, length: 2, proofLayers: 0xffffffff },
  ]
  for (const range of ranges) peer.say({ type: 'hashRequest', ...range })
  await until(
    'answers',
    () => peer.heard.filter(({ type }) => type === 'hashReject').length === ranges.length,
  )
  assert.ok(!peer.heard.some(({ type }) => type === 'hashes'))
  peer.say({ type: 'hashRequest', root, baseLayer: 0, index: 0, length: 2, proofLayers: 6 })
  await until('a sane one', () => peer.heard.some(({ type }) => type === 'hashes'))
  assert.equal(peer.over, false)
})

test('extension ids may change in mid-stream, and go away', async (t) => {
  const here = await seeding(t)
  const peer = await here.meet()
  const idsOfAnswers = () =>
    peer.heard.flatMap((event) => (event.type === 'extended' && event.id !== 0 ? [event.id] : []))
  peer.describe({ ids: new Map([['ut_metadata', 40]]) })
  peer.extend('ut_metadata', encodeMetadataRequest(0))
  peer.describe({ ids: new Map([['ut_metadata', 41]]) })
  peer.extend('ut_metadata', encodeMetadataRequest(0))
  peer.describe({ ids: new Map([['ut_metadata', 0]]) })
  peer.extend('ut_metadata', encodeMetadataRequest(0))
  peer.say({ type: 'haveNone' }, { type: 'interested' })
  await until('all was read', () => peer.heard.some(({ type }) => type === 'unchoke'))
  assert.deepEqual(idsOfAnswers(), [40, 41])
})

test('a message that comes byte by byte is understood, however it is cut', async (t) => {
  const here = await seeding(t)
  const peer = await here.meet()
  const words = concatBytes([
    encodeMessage({ type: 'haveNone' }),
    encodeMessage({ type: 'interested' }),
    encodeMessage({ type: 'keepAlive' }),
    encodeRequest(0, 0, BLOCK),
  ])
  for (const byte of words) {
    peer.write(Uint8Array.of(byte))
    await new Promise(setImmediate)
  }
  await until('the block', () => peer.heard.some(({ type }) => type === 'block'))
})

test('of 10,000 addresses in one message few are believed, and none that cannot be a peer’s', async (t) => {
  const here = await seeding(t)
  const peer = await here.meet()
  const [near, far] = await Promise.all([RawListener.open(() => {}), RawListener.open(() => {})])
  t.after(() => [near, far].map((listener) => listener.close()))
  const impossible = ['224.0.0.1', '0.0.0.0', '255.255.255.255', '240.0.0.1']
  const entries = [
    ...impossible.map((host) => compactEndpoint({ host, port: 6881 })),
    ...['127.0.0.1', '198.51.100.9'].map((host) => compactEndpoint({ host, port: 0 })),
    compactEndpoint(near.endpoint),
    ...Array.from({ length: 10_000 }, (_, i) =>
      compactEndpoint({ host: `127.${200 + (i >> 14)}.${(i >> 7) & 127}.${i & 127}`, port: 9 }),
    ),
    compactEndpoint(far.endpoint),
  ]
  peer.extend('ut_pex', encode({ added: concatBytes(entries) }))
  await until('the first lawful address is dialled', () => near.peers.length > 0)
  assert.ok(here.torrent.discovery.candidates.size <= 51, `${here.torrent.discovery.candidates.size}`)
  assert.equal(far.peers.length, 0)
  assert.equal(peer.over, false)
  for (let i = 0; i < 20; i++) peer.extend('ut_pex', encode({ added: concatBytes(entries.slice(0, 50)) }))
  await peer.ended
  assert.deepEqual(
    here.real.bans.map(({ reason }) => reason),
    ['PEX_FLOOD'],
  )
})

test('mutated streams from the fuzz corpora, before and after the handshake, break nothing', async (t) => {
  const seed = randomInt(2 ** 32)
  t.diagnostic(`seed ${seed}`)
  const random = new SeededRandom(seed)
  const here = await seeding(t)
  const other = await leeching(t)
  const greeting = encodeHandshake({ hash: wireHash(hash), peerId: freshPeerId(), flags: ALL_FLAGS })
  for (let round = 0; round < 150; round++) {
    const crowd = await Promise.all(
      [here, other].flatMap(({ real }) =>
        Array.from({ length: 4 }, async (_, i) => {
          const peer = await RawPeer.connect(real.listensAt)
          if (i === 0) peer.write(mutate(random, [greeting]))
          else {
            peer.greet({ hash })
            for (let words = 0; words < 5; words++) peer.write(mutate(random, wireTarget.corpus))
          }
          return peer
        }),
      ),
    )
    await new Promise(setImmediate)
    await Promise.all(crowd.map((peer) => Promise.race([peer.ended, pause(5)])))
    for (const peer of crowd) peer.end()
  }
  // What the crowd left behind is not all read yet: a full torrent would send an honest peer away, to come again.
  await until('the crowd has left', () => here.torrent.swarm.peers.size === 0)
  await isServed(here)
  const honest = await RawListener.open((peer) => RawSeed.answering(peer, made))
  t.after(() => honest.close())
  other.torrent.addPeer(honest.endpoint)
  await other.real.finish(other.torrent, made)
})

// ── Handshakes ─────────────────────────────────────────────────────────────────────────────────────

test('what does not begin as BitTorrent, or is for a torrent we do not have, is left without a word', async (t) => {
  const here = await seeding(t)
  const right = encodeHandshake({ hash: wireHash(hash), peerId: freshPeerId(), flags: ALL_FLAGS })
  const unknown = right.slice()
  unknown.fill(0xaa, 28, 48)
  const wrongLength = right.slice()
  wrongLength[0] = 18
  const openings = [utf8('GET / HTTP/1.1\r\n\r\n'), new Uint8Array(2_000).fill(0x16), wrongLength, unknown]
  for (const opening of openings) {
    const peer = await RawPeer.connect(here.real.listensAt)
    peer.write(opening)
    await peer.ended
    assert.equal(peer.receivedBytes, 0)
  }
  assert.equal(here.torrent.status().peers, 0)
  await isServed(here)
})

test('a peer with our own id is ourselves and is dropped', async (t) => {
  const here = await seeding(t)
  const peer = await RawPeer.connect(here.real.listensAt)
  peer.greet({ hash, id: here.torrent.peerId })
  await peer.ended
  assert.equal(here.torrent.status().peers, 0)
  // The same by dialling: our own address, given by hand.
  here.torrent.addPeer(here.real.listensAt)
  await until(
    'it was dialled',
    () => here.torrent.connecting.underWay === 0 && here.torrent.status().peers === 0,
  )
  await isServed(here)
})

test('a dialled peer that answers for another torrent, with our id, or with noise is dropped', async (t) => {
  const here = await leeching(t)
  const answers: ((peer: RawPeer) => void)[] = [
    (peer) => peer.greet({ hash: 'ab'.repeat(20) as Infohash }),
    (peer) => peer.greet({ hash, id: here.torrent.peerId }),
    (peer) => peer.write(new Uint8Array(1_000).fill(0x41)),
    (peer) => peer.end(),
  ]
  for (const answer of answers) {
    const listener = await RawListener.open(answer)
    t.after(() => listener.close())
    here.torrent.addPeer(listener.endpoint)
    const met = await until('it is dialled', () => listener.peers[0])
    await met.ended
  }
  assert.equal(here.torrent.status().peers, 0)
  const honest = await RawListener.open((peer) => RawSeed.answering(peer, made))
  t.after(() => honest.close())
  here.torrent.addPeer(honest.endpoint)
  await here.real.finish(here.torrent, made)
})

// ── Those that take time, side by side ─────────────────────────────────────────────────────────────

describe('patience has ends', { concurrency: true }, () => {
  test('a handshake that drips or stalls ends after ten seconds, and good peers come in meanwhile', async (t) => {
    const here = await seeding(t)
    const right = encodeHandshake({ hash: wireHash(hash), peerId: freshPeerId(), flags: ALL_FLAGS })
    const begun = performance.now()
    const stalls = [0, 1, 19, 47, 67]
    const crowd = await Promise.all(
      stalls.map(async (bytes) => {
        const peer = await RawPeer.connect(here.real.listensAt)
        peer.write(right.subarray(0, bytes))
        return peer
      }),
    )
    const dripping = await RawPeer.connect(here.real.listensAt)
    crowd.push(dripping)
    let dripped = 0
    const drip = setInterval(() => dripping.write(right.subarray(dripped, ++dripped)), 1_000)
    t.after(() => clearInterval(drip))
    await isServed(here)
    await pause(HANDSHAKE_TIMEOUT_MS - 1_000 - (performance.now() - begun))
    assert.ok(crowd.every(({ over }) => !over))
    await Promise.all(crowd.map(({ ended }) => ended))
    const tookMs = performance.now() - begun
    assert.ok(tookMs < HANDSHAKE_TIMEOUT_MS + 3_000, `${tookMs} ms`)
  })

  test('a dialled peer that says nothing is given up after ten seconds', async (t) => {
    const here = await leeching(t)
    const listener = await RawListener.open(() => {})
    t.after(() => listener.close())
    here.torrent.addPeer(listener.endpoint)
    const silent = await until('it is dialled', () => listener.peers[0])
    const begun = performance.now()
    await silent.ended
    const tookMs = performance.now() - begun
    assert.ok(tookMs > HANDSHAKE_TIMEOUT_MS - 1_000 && tookMs < HANDSHAKE_TIMEOUT_MS + 3_000, `${tookMs} ms`)
  })

  test('seeds that never send, send a byte a second, or choke again and again do not hold up a good one', async (t) => {
    const here = await leeching(t)
    const fakes: RawListener[] = []
    const silent = (peer: RawPeer) => new RawSeed(peer, made, { give: () => undefined })
    const dripping = (peer: RawPeer) => {
      let timer: NodeJS.Timeout | undefined
      new RawSeed(peer, made, {
        give: ({ piece, begin }, right) => {
          const whole = pieceMessage(piece, begin, right)
          let at = 0
          timer ??= setInterval(() => peer.write(whole.subarray(at, ++at)), 1_000)
          return undefined
        },
      })
      void peer.ended.then(() => clearInterval(timer))
    }
    const flapping = (peer: RawPeer) => {
      new RawSeed(peer, made, { give: () => undefined })
      const timer = setInterval(() => peer.say({ type: 'choke' }, { type: 'unchoke' }), 300)
      void peer.ended.then(() => clearInterval(timer))
    }
    const behaviours: ((peer: RawPeer) => void)[] = [...Array(6).fill(silent), dripping, dripping, flapping]
    for (const behave of behaviours) {
      const listener = await RawListener.open((peer) => {
        peer.greet({ hash })
        behave(peer)
      })
      t.after(() => listener.close())
      fakes.push(listener)
      here.torrent.addPeer(listener.endpoint)
    }
    await until('all of them hold requests', () => {
      const asked = fakes.filter(({ peers }) => peers[0]?.heard.some(({ type }) => type === 'request'))
      // One or two find nothing left to be asked for.
      return asked.length >= 3
    })
    const honest = await RawListener.open((peer) => RawSeed.answering(peer, made, { everyMs: 5 }))
    t.after(() => honest.close())
    const begun = performance.now()
    here.torrent.addPeer(honest.endpoint)
    await here.real.finish(here.torrent, made, 15_000)
    t.diagnostic(`${PIECES} pieces in ${Math.round(performance.now() - begun)} ms beside nine fake seeds`)
    assert.deepEqual(here.real.bans, [])
  })
})
