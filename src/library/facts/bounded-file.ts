// A file as the parsers of media read it: by position, through small windows, and never more than a bound. So a parser
// that a file leads astray ends, and a film is known by its head and tail.
// As much of a Blob as music-metadata asks of its source: so that its own rules about the end of a file hold.

import { readSync } from 'node:fs'
import { CodedError } from '../../base/errors.ts'

/** Why a file told nothing, or not all. */
export class FactsError extends CodedError<'READS_TOO_MUCH'> {}

/** Of one file in all: an album's cover of 10 MB lies before its sound. */
const MAX_READ_BYTES = 33_554_432
/** At once: covers are read in one piece. */
const MAX_TOKEN_BYTES = 16_777_216
/** Each costs a system call at most; an index of a film has some thousand entries. */
const MAX_READS = 20_000
/** Small reads are served from here. */
const WINDOW_BYTES = 16_384

/** A part that nothing was read of yet. */
interface Part {
  arrayBuffer(): Promise<ArrayBuffer>
}

export class BoundedFile {
  readonly #fd: number
  readonly size: number
  readonly type: string
  #readBytes = 0
  #reads = 0
  #window = new Uint8Array(0)
  #windowAt = 0

  /** The descriptor stays its opener's. */
  constructor(fd: number, lengthBytes: number, mediaType = '') {
    this.#fd = fd
    this.size = lengthBytes
    this.type = mediaType
  }

  slice(begin: number, end: number): Part {
    return { arrayBuffer: async () => this.bytes(begin, end - begin).buffer }
  }

  /** Bytes from a position, fewer at the end of the file; memory of its own. @throws FactsError READS_TOO_MUCH */
  bytes(position: number, lengthBytes: number): Uint8Array<ArrayBuffer> {
    const wanted = Math.max(0, Math.min(lengthBytes, this.size - position))
    // Bounded before it is allocated: the length is whatever the file says.
    if (wanted > MAX_TOKEN_BYTES || ++this.#reads > MAX_READS) throw new FactsError('READS_TOO_MUCH')
    if (wanted >= WINDOW_BYTES) return this.#read(position, wanted)
    const within = position - this.#windowAt
    if (within < 0 || within + wanted > this.#window.length) {
      this.#window = this.#read(position, Math.min(WINDOW_BYTES, this.size - position))
      this.#windowAt = position
    }
    const from = position - this.#windowAt
    return this.#window.slice(from, from + wanted)
  }

  #read(position: number, lengthBytes: number): Uint8Array<ArrayBuffer> {
    this.#readBytes += lengthBytes
    if (this.#readBytes > MAX_READ_BYTES) throw new FactsError('READS_TOO_MUCH')
    const into = new Uint8Array(lengthBytes)
    let filled = 0
    while (filled < lengthBytes) {
      const count = readSync(this.#fd, into, filled, lengthBytes - filled, position + filled)
      if (count === 0) return into.slice(0, filled)
      filled += count
    }
    return into
  }
}
