// Where other devices see our datagrams come from: the address outside of our router, which two devices behind routers must
// tell each other before they can meet. One datagram asks, one answers with the asker's own address.
// Wire form: bencoded {seen: 8 random bytes, pad: bytes}, at least ASK_BYTES long; {at: 6 or 18 bytes, seen: the same}.
// Promise: an answer is shorter than what asked for it, so that nobody can be flooded with it; only the one asked is believed.

import { canonicalIp, formatIp, parseIp } from '../../base/address.ts'
import { BDict, BencodeError, decode } from '../../base/bencode.ts'
import { encode } from '../../base/bencode-encode.ts'
import { concatBytes, readUint16, toHex } from '../../base/bytes.ts'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import { after } from '../../base/ids.ts'
import type { Clock, Random } from '../../base/ports.ts'
import { Allowance } from '../../community/allowance.ts'
import type { DatagramUser } from '../../engine/transport/datagrams.ts'

const NONCE_BYTES = 8
/** Longer than any answer. */
const ASK_BYTES = 64
const MOST_DATAGRAM_BYTES = 128
/** Answers a second, to everybody together: a member asks once a minute and before it meets another. */
const ANSWERS_PER_SECOND = 20
/** Asked again this often within the time there is: datagrams are lost. */
const TRIES = 3
const MOST_QUESTIONS = 64

interface Question {
  readonly through: string
  readonly settle: (seen: Endpoint | undefined) => void
}

export interface SeenAskerOptions {
  readonly clock: Clock
  readonly random: Random
  readonly send: (bytes: Uint8Array, to: Endpoint) => void
}

export class SeenAsker implements DatagramUser {
  readonly #options: SeenAskerOptions
  readonly #questions = new Map<string, Question>()
  readonly #answers: Allowance

  constructor(options: SeenAskerOptions) {
    this.#options = options
    this.#answers = new Allowance(ANSWERS_PER_SECOND, ANSWERS_PER_SECOND, options.clock.now())
  }

  ask(through: Endpoint, timeoutMs: number): Promise<Endpoint | undefined> {
    if (this.#questions.size >= MOST_QUESTIONS) return Promise.resolve(undefined)
    const { clock, random, send } = this.#options
    const { promise, resolve } = Promise.withResolvers<Endpoint | undefined>()
    const seen = random.bytes(NONCE_BYTES)
    const bytes = encode({ pad: new Uint8Array(ASK_BYTES), seen })
    const key = toHex(seen)
    let cancel = (): void => {}
    let tries = 0
    const again = (): void => {
      if (tries++ === TRIES) settle(undefined)
      else {
        send(bytes, through)
        cancel = clock.schedule(after(clock.now(), timeoutMs / TRIES), again)
      }
    }
    const settle = (found: Endpoint | undefined): void => {
      cancel()
      this.#questions.delete(key)
      resolve(found)
    }
    this.#questions.set(key, { through: endpointText(through), settle })
    again()
    return promise
  }

  datagram(bytes: Uint8Array, from: Endpoint): void {
    const message = read(bytes)
    const seen = message?.bytes('seen')
    if (message === undefined || seen?.length !== NONCE_BYTES) return
    const at = message.bytes('at')
    if (at !== undefined) this.#answered(toHex(seen), at, from)
    else if (bytes.length >= ASK_BYTES) this.#answer(seen, from)
  }

  #answer(seen: Uint8Array, from: Endpoint): void {
    const host = parseIp(from.host)
    if (host === undefined || !this.#answers.take(1, this.#options.clock.now())) return
    const at = concatBytes([host, Uint8Array.of(from.port >> 8, from.port & 0xff)])
    this.#options.send(encode({ at, seen: seen.slice() }), from)
  }

  #answered(key: string, at: Uint8Array, from: Endpoint): void {
    const question = this.#questions.get(key)
    if (question === undefined || question.through !== endpointText(from)) return
    if (at.length !== 6 && at.length !== 18) return
    const host = canonicalIp(formatIp(at.subarray(0, -2)))
    const port = readUint16(at, at.length - 2)
    question.settle(host === undefined || port === 0 ? undefined : { host, port })
  }

  close(): void {
    for (const { settle } of [...this.#questions.values()]) settle(undefined)
  }
}

function read(bytes: Uint8Array): BDict | undefined {
  try {
    const { value } = decode(bytes, 'canonical', { lengthBytes: MOST_DATAGRAM_BYTES, depth: 1, tokens: 8 })
    return value instanceof BDict ? value : undefined
  } catch (error) {
    if (!(error instanceof BencodeError)) throw error
    return undefined
  }
}
