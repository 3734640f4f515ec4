// A stream of plain bytes to another device, `/shoal/bytes/1`: what it is for stands in a small header; the other side takes
// it or not. Files run over these.
// Wire form: length (2 bytes, big endian) and a bencoded dictionary; one byte, 1, in return; then bytes both ways.
// Promise: closed() comes once, and nothing after it; what is written is bounded, and what is not read is left with who sent it.

import type { Stream } from '@libp2p/interface'
import { type BDict, BencodeError, BDict as Dictionary, decode } from '../../base/bencode.ts'
import { type Encodable, encode } from '../../base/bencode-encode.ts'
import { concatBytes, EMPTY } from '../../base/bytes.ts'
import { RecordError } from '../community-error.ts'
import type { DeviceId } from '../ids.ts'
import type { LinkWay } from '../service.ts'
import { STREAM_BUFFER_BYTES } from './deadlines.ts'

export const BYTES_PROTOCOL = '/shoal/bytes/1'
export const MAX_HEADER_BYTES = 1024
const LENGTH_BYTES = 2
const TAKEN = 1
/** Beyond this the owner did not listen to write()'s answer. */
const MOST_UNSENT_BYTES = 1024 * 1024

export interface ByteStreamEvents {
  /** The bytes are yours. */
  data(bytes: Uint8Array): void
  /** There is room again after write() said no. */
  drain(): void
  closed(): void
}

const NOBODY: ByteStreamEvents = { data() {}, drain() {}, closed() {} }

export class ByteStream {
  readonly device: DeviceId
  readonly way: LinkWay
  /** Set in the turn in which it was handed over, or in what its promises bring before the next. */
  events: ByteStreamEvents = NOBODY
  readonly #stream: Stream
  readonly #spend: (lengthBytes: number) => boolean
  #full = false
  #over = false

  /** @param spend asked for every byte; false ends the stream */
  constructor(
    device: DeviceId,
    way: LinkWay,
    stream: Stream,
    early: Uint8Array,
    spend: (lengthBytes: number) => boolean = () => true,
  ) {
    this.#spend = spend
    this.device = device
    this.way = way
    this.#stream = stream
    stream.maxWriteBufferLength = MOST_UNSENT_BYTES
    const end = (): void => {
      if (this.#over) return
      this.#over = true
      this.events.closed()
    }
    const room = (): void => {
      if (!this.#full || this.#over || stream.writeBufferLength > STREAM_BUFFER_BYTES) return
      this.#full = false
      this.events.drain()
    }
    stream.addEventListener('drain', () => queueMicrotask(room))
    stream.addEventListener('idle', room)
    stream.addEventListener('remoteCloseWrite', () => void this.close())
    stream.addEventListener('close', end)
    // After the owner set its events.
    const heard = (bytes: Uint8Array): void => {
      if (this.#over) return
      if (this.#spend(bytes.length)) this.events.data(bytes)
      else this.abort()
    }
    setImmediate(() => {
      if (early.length > 0) heard(early)
      stream.addEventListener('message', ({ data }) => heard(data.subarray()))
      if (stream.status !== 'open' && stream.status !== 'closing') end()
    })
  }

  /** Takes all of it; false says: no more until drain(). */
  write(bytes: Uint8Array): boolean {
    if (this.#over || this.#stream.writeStatus !== 'writable') return false
    if (!this.#spend(bytes.length)) {
      this.abort()
      return false
    }
    this.#stream.send(bytes)
    if (this.#stream.writeBufferLength <= STREAM_BUFFER_BYTES) return true
    this.#full = true
    return false
  }

  pause(): void {
    if (this.#stream.readStatus === 'readable') this.#stream.pause()
  }

  resume(): void {
    if (this.#stream.readStatus === 'paused') this.#stream.resume()
  }

  /** Sends what was written, then ends. */
  async close(): Promise<void> {
    try {
      await this.#stream.close({ signal: AbortSignal.timeout(CLOSE_MS) })
    } catch {
      // It did not take the rest in time, or was gone.
      this.abort()
    }
  }

  abort(): void {
    this.#stream.abort(new Error('over'))
  }
}

const CLOSE_MS = 5_000

/** Says what it is for, and waits until it is taken. @returns undefined where the other side does not want it */
export async function offerBytes(
  stream: Stream,
  header: { readonly [key: string]: Encodable },
  deadline: AbortSignal,
): Promise<{ readonly early: Uint8Array } | undefined> {
  sendHeader(stream, header)
  const read = await readUntil(stream, (bytes) => (bytes.length >= 1 ? 1 : undefined), deadline)
  if (read?.head[0] !== TAKEN) {
    stream.abort(new Error('not taken'))
    return undefined
  }
  return { early: read.rest }
}

/** @throws RangeError for one of ours that is too long */
export function sendHeader(stream: Stream, header: { readonly [key: string]: Encodable }): void {
  const payload = encode(header)
  if (payload.length > MAX_HEADER_BYTES) throw new RangeError(`a header of ${payload.length} bytes`)
  stream.send(concatBytes([Uint8Array.of(payload.length >> 8, payload.length & 0xff), payload]))
}

/** What a stream that came is for. @throws RecordError */
export async function readHeader(
  stream: Stream,
  deadline: AbortSignal,
  already: Uint8Array = EMPTY,
): Promise<{ readonly header: BDict; readonly early: Uint8Array } | undefined> {
  const read = await readUntil(stream, headerEnd, deadline, already)
  if (read === undefined) return undefined
  try {
    const { value } = decode(read.head.subarray(LENGTH_BYTES), 'canonical', {
      lengthBytes: MAX_HEADER_BYTES,
      depth: 4,
      tokens: 64,
    })
    if (value instanceof Dictionary) return { header: value, early: read.rest }
  } catch (error) {
    if (!(error instanceof BencodeError)) throw error
  }
  throw new RecordError('FRAME_INVALID', { what: 'HEADER' })
}

export function takeBytes(stream: Stream): void {
  stream.send(Uint8Array.of(TAKEN))
}

/** @throws RecordError where it is longer than a header may be */
function headerEnd(bytes: Uint8Array): number | undefined {
  if (bytes.length < LENGTH_BYTES) return undefined
  const lengthBytes = ((bytes[0] as number) << 8) | (bytes[1] as number)
  if (lengthBytes > MAX_HEADER_BYTES) throw new RecordError('FRAME_INVALID', { what: 'HEADER' })
  return bytes.length >= LENGTH_BYTES + lengthBytes ? LENGTH_BYTES + lengthBytes : undefined
}

/**
 * Reads until `enough` finds an end, and pauses the stream there: whoever takes it over resumes it by listening.
 * @returns undefined where it ended before
 */
export function readUntil(
  stream: Stream,
  enough: (bytes: Uint8Array) => number | undefined,
  deadline: AbortSignal,
  already: Uint8Array = EMPTY,
): Promise<{ readonly head: Uint8Array; readonly rest: Uint8Array } | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<
    { readonly head: Uint8Array; readonly rest: Uint8Array } | undefined
  >()
  let held = EMPTY
  const stop = (): void => {
    stream.removeEventListener('message', heard)
    stream.removeEventListener('close', ended)
    stream.removeEventListener('remoteCloseWrite', ended)
    deadline.removeEventListener('abort', ended)
  }
  const ended = (): void => {
    stop()
    resolve(undefined)
  }
  const heard = ({ data }: { readonly data: { subarray(): Uint8Array } }): void => {
    held = held.length === 0 ? data.subarray() : concatBytes([held, data.subarray()])
    try {
      const end = enough(held)
      if (end === undefined) return
      stop()
      resolve({ head: held.subarray(0, end), rest: held.subarray(end) })
    } catch (error) {
      stop()
      reject(error)
    }
  }
  if (already.length > 0) queueMicrotask(() => heard({ data: already }))
  stream.addEventListener('message', heard)
  stream.addEventListener('close', ended)
  stream.addEventListener('remoteCloseWrite', ended)
  deadline.addEventListener('abort', ended)
  if (deadline.aborted || stream.status === 'closed') ended()
  return promise
}
