// Addresses of files to play: signed for ten minutes, so that a player which has no session can be given one. The signature
// says which file of which transfer, and until when; the key is new with each start.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** To begin to play within; what plays goes on. */
export const MEDIA_MS = 10 * 60_000
const KEY_BYTES = 32
/** What a safe integer is written with. */
const DIGITS = /^\d{1,15}$/

export interface MediaFile {
  /** Of a transfer; or the content of a file of the library, which has no index but 0. */
  readonly id: string
  readonly index: number
}

export class MediaLinks {
  readonly #key = randomBytes(KEY_BYTES)
  readonly #wallMs: () => number

  constructor(wallMs: () => number) {
    this.#wallMs = wallMs
  }

  /** @param name only for whoever reads the address */
  sign({ id, index }: MediaFile, name: string): { readonly path: string; readonly untilMs: number } {
    const untilMs = this.#wallMs() + MEDIA_MS
    const signature = this.#signature(id, index, untilMs).toString('base64url')
    return { path: `/media/${signature}/${untilMs}/${id}/${index}/${encodeURIComponent(name)}`, untilMs }
  }

  /** Of the path's components; undefined for what was not signed here, or is too old. */
  verify(signature: string, until: string, id: string, index: string): MediaFile | undefined {
    if (!DIGITS.test(until) || !DIGITS.test(index)) return undefined
    const [untilMs, number] = [Number(until), Number(index)]
    const given = Buffer.from(signature, 'base64url')
    const known = this.#signature(id, number, untilMs)
    if (given.length !== known.length || !timingSafeEqual(given, known)) return undefined
    return untilMs < this.#wallMs() ? undefined : { id, index: number }
  }

  #signature(id: string, index: number, untilMs: number): Buffer {
    return createHmac('sha256', this.#key).update(`${id} ${index} ${untilMs}`).digest()
  }
}
