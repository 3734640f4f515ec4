// A connection through message stream encryption (MSE/PE), to its owner a connection like any other: what is written waits
// until both sides have agreed, or travels with the handshake; what comes in is decrypted. Keeps the promises of the
// Connection port (test/contracts). The time both handshakes may take is the owner's to bound (handshaking.ts).
//
// Whoever was dialled falls silent when the handshake is wrong, and does not close: noise, unknown torrents and real ones
// whose infohash was not proved look the same, byte for byte, until the owner's deadline ends them all alike.

import { concatBytes, EMPTY } from '../../base/bytes.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import { after, type WireHash } from '../../base/ids.ts'
import type { Clock, Connection, ConnectionEvents, Digest, Random, SocketError } from '../../base/ports.ts'
import type { MseAgreement, MseMachine } from '../../protocol/mse/dialogue.ts'
import { KEY_BYTES } from '../../protocol/mse/diffie-hellman.ts'
import { MseError, type MseErrorCode } from '../../protocol/mse/error.ts'
import { initiator } from '../../protocol/mse/initiator.ts'
import type { MseMethod } from '../../protocol/mse/method.ts'
import type { Rc4 } from '../../protocol/mse/rc4.ts'
import { responder } from '../../protocol/mse/responder.ts'
import { FirstBytes } from './first-bytes.ts'
import type { FramePool } from './host.ts'
import type { LentMemory } from './lent-memory.ts'

/**
 * Whoever was dialled and knows encryption has agreed by now: it takes one round trip. Sooner than HANDSHAKE_TIMEOUT_MS, so
 * that a try without encryption follows soon.
 */
export const ANSWER_TIMEOUT_MS = 5_000

/** The length of the initial payload has 16 bits. */
const MAX_INITIAL_PAYLOAD_BYTES = 65_535

/** Shorter writes get memory of their own, which is cheaper than a frame of a quarter of a MiB in use for them. */
const FRAMED_FROM_BYTES = 4_096

export interface EncryptingOptions {
  readonly connection: Connection
  readonly clock: Clock
  readonly digest: Digest
  readonly random: Random
  /** Memory that encrypted bytes are sent from. */
  readonly frames: FramePool
  readonly memory: LentMemory
  /** The best first; at least one. */
  readonly methods: readonly MseMethod[]
}

export interface OutgoingOptions extends EncryptingOptions {
  readonly torrent: WireHash
}

export interface IncomingOptions extends EncryptingOptions {
  /** Whether a handshake without encryption is taken too. */
  readonly plain: boolean
  /** The torrent with this tag (protocol/mse/keys.ts); nothing more is read while it is looked for. */
  readonly find: (tag: Uint8Array) => WireHash | undefined | Promise<WireHash | undefined>
}

/** `none`: plain from the first byte. `plain`: only the handshake was encrypted. */
export type Encryption = MseMethod | 'none'

interface Write {
  readonly bytes: Uint8Array
  readonly sent: (() => void) | undefined
}

type Phase =
  | {
      readonly name: 'first-bytes'
      readonly first: FirstBytes
      readonly machine: MseMachine
      readonly plain: boolean
    }
  | { readonly name: 'handshake'; readonly machine: MseMachine }
  | { readonly name: 'open' }
  | { readonly name: 'silent' }
  | { readonly name: 'over' }

const NOBODY: ConnectionEvents = { data() {}, drain() {}, closed() {} }

export class EncryptingConnection implements Connection {
  readonly #inner: Connection
  readonly #frames: FramePool
  readonly #memory: LentMemory
  readonly #dialled: boolean
  #events = NOBODY
  #phase: Phase
  #encryption: Encryption | undefined
  #torrent: WireHash | undefined
  #failure: MseErrorCode | 'PLAIN_REFUSED' | 'NO_ANSWER' | undefined
  /** Written before it was known how to send it. */
  #waiting: Write[] = []
  #waitingBytes = 0
  /** To be told once the initial payload left. */
  #boarded: Write[] = []
  #encrypt: Rc4 | undefined
  #decrypt: Rc4 | undefined
  #encryptedLeft = 0
  /** Of the handshake. */
  #heardBytes = 0
  #cancelAlarm: (() => void) | undefined
  /** For the torrent that the other side has in mind. */
  #search: Promise<WireHash | undefined> | undefined
  #ownerPaused = false

  private constructor(
    options: EncryptingOptions,
    dialled: boolean,
    phase: (self: EncryptingConnection) => Phase,
  ) {
    this.#inner = options.connection
    this.#frames = options.frames
    this.#memory = options.memory
    this.#dialled = dialled
    this.#phase = phase(this)
    this.#inner.events = {
      data: (bytes) => this.#data(bytes),
      drain: () => this.#events.drain(),
      closed: (error) => this.#closed(error),
    }
  }

  /** Speaks first, at once. Set its events and write the first bytes in the same tick. */
  static outgoing(options: OutgoingOptions): EncryptingConnection {
    const { digest, random, torrent, methods, clock } = options
    const connection = new EncryptingConnection(options, true, (self) => {
      const send = (bytes: Uint8Array) => self.#send(bytes)
      const initialPayload = () => self.#board()
      return {
        name: 'handshake',
        machine: initiator({ digest, random, torrent, methods, send, initialPayload }),
      }
    })
    connection.#torrent = torrent
    connection.#cancelAlarm = clock.schedule(after(clock.now(), ANSWER_TIMEOUT_MS), () =>
      connection.#fail('NO_ANSWER'),
    )
    if (connection.#phase.name === 'handshake') connection.#phase.machine.start()
    return connection
  }

  /** Says nothing before it has heard what the other side speaks. */
  static incoming(options: IncomingOptions): EncryptingConnection {
    const { digest, random, methods, find, plain } = options
    return new EncryptingConnection(options, false, (self) => {
      const send = (bytes: Uint8Array) => self.#send(bytes)
      const proved = (torrent: WireHash) => {
        self.#torrent = torrent
      }
      const begin = (tag: Uint8Array) => {
        const found = find(tag)
        if (!(found instanceof Promise)) return found
        self.#search = found
        return 'later'
      }
      const machine = responder({ digest, random, methods, find: begin, send, proved })
      machine.start()
      return { name: 'first-bytes', first: new FirstBytes(), machine, plain }
    })
  }

  /** Undefined until both sides have agreed. */
  get encryption(): Encryption | undefined {
    return this.#encryption
  }

  /** The other side said something back to an encrypted handshake: it knows encryption, whatever becomes of this one. */
  get answered(): boolean {
    return this.#heardBytes >= KEY_BYTES
  }

  /** The torrent that the encrypted handshake was about. */
  get torrent(): WireHash | undefined {
    return this.#torrent
  }

  /** Why there will be no agreement. */
  get failure(): MseErrorCode | 'PLAIN_REFUSED' | 'NO_ANSWER' | undefined {
    return this.#failure
  }

  // ── Connection ────────────────────────────────────────────────────────────────────────────────────

  get remote(): Endpoint {
    return this.#inner.remote
  }

  get local(): Endpoint {
    return this.#inner.local
  }

  get transport(): Connection['transport'] {
    return this.#inner.transport
  }

  get events(): ConnectionEvents {
    return this.#events
  }

  set events(events: ConnectionEvents) {
    this.#events = events
    this.#stepAside()
  }

  get queuedBytes(): number {
    return this.#inner.queuedBytes + this.#waitingBytes
  }

  write(bytes: Uint8Array, sent?: () => void): void {
    const { name } = this.#phase
    if (name !== 'open' && name !== 'over') {
      this.#waiting.push({ bytes, sent })
      this.#waitingBytes += bytes.length
      return
    }
    const cipher = this.#encrypt
    if (cipher === undefined || name === 'over') {
      this.#inner.write(bytes, sent)
      return
    }
    if (bytes.length < FRAMED_FROM_BYTES) {
      const encrypted = new Uint8Array(bytes.length)
      cipher.crypt(bytes, encrypted)
      this.#inner.write(encrypted, sent)
      return
    }
    const frame = this.#frames.take(bytes.length)
    cipher.crypt(bytes, frame)
    this.#inner.write(frame.subarray(0, bytes.length), () => {
      this.#frames.give(frame)
      sent?.()
    })
  }

  pause(): void {
    this.#ownerPaused = true
    this.#inner.pause()
  }

  resume(): void {
    this.#ownerPaused = false
    if (this.#search === undefined) this.#inner.resume()
  }

  close(flush?: boolean): void {
    this.#inner.close(flush)
  }

  // ── What comes in ─────────────────────────────────────────────────────────────────────────────────

  #data(bytes: Uint8Array): void {
    const phase = this.#phase
    if (phase.name === 'open') this.#deliver(bytes)
    else if (phase.name === 'handshake') this.#shakeHands(phase.machine, bytes)
    else if (phase.name === 'first-bytes') this.#firstBytes(phase, bytes)
  }

  #firstBytes(phase: Phase & { name: 'first-bytes' }, bytes: Uint8Array): void {
    const { first, machine, plain } = phase
    const earlier = first.seen
    first.push(bytes)
    if (first.verdict === undefined) return
    const all = earlier.length === 0 ? bytes : concatBytes([earlier, bytes])
    if (first.verdict === 'other') {
      this.#phase = { name: 'handshake', machine }
      this.#shakeHands(machine, all)
    } else if (plain) {
      this.#open('none')
      this.#deliver(all)
    } else {
      // At its twentieth byte, before it could name a torrent. Whoever can encrypt comes again sooner for it.
      this.#failure = 'PLAIN_REFUSED'
      this.#phase = { name: 'silent' }
      this.#inner.close()
    }
  }

  #shakeHands(machine: MseMachine, bytes: Uint8Array): void {
    this.#heardBytes += bytes.length
    this.#advance(machine, bytes)
  }

  #advance(machine: MseMachine, bytes: Uint8Array): void {
    let taken: number
    try {
      taken = machine.push(bytes)
    } catch (error) {
      if (!(error instanceof MseError)) throw error
      this.#fail(error.code)
      return
    }
    if (machine.searching) {
      this.#waitForSearch(machine, bytes.slice(taken))
      return
    }
    const { agreement } = machine
    if (agreement === undefined) return
    this.#open(agreement.method, agreement)
    this.#deliver(bytes.subarray(taken))
  }

  /** What comes meanwhile waits at the other side; what came with the question is `rest`. */
  #waitForSearch(machine: MseMachine, rest: Uint8Array): void {
    this.#inner.pause()
    const goOn = (torrent: WireHash | undefined): void => {
      this.#search = undefined
      if (this.#phase.name !== 'handshake') return
      machine.found(torrent)
      this.#advance(machine, rest)
      if (!this.#ownerPaused && this.#search === undefined) this.#inner.resume()
    }
    // A search that failed found nothing: to whoever asks it is one torrent more that is not here.
    void this.#search?.then(goOn, () => goOn(undefined))
  }

  #open(encryption: Encryption, agreement?: MseAgreement): void {
    this.#cancelAlarm?.()
    this.#encryption = encryption
    this.#encrypt = agreement?.encrypt
    this.#decrypt = agreement?.decrypt
    this.#encryptedLeft = agreement?.encryptedBytes ?? 0
    this.#phase = { name: 'open' }
    const waiting = this.#waiting
    this.#waiting = []
    this.#waitingBytes = 0
    for (const { bytes, sent } of waiting) this.write(bytes, sent)
    this.#stepAside()
  }

  /** Always one call: after a pause inside it nothing more may come. */
  #deliver(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    const cipher = this.#decrypt
    if (cipher === undefined || this.#encryptedLeft === 0) {
      this.#events.data(bytes)
      return
    }
    const encryptedBytes = Math.min(this.#encryptedLeft, bytes.length)
    this.#encryptedLeft -= encryptedBytes
    this.#memory.lend(bytes.length, (memory) => {
      cipher.crypt(bytes.subarray(0, encryptedBytes), memory)
      if (encryptedBytes < bytes.length) memory.set(bytes.subarray(encryptedBytes), encryptedBytes)
      this.#events.data(memory.subarray(0, bytes.length))
    })
    this.#stepAside()
  }

  /** From where nothing is to be decrypted, the owner hears the connection itself. */
  #stepAside(): void {
    if (this.#phase.name === 'open' && this.#encryptedLeft === 0) this.#inner.events = this.#events
  }

  // ── The handshake ─────────────────────────────────────────────────────────────────────────────────

  /** Whole writes from the beginning of what waits, as one. */
  #board(): Uint8Array {
    let lengthBytes = 0
    while (
      lengthBytes + (this.#waiting[0]?.bytes.length ?? Number.POSITIVE_INFINITY) <=
      MAX_INITIAL_PAYLOAD_BYTES
    ) {
      const write = this.#waiting.shift() as Write
      lengthBytes += write.bytes.length
      this.#boarded.push(write)
    }
    this.#waitingBytes -= lengthBytes
    return lengthBytes === 0 ? EMPTY : concatBytes(this.#boarded.map(({ bytes }) => bytes))
  }

  #send(bytes: Uint8Array): void {
    const boarded = this.#boarded
    this.#boarded = []
    this.#inner.write(bytes, () => {
      for (const { sent } of boarded) sent?.()
    })
  }

  #fail(code: MseErrorCode | 'NO_ANSWER'): void {
    this.#cancelAlarm?.()
    this.#failure = code
    this.#phase = { name: 'silent' }
    if (this.#dialled) this.#inner.close()
  }

  #closed(error: SocketError | undefined): void {
    this.#cancelAlarm?.()
    this.#phase = { name: 'over' }
    const waiting = this.#waiting
    this.#waiting = []
    this.#waitingBytes = 0
    for (const { sent } of waiting) sent?.()
    this.#events.closed(error)
  }
}

/** What was agreed on a connection that is established. */
export function encryptionOf(connection: Connection): Encryption {
  return connection instanceof EncryptingConnection ? (connection.encryption ?? 'none') : 'none'
}
