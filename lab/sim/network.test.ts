import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Connection, type ConnectionEvents, LOW_WATER_BYTES, SocketError } from '../../src/base/ports.ts'
import { randomInt } from '../../src/base/random.ts'
import type { SimHost } from './host.ts'
import { type NetworkOptions, SimNetwork } from './network.ts'
import { World } from './world.ts'

const MB = 1_000_000

describe('lines', () => {
  test('one connection fills the slower of the two lines, and no more', async () => {
    for (const [up, down] of [
      [1 * MB, 10 * MB],
      [10 * MB, 1 * MB],
      [50 * MB, 40 * MB],
      [0.05 * MB, 1 * MB],
    ] as const) {
      const { world, network } = lan()
      const from = network.addHost('from', { addresses: ['10.0.0.1'], uploadRate: up })
      const to = network.addHost('to', { addresses: ['10.0.0.2'], downloadRate: down })
      const lengthBytes = 4 * Math.min(up, down)
      const ms = (await transferAll(world, [{ from, to, lengthBytes }]))[0] as number
      assert.ok(ms >= 4000 && ms < 4000 * 1.03 + 150, `${up} to ${down}: ${ms} ms`)
    }
  })

  test('flows share a full uplink, or a full downlink, evenly', async () => {
    for (const side of ['up', 'down'] as const) {
      const { world, network } = lan()
      const rate = side === 'up' ? { uploadRate: 2 * MB } : { downloadRate: 2 * MB }
      const hub = network.addHost('hub', { addresses: ['10.0.0.1'], ...rate })
      const others = Array.from({ length: 10 }, (_, i) =>
        network.addHost(`h${i}`, { addresses: [`10.0.1.${i + 1}`] }),
      )
      const transfers = others.map((other) => ({
        from: side === 'up' ? hub : other,
        to: side === 'up' ? other : hub,
        lengthBytes: 0.4 * MB,
      }))
      const times = await transferAll(world, transfers)
      const [first, last] = [Math.min(...times), Math.max(...times)]
      assert.ok(last < 2000 * 1.03 + 150, `${side}: all after ${last} ms`)
      assert.ok(first > last * 0.85, `${side}: the first after ${first} ms, the last after ${last} ms`)
    }
  })

  test('a mesh of equal lines is used up to its capacity', async () => {
    const { world, network } = lan()
    const hosts = Array.from({ length: 12 }, (_, i) =>
      network.addHost(`h${i}`, { addresses: [`10.0.0.${i + 1}`], uploadRate: MB, downloadRate: MB }),
    )
    const transfers = hosts.flatMap((from) =>
      hosts.filter((to) => to !== from).map((to) => ({ from, to, lengthBytes: 100_000 })),
    )
    const last = Math.max(...(await transferAll(world, transfers)))
    assert.ok(last >= 1100 && last < 1100 * 1.2 + 150, `all after ${last} ms of at least 1100`)
  })

  test('a short message does not wait behind the blocks of others', async () => {
    const { world, network } = lan()
    const hub = network.addHost('hub', { addresses: ['10.0.0.1'], uploadRate: MB })
    const peers = Array.from({ length: 20 }, (_, i) =>
      network.addHost(`h${i}`, { addresses: [`10.0.1.${i + 1}`] }),
    )
    const quiet = network.addHost('quiet', { addresses: ['10.0.0.9'] })
    const delays: number[] = []
    await world.run(
      'the messages',
      async () => {
        // Nobody waits for these: they fill the line for as long as it takes.
        void transfer(
          peers.map((to) => ({ from: hub, to, lengthBytes: MB })),
          world,
        )
        const [near, far] = await connect(hub, quiet)
        near.events = quietly({})
        for (let i = 0; i < 20; i++) {
          await world.sleep(237)
          const sentAt = world.nowMs
          await new Promise<void>((resolve) => {
            far.events = quietly({ data: () => resolve() })
            near.write(new Uint8Array(17))
          })
          delays.push(world.nowMs - sentAt)
        }
      },
      60_000,
    )
    assert.ok(Math.max(...delays) < 25 + 15, `up to ${Math.max(...delays)} ms one way`)
  })

  test('lines never carry more than their rate', async () => {
    const { world, network } = lan()
    const hosts = Array.from({ length: 6 }, (_, i) =>
      network.addHost(`h${i}`, {
        addresses: [`10.0.0.${i + 1}`],
        uploadRate: (i + 1) * 0.3 * MB,
        downloadRate: MB,
      }),
    )
    const dice = world.random('pairs')
    const transfers = Array.from({ length: 40 }, () => {
      const from = hosts[randomInt(dice, 6)] as SimHost
      const to = hosts[(hosts.indexOf(from) + 1 + randomInt(dice, 5)) % 6] as SimHost
      return { from, to, lengthBytes: randomInt(dice, 300_000) + 1 }
    })
    const lastMs = Math.max(...(await transferAll(world, transfers)))
    for (const [i, host] of hosts.entries()) {
      assert.ok(host.uplink.sentBytes <= (i + 1) * 0.3 * MB * (lastMs / 1000) * 1.001)
      assert.ok(host.downlink.receivedBytes <= MB * (lastMs / 1000) * 1.001)
    }
  })
})

describe('hosts', () => {
  test('a killed program resets its connections and hears nothing more', async () => {
    const { world, network, a, b } = two()
    const seen: string[] = []
    await world.run(
      'it',
      async () => {
        const [near, far] = await connect(a, b)
        const ended = new Promise<SocketError | undefined>((closed) => {
          near.events = quietly({ closed })
        })
        far.events = { data: () => seen.push('data'), drain: () => {}, closed: () => seen.push('closed') }
        b.clock.schedule((b.clock.now() + 100) as never, () => seen.push('wake'))
        b.kill()
        near.write(new Uint8Array(10))
        assert.equal((await ended)?.code, 'RESET')
        await world.sleep(1000)
        assert.equal(refusal(await a.tcp.dial({ host: '10.0.0.2', port: 1000 }, 5000).result), 'REFUSED')
      },
      60_000,
    )
    assert.deepEqual(seen, [])
    assert.equal(network.hosts.length, 2)
  })

  test('a program started again hears nothing that was meant for the one before', async () => {
    const { world, a, b } = two()
    const seen: string[] = []
    await world.run(
      'it',
      async () => {
        const [near] = await connect(a, b)
        near.write(new Uint8Array(100))
        const before = a.clock
        before.schedule((before.now() + 50) as never, () => seen.push('wake'))
        void a.tcp.dial({ host: '10.0.0.9', port: 1 }, 40).result.then(() => seen.push('dial'))
        a.kill()
        a.restart()
        assert.notEqual(a.clock.now(), before.now())
        await world.sleep(1000)
        const [again, far] = await connect(a, b)
        const heard = new Promise<Uint8Array>((data) => {
          far.events = quietly({ data: (bytes) => data(new Uint8Array(bytes)) })
        })
        again.write(new Uint8Array([5]))
        assert.deepEqual(await heard, new Uint8Array([5]))
      },
      60_000,
    )
    assert.deepEqual(seen, [])
  })

  test('power loss is noticed by silence only', async () => {
    const { world, a, b } = two()
    await world.run(
      'it',
      async () => {
        const [near] = await connect(a, b)
        const ended = new Promise<SocketError | undefined>((closed) => {
          near.events = quietly({ closed })
        })
        b.vanish()
        let released = 0
        near.write(new Uint8Array(10_000), () => released++)
        const startMs = world.nowMs
        assert.equal((await ended)?.code, 'TIMEOUT')
        assert.ok(world.nowMs - startMs > 60_000)
        assert.equal(released, 1)
        assert.equal(refusal(await a.tcp.dial({ host: '10.0.0.2', port: 1000 }, 5000).result), 'TIMEOUT')
      },
      600_000,
    )
  })

  test('an outage delays what is on its way, and loses nothing', async () => {
    const { world, a, b } = two()
    await world.run(
      'it',
      async () => {
        const [near, far] = await connect(a, b)
        near.events = quietly({ closed: () => assert.fail('closed') })
        let receivedBytes = 0
        const all = new Promise<void>((resolve) => {
          far.events = quietly({
            data: (bytes) => {
              receivedBytes += bytes.length
              if (receivedBytes === 3 * MB) resolve()
            },
          })
        })
        near.write(new Uint8Array(3 * MB))
        await world.sleep(100)
        b.setOnline(false)
        await world.sleep(100)
        const before = receivedBytes
        await world.sleep(20_000)
        assert.equal(receivedBytes, before)
        a.setOnline(false)
        b.setOnline(true)
        await world.sleep(20_000)
        a.setOnline(true)
        await all
      },
      600_000,
    )
  })
})

test('memory kept after data() is found out', async () => {
  const { world, a, b } = two()
  await world.run(
    'it',
    async () => {
      const [near, far] = await connect(a, b)
      near.events = quietly({})
      const kept = await new Promise<Uint8Array>((data) => {
        far.events = quietly({ data })
        near.write(new Uint8Array([1]))
      })
      assert.notEqual(kept[0], 1)
    },
    60_000,
  )
})

test('a swarm of echoes runs the same way for the same seed, and another way for another', async () => {
  const [first, again, other] = [await echoSwarm(7), await echoSwarm(7), await echoSwarm(8)]
  assert.deepEqual(first, again)
  assert.notDeepEqual(first, other)
})

/** 30 hosts send each other messages of random lengths and wait for the echo. */
async function echoSwarm(
  seed: number,
): Promise<{ readonly events: number; readonly echoes: readonly string[] }> {
  const world = new World(seed)
  const network = new SimNetwork(world, { roundTripMs: 40 })
  const hosts = Array.from({ length: 30 }, (_, i) =>
    network.addHost(`h${i}`, { addresses: [`10.0.0.${i + 1}`], uploadRate: MB, downloadRate: 2 * MB }),
  )
  const echoes: string[] = []
  const visit = async (host: SimHost): Promise<void> => {
    const dice = world.random(`visits of ${host.name}`)
    await host.tcp.listen({ host: '::', port: 1000 }, (connection) => {
      connection.events = quietly({ data: (bytes) => connection.write(new Uint8Array(bytes)) })
    })
    await world.sleep(1)
    for (let round = 0; round < 5; round++) {
      const target = hosts[randomInt(dice, hosts.length)] as SimHost
      const result = await host.tcp.dial({ host: target.addresses[0] as string, port: 1000 }, 5000).result
      if (result instanceof SocketError) throw result
      const lengthBytes = 1 + randomInt(dice, 200_000)
      await new Promise<void>((resolve) => {
        let backBytes = 0
        result.events = quietly({
          data: (bytes) => {
            backBytes += bytes.length
            if (backBytes === lengthBytes) resolve()
          },
        })
        result.write(new Uint8Array(lengthBytes))
      })
      echoes.push(`${world.nowMs.toFixed(3)} ${host.name} ${target.name} ${lengthBytes}`)
      result.close()
    }
  }
  await world.run('all echoes', () => Promise.all(hosts.map(visit)).then(() => undefined), 600_000)
  return { events: world.events, echoes }
}

function lan(options: NetworkOptions = { strict: false }) {
  const world = new World(1)
  return { world, network: new SimNetwork(world, options) }
}

function two() {
  const { world, network } = lan({})
  const rates = { uploadRate: 10 * MB, downloadRate: 10 * MB }
  const a = network.addHost('a', { addresses: ['10.0.0.1'], ...rates })
  const b = network.addHost('b', { addresses: ['10.0.0.2'], ...rates })
  return { world, network, a, b }
}

async function connect(from: SimHost, to: SimHost): Promise<[Connection, Connection]> {
  const accepted = Promise.withResolvers<Connection>()
  const listener = await to.tcp.listen({ host: '::', port: 0 }, (connection) => {
    connection.events = quietly({})
    accepted.resolve(connection)
  })
  const at = { host: to.addresses[0] as string, port: listener.local.port }
  const near = await from.tcp.dial(at, 5000).result
  if (near instanceof SocketError) throw near
  const far = await accepted.promise
  await listener.close()
  return [near, far]
}

interface Transfer {
  readonly from: SimHost
  readonly to: SimHost
  readonly lengthBytes: number
}

/** Sends them all at once, and tells after how many ms each was there; runs in a world that runs already. */
async function transfer(transfers: readonly Transfer[], world: World): Promise<number[]> {
  const block = new Uint8Array(16_384)
  const one = async ({ from, to, lengthBytes }: Transfer): Promise<number> => {
    const [near, far] = await connect(from, to)
    const startMs = world.nowMs
    let left = lengthBytes
    const fill = (): void => {
      while (left > 0 && near.queuedBytes <= 2 * LOW_WATER_BYTES) {
        near.write(block.subarray(0, Math.min(left, block.length)))
        left -= Math.min(left, block.length)
      }
    }
    near.events = quietly({ drain: fill })
    return await new Promise((resolve) => {
      let receivedBytes = 0
      far.events = quietly({
        data: (bytes) => {
          receivedBytes += bytes.length
          if (receivedBytes === lengthBytes) resolve(world.nowMs - startMs)
        },
      })
      fill()
    })
  }
  return await Promise.all(transfers.map(one))
}

function transferAll(world: World, transfers: readonly Transfer[]): Promise<number[]> {
  return world.run('the transfers', () => transfer(transfers, world), 600_000)
}

function quietly(events: Partial<ConnectionEvents>): ConnectionEvents {
  return { data() {}, drain() {}, closed() {}, ...events }
}

function refusal(result: Connection | SocketError): string | undefined {
  return result instanceof SocketError ? result.code : undefined
}
