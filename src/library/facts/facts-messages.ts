// What travels between the reader of facts and its worker: one file at a time.

import type { FileIdentity } from '../file-record.ts'
import type { LearnedFacts } from './media-facts.ts'

export interface FactsRequest {
  /** Absolute. */
  readonly path: string
  readonly identity: FileIdentity
}

export type FactsAnswer = ({ readonly kind: 'learned' } & LearnedFacts) | { readonly kind: 'changed' }
