// What a search answer is made of: an entry, its path in the tree, and the signed head. Nobody can invent one for somebody
// else; they can only leave one out. Checking takes at most 256 hashes and one signature, and memory for the three parts.

import { equalBytes } from '../../base/bytes.ts'
import type { Digest, Signatures } from '../../base/ports.ts'
import { CatalogueError } from './catalogue-error.ts'
import { type CatalogueEntry, decodeEntry, entryKey, fitsAudience, leafHash } from './entry.ts'
import { type CatalogueHead, checkHead, decodeHead, type HeadFault, type HeadWanted } from './head.ts'
import { MAX_PATH_STEPS, PATH_STEP_BYTES } from './limits.ts'
import { nodeHash } from './tree.ts'

/** As it travels. */
export interface Hit {
  readonly entry: Uint8Array
  /** Steps of 33 bytes, from the entry up (tree.ts). */
  readonly path: Uint8Array
  readonly head: Uint8Array
}

export type HitFault =
  | HeadFault
  /** Some part is no entry, path or head. */
  | 'MALFORMED'
  /** An entry that may not stand in a catalogue for these (strangers see no folders). */
  | 'WRONG_ENTRY'
  /** The path does not lead from this entry to this root. */
  | 'NOT_INCLUDED'

export type CheckedHit =
  | { readonly ok: true; readonly entry: CatalogueEntry; readonly head: CatalogueHead }
  | { readonly ok: false; readonly fault: HitFault }

export function checkHit(hit: Hit, wanted: HeadWanted, digest: Digest, signatures: Signatures): CheckedHit {
  let entry: CatalogueEntry
  let head: CatalogueHead
  try {
    entry = decodeEntry(hit.entry)
    head = decodeHead(hit.head)
  } catch (error) {
    if (error instanceof CatalogueError) return { ok: false, fault: 'MALFORMED' }
    throw error
  }
  if (!fitsAudience(entry, wanted.audience)) return { ok: false, fault: 'WRONG_ENTRY' }
  if (!isIncluded(hit.entry, entry, hit.path, head.root, digest)) return { ok: false, fault: 'NOT_INCLUDED' }
  const fault = checkHead(head, wanted, signatures)
  return fault === undefined ? { ok: true, entry, head } : { ok: false, fault }
}

/** Whether `path` leads from the entry (decoded from `bytes`) to `root`. */
export function isIncluded(
  bytes: Uint8Array,
  entry: CatalogueEntry,
  path: Uint8Array,
  root: Uint8Array,
  digest: Digest,
): boolean {
  if (path.length % PATH_STEP_BYTES !== 0 || path.length > MAX_PATH_STEPS * PATH_STEP_BYTES) return false
  const key = entryKey(entry, digest)
  let hash = leafHash(bytes, digest)
  let below = MAX_PATH_STEPS
  for (let at = 0; at < path.length; at += PATH_STEP_BYTES) {
    const bit = path[at] as number
    // A node branches before those below it.
    if (bit >= below) return false
    below = bit
    const other = path.subarray(at + 1, at + PATH_STEP_BYTES)
    const isRight = (((key[bit >>> 3] as number) >>> (7 - (bit & 7))) & 1) === 1
    hash = isRight ? nodeHash(bit, other, hash, digest) : nodeHash(bit, hash, other, digest)
  }
  return equalBytes(hash, root)
}
