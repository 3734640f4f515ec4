// The signed head of a catalogue: whose it is, for whom, what its root is, and until when that may be believed.
// Bytes by docs/decisions/0023-catalogue.md; nothing here may change.

import { decode } from '../../base/bencode.ts'
import { encode } from '../../base/bencode-encode.ts'
import { BDict, BencodeError } from '../../base/bencode-value.ts'
import { concatBytes, equalBytes, utf8 } from '../../base/bytes.ts'
import type { Digest, Signatures } from '../../base/ports.ts'
import { type CatalogueAudience, catalogueAudience } from './audience.ts'
import { CatalogueError } from './catalogue-error.ts'
import {
  AUTHOR_BYTES,
  HASH_BYTES,
  MAX_CATALOGUE_ENTRIES,
  MAX_CLOCK_AHEAD_SECONDS,
  MAX_HEAD_BYTES,
  MAX_HEAD_LIFE_SECONDS,
  SIGNATURE_BYTES,
} from './limits.ts'

export interface HeadFacts {
  /** Ed25519 public key, 32 bytes; of catalogues only, nothing else is signed with it. */
  readonly author: Uint8Array
  readonly audience: CatalogueAudience
  /** Rises with every head that is signed, from 1; at least `issued`, so that a restored backup does not repeat itself. */
  readonly seq: number
  readonly count: number
  /** 32 bytes. */
  readonly root: Uint8Array
  /** Seconds since 1970. */
  readonly issued: number
  readonly expires: number
}

export interface CatalogueHead extends HeadFacts {
  /** 64 bytes. */
  readonly signature: Uint8Array
}

/** Why a head, whose bytes are well-formed, says nothing now. */
export type HeadFault =
  | 'WRONG_AUTHOR'
  | 'WRONG_AUDIENCE'
  | 'EXPIRED'
  /** Issued in the future: a clock is wrong. */
  | 'NOT_YET'
  | 'BAD_SIGNATURE'

/** What a reader knows of the head that should have come. */
export interface HeadWanted {
  readonly audience: CatalogueAudience
  /** Undefined where any author's will do. */
  readonly author?: Uint8Array
  /** Seconds since 1970. */
  readonly now: number
}

/** Stands before what is signed, so that no signature for something else can be one of a head. */
const SIGNED_PREFIX = utf8('shoal catalogue head 1\n')
const HEAD_LIMITS = { lengthBytes: MAX_HEAD_BYTES, depth: 1, tokens: 32 }

/** @param seed 32 secret bytes. @throws CatalogueError BAD_FIELD */
export function signHead(
  facts: Omit<HeadFacts, 'author'>,
  seed: Uint8Array,
  signatures: Signatures,
): CatalogueHead {
  const whole = { ...facts, author: signatures.publicKey(seed) }
  checkFacts(whole)
  return { ...whole, signature: signatures.sign(signedBytes(whole), seed) }
}

export function encodeHead(head: CatalogueHead): Uint8Array {
  return encode({ ...encodable(head), s: head.signature })
}

/** Well-formed, not yet believed: see checkHead. Byte fields are views. @throws CatalogueError */
export function decodeHead(bytes: Uint8Array): CatalogueHead {
  const dict = dictOf(bytes)
  const head: CatalogueHead = {
    audience: catalogueAudience(dict.text('a') ?? bad('audience')),
    count: dict.int('c') ?? bad('count'),
    expires: dict.int('e') ?? bad('expires'),
    issued: dict.int('i') ?? bad('issued'),
    author: dict.bytes('k') ?? bad('author'),
    seq: dict.int('n') ?? bad('seq'),
    root: dict.bytes('r') ?? bad('root'),
    signature: dict.bytes('s') ?? bad('signature'),
  }
  checkFacts(head)
  if (head.signature.length !== SIGNATURE_BYTES) bad('signature')
  if (!equalBytes(encodeHead(head), bytes)) throw new CatalogueError('NOT_CANONICAL')
  return head
}

/** Undefined when it can be believed. One signature is checked, and only when all else is right. */
export function checkHead(
  head: CatalogueHead,
  wanted: HeadWanted,
  signatures: Signatures,
): HeadFault | undefined {
  if (wanted.author !== undefined && !equalBytes(head.author, wanted.author)) return 'WRONG_AUTHOR'
  if (head.audience !== wanted.audience) return 'WRONG_AUDIENCE'
  if (head.expires <= wanted.now) return 'EXPIRED'
  if (head.issued > wanted.now + MAX_CLOCK_AHEAD_SECONDS) return 'NOT_YET'
  return signatures.verify(head.signature, signedBytes(head), head.author) ? undefined : 'BAD_SIGNATURE'
}

/** The root of a catalogue with nothing in it. */
export function emptyRoot(digest: Digest): Uint8Array {
  return digest.sha256(new Uint8Array(0))
}

function encodable(facts: HeadFacts) {
  return {
    a: facts.audience,
    c: facts.count,
    e: facts.expires,
    i: facts.issued,
    k: facts.author,
    n: facts.seq,
    r: facts.root,
  }
}

function signedBytes(facts: HeadFacts): Uint8Array {
  return concatBytes([SIGNED_PREFIX, encode(encodable(facts))])
}

function checkFacts({ author, seq, count, root, issued, expires }: HeadFacts): void {
  if (author.length !== AUTHOR_BYTES) bad('author')
  if (root.length !== HASH_BYTES) bad('root')
  if (!Number.isSafeInteger(seq) || seq < 1) bad('seq')
  if (!Number.isSafeInteger(count) || count < 0 || count > MAX_CATALOGUE_ENTRIES) bad('count')
  if (!Number.isSafeInteger(issued) || issued < 0) bad('issued')
  if (!Number.isSafeInteger(expires) || expires <= issued) bad('expires')
  if (expires - issued > MAX_HEAD_LIFE_SECONDS) bad('expires')
}

function dictOf(bytes: Uint8Array): BDict {
  try {
    const { value } = decode(bytes, 'canonical', HEAD_LIMITS)
    if (value instanceof BDict) return value
  } catch (cause) {
    if (!(cause instanceof BencodeError)) throw cause
    throw new CatalogueError('MALFORMED', { what: 'head', why: cause.code }, cause)
  }
  throw new CatalogueError('MALFORMED', { what: 'head' })
}

function bad(field: string): never {
  throw new CatalogueError('BAD_FIELD', { field })
}
