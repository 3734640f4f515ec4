// A peer as the parts of a torrent see it, without a connection: facts a test sets, and what it was sent, decoded.

import { Bitfield } from '../../src/base/bitfield.ts'
import type { Endpoint } from '../../src/base/endpoint.ts'
import type { CloseReason, ExtensionName } from '../../src/engine/peer/host.ts'
import type { Peer } from '../../src/engine/peer/peer.ts'
import { WireDecoder } from '../../src/protocol/wire/decoder.ts'
import type { ExtensionHandshake } from '../../src/protocol/wire/extension-handshake.ts'
import type { Message } from '../../src/protocol/wire/messages.ts'
import { type Recorded, RecordingSink } from './recording-sink.ts'

/** The messages of a type, also where two types share a shape. */
export type Told<Type extends Message['type']> = Message extends infer One
  ? One extends { readonly type: infer Kind }
    ? Type extends Kind
      ? One & { readonly type: Type }
      : never
    : never
  : never

export interface PretendedFacts {
  readonly key?: number
  readonly host?: string
  readonly v2?: boolean
  /** One character per piece, '#' for what it has. */
  readonly pieces?: string
  readonly metadataBytes?: number
  readonly extensions?: ExtensionHandshake
}

export class PretendedPeer {
  readonly key: number
  readonly endpoint: Endpoint
  readonly remote: { readonly flags: { readonly fast: boolean } }
  readonly v2: boolean
  pieces: Bitfield | undefined
  extensions: ExtensionHandshake | undefined
  closed = false
  reason: CloseReason | undefined
  readonly download = { exclusive: false }
  reviews = 0
  /** Errors that were made visible. */
  readonly brokenBy: unknown[] = []
  readonly host = { broken: (error: unknown) => this.brokenBy.push(error) }
  /** Extension messages sent to it. */
  readonly extended: { readonly name: ExtensionName; readonly payload: Uint8Array }[] = []
  readonly #sink = new RecordingSink()
  readonly #decoder = new WireDecoder(this.#sink)
  #taken = 0

  constructor(facts: PretendedFacts = {}) {
    this.key = facts.key ?? 1
    this.endpoint = { host: facts.host ?? `203.0.113.${this.key}`, port: 6_881 }
    this.remote = { flags: { fast: true } }
    this.v2 = facts.v2 ?? true
    this.has(facts.pieces)
    this.extensions =
      facts.extensions ??
      (facts.metadataBytes === undefined
        ? undefined
        : { ids: new Map([['ut_metadata', 3]]), metadataBytes: facts.metadataBytes })
  }

  has(drawn: string | undefined): void {
    if (drawn === undefined) return
    this.pieces = new Bitfield(drawn.length)
    for (const [piece, character] of [...drawn].entries()) if (character === '#') this.pieces.set(piece)
  }

  send(bytes: Uint8Array): void {
    this.#decoder.push(bytes)
  }

  sendExtension(name: ExtensionName, payload: Uint8Array): boolean {
    this.extended.push({ name, payload })
    return true
  }

  close(reason: CloseReason): void {
    this.closed = true
    this.reason = reason
  }

  reviewInterest(): void {
    this.reviews++
  }

  /** Messages since this was last asked. */
  heard(): Recorded[] {
    const news = this.#sink.events.slice(this.#taken)
    this.#taken = this.#sink.events.length
    return news
  }

  /** The same, of one type. */
  heardOf<Type extends Message['type']>(type: Type): Told<Type>[] {
    return this.heard().filter((message): message is Told<Type> => message.type === type)
  }

  /** As the parts of a torrent know it: they use only what is above. */
  get peer(): Peer {
    return this as unknown as Peer
  }
}
