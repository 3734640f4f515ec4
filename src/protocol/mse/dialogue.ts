// One side of the handshake as a machine: bytes come cut anywhere, the side's script asks for the next ones it needs.
// Promises: no byte beyond the handshake is taken; what is kept never exceeds MAX_KEPT_BYTES; after a throw it is dead.

import { EMPTY } from '../../base/bytes.ts'
import { hashBytes, type WireHash } from '../../base/ids.ts'
import { MseError } from './error.ts'
import { HASH_BYTES } from './keys.ts'
import type { MseMethod } from './method.ts'
import { MAX_PAD_BYTES } from './pad.ts'
import type { Rc4 } from './rc4.ts'

/** The longest that one step waits for: a pad and the mark behind it. With the key before it: 628 bytes (limit: 1 KiB). */
const MAX_KEPT_BYTES = MAX_PAD_BYTES + HASH_BYTES

/**
 * The next bytes that a script needs: so many, or up to and including `mark`, with a pad of at most MAX_PAD_BYTES before it.
 * `torrent`: no bytes but word of the torrent, which the driver looks for; it is given as the bytes of its hash, or none.
 */
export type Want =
  | { readonly lengthBytes: number }
  | { readonly mark: Uint8Array }
  | { readonly torrent: true }

type BytesWant = Exclude<Want, { readonly torrent: true }>

/** What was agreed. */
export interface MseAgreement {
  readonly method: MseMethod
  /** For what we send from now on; undefined: as it is. */
  readonly encrypt: Rc4 | undefined
  readonly decrypt: Rc4
  /** How many of the bytes that come next are encrypted: all with RC4, else those of the initial payload (IA). */
  readonly encryptedBytes: number
}

/** Is given what it asked for, valid until it asks again. @throws MseError */
export type MseScript = Generator<Want, MseAgreement, Uint8Array>

export class MseMachine {
  readonly #script: MseScript
  readonly #kept = new Uint8Array(MAX_KEPT_BYTES)
  #filled = 0
  #want: Want | undefined
  #agreement: MseAgreement | undefined

  constructor(script: MseScript) {
    this.#script = script
  }

  get agreement(): MseAgreement | undefined {
    return this.#agreement
  }

  /** It takes no bytes before found() is called. */
  get searching(): boolean {
    return this.#want !== undefined && 'torrent' in this.#want
  }

  /** What the search that ResponderOptions.find began came to. @throws MseError */
  found(torrent: WireHash | undefined): void {
    if (!this.searching) throw new MseError('MACHINE_DEAD')
    this.#continue(torrent === undefined ? EMPTY : hashBytes(torrent))
  }

  /** Runs up to the first bytes it needs: the initiator speaks first. */
  start(): void {
    this.#continue(EMPTY)
  }

  /** @returns how many bytes were taken, fewer than given only at the end of the handshake. @throws MseError */
  push(bytes: Uint8Array): number {
    let taken = 0
    while (this.#agreement === undefined) {
      const want = this.#want
      if (want === undefined) throw new MseError('MACHINE_DEAD')
      if ('torrent' in want) break
      if (this.#reached(want)) this.#continue(this.#kept.subarray(0, this.#filled))
      else if (taken === bytes.length) break
      else taken += this.#take(want, bytes, taken)
    }
    return taken
  }

  #continue(bytes: Uint8Array): void {
    this.#want = undefined
    const step = this.#script.next(bytes)
    this.#filled = 0
    if (step.done === true) this.#agreement = step.value
    else this.#want = step.value
  }

  #take(want: BytesWant, bytes: Uint8Array, from: number): number {
    // Towards a mark byte by byte: what lies behind it is not ours yet.
    const missing = 'mark' in want ? 1 : want.lengthBytes - this.#filled
    const length = Math.min(missing, bytes.length - from)
    this.#kept.set(bytes.subarray(from, from + length), this.#filled)
    this.#filled += length
    return length
  }

  #reached(want: BytesWant): boolean {
    if (!('mark' in want)) return this.#filled === want.lengthBytes
    const { mark } = want
    const from = this.#filled - mark.length
    if (from < 0) return false
    if (mark.every((byte, at) => byte === this.#kept[from + at])) return true
    if (from < MAX_PAD_BYTES) return false
    this.#want = undefined
    throw new MseError('NOT_SYNCHRONISED')
  }
}
