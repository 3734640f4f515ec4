// The far end of a real TCP connection, which does what a test tells it and nothing by itself: it can say any bytes at
// any pace, reads what it is told with the production decoder, and notes when and how the connection ended.
// Promise: no socket error is unhandled, and what was heard stays in order.

import net from 'node:net'
import type { Endpoint } from '../../src/base/endpoint.ts'
import type { Infohash, PeerId } from '../../src/base/ids.ts'
import { peerId, wireHash } from '../../src/base/ids.ts'
import { WireDecoder } from '../../src/protocol/wire/decoder.ts'
import { encodeExtended, encodeMessage } from '../../src/protocol/wire/encode.ts'
import {
  decodeExtensionHandshake,
  type ExtensionHandshake,
  encodeExtensionHandshake,
} from '../../src/protocol/wire/extension-handshake.ts'
import {
  encodeHandshake,
  type Handshake,
  HandshakeDecoder,
  type HandshakeFlags,
} from '../../src/protocol/wire/handshake.ts'
import type { Message } from '../../src/protocol/wire/messages.ts'
import { type Recorded, RecordingSink } from './recording-sink.ts'

export const ALL_FLAGS: HandshakeFlags = { extended: true, fast: true, v2: true, dht: false }

/** Ids by which raw peers want to be told: unlike ours, so that a mix-up shows. */
export const RAW_IDS: ReadonlyMap<string, number> = new Map([
  ['ut_metadata', 11],
  ['ut_pex', 12],
  ['upload_only', 13],
])

export interface Greeting {
  readonly hash: Infohash
  readonly id?: PeerId
  readonly flags?: HandshakeFlags
}

let made = 0

/** A fresh peer id, different for each call in a process. */
export function freshPeerId(): PeerId {
  made++
  const bytes = new Uint8Array(20).fill(0x52)
  new DataView(bytes.buffer).setUint32(16, made)
  return peerId(bytes)
}

export interface RawOptions {
  /** Address to come from; default is the system's choice. */
  readonly from?: string
  /** Events are told to `onHeard` and not kept: for long transfers. */
  readonly forget?: boolean
  /** Not reading is how a slow reader behaves. */
  readonly deaf?: boolean
}

export class RawPeer {
  readonly socket: net.Socket
  /** Resolves when the connection is over, whoever ended it. */
  readonly ended: Promise<void>
  over = false
  /** The other side's handshake, once it came. */
  handshake: Handshake | undefined
  /** All bytes that ever came, handshake included. */
  receivedBytes = 0
  /** Why our decoder refused what it was told. */
  readonly complaints: unknown[] = []
  onHandshake: (handshake: Handshake) => void = () => {}
  onHeard: (event: Recorded) => void = () => {}
  readonly #shaking = new HandshakeDecoder()
  readonly #sink = new RecordingSink()
  readonly #decoder = new WireDecoder(this.#sink)
  #asked = 0
  #theirExtensions: ExtensionHandshake | undefined

  constructor(socket: net.Socket, options: RawOptions = {}) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('error', () => {})
    this.ended = new Promise((resolve) => {
      socket.on('close', () => {
        this.over = true
        resolve()
      })
    })
    this.#sink.onSlot = () => (options.forget ? 'refuse' : 'lend')
    if (options.deaf) socket.pause()
    else socket.on('data', (bytes) => this.#data(bytes as Buffer, options.forget ?? false))
  }

  /** @throws the socket's error when nobody answers */
  static connect(to: Endpoint, options: RawOptions = {}): Promise<RawPeer> {
    const from = options.from === undefined ? {} : { localAddress: options.from }
    const socket = net.connect({ host: to.host, port: to.port, ...from })
    return new Promise((resolve, reject) => {
      socket.once('error', reject)
      socket.once('connect', () => resolve(new RawPeer(socket, options)))
    })
  }

  /** Connects and says hello; resolves when the other side's handshake came. */
  static async greeted(to: Endpoint, greeting: Greeting, options: RawOptions = {}): Promise<RawPeer> {
    const peer = await RawPeer.connect(to, options)
    const answered = new Promise<void>((resolve, reject) => {
      peer.onHandshake = () => resolve()
      void peer.ended.then(() => reject(new Error('it hung up instead of answering the handshake')))
    })
    peer.greet(greeting)
    await answered
    return peer
  }

  get endpoint(): Endpoint {
    return { host: this.socket.localAddress ?? '', port: this.socket.localPort ?? 0 }
  }

  /** What the other side said about itself (BEP 10). */
  get extensions(): ExtensionHandshake | undefined {
    return this.#theirExtensions
  }

  get heard(): readonly Recorded[] {
    return this.#sink.events
  }

  /** What was heard since this was last asked. */
  news(): readonly Recorded[] {
    const news = this.#sink.events.slice(this.#asked)
    this.#asked = this.#sink.events.length
    return news
  }

  greet({ hash, id = freshPeerId(), flags = ALL_FLAGS }: Greeting): void {
    this.write(encodeHandshake({ hash: wireHash(hash), peerId: id, flags }))
  }

  /** Raw bytes. @returns false when the system holds back: nothing more should be written before drained() */
  write(bytes: Uint8Array): boolean {
    return this.over || this.socket.destroyed ? true : this.socket.write(bytes)
  }

  say(...messages: readonly Message[]): void {
    for (const message of messages) this.write(encodeMessage(message))
  }

  describe(handshake: Partial<ExtensionHandshake> = {}): void {
    this.write(encodeExtended(0, encodeExtensionHandshake({ ids: RAW_IDS, ...handshake })))
  }

  /** An extension message by the id that the other side gave; false when it gave none. */
  extend(name: string, payload: Uint8Array): boolean {
    const id = this.#theirExtensions?.ids.get(name)
    if (id === undefined) return false
    this.write(encodeExtended(id, payload))
    return true
  }

  /** Until what was written left, or the connection ended. */
  async drained(): Promise<void> {
    if (this.over || this.socket.destroyed || !this.socket.writableNeedDrain) return
    await Promise.race([new Promise((resolve) => this.socket.once('drain', resolve)), this.ended])
  }

  /** Says the same thing again and again, as fast as the other side takes it, until it hangs up. @returns how often */
  async flood(bytes: Uint8Array, times: number): Promise<number> {
    for (let said = 0; said < times; said++) {
      if (this.over || this.socket.destroyed) return said
      if (!this.write(bytes)) await this.drained()
      else if (said % 64 === 63) await new Promise(setImmediate)
    }
    return times
  }

  /** Ends the connection at once, as a process that dies. */
  end(): void {
    this.socket.destroy()
  }

  #data(chunk: Buffer, forget: boolean): void {
    this.receivedBytes += chunk.length
    let bytes: Uint8Array = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length)
    try {
      if (this.handshake === undefined) {
        bytes = bytes.subarray(this.#shaking.push(bytes))
        this.handshake = this.#shaking.handshake
        if (this.handshake === undefined) return
        this.onHandshake(this.handshake)
      }
      this.#decoder.push(bytes)
    } catch (error) {
      this.complaints.push(error)
      this.socket.destroy()
    }
    for (const event of this.#sink.events.slice(this.#told)) {
      this.#told++
      if (event.type === 'extended' && event.id === 0)
        this.#theirExtensions = decodeExtensionHandshake(event.payload, this.#theirExtensions)
      this.onHeard(event)
    }
    if (forget) {
      this.#sink.events.length = 0
      this.#told = 0
      this.#asked = 0
    }
  }

  #told = 0
}

/** A listening socket that makes a raw peer of every connection. */
export class RawListener {
  readonly endpoint: Endpoint
  readonly peers: RawPeer[] = []
  readonly #server: net.Server

  private constructor(server: net.Server, endpoint: Endpoint) {
    this.#server = server
    this.endpoint = endpoint
  }

  /** On any free port of the host. */
  static async open(
    met: (peer: RawPeer) => void,
    options: RawOptions = {},
    host = '127.0.0.1',
  ): Promise<RawListener> {
    const server = net.createServer()
    await new Promise<void>((resolve) => server.listen(0, host, resolve))
    const { port } = server.address() as net.AddressInfo
    const listener = new RawListener(server, { host, port })
    server.on('connection', (socket) => {
      const peer = new RawPeer(socket, options)
      listener.peers.push(peer)
      met(peer)
    })
    return listener
  }

  close(): void {
    this.#server.close()
    for (const peer of this.peers) peer.end()
  }
}
