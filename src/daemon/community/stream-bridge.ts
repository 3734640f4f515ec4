// Byte streams between devices as the engine gets them: each comes from the people process over a local socket of its own (a unix socket
// in a folder that only this account can enter; a named pipe on Windows). Whoever connects proves by its first 32 bytes, random and
// used once, for which stream it was made.
// Promises: what is not expected is cut off after at most WORD_MS and 32 bytes; back-pressure reaches the other device, since a socket
// that is not read is not drained.

import { mkdtemp, rm } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { toHex } from '../../base/bytes.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import { type Connection, type Random, SocketError } from '../../base/ports.ts'
import { TcpConnection } from '../../platform/tcp-connection.ts'
import type { BridgeEnd } from './people-messages.ts'

export const WORD_BYTES = 32
/** The word comes with the connection, which is local. */
const WORD_MS = 5_000
/** Streams that were asked for and did not come yet: the engine dials some tens at once. */
const MAX_EXPECTED = 256
/** Connected and did not say their word yet. */
const MAX_SILENT = 64

interface Expected {
  readonly remote: Endpoint
  readonly came: (connection: Connection | SocketError) => void
  readonly over: () => void
}

export interface ExpectedStream {
  readonly end: BridgeEnd
  readonly connection: Promise<Connection | SocketError>
  cancel(): void
}

export class StreamBridge {
  readonly #random: Random
  readonly #server: net.Server
  readonly #folder: string | undefined
  readonly #path: string
  readonly #expected = new Map<string, Expected>()
  readonly #silent = new Set<net.Socket>()
  readonly #open = new Set<net.Socket>()

  private constructor(random: Random, folder: string | undefined, at: string) {
    this.#random = random
    this.#folder = folder
    this.#path = at
    this.#server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
      this.#came(socket),
    )
  }

  /** @throws the system's error when there is no place for it */
  static async open(random: Random): Promise<StreamBridge> {
    const windows = process.platform === 'win32'
    // A path of a unix socket has some 100 bytes at most, and a state folder may have more.
    const folder = windows ? undefined : await mkdtemp(path.join(tmpdir(), 'shoal-'))
    const at =
      folder === undefined ? `\\\\.\\pipe\\shoal-${toHex(random.bytes(16))}` : path.join(folder, 'streams')
    const bridge = new StreamBridge(random, folder, at)
    await new Promise<void>((resolve, reject) => {
      bridge.#server.once('error', reject)
      bridge.#server.listen(at, () => {
        bridge.#server.off('error', reject)
        // accept() may fail for want of descriptors: that stream is lost, the bridge is not.
        bridge.#server.on('error', () => {})
        resolve()
      })
    })
    return bridge
  }

  /**
   * A stream that will come; undefined where too many are awaited.
   * @param remote under which address its device stands
   * @param over one that came has ended, or it never comes
   */
  expect(remote: Endpoint, timeoutMs: number, over: () => void = () => {}): ExpectedStream | undefined {
    if (this.#expected.size >= MAX_EXPECTED) return undefined
    const word = this.#random.bytes(WORD_BYTES)
    const key = toHex(word)
    const { promise, resolve } = Promise.withResolvers<Connection | SocketError>()
    const settle = (outcome: Connection | SocketError): void => {
      clearTimeout(timer)
      this.#expected.delete(key)
      if (outcome instanceof SocketError) over()
      resolve(outcome)
    }
    const timer = setTimeout(() => settle(new SocketError('TIMEOUT', { timeoutMs })), timeoutMs)
    this.#expected.set(key, { remote, came: settle, over })
    return {
      end: { path: this.#path, word },
      connection: promise,
      cancel: () => settle(new SocketError('CLOSED')),
    }
  }

  async close(): Promise<void> {
    for (const { came } of [...this.#expected.values()]) came(new SocketError('CLOSED'))
    for (const socket of [...this.#silent, ...this.#open]) socket.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true })
  }

  #came(socket: net.Socket): void {
    socket.on('error', () => {})
    if (this.#silent.size >= MAX_SILENT) {
      socket.destroy()
      return
    }
    this.#silent.add(socket)
    const timer = setTimeout(() => socket.destroy(), WORD_MS)
    socket.on('close', () => {
      clearTimeout(timer)
      this.#silent.delete(socket)
      this.#open.delete(socket)
    })
    const read = (): void => {
      const word = socket.read(WORD_BYTES) as Uint8Array | null
      if (word === null) return
      socket.off('readable', read)
      clearTimeout(timer)
      this.#silent.delete(socket)
      const expected = this.#expected.get(toHex(word))
      if (expected === undefined) socket.destroy()
      else this.#hand(socket, expected)
    }
    socket.on('readable', read)
  }

  #hand(socket: net.Socket, { remote, came, over }: Expected): void {
    socket.on('close', over)
    this.#open.add(socket)
    const connection = new TcpConnection(socket, remote, remote, 'stream')
    came(connection)
    // Its owner sets events in the turn after this one, when the promise has been heard of.
    setImmediate(() => {
      socket.on('data', (data: Buffer) =>
        connection.receive(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
      )
    })
  }
}
