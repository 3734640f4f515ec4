// Carrying for two others what they cannot bring each other: a stream from one is joined to a stream to the other, whose
// bytes mean nothing here (they make their own Noise handshake through it).
// `/shoal/relay/1` {d: whom} asks us; `/shoal/relayed/1` {d: who} asks the other. Both are headers as of byte streams.
// Promise: only between two that share a circle with us and each other, over links of our own that are direct; no more than
// the circle's account allows; nothing is buffered beyond the streams' own windows.

import type { Connection, Stream } from '@libp2p/interface'
import type { BDict } from '../../base/bencode.ts'
import type { Millis } from '../../base/ids.ts'
import { RecordError } from '../community-error.ts'
import { type DeviceId, KEY_BYTES, keyBytes, keyText } from '../ids.ts'
import { offerBytes, readHeader, takeBytes } from './byte-stream.ts'
import { STREAM_MS } from './deadlines.ts'
import type { RelayAccounts } from './relay-account.ts'

export const RELAY_PROTOCOL = '/shoal/relay/1'
export const RELAYED_PROTOCOL = '/shoal/relayed/1'
/** Pairs carried at once, and of one device. */
const MOST_PAIRS = 32
const MOST_PAIRS_OF_ONE = 8

export interface RelaySurroundings {
  /** The account, where `from` and `to` share a circle with us and each other. */
  mayRelay(from: DeviceId, to: DeviceId): string | undefined
  /** A link of ours that is no relayed one itself. */
  direct(device: DeviceId): Connection | undefined
  now(): Millis
}

export class Relay {
  readonly #accounts: RelayAccounts
  readonly #around: RelaySurroundings
  readonly #pairs = new Set<readonly [DeviceId, DeviceId]>()

  constructor(accounts: RelayAccounts, around: RelaySurroundings) {
    this.#accounts = accounts
    this.#around = around
  }

  get pairs(): number {
    return this.#pairs.size
  }

  /** A device asks to be carried to another. @throws RecordError for what is no request */
  async asked(from: DeviceId, stream: Stream): Promise<void> {
    const deadline = AbortSignal.timeout(STREAM_MS)
    const read = await readHeader(stream, deadline)
    const to = read === undefined ? undefined : deviceIn(read.header)
    const onward = to === undefined ? undefined : await this.#open(from, to, deadline)
    if (read === undefined || to === undefined || onward === undefined) {
      stream.abort(new Error('not carried'))
      return
    }
    const pair = [from, to] as const
    this.#pairs.add(pair)
    onward.stream.addEventListener('close', () => this.#pairs.delete(pair))
    takeBytes(stream)
    const spend = (lengthBytes: number): Millis | undefined =>
      this.#accounts.take(onward.account, lengthBytes)
    join(stream, onward.stream, spend, () => this.#around.now())
  }

  async #open(
    from: DeviceId,
    to: DeviceId,
    deadline: AbortSignal,
  ): Promise<{ readonly stream: Stream; readonly account: string } | undefined> {
    const account = this.#around.mayRelay(from, to)
    const connection = this.#around.direct(to)
    if (account === undefined || connection === undefined || from === to) return undefined
    if (this.#around.direct(from) === undefined || !this.#accounts.isOpen(account)) return undefined
    const ofFrom = [...this.#pairs].filter((pair) => pair.includes(from)).length
    if (this.#pairs.size >= MOST_PAIRS || ofFrom >= MOST_PAIRS_OF_ONE) return undefined
    try {
      const stream = await connection.newStream(RELAYED_PROTOCOL, { signal: deadline })
      const taken = await offerBytes(stream, { d: keyBytes(from) }, deadline)
      if (taken === undefined) return undefined
      // It speaks only after we do.
      if (taken.early.length === 0) return { stream, account }
      stream.abort(new Error('early'))
      return undefined
    } catch {
      // The other went, or has streams enough.
      return undefined
    }
  }
}

/** @throws RecordError */
export function deviceIn(header: BDict): DeviceId {
  const bytes = header.bytes('d')
  if (bytes?.length !== KEY_BYTES) throw new RecordError('FRAME_INVALID', { what: 'DEVICE' })
  return keyText<DeviceId>(bytes)
}

/** Both ways, until either ends or the account is empty. */
function join(
  one: Stream,
  other: Stream,
  spend: (lengthBytes: number) => Millis | undefined,
  now: () => Millis,
): void {
  const end = (): void => {
    one.abort(new Error('over'))
    other.abort(new Error('over'))
  }
  const carry = (from: Stream, to: Stream): void => {
    let resting: NodeJS.Timeout | undefined
    const goOn = (): void => {
      if (resting === undefined && !to.writableNeedsDrain && from.readStatus === 'paused') from.resume()
    }
    from.addEventListener('message', ({ data }) => {
      const nextAt = spend(data.byteLength)
      if (nextAt === undefined || to.writeStatus !== 'writable') {
        end()
        return
      }
      const isFull = !to.send(data)
      const waitMs = nextAt - now()
      if (waitMs > 0 && resting === undefined) {
        resting = setTimeout(() => {
          resting = undefined
          goOn()
        }, waitMs)
      }
      if ((isFull || resting !== undefined) && from.readStatus === 'readable') from.pause()
    })
    to.addEventListener('drain', () => queueMicrotask(goOn))
    to.addEventListener('idle', goOn)
    from.addEventListener('remoteCloseWrite', end)
    from.addEventListener('close', () => {
      clearTimeout(resting)
      end()
    })
  }
  carry(one, other)
  carry(other, one)
}
