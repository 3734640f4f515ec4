// Encrypted handshakes over real sockets with a production engine: what is wrong is dropped as late and as silently as what
// is unknown, what breaks the protocol inside the encryption ends the connection at once, and good peers are served beside
// both.

import assert from 'node:assert/strict'
import net from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import { pause, until } from '../../lab/netns/until.ts'
import { concatBytes, utf8 } from '../../src/base/bytes.ts'
import type { Endpoint } from '../../src/base/endpoint.ts'
import { type Infohash, type WireHash, wireHash } from '../../src/base/ids.ts'
import { SeededRandom } from '../../src/base/random.ts'
import { HANDSHAKE_TIMEOUT_MS } from '../../src/engine/peer/handshaking.ts'
import { encodeRequest } from '../../src/protocol/wire/encode.ts'
import { encodeHandshake, HANDSHAKE_BYTES } from '../../src/protocol/wire/handshake.ts'
import { MadeTorrent } from '../doubles/made-torrent.ts'
import { MseSide } from '../doubles/mse-side.ts'
import { ALL_FLAGS, freshPeerId, RawPeer } from '../doubles/raw-peer.ts'
import { RealEngine } from '../doubles/real-engine.ts'

const BLOCK = 16_384
const made = await MadeTorrent.make({
  version: 'hybrid',
  lengthsBytes: [4 * BLOCK],
  pieceLengthBytes: 2 * BLOCK,
})
const [V1, V2] = [made.metainfo.infohashV1, made.metainfo.infohashV2].map((hash) =>
  wireHash(hash as Infohash),
) as [WireHash, WireHash]
const UNKNOWN = 'ee'.repeat(20) as WireHash

/** Nobody here waits for its turn to be accepted. */
const CROWDED = { connectionLimits: { acceptsPerSecond: 10_000 } }

async function seeding(t: TestContext, encryption: 'prefer' | 'require'): Promise<RealEngine> {
  const real = await RealEngine.open(t, { ...CROWDED, encryption })
  await real.seed(made)
  return real
}

/** A dialled connection that encrypts by dictation. */
class Stranger {
  readonly socket: net.Socket
  readonly side: MseSide
  readonly begunMs = performance.now()
  endedMs: number | undefined
  heard = new Uint8Array(0)

  private constructor(socket: net.Socket, hash: WireHash) {
    this.socket = socket
    this.side = new MseSide('initiator', hash)
    socket.on('error', () => {})
    socket.on('close', () => {
      this.endedMs = performance.now()
    })
    socket.on('data', (bytes: Buffer) => {
      this.heard = new Uint8Array(concatBytes([this.heard, bytes]))
    })
  }

  static async connect(t: TestContext, to: Endpoint, hash: WireHash): Promise<Stranger> {
    const socket = net.connect({ host: to.host, port: to.port, noDelay: true })
    const stranger = new Stranger(socket, hash)
    t.after(() => socket.destroy())
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
    return stranger
  }

  /** Up to where both know the secret. */
  async exchangeKeys(): Promise<void> {
    this.socket.write(this.side.key)
    await until('it answers with its key', () => this.heard.length >= 96)
    this.side.hear(this.heard)
  }

  /** All of it; afterwards what is heard is decrypted by `opened`. */
  async agree(handshakeHash: WireHash): Promise<(() => Uint8Array) | undefined> {
    await this.exchangeKeys()
    const initialPayload = encodeHandshake({ hash: handshakeHash, peerId: freshPeerId(), flags: ALL_FLAGS })
    this.socket.write(concatBytes([this.side.proof(), this.side.message({ initialPayload })]))
    const mark = Buffer.from(this.side.decrypted(new Uint8Array(8)))
    const found = await until('it answers or closes', () => {
      const at = Buffer.from(this.heard).indexOf(mark, 96)
      return this.endedMs !== undefined || (at >= 0 && this.heard.length >= at + 14 ? at : undefined)
    })
    if (found === true) return undefined
    const head = this.side.decrypted(this.heard.subarray(found + 8, found + 14))
    assert.deepEqual([...head.subarray(0, 4)], [0, 0, 0, 2], 'RC4 was chosen')
    const padBytes = ((head[4] as number) << 8) | (head[5] as number)
    const from = found + 14 + padBytes
    await until('its pad came', () => this.heard.length >= from)
    this.side.decrypted(new Uint8Array(padBytes))
    let [done, plain] = [from, new Uint8Array(0)]
    return () => {
      plain = new Uint8Array(concatBytes([plain, this.side.decrypted(this.heard.subarray(done))]))
      done = this.heard.length
      return plain
    }
  }

  say(bytes: Uint8Array): void {
    this.socket.write(this.side.encrypted(bytes))
  }
}

/** A whole block arrives through the encryption. */
async function isServed(t: TestContext, real: RealEngine, hash = V1): Promise<void> {
  const stranger = await Stranger.connect(t, real.listensAt, hash)
  const opened = await stranger.agree(hash)
  assert.ok(opened !== undefined)
  await until('its handshake came', () => opened().length >= HANDSHAKE_BYTES)
  assert.equal(new TextDecoder().decode(opened().subarray(1, 20)), 'BitTorrent protocol')
  stranger.say(Uint8Array.of(0, 0, 0, 1, 15, 0, 0, 0, 1, 2))
  const unchoke = Buffer.from([0, 0, 0, 1, 1])
  await until('it is unchoked', () => Buffer.from(opened()).includes(unchoke, HANDSHAKE_BYTES))
  stranger.say(encodeRequest(1, BLOCK, BLOCK))
  const block = Buffer.from(made.run(1, BLOCK, BLOCK) as Uint8Array)
  await until('the block came', () => Buffer.from(opened()).includes(block))
  assert.equal(Buffer.from(stranger.heard).includes(block.subarray(0, 64)), false)
  stranger.socket.destroy()
}

/** What ends a stranger's handshake, said after the keys were exchanged. */
const ENDINGS: Readonly<Record<string, (side: MseSide) => Uint8Array>> = {
  'says no more': () => new Uint8Array(0),
  'says noise': () => new SeededRandom(1).bytes(5_000),
  'names a torrent that is here, without knowing it': (side) => side.proof(V1),
  'names a torrent that is not here': (side) => side.proof(UNKNOWN),
  'proves to know a torrent that is not here': (side) => concatBytes([side.proof(UNKNOWN), side.message()]),
  'names a torrent that is here, and lies about knowing it': (side) =>
    concatBytes([side.proof(V1), side.message(), new Uint8Array(600)]),
}

describe('an encrypted handshake', { concurrency: true }, () => {
  test('serves both hashes of a hybrid, and plain peers beside', async (t) => {
    const real = await seeding(t, 'prefer')
    await isServed(t, real, V1)
    await isServed(t, real, V2)
    const plain = await RawPeer.greeted(real.listensAt, { hash: made.metainfo.infohashV1 as Infohash })
    t.after(() => plain.end())
    await until('it described itself', () => plain.extensions)
  })

  test('that fails is dropped after ten seconds in all, whatever was wrong, and says nothing but a key', async (t) => {
    const real = await seeding(t, 'require')
    const strangers: Stranger[] = []
    for (const words of Object.values(ENDINGS)) {
      for (let i = 0; i < 4; i++) {
        const stranger = await Stranger.connect(t, real.listensAt, UNKNOWN)
        await stranger.exchangeKeys()
        stranger.socket.write(words(stranger.side))
        strangers.push(stranger)
      }
    }
    // No key at all: 0 is none that anybody could use.
    const keyless = await Stranger.connect(t, real.listensAt, UNKNOWN)
    keyless.socket.write(new Uint8Array(3_000))
    await isServed(t, real)
    await until('all are dropped', () =>
      [...strangers, keyless].every(({ endedMs }) => endedMs !== undefined),
    )
    for (const { begunMs, endedMs = 0, heard } of strangers) {
      const tookMs = endedMs - begunMs
      assert.ok(
        tookMs > HANDSHAKE_TIMEOUT_MS - 1_000 && tookMs < HANDSHAKE_TIMEOUT_MS + 3_000,
        `${tookMs} ms`,
      )
      assert.ok(heard.length >= 96 && heard.length <= 96 + 512, `${heard.length} bytes`)
    }
    assert.equal(keyless.heard.length, 0)
    await isServed(t, real)
  })

  test('about one torrent is no way to another: the stream inside must be about the same', async (t) => {
    const real = await seeding(t, 'prefer')
    const other = await MadeTorrent.make({
      name: 'other',
      version: 'v1',
      lengthsBytes: [BLOCK],
      pieceLengthBytes: BLOCK,
    })
    await real.seed(other)
    const stranger = await Stranger.connect(t, real.listensAt, V1)
    const opened = await stranger.agree(wireHash(other.metainfo.infohashV1 as Infohash))
    await until('it is closed', () => stranger.endedMs)
    assert.equal(opened?.().length ?? 0, 0)
  })

  test('hides no broken protocol: an impossible length ends the connection at once', async (t) => {
    const real = await seeding(t, 'prefer')
    for (const bytes of [
      Uint8Array.of(0xff, 0xff, 0xff, 0xff),
      concatBytes([utf8('GET /'), new Uint8Array(99)]),
    ]) {
      const stranger = await Stranger.connect(t, real.listensAt, V1)
      const opened = await stranger.agree(V1)
      assert.ok(opened !== undefined)
      stranger.say(bytes)
      await until('it is closed', () => stranger.endedMs)
    }
    await isServed(t, real)
  })

  test('is the only one where encryption is required: a plain one is closed on at once, without a word', async (t) => {
    const real = await seeding(t, 'require')
    for (const hash of [V1, UNKNOWN]) {
      const peer = await RawPeer.connect(real.listensAt)
      peer.write(encodeHandshake({ hash, peerId: freshPeerId(), flags: ALL_FLAGS }))
      await peer.ended
      assert.equal(peer.receivedBytes, 0)
    }
    await isServed(t, real)
  })

  test('by many at once, none of which goes on, keeps nobody out', async (t) => {
    const real = await seeding(t, 'prefer')
    const noise = new SeededRandom(3)
    for (let i = 0; i < 150; i++) {
      const peer = await RawPeer.connect(real.listensAt)
      t.after(() => peer.end())
      peer.write(noise.bytes(96 + i))
    }
    await isServed(t, real)
    await pause(100)
    await isServed(t, real)
  })
})
