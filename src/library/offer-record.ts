// What an offer is, as the library keeps it: a frozen list of files that were looked at and answered for one audience.

import type { FileIdentity } from './file-record.ts'

/** A file of an offer, as it was looked at. */
export interface FrozenFile extends FileIdentity {
  /** Below the folder, with `/`. */
  readonly path: string
  /** What is offered instead of it, absolute, with its identity and content. */
  readonly copy?: FileIdentity & { readonly path: string; readonly root: Uint8Array }
}

export interface OfferRecord {
  readonly folder: string
  readonly audience: string
  readonly review: string
  /** The share of people with the link; null while it is hashed, and for others. */
  readonly share: string | null
  readonly files: number
  readonly totalBytes: number
}

export interface NewOffer {
  readonly folder: string
  readonly audience: string
  readonly review: string
  readonly madeAtMs: number
  readonly files: readonly FrozenFile[]
  /** Looked at and left out: kept back until they change. */
  readonly keptBack: readonly (FileIdentity & { readonly path: string })[]
}

export interface Proposal extends FileIdentity {
  readonly path: string
  readonly why: 'new' | 'changed'
}

/** A file that everyone may get, where it lies. */
export interface OfferedPlace extends FileIdentity {
  readonly root: Uint8Array
  /** Absolute. */
  readonly path: string
  /** Piece layer of its content torrent, where it is kept. */
  readonly layer?: Uint8Array
}
