// Computers of a simulated circle: streams between them go over simulated TCP at a port of their own, and each device stands under
// an address of none. For tests of what is given in a closed realm.

import { createHmac } from 'node:crypto'
import type { SimHost } from '../../lab/sim/host.ts'
import type { Endpoint } from '../../src/base/endpoint.ts'
import { hashBytes, type WireHash, wireHash, wireHashFromBytes } from '../../src/base/ids.ts'
import { type Connection, type ConnectionEvents, SocketError } from '../../src/base/ports.ts'
import type { OfferedContent } from '../../src/engine/session/content-source.ts'
import { deviceEndpoint, type RealmWays } from '../../src/engine/session/realms.ts'
import type { Session } from '../../src/engine/session/session.ts'
import type { ClosedRealm } from '../../src/engine/torrent/options.ts'
import { contentInfohash } from '../../src/metainfo/content-id.ts'
import { digest } from './digest.ts'

export const REALM = 'circle:geese' satisfies ClosedRealm
const STREAM_PORT = 9_000

export function nameIn(secret: Uint8Array, hash: WireHash): WireHash {
  const mac = createHmac('sha256', secret).update(hashBytes(hash)).digest()
  return wireHashFromBytes(new Uint8Array(mac.subarray(0, 20)))
}

/** One computer's side of the realm. */
export class RealmSide implements RealmWays {
  readonly #host: SimHost
  readonly #members: ReadonlyMap<string, string>
  /** Undefined: it is not in the realm. */
  secret: Uint8Array | undefined
  session: Session | undefined
  readonly offered: OfferedContent[] = []
  asks = 0
  dials = 0

  /** @param members address by device */
  constructor(host: SimHost, members: ReadonlyMap<string, string>, secret: Uint8Array | undefined) {
    this.#host = host
    this.#members = members
    this.secret = secret
  }

  /** Lets the others' streams in. */
  async listen(session: Session): Promise<void> {
    this.session = session
    await this.#host.tcp.listen({ host: '::', port: STREAM_PORT }, (connection) => {
      const from = [...this.#members].find(([, address]) => address === connection.remote.host)?.[0]
      if (from === undefined) connection.close()
      else session.realms?.accept(REALM, renamed(connection, endpointOfDevice(from)))
    })
  }

  nameOf(realm: ClosedRealm, hash: WireHash): WireHash | undefined {
    return realm !== REALM || this.secret === undefined ? undefined : nameIn(this.secret, hash)
  }

  dialer() {
    return {
      dial: (to: Endpoint, timeoutMs: number) => {
        this.dials++
        const device = [...this.#members.keys()].find((each) => endpointOfDevice(each).host === to.host)
        const host = this.#members.get(device ?? '')
        if (host === undefined)
          return { result: Promise.resolve(new SocketError('UNREACHABLE')), cancel() {} }
        const dial = this.#host.tcp.dial({ host, port: STREAM_PORT }, timeoutMs)
        const result = dial.result.then((made) => (made instanceof SocketError ? made : renamed(made, to)))
        return { result, cancel: () => dial.cancel() }
      },
    }
  }

  source() {
    return {
      byInfohash: async (name: Uint8Array) => {
        this.asks++
        const { secret } = this
        if (secret === undefined) return undefined
        return this.offered.find(
          ({ content }) => nameIn(secret, wireHash(contentInfohash(content, digest))) === name.toHex(),
        )
      },
      byTag: async () => undefined,
      after: async () => [],
    }
  }
}

export function endpointOfDevice(device: string): Endpoint {
  return deviceEndpoint(digest.sha256(new TextEncoder().encode(device)))
}

/** The same connection, from and to somebody who has another address there. */
function renamed(connection: Connection, remote: Endpoint): Connection {
  return {
    remote,
    local: endpointOfDevice('me'),
    transport: 'stream',
    get events(): ConnectionEvents {
      return connection.events
    },
    set events(events: ConnectionEvents) {
      connection.events = events
    },
    get queuedBytes() {
      return connection.queuedBytes
    },
    write: (bytes, sent) => connection.write(bytes, sent),
    pause: () => connection.pause(),
    resume: () => connection.resume(),
    close: (flush) => connection.close(flush),
  }
}
