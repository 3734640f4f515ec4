// Which connections are encrypted: the person's mode, and what became of an address before.
// `prefer` tries with encryption first and, where nobody answers that, once without; it takes both. `require` knows nothing
// else than RC4. `off` leaves connections as they are, so that an encrypted handshake is no BitTorrent.

import { isPublicHost } from '../../base/address.ts'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import type { WireHash } from '../../base/ids.ts'
import type { Connection, Ports } from '../../base/ports.ts'
import type { MseMethod } from '../../protocol/mse/method.ts'
import { EncryptingConnection } from '../peer/encrypting.ts'
import type { FramePool } from '../peer/host.ts'
import { LentMemory } from '../peer/lent-memory.ts'
import type { EncryptionMode } from './session-options.ts'

/** The reason of a failed dial that is to be tried again at once, without encryption. */
export const NOT_ENCRYPTED = 'NOT_ENCRYPTED'

/** Addresses that answered plain handshakes only; the oldest is forgotten first, which costs one more dial. */
const MAX_PLAIN_ADDRESSES = 1_000

const METHODS = {
  obscure: ['rc4', 'plain'],
  quick: ['plain', 'rc4'],
  encrypted: ['rc4'],
} as const satisfies Record<string, readonly MseMethod[]>

export interface EncryptionOptions {
  readonly mode: EncryptionMode
  readonly ports: Pick<Ports, 'clock' | 'digest' | 'random'>
  readonly frames: FramePool
  /** The public torrent with this tag, for somebody at `host`. */
  readonly find: (tag: Uint8Array, host: string) => WireHash | undefined | Promise<WireHash | undefined>
}

export class Encryption {
  readonly #options: EncryptionOptions
  readonly #memory = new LentMemory()
  readonly #plain = new Set<string>()

  constructor(options: EncryptionOptions) {
    this.#options = options
  }

  /** What to shake hands over with whom we dialled. */
  outgoing(connection: Connection, to: Endpoint, torrent: WireHash): Connection {
    const { mode } = this.#options
    if (mode === 'off' || (mode === 'prefer' && this.#plain.has(endpointText(to)))) return connection
    return EncryptingConnection.outgoing({ ...this.#parts(connection), torrent })
  }

  /** What to shake hands over with whom we let in. */
  incoming(connection: Connection): Connection {
    const { mode, find } = this.#options
    if (mode === 'off') return connection
    const { host } = connection.remote
    return EncryptingConnection.incoming({
      ...this.#parts(connection),
      find: (tag) => find(tag, host),
      plain: mode === 'prefer',
    })
  }

  /** A dial and its handshakes came to nothing. @returns the reason to tell */
  failed(connection: Connection, to: Endpoint, reason: string): string {
    const address = endpointText(to)
    if (!(connection instanceof EncryptingConnection)) {
      this.#plain.delete(address)
      return reason
    }
    if (this.#options.mode !== 'prefer' || connection.answered) return reason
    if (this.#plain.size >= MAX_PLAIN_ADDRESSES)
      this.#plain.delete(this.#plain.values().next().value as string)
    this.#plain.add(address)
    return NOT_ENCRYPTED
  }

  /** The torrent that an encrypted handshake proved to know: the only one its stream may be about. */
  provedTorrent(connection: Connection): WireHash | undefined {
    return connection instanceof EncryptingConnection ? connection.torrent : undefined
  }

  #parts(connection: Connection) {
    const { mode, ports, frames } = this.#options
    const { clock, digest, random } = ports
    return {
      connection,
      clock,
      digest,
      random,
      frames,
      memory: this.#memory,
      methods: this.#methods(mode, connection),
    }
  }

  #methods(mode: EncryptionMode, connection: Connection): readonly MseMethod[] {
    if (mode === 'require') return METHODS.encrypted
    // On the same computer or network nobody stands between who would slow us down, and RC4 would.
    return isPublicHost(connection.remote.host) ? METHODS.obscure : METHODS.quick
  }
}
