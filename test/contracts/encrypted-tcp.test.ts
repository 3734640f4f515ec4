// A connection through message stream encryption keeps the contract of the one it goes through, whatever was agreed on. In
// the simulator, which cuts streams anywhere and spoils what it lent.

import { SimNetwork } from '../../lab/sim/network.ts'
import { World } from '../../lab/sim/world.ts'
import type { Endpoint } from '../../src/base/endpoint.ts'
import type { WireHash } from '../../src/base/ids.ts'
import { type Clock, type Connection, type Listener, SocketError, type Tcp } from '../../src/base/ports.ts'
import { EncryptingConnection, type EncryptingOptions } from '../../src/engine/peer/encrypting.ts'
import { ReusedFrames } from '../../src/engine/peer/frame-pool.ts'
import { LentMemory } from '../../src/engine/peer/lent-memory.ts'
import type { MseMethod } from '../../src/protocol/mse/method.ts'
import { digest } from '../doubles/digest.ts'
import { tcpContract } from './tcp-contract.ts'

const HASH = 'ab'.repeat(20) as WireHash

for (const method of ['rc4', 'plain'] as const) {
  tcpContract(`encrypted, then ${method}`, async (body) => {
    const world = new World(1)
    const network = new SimNetwork(world)
    const host = (name: string, address: string) =>
      network.addHost(name, { addresses: [address], uploadRate: 50e6, downloadRate: 50e6 })
    const [near, far] = [host('near', '10.0.0.1'), host('far', '10.0.0.2')]
    const encrypted = (tcp: Tcp, clock: Clock) =>
      new EncryptedTcp(tcp, method, (ms) => world.sleep(ms), {
        clock,
        digest,
        random: world.random('encryption'),
        frames: new ReusedFrames(),
        memory: new LentMemory(),
      })
    const ground = {
      near: encrypted(near.tcp, near.clock),
      far: encrypted(far.tcp, far.clock),
      farHosts: ['10.0.0.2'],
      silent: async () => ({ host: '10.0.0.99', port: 1 }),
      pass: (ms: number) => world.sleep(ms),
    }
    await world.run('the contract', () => body(ground), 600_000)
  })
}

/** Dials and accepts encrypted; a dial is answered once both sides agreed. */
class EncryptedTcp implements Tcp {
  readonly #tcp: Tcp
  readonly #method: MseMethod
  readonly #pass: (ms: number) => Promise<void>
  readonly #parts: Omit<EncryptingOptions, 'connection' | 'methods'>

  constructor(
    tcp: Tcp,
    method: MseMethod,
    pass: (ms: number) => Promise<void>,
    parts: Omit<EncryptingOptions, 'connection' | 'methods'>,
  ) {
    this.#tcp = tcp
    this.#method = method
    this.#pass = pass
    this.#parts = parts
  }

  dial(to: Endpoint, timeoutMs: number) {
    const { result, cancel } = this.#tcp.dial(to, timeoutMs)
    return { result: this.#agreed(result), cancel }
  }

  async #agreed(result: Promise<Connection | SocketError>): Promise<Connection | SocketError> {
    const connection = await result
    if (connection instanceof SocketError) return connection
    const methods = [this.#method]
    const encrypted = EncryptingConnection.outgoing({ ...this.#parts, connection, methods, torrent: HASH })
    while (encrypted.encryption === undefined) await this.#pass(1)
    return encrypted
  }

  listen(at: Endpoint, accepted: (connection: Connection) => void): Promise<Listener> {
    return this.#tcp.listen(at, (connection) => {
      const methods = [this.#method]
      const find = () => HASH
      accepted(EncryptingConnection.incoming({ ...this.#parts, connection, methods, find, plain: false }))
    })
  }
}
