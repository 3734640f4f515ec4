// What travels between the hasher and its worker threads, many to a message in both directions.

import type { ErrorData } from '../base/errors.ts'
import type { FileSpan, HashResult, HashWant, SpanFailure } from '../base/ports.ts'
import type { HashError } from './piece-hash.ts'

export interface FilePiece {
  readonly spans: readonly FileSpan[]
  readonly want: HashWant
}

/** `job` names the answer; `stream` and `call` name state that the worker keeps. */
export type HashRequest =
  | { readonly kind: 'digest'; readonly job: number; readonly bytes: Uint8Array; readonly want: HashWant }
  | { readonly kind: 'open'; readonly stream: number; readonly want: HashWant }
  | { readonly kind: 'update'; readonly job: number; readonly stream: number; readonly bytes: Uint8Array }
  | { readonly kind: 'finish'; readonly job: number; readonly stream: number }
  | { readonly kind: 'abort'; readonly stream: number }
  /** A run of pieces of one files() call. */
  | {
      readonly kind: 'files'
      readonly job: number
      readonly call: number
      readonly pieces: readonly FilePiece[]
    }
  /** The files() call is over: close its files. */
  | { readonly kind: 'release'; readonly job: number; readonly call: number }

export type HashAnswer =
  | { readonly job: number; readonly kind: 'result'; readonly result: HashResult }
  | {
      readonly job: number
      readonly kind: 'results'
      readonly results: readonly (HashResult | SpanFailure)[]
    }
  | { readonly job: number; readonly kind: 'done' }
  | {
      readonly job: number
      readonly kind: 'failed'
      readonly code: HashError['code']
      readonly data: ErrorData
    }
