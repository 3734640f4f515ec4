// The Digest port for tests of pure code: node:crypto, without anything of src/platform.

import { createHash } from 'node:crypto'
import type { Digest } from '../../src/base/ports.ts'

export const digest: Digest = {
  sha1: (bytes) => Uint8Array.from(createHash('sha1').update(bytes).digest()),
  sha256: (bytes) => Uint8Array.from(createHash('sha256').update(bytes).digest()),
}
