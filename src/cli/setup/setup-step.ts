// One thing that `shoal setup` does to a person's account, and how it is taken back. What was done is kept, so that undoing
// touches only what is still as it was left.

import { CodedError } from '../../base/errors.ts'
import type { Environment } from '../options.ts'

export class SetupError extends CodedError<'SETUP_FAILED'> {}

export interface Account {
  /** Absolute. */
  readonly home: string
  readonly environment: Environment
  readonly platform: NodeJS.Platform
  /** What the command and magnet links start. */
  readonly node: string
  readonly launcher: string
}

/** What was done, as kept. */
export type Done =
  | { readonly kind: 'command'; readonly path: string; readonly target: string }
  | { readonly kind: 'shell-line'; readonly path: string; readonly line: string }
  | {
      readonly kind: 'magnet'
      readonly path: string
      /** Who had magnet links before. */
      readonly before: string | null
    }

export interface StepOutcome {
  readonly done: readonly Done[]
  /** Lines for the person: what was done, what was there already, what is left to do by hand. */
  readonly says: readonly string[]
}

export function failed(path: string, error: unknown): SetupError {
  return new SetupError('SETUP_FAILED', { path, why: (error as NodeJS.ErrnoException).code }, error)
}
