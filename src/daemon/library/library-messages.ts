// What passes between the library's threads and their caller.

import type { ErrorData } from '../../base/errors.ts'
import type { RefusedDatabase } from '../../platform/database.ts'

export interface ThreadPlan {
  readonly role: 'writer' | 'reader'
  /** Absolute path of the database. */
  readonly path: string
  /** Real paths that are never entered: Shoal's own state. */
  readonly never: readonly string[]
  /** One number: how much of the machine others want, in hundredths. */
  readonly pressure: SharedArrayBuffer
  /** It was found damaged while it ran: it makes room for a new one. */
  readonly damaged: boolean
}

export interface Question {
  readonly number: number
  readonly name: string
  readonly input: readonly unknown[]
}

/** An error of ours by its class and code, any other by its message. */
export interface CarriedError {
  readonly kind: string
  readonly code: string
  readonly data: ErrorData
  readonly message: string
}

export type ThreadMessage =
  /** `setAside`: where a damaged predecessor lies now. */
  | { readonly kind: 'ready'; readonly setAside: string | undefined }
  | { readonly kind: 'refused'; readonly refusal: RefusedDatabase }
  | { readonly kind: 'damaged' }
  /** State or counts of a folder changed. */
  | { readonly kind: 'changed'; readonly folder: string }
  /** Something is offered, or offered no more. */
  | { readonly kind: 'offers' }
  | { readonly kind: 'answer'; readonly number: number; readonly output: unknown }
  | { readonly kind: 'failure'; readonly number: number; readonly error: CarriedError }
