// What every implementation of the Udp port promises.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Endpoint } from '../../src/base/endpoint.ts'
import type { DatagramSocket, Udp } from '../../src/base/ports.ts'

export interface UdpGround {
  readonly near: Udp
  readonly far: Udp
  /** Addresses of the far side, IPv4 first, then IPv6 if there is any. */
  readonly farHosts: readonly string[]
  /** A group and a port free for it, per family, where multicast between near and far works. */
  readonly groups: readonly Endpoint[]
  /** Somebody stands in between: the far side sees that one's address. */
  readonly relayed?: boolean
  /** Lets time pass in which nothing should happen. */
  pass(ms: number): Promise<void>
}

export function udpContract(
  name: string,
  within: (body: (ground: UdpGround) => Promise<void>) => Promise<void>,
): void {
  const promise = (sentence: string, body: (ground: UdpGround) => Promise<void>): void => {
    test(sentence, () => within(body))
  }

  describe(`Udp contract: ${name}`, () => {
    promise('a datagram arrives whole, and an answer finds its way back', async (ground) => {
      for (const host of ground.farHosts) {
        const near = await ground.near.bind({ at: { host: anyLike(host), port: 0 } })
        const far = await ground.far.bind({ at: { host, port: 0 } })
        assert.equal(far.local.host, host)
        for (const lengthBytes of [1, 0, 1400, 9000]) {
          const heard = next(far)
          near.send(filled(lengthBytes), far.local)
          const { bytes, from } = await heard
          assert.deepEqual(bytes, filled(lengthBytes))
          if (ground.relayed !== true) assert.equal(from.port, near.local.port)
          const answer = next(near)
          far.send(new Uint8Array([1, 2, 3]), from)
          assert.deepEqual(await answer, { bytes: new Uint8Array([1, 2, 3]), from: far.local })
        }
        near.close()
        far.close()
      }
    })

    promise('what cannot be sent is lost without a word', async (ground) => {
      const near = await ground.near.bind({ at: { host: '0.0.0.0', port: 0 } })
      const far = await ground.far.bind({ at: { host: ground.farHosts[0] as string, port: 0 } })
      near.send(new Uint8Array(70_000), far.local)
      near.send(new Uint8Array(10), { host: far.local.host, port: 0 })
      near.send(new Uint8Array(10), { host: '::1', port: far.local.port })
      near.send(new Uint8Array(10), { host: 'localhost', port: far.local.port })
      const heard = next(far)
      near.send(new Uint8Array([9]), far.local)
      assert.deepEqual((await heard).bytes, new Uint8Array([9]))
      near.close()
      far.close()
    })

    promise('a closed socket neither sends nor hears, and its port is free', async (ground) => {
      const host = ground.farHosts[0] as string
      const near = await ground.near.bind({ at: { host: '0.0.0.0', port: 0 } })
      const far = await ground.far.bind({ at: { host, port: 0 } })
      far.onMessage = () => assert.fail('a closed socket heard something')
      near.send(new Uint8Array(1), far.local)
      far.close()
      far.close()
      far.send(new Uint8Array(1), near.local)
      await ground.pass(50)
      const again = await ground.far.bind({ at: far.local })
      again.close()
      near.close()
    })

    promise('a port is given to one socket per family', async (ground) => {
      const first = await ground.far.bind({ at: { host: '0.0.0.0', port: 0 } })
      await assert.rejects(ground.far.bind({ at: first.local }), { code: 'IN_USE' })
      if (ground.farHosts.length > 1) {
        const other = await ground.far.bind({ at: { host: '::', port: first.local.port } })
        other.close()
      }
      first.close()
    })

    promise('everybody in a group hears what is sent to it, sharing one port', async (ground) => {
      for (const group of ground.groups) {
        const options = { at: { host: anyLike(group.host), port: group.port }, multicastGroup: group.host }
        const sockets = [
          await ground.near.bind(options),
          await ground.near.bind(options),
          await ground.far.bind(options),
        ]
        const heard = sockets.map(next)
        sockets[0]?.send(filled(100), group)
        for (const { bytes } of await Promise.all(heard)) assert.deepEqual(bytes, filled(100))
        for (const socket of sockets) socket.close()
      }
    })
  })
}

function next(socket: DatagramSocket): Promise<{ readonly bytes: Uint8Array; readonly from: Endpoint }> {
  return new Promise((resolve) => {
    socket.onMessage = (bytes, from) => resolve({ bytes: new Uint8Array(bytes), from })
  })
}

function filled(lengthBytes: number): Uint8Array {
  return new Uint8Array(lengthBytes).map((_, i) => i * 7)
}

function anyLike(host: string): string {
  return host.includes(':') ? '::' : '0.0.0.0'
}
