// The Digest port on Node: one-shot hashes of small inputs on the calling thread.
// Promise: every result is a plain Uint8Array with memory of its own.

import { hash } from 'node:crypto'
import type { Digest } from '../base/ports.ts'
import { bytesOfLatin1 } from './latin1.ts'

export class SystemDigest implements Digest {
  sha1(bytes: Uint8Array): Uint8Array {
    return bytesOfLatin1(hash('sha1', bytes, 'latin1'))
  }

  sha256(bytes: Uint8Array): Uint8Array {
    return bytesOfLatin1(hash('sha256', bytes, 'latin1'))
  }
}
