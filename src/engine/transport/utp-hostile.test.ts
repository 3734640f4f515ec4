// What strangers and hostile peers can do with packets, and what comes of it: SAFETY.md's cases of UDP that concern uTP.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { World } from '../../../lab/sim/world.ts'
import { forged } from '../../../test/doubles/forged-packet.ts'
import { ADDRESSES, randomBytes, UtpPair, type Witness } from '../../../test/doubles/utp-pair.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import { SocketError } from '../../base/ports.ts'
import { randomInt, SeededRandom } from '../../base/random.ts'
import { HALF_OPEN_MS, RECEIVE_WINDOW_BYTES, WRONG_PROOFS } from '../../protocol/utp/limits.ts'
import { DATA, FIN, type Header, type Packet, RESET, STATE, SYN } from '../../protocol/utp/packet.ts'

const WAY = { delayMs: [10, 10] } as const

function promise(name: string, body: (world: World, pair: UtpPair) => Promise<void>): void {
  test(name, async () => {
    const world = new World(7)
    const pair = new UtpPair(world, { there: WAY, back: WAY })
    await world.run(name, () => body(world, pair), 600_000)
  })
}

/** The header of the last packet of each side. */
function watch(pair: UtpPair): { near: Header | undefined; far: Header | undefined } {
  const seen: { near: Header | undefined; far: Header | undefined } = { near: undefined, far: undefined }
  pair.pass = ({ side, packet }) => {
    seen[side] = packet
    return true
  }
  return seen
}

function stranger(number: number): Endpoint {
  return { host: `192.0.${(number >> 8) & 0xff}.${number & 0xff}`, port: 1024 + (number % 60_000) }
}

describe('strangers', () => {
  promise(
    'a flood of forged SYNs gets no more bytes than it sends and makes no connection',
    async (world, pair) => {
      let sentBytes = 0
      for (let i = 0; i < 20_000; i++) {
        const syn = forged({ type: SYN, connectionId: i & 0xffff, sequence: i & 0xffff })
        sentBytes += syn.length
        pair.inject('far', syn, stranger(i))
        if (i % 20 === 0) await world.sleep(1)
      }
      assert.ok(pair.sentBytes.far > 0 && pair.sentBytes.far <= sentBytes / 10)
      assert.deepEqual([pair.far.connections, pair.accepted.far.length], [0, 0])
      await world.sleep(1_000)
      const { near, far } = await pair.connect()
      near.connection.write(new Uint8Array(10))
      while (far.lengthBytes < 10) await world.sleep(10)
    },
  )

  promise(
    'until its address is proved a stranger gets at most 1.5 bytes for each of its own',
    async (world, pair) => {
      const random = new SeededRandom(3)
      for (let i = 0; i < 2_000; i++) {
        const before = pair.sentBytes.far
        const packet = forged({
          type: [DATA, FIN, STATE, RESET, SYN][randomInt(random, 5)] as Header['type'],
          connectionId: randomInt(random, 4),
          sequence: randomInt(random, 4),
          ack: randomInt(random, 65_536),
          payload: random.bytes(randomInt(random, 100)),
        })
        pair.inject('far', packet, stranger(randomInt(random, 3)))
        assert.ok(pair.sentBytes.far - before <= 1.5 * packet.length)
        await world.sleep(randomInt(random, 100))
      }
      const quiet = pair.sentBytes.far
      await world.sleep(120_000)
      assert.equal(pair.sentBytes.far, quiet, 'and nothing later')
      assert.equal(pair.accepted.far.length, 0)
    },
  )

  promise('guessing the number that proves an address ends after three tries', async (world, pair) => {
    const from = stranger(1)
    let ours = 0
    pair.pass = ({ packet }) => {
      if (packet.type === STATE) ours = packet.sequence
      return false
    }
    const introduce = () => pair.inject('far', forged({ type: SYN, connectionId: 5, sequence: 9 }), from)
    const guess = (ack: number) =>
      pair.inject('far', forged({ type: STATE, connectionId: 6, sequence: 10, ack: ack & 0xffff }), from)
    introduce()
    for (let i = 0; i < WRONG_PROOFS; i++) guess(ours + 100 + i)
    guess(ours - 1)
    assert.equal(pair.accepted.far.length, 0)
    introduce()
    guess(ours - 1)
    assert.equal(pair.accepted.far.length, 1)
    await world.sleep(1)
  })

  promise('a SYN that is not followed by anything is forgotten', async (world, pair) => {
    const from = stranger(1)
    let ours = 0
    pair.pass = ({ packet }) => {
      if (packet.type === STATE) ours = packet.sequence
      return true
    }
    pair.inject('far', forged({ type: SYN, connectionId: 5, sequence: 9 }), from)
    await world.sleep(HALF_OPEN_MS)
    pair.inject('far', forged({ type: STATE, connectionId: 6, sequence: 10, ack: (ours - 1) & 0xffff }), from)
    assert.equal(pair.accepted.far.length, 0)
  })

  promise('data that overtakes the proof is kept, and proves as well', async (_world, pair) => {
    const from = stranger(1)
    let ours = 0
    pair.pass = ({ packet }) => {
      if (packet.type === STATE) ours = packet.sequence
      return true
    }
    pair.inject('far', forged({ type: SYN, connectionId: 5, sequence: 9 }), from)
    const proof = { connectionId: 6, ack: (ours - 1) & 0xffff }
    pair.inject('far', forged({ ...proof, type: DATA, sequence: 11, payload: Uint8Array.of(2) }), from)
    pair.inject('far', forged({ ...proof, type: STATE, sequence: 10 }), from)
    pair.inject('far', forged({ ...proof, type: DATA, sequence: 10, payload: Uint8Array.of(1) }), from)
    assert.deepEqual([...(pair.accepted.far[0] as Witness).received], [1, 2])
  })

  promise(
    'packets of unknown connections are answered with a reset, resets with nothing',
    async (_world, pair) => {
      const heard: Packet[] = []
      pair.pass = ({ packet }) => heard.push(packet) > 0
      pair.inject(
        'far',
        forged({ type: DATA, connectionId: 77, sequence: 5, payload: new Uint8Array(50) }),
        stranger(1),
      )
      pair.inject('far', forged({ type: RESET, connectionId: 77 }), stranger(1))
      assert.deepEqual(
        heard.map(({ type, connectionId, ack }) => [type, connectionId, ack]),
        [[RESET, 77, 5]],
      )
    },
  )

  promise('what is no uTP is left to others', async (_world, pair) => {
    const dht = new TextEncoder().encode('d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe')
    assert.equal(pair.inject('far', dht, stranger(1)), false)
    assert.equal(pair.inject('far', new Uint8Array(19).fill(0x41), stranger(1)), false)
    const tracker = new Uint8Array(20)
    assert.equal(pair.inject('far', tracker, stranger(1)), false)
    // A broken chain of extensions is still uTP's to drop.
    const broken = forged({ type: DATA, mask: new Uint8Array(0) })
    assert.equal(pair.inject('far', broken, stranger(1)), true)
    assert.equal(pair.sentPackets.far, 0)
  })
})

describe('hostile peers', () => {
  promise('an ack of unsent data changes nothing', async (world, pair) => {
    const seen = watch(pair)
    const { near, far } = await pair.connect()
    near.connection.write(new Uint8Array(100))
    while (far.lengthBytes < 100) await world.sleep(10)
    await world.sleep(100)
    const { connectionId, sequence, ack } = seen.far as Header
    for (const ahead of [1, 2, 100, 30_000]) {
      const lie = {
        type: DATA,
        connectionId,
        sequence,
        ack: (ack + ahead) & 0xffff,
        payload: new Uint8Array(5),
      }
      pair.inject('near', forged({ ...lie, type: DATA }), ADDRESSES.far)
    }
    assert.equal(near.lengthBytes, 0, 'nor is anything else of that packet believed')
    await exchangeMore(world, near, far)
  })

  promise('a giant selective ack, or one of unsent packets, changes nothing', async (world, pair) => {
    const seen = watch(pair)
    const { near, far } = await pair.connect()
    near.connection.write(new Uint8Array(100))
    while (far.lengthBytes < 100) await world.sleep(10)
    await world.sleep(100)
    const { connectionId, sequence, ack } = seen.far as Header
    for (const maskBytes of [4, 8, 128, 132, 252]) {
      const mask = new Uint8Array(maskBytes).fill(0xff)
      pair.inject('near', forged({ type: STATE, connectionId, sequence, ack, mask }), ADDRESSES.far)
    }
    await exchangeMore(world, near, far)
  })

  promise('a thousand empty masks cost no window', async (world, pair) => {
    const seen = watch(pair)
    const { near, far } = await pair.connect()
    near.connection.write(new Uint8Array(100))
    while (far.lengthBytes < 100) await world.sleep(10)
    await world.sleep(100)
    const { connectionId, sequence, ack } = seen.far as Header
    const lie = forged({ type: STATE, connectionId, sequence, ack, mask: new Uint8Array(128) })
    for (let i = 0; i < 1_000; i++) pair.inject('near', lie, ADDRESSES.far)
    await exchangeMore(world, near, far)
  })

  promise('packets far ahead, and more than the window, are not held', async (world, pair) => {
    const seen = watch(pair)
    const { near, far } = await pair.connect()
    far.connection.pause()
    near.connection.write(new Uint8Array(100))
    await world.sleep(500)
    const { connectionId, sequence, ack } = seen.near as Header
    const at = (ahead: number, lengthBytes: number): void => {
      const payload = new Uint8Array(lengthBytes)
      const lie = forged({ type: DATA, connectionId, sequence: (sequence + ahead) & 0xffff, ack, payload })
      pair.inject('far', lie, ADDRESSES.near)
    }
    for (let ahead = 1; ahead < 30_000; ahead += 7) at(ahead, 1)
    for (let ahead = 2; ahead < 1_000; ahead++) at(ahead, 60_000)
    await world.sleep(100)
    assert.ok((seen.far as Header).windowBytes < 60_000)
    const { stream } = far.connection as unknown as { readonly stream: { readonly unreadBytes: number } }
    assert.ok(stream.unreadBytes <= RECEIVE_WINDOW_BYTES)
    far.connection.close()
    await world.sleep(1_000)
    assert.equal(pair.far.connections, 0)
  })

  promise('a forged reset that knows no numbers ends nothing', async (world, pair) => {
    const seen = watch(pair)
    const { near, far } = await pair.connect()
    near.connection.write(new Uint8Array(100))
    while (far.lengthBytes < 100) await world.sleep(10)
    await world.sleep(100)
    const { connectionId, ack } = seen.far as Header
    for (const beside of [-2_000, -100, 5, 2_000, 30_000]) {
      const lie = forged({ type: RESET, connectionId, ack: (ack + beside) & 0xffff })
      pair.inject('near', lie, ADDRESSES.far)
      pair.inject('near', lie, stranger(1))
    }
    await exchangeMore(world, near, far)
    pair.inject('near', forged({ type: RESET, connectionId, ack: (seen.far as Header).ack }), ADDRESSES.far)
    await world.sleep(10)
    assert.equal(endingOf(near), 'RESET')
  })

  promise('an end that lies before data, or comes twice, is not believed', async (world, pair) => {
    const seen = watch(pair)
    const { near, far } = await pair.connect()
    near.connection.write(new Uint8Array(100))
    while (far.lengthBytes < 100) await world.sleep(10)
    await world.sleep(100)
    const { connectionId, sequence, ack } = seen.near as Header
    const lie = (type: Header['type'], ahead: number, payload = new Uint8Array(0)) =>
      pair.inject(
        'far',
        forged({ type, connectionId, ack, sequence: (sequence + ahead) & 0xffff, payload }),
        ADDRESSES.near,
      )
    lie(DATA, 3, Uint8Array.of(3))
    lie(FIN, 2)
    lie(FIN, 5)
    lie(FIN, 9)
    lie(DATA, 6, Uint8Array.of(6))
    lie(DATA, 1, Uint8Array.of(1))
    lie(DATA, 2, Uint8Array.of(2))
    lie(DATA, 4, Uint8Array.of(4))
    await world.sleep(50)
    assert.deepEqual([...far.received.subarray(100)], [1, 2, 3, 4])
    assert.deepEqual(far.ending, undefined, 'our own end is not acked yet')
    far.connection.close()
    await world.sleep(0)
    assert.deepEqual(far.ending, { error: undefined })
  })

  promise(
    'a zero window stalls the sender, which tries it now and then and goes on when it opens',
    async (world, pair) => {
      const { near, far } = await pair.connect()
      const bytes = randomBytes(1, 3_000_000)
      far.connection.pause()
      near.connection.write(bytes)
      await world.sleep(20_000)
      assert.equal(far.lengthBytes, 0)
      const before = pair.sentPackets.near
      await world.sleep(120_000)
      const tries = pair.sentPackets.near - before
      assert.ok(tries >= 8 && tries < 200, `${tries} tries in two minutes`)
      assert.equal(near.ending, undefined)
      // The word that the window opened is lost: a try finds out.
      let swallowed = 0
      pair.pass = ({ side }) => side === 'near' || ++swallowed > 1
      far.connection.resume()
      while (far.lengthBytes < bytes.length) await world.sleep(50)
      assert.ok(Buffer.compare(far.received, bytes) === 0)
    },
  )

  promise(
    'a peer that never opens its window holds a closing connection for five seconds',
    async (world, pair) => {
      const { near, far } = await pair.connect()
      far.connection.pause()
      let sent = 0
      for (let i = 0; i < 30; i++) near.connection.write(new Uint8Array(100_000), () => void sent++)
      await world.sleep(5_000)
      near.connection.close(true)
      await world.sleep(5_001)
      assert.deepEqual([sent, near.ending], [30, { error: undefined }])
      assert.equal(pair.near.connections, 0)
    },
  )

  promise('a peer that vanishes is given up after a minute', async (world, pair) => {
    const { near } = await pair.connect()
    pair.pass = () => false
    near.connection.write(new Uint8Array(1))
    await world.sleep(59_000)
    assert.equal(near.ending, undefined)
    const tried = pair.sentPackets.near
    assert.ok(tried < 20)
    await world.sleep(2_000)
    assert.equal(endingOf(near), 'TIMEOUT')
    await world.sleep(60_000)
    assert.equal(pair.near.connections, 0)
  })

  promise('whom the gate refuses is not answered', async (world, pair) => {
    const gated = new UtpPair(world, {})
    assert.equal(pair.far.connections, 0)
    const [from] = [stranger(9)]
    assert.ok(gated.inject('far', forged({ type: SYN, connectionId: 1, sequence: 1 }), from))
    assert.equal(gated.sentPackets.far, 1)
    gated.mayAccept = () => false
    gated.inject('far', forged({ type: SYN, connectionId: 2, sequence: 1 }), from)
    assert.equal(gated.sentPackets.far, 1)
  })
})

describe('two ends that dial each other at once', () => {
  const dialBoth = async (world: World, pair: UtpPair): Promise<void> => {
    const results = await Promise.all([
      pair.near.dial(ADDRESSES.far, 20_000).result,
      pair.far.dial(ADDRESSES.near, 20_000).result,
    ])
    await world.sleep(10_000)
    const good = results.filter((result) => !(result instanceof SocketError))
    const failed = results.filter((result) => result instanceof SocketError)
    assert.deepEqual([good.length, failed.length], [1, 1])
    assert.deepEqual([failed[0]?.code, failed[0]?.data], ['CLOSED', { crossed: true }])
    assert.equal(pair.accepted.near.length + pair.accepted.far.length, 1)
    assert.deepEqual([pair.near.connections, pair.far.connections], [1, 1], 'and nothing else is left')
  }

  promise('have one connection between them', dialBoth)

  for (const side of ['near', 'far'] as const) {
    promise(
      `have one when the router of ${side} drops what comes before its own SYN left`,
      async (world, pair) => {
        let open = false
        pair.pass = (sent) => {
          if (sent.side === side) open = true
          return sent.side === side || open || false
        }
        await dialBoth(world, pair)
      },
    )
    promise(`have one when the first SYN of ${side} is lost`, async (world, pair) => {
      let lost = false
      pair.pass = (sent) => {
        if (sent.side !== side || sent.packet.type !== SYN || lost) return true
        lost = true
        return false
      }
      await dialBoth(world, pair)
    })
  }

  promise('have one when the other side follows no rule and answers every SYN', async (world, pair) => {
    // far is somebody else: it dials with id 1 or 60,000, answers our SYN, and proves and dies as told.
    for (const theirId of [1, 60_000]) {
      let theirSyn: Packet | undefined
      const resets: number[] = []
      const ours = pair.near.dial(ADDRESSES.far, 20_000)
      pair.pass = ({ side, packet }) => {
        if (side === 'far') return true
        const answer = { windowBytes: 50_000, ack: packet.sequence, type: STATE, sequence: 500 } as const
        const say = (bytes: Uint8Array): void =>
          void world.after(10, () => pair.inject('near', bytes, ADDRESSES.far))
        if (packet.type === SYN) say(forged({ ...answer, connectionId: packet.connectionId }))
        else if (packet.type === RESET) resets.push(packet.connectionId)
        else if (packet.type === STATE && packet.connectionId === theirId && theirSyn === undefined) {
          theirSyn = packet
          const ack = (packet.sequence - 1) & 0xffff
          say(forged({ ...answer, connectionId: theirId + 1, sequence: 41, ack }))
        }
        return false
      }
      pair.inject('near', forged({ type: SYN, connectionId: theirId, sequence: 40 }), ADDRESSES.far)
      const result = await ours.result
      await world.sleep(5_000)
      assert.equal(pair.accepted.near.length, result instanceof SocketError ? 1 : 0)
      assert.equal(pair.near.connections, 1)
      pair.accepted.near.length = 0
      for (const connection of [result instanceof SocketError ? undefined : result]) connection?.close()
      pair.close()
      pair = new UtpPair(world, { there: WAY, back: WAY })
    }
  })
})

async function exchangeMore(world: World, near: Witness, far: Witness): Promise<void> {
  const [atNear, atFar] = [near.lengthBytes, far.lengthBytes]
  near.connection.write(randomBytes(5, 200_000))
  far.connection.write(randomBytes(6, 200_000))
  while (near.lengthBytes < atNear + 200_000 || far.lengthBytes < atFar + 200_000) await world.sleep(10)
  assert.ok(Buffer.compare(far.received.subarray(atFar), randomBytes(5, 200_000)) === 0)
  assert.ok(Buffer.compare(near.received.subarray(atNear), randomBytes(6, 200_000)) === 0)
  assert.deepEqual([near.ending, far.ending], [undefined, undefined])
}

function endingOf({ ending }: Witness): string | undefined {
  return ending?.error?.code
}
