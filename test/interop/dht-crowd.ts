// Some nodes of the DHT that everybody in a test can begin with: ours, in this process, each on an address of its own.
// transmission announces nothing before it knows more than eight.

import { DeadlineQueue } from '../../src/base/deadline-queue.ts'
import type { Endpoint } from '../../src/base/endpoint.ts'
import { DhtDiscovery } from '../../src/engine/discovery/dht.ts'
import { SharedDatagrams } from '../../src/engine/transport/datagrams.ts'
import { SystemClock } from '../../src/platform/clock.ts'
import { SystemDigest } from '../../src/platform/digest.ts'
import { NodeNames } from '../../src/platform/names.ts'
import { SystemRandom } from '../../src/platform/random.ts'
import { SystemSignatures } from '../../src/platform/signatures.ts'
import { NodeUdp } from '../../src/platform/udp.ts'
import { PEER_PORT } from './libtorrent.ts'
import type { Scene } from './scene.ts'

export class DhtCrowd {
  readonly endpoints: readonly Endpoint[]

  /** @param count 1 … 250 */
  static async gather(scene: Pick<Scene, 'defer'>, count: number): Promise<DhtCrowd> {
    const crowd = new DhtCrowd(Array.from({ length: count }, (_, i) => addressOf(i)))
    for (const endpoint of crowd.endpoints) {
      const close = await crowd.#node(endpoint)
      scene.defer(async () => close())
    }
    return crowd
  }

  private constructor(endpoints: readonly Endpoint[]) {
    this.endpoints = endpoints
  }

  get first(): Endpoint {
    return this.endpoints[0] as Endpoint
  }

  async #node(at: Endpoint): Promise<() => void> {
    const clock = new SystemClock()
    const wakes = new DeadlineQueue(clock)
    const datagrams = await SharedDatagrams.open(new NodeUdp(), at)
    const dht = new DhtDiscovery({
      clock,
      wakes,
      random: new SystemRandom(),
      digest: new SystemDigest(),
      signatures: new SystemSignatures(),
      names: new NodeNames(),
      families: datagrams.families,
      send: (bytes, to) => datagrams.send(bytes, to),
      announced: () => ({ port: 0, implied: false }),
      nodes: [],
      routers: [],
      readOnly: false,
      externalAddress: () => {},
    })
    datagrams.dht = dht
    dht.start([this.first])
    return () => {
      dht.close()
      datagrams.close()
    }
  }
}

function addressOf(index: number): Endpoint {
  return { host: `10.64.1.${1 + index}`, port: PEER_PORT }
}
