// What every implementation of the Tcp port promises, told as tests. Real sockets and simulated ones join it in
// tcp.test.ts.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Endpoint } from '../../src/base/endpoint.ts'
import { type Connection, LOW_WATER_BYTES, SocketError, type Tcp } from '../../src/base/ports.ts'
import { randomInt, SeededRandom } from '../../src/base/random.ts'

export interface TcpGround {
  readonly near: Tcp
  readonly far: Tcp
  /** Addresses of the far side as the near side dials them: IPv4 first, then IPv6 if there is any. */
  readonly farHosts: readonly string[]
  /** An endpoint that never answers. */
  silent(): Promise<Endpoint>
  /** Somebody stands in between: the far side sees that one's address. */
  readonly relayed?: boolean
  /** Lets time pass in which nothing should happen. */
  pass(ms: number): Promise<void>
}

/** `within` makes a ground, runs the body on it, and clears up. */
export function tcpContract(
  name: string,
  within: (body: (ground: TcpGround) => Promise<void>) => Promise<void>,
): void {
  const promise = (sentence: string, body: (ground: TcpGround) => Promise<void>): void => {
    test(sentence, () => within(body))
  }

  describe(`Tcp contract: ${name}`, { concurrency: true }, () => {
    promise('both ends of a connection know both endpoints, in canonical text', async (ground) => {
      for (const host of ground.farHosts) {
        await using pair = await connect(ground, host)
        assert.equal(pair.near.connection.remote.host, host)
        if (ground.relayed !== true) assert.deepEqual(pair.far.connection.remote, pair.near.connection.local)
        assert.deepEqual(pair.far.connection.local, pair.near.connection.remote)
      }
    })

    promise('bytes arrive once and in order, both ways, whatever the sizes of the writes', async (ground) => {
      await using pair = await connect(ground)
      const [there, back] = [randomBytes(1, 3_000_000), randomBytes(2, 1_000_000)]
      writeInParts(pair.near.connection, there, 3)
      writeInParts(pair.far.connection, back, 4)
      assert.deepEqual(await pair.far.received(there.length), there)
      assert.deepEqual(await pair.near.received(back.length), back)
    })

    promise(
      'sent is called once per write, in order, and queuedBytes counts what was not sent',
      async (ground) => {
        await using pair = await connect(ground)
        const { connection } = pair.near
        const sent: number[] = []
        const sizes = [10, 100_000, 1, 0, 700_000, 5]
        const all = Promise.withResolvers<void>()
        let queued = 0
        for (const [i, size] of sizes.entries()) {
          connection.write(new Uint8Array(size), () => {
            sent.push(i)
            if (sent.length === sizes.length) all.resolve()
          })
          queued += size
          assert.equal(connection.queuedBytes, queued)
          assert.equal(sent.length, 0, 'never synchronously')
        }
        await all.promise
        assert.equal(connection.queuedBytes, 0)
        assert.deepEqual([...sent].sort(), [0, 1, 2, 3, 4, 5])
        assert.deepEqual(
          sent.filter((i) => i !== 3),
          [0, 1, 2, 4, 5],
        )
        await pair.far.received(queued)
      },
    )

    promise(
      'drain rings when the queue falls to the low water mark, not when it never was above',
      async (ground) => {
        await using pair = await connect(ground)
        const { connection } = pair.near
        await new Promise<void>((sent) => connection.write(new Uint8Array(LOW_WATER_BYTES), sent))
        assert.equal(pair.near.drains, 0)
        const drained = new Promise<number>((resolve) => {
          pair.near.onDrain = () => resolve(connection.queuedBytes)
        })
        for (let i = 0; i < 20; i++) connection.write(new Uint8Array(100_000))
        assert.ok((await drained) <= LOW_WATER_BYTES)
        await pair.far.received(LOW_WATER_BYTES + 2_000_000)
        assert.equal(pair.near.drains, 1)
      },
    )

    promise(
      'a paused end hears nothing, holds its sender back, and gets everything on resume',
      async (ground) => {
        await using pair = await connect(ground)
        const bytes = randomBytes(5, 40_000_000)
        pair.far.connection.pause()
        for (let at = 0; at < bytes.length; at += 500_000)
          pair.near.connection.write(bytes.subarray(at, at + 500_000))
        await ground.pass(300)
        assert.equal(pair.far.lengthBytes, 0)
        assert.ok(
          pair.near.connection.queuedBytes > 20_000_000,
          'a paused receiver cannot be filled without end',
        )
        pair.far.connection.resume()
        const received = await pair.far.received(bytes.length)
        assert.ok(equal(received, bytes))
      },
    )

    promise('pausing inside data() holds the rest back', async (ground) => {
      await using pair = await connect(ground)
      pair.far.onData = () => pair.far.connection.pause()
      const bytes = randomBytes(6, 400_000)
      writeInParts(pair.near.connection, bytes, 7)
      for (let waits = 0; pair.far.calls === 0 && waits < 200; waits++) await ground.pass(50)
      await ground.pass(100)
      const first = pair.far.lengthBytes
      assert.ok(first > 0 && first < bytes.length)
      assert.equal(pair.far.calls, 1)
      pair.far.onData = () => {}
      pair.far.connection.resume()
      assert.deepEqual(await pair.far.received(bytes.length), bytes)
    })

    promise('a flushing close delivers what was queued; both ends close without an error', async (ground) => {
      await using pair = await connect(ground)
      const bytes = randomBytes(8, 5_000_000)
      writeInParts(pair.near.connection, bytes, 9)
      // Bytes that the closing end no longer reads must not destroy what it still sends.
      pair.far.connection.write(new Uint8Array(300_000))
      pair.near.connection.close(true)
      assert.equal(await pair.far.closed, undefined)
      assert.equal(await pair.near.closed, undefined)
      assert.ok(equal(await pair.far.received(bytes.length), bytes))
      assert.equal(pair.near.lengthBytes, 0, 'no data after close')
    })

    promise('a flushing close gives up on a receiver that does not read', async (ground) => {
      await using pair = await connect(ground)
      pair.far.connection.pause()
      let sent = 0
      for (let i = 0; i < 40; i++) pair.near.connection.write(new Uint8Array(1_000_000), () => sent++)
      pair.near.connection.close(true)
      assert.equal(await pair.near.closed, undefined)
      assert.equal(sent, 40)
    })

    promise('a plain close ends both ends; every write is released before closed', async (ground) => {
      await using pair = await connect(ground)
      pair.far.connection.pause()
      let sent = 0
      for (let i = 0; i < 40; i++) pair.near.connection.write(new Uint8Array(1_000_000), () => sent++)
      pair.near.connection.close()
      assert.equal(await pair.near.closed, undefined)
      assert.equal(sent, 40)
      assert.equal(pair.near.connection.queuedBytes, 0)
      pair.far.connection.resume()
      await pair.far.closed
      const late = new Promise<void>((resolve) => pair.near.connection.write(new Uint8Array(10), resolve))
      await late
      pair.near.connection.close()
      pair.near.connection.close(true)
      await ground.pass(50)
      assert.deepEqual([pair.near.closes, pair.far.closes], [1, 1])
      assert.equal(pair.near.eventsAfterClose + pair.far.eventsAfterClose, 0)
    })

    promise('the other side ending is an orderly end here', async (ground) => {
      await using pair = await connect(ground)
      pair.far.connection.close()
      assert.equal(await pair.near.closed, undefined)
    })

    promise('closing with unread bytes resets the other end', async (ground) => {
      await using pair = await connect(ground)
      pair.far.connection.pause()
      await new Promise<void>((sent) => pair.near.connection.write(new Uint8Array(100_000), sent))
      await ground.pass(100)
      pair.far.connection.close()
      const error = await pair.near.closed
      assert.ok(error instanceof SocketError)
      assert.equal(error.code, 'RESET')
    })

    promise('a port where nobody listens refuses', async (ground) => {
      const listener = await ground.far.listen({ host: '::', port: 0 }, () => {})
      await listener.close()
      const host = ground.farHosts[0] as string
      const refused = await ground.near.dial({ host, port: listener.local.port }, 5000).result
      assert.ok(refused instanceof SocketError)
      assert.equal(refused.code, 'REFUSED')
    })

    promise('a dial that is not answered in time is given up', async (ground) => {
      const result = await ground.near.dial(await ground.silent(), 200).result
      assert.ok(result instanceof SocketError)
      assert.equal(result.code, 'TIMEOUT')
    })

    promise('a cancelled dial is answered, and cancelling a finished one does nothing', async (ground) => {
      const dial = ground.near.dial(await ground.silent(), 60_000)
      dial.cancel()
      const result = await dial.result
      assert.ok(result instanceof SocketError)
      assert.equal(result.code, 'CLOSED')
      await using pair = await connect(ground)
      pair.cancel()
      pair.near.connection.write(new Uint8Array([1]))
      await pair.far.received(1)
    })

    promise('names are never looked up', async (ground) => {
      const result = await ground.near.dial({ host: 'localhost', port: 80 }, 1000).result
      assert.ok(result instanceof SocketError)
      assert.equal(result.code, 'OTHER')
    })

    promise('a port is given to one listener only', async (ground) => {
      const listener = await ground.far.listen({ host: '::', port: 0 }, () => {})
      await assert.rejects(
        ground.far.listen({ host: '::', port: listener.local.port }, () => {}),
        { code: 'IN_USE' },
      )
      await listener.close()
      const again = await ground.far.listen({ host: '::', port: listener.local.port }, () => {})
      await again.close()
    })

    promise('a closed listener takes nobody, and keeps the connections it has', async (ground) => {
      await using pair = await connect(ground)
      await pair.listener.close()
      const { host, port } = pair.near.connection.remote
      assert.ok((await ground.near.dial({ host, port }, 1000).result) instanceof SocketError)
      pair.far.connection.write(new Uint8Array([7]))
      assert.deepEqual(await pair.near.received(1), new Uint8Array([7]))
    })
  })
}

/** One end and everything that happened to it. */
class End {
  readonly connection: Connection
  readonly closed: Promise<SocketError | undefined>
  onData: () => void = () => {}
  onDrain: () => void = () => {}
  calls = 0
  drains = 0
  closes = 0
  lengthBytes = 0
  eventsAfterClose = 0
  readonly #parts: Uint8Array[] = []
  #wanted: { readonly lengthBytes: number; readonly resolve: () => void } | undefined

  constructor(connection: Connection) {
    this.connection = connection
    const { promise, resolve } = Promise.withResolvers<SocketError | undefined>()
    this.closed = promise
    connection.events = {
      data: (bytes) => {
        if (this.closes > 0) this.eventsAfterClose++
        this.calls++
        this.#parts.push(new Uint8Array(bytes))
        this.lengthBytes += bytes.length
        this.onData()
        if (this.#wanted !== undefined && this.lengthBytes >= this.#wanted.lengthBytes) this.#wanted.resolve()
      },
      drain: () => {
        if (this.closes > 0) this.eventsAfterClose++
        this.drains++
        this.onDrain()
      },
      closed: (error) => {
        this.closes++
        resolve(error)
      },
    }
  }

  /** All bytes so far, once there are that many. */
  async received(lengthBytes: number): Promise<Uint8Array> {
    if (this.lengthBytes < lengthBytes) {
      await new Promise<void>((resolve) => {
        this.#wanted = { lengthBytes, resolve }
      })
    }
    const whole = new Uint8Array(this.lengthBytes)
    let at = 0
    for (const part of this.#parts) {
      whole.set(part, at)
      at += part.length
    }
    return whole
  }
}

async function connect(ground: TcpGround, host = ground.farHosts[0] as string) {
  const accepted = Promise.withResolvers<End>()
  const listener = await ground.far.listen({ host: '::', port: 0 }, (connection) =>
    accepted.resolve(new End(connection)),
  )
  const dial = ground.near.dial({ host, port: listener.local.port }, 5000)
  const dialled = await dial.result
  if (dialled instanceof SocketError) throw dialled
  const near = new End(dialled)
  const far = await accepted.promise
  return {
    near,
    far,
    listener,
    cancel: () => dial.cancel(),
    [Symbol.asyncDispose]: async () => {
      near.connection.close()
      far.connection.close()
      await listener.close()
      await Promise.all([near.closed, far.closed])
    },
  }
}

function randomBytes(seed: number, lengthBytes: number): Uint8Array {
  const random = new SeededRandom(seed)
  const bytes = new Uint8Array(lengthBytes)
  const words = new Uint32Array(bytes.buffer, 0, lengthBytes >> 2)
  for (let i = 0; i < words.length; i++) words[i] = random.uint32()
  return bytes
}

function writeInParts(connection: Connection, bytes: Uint8Array, seed: number): void {
  const random = new SeededRandom(seed)
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + randomInt(random, randomInt(random, 3) === 0 ? 200_000 : 2000)
    connection.write(bytes.subarray(at, at + length))
    at += length
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
