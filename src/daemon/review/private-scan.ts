// What a look before sharing asks of whoever knows private things when they see them (safety/sensitive), joined by the daemon.

import type { Answer, Finding } from '../../api/schemas/review.ts'

export interface ScanInput {
  /** Absolute. */
  readonly path: string
  /** Below what is looked at; of a single file its name. */
  readonly components: readonly string[]
  readonly lengthBytes: number
  readonly modifiedMs: number
}

export interface PrivateFinding {
  readonly class: Finding['class']
  readonly sure: boolean
  /** What its sentence needs; never a secret itself. */
  readonly data: Finding['data']
}

export interface FolderFinding {
  /** Of the folder. */
  readonly components: readonly string[]
  readonly finding: PrivateFinding
}

export interface PrivateScan {
  /** In the order done; a file that cannot be looked into has a finding that says so. Ends early when aborted. */
  scan(
    files: Iterable<ScanInput>,
    signal: AbortSignal,
  ): AsyncIterable<{ readonly file: ScanInput; readonly findings: readonly PrivateFinding[] }>
  /** Ends its workers. */
  close(): Promise<void>
}

export interface PrivateThings {
  open(): PrivateScan
  /** Folders as such, by their names and times. */
  folders(
    files: Iterable<ScanInput>,
    about: { readonly nowMs: number; readonly rootName: string },
  ): readonly FolderFinding[]
  suggested(finding: PrivateFinding): Answer
  /** Whether a copy of it can say nothing of where it was taken. */
  canBeWithoutPlace(name: string): boolean
  /** False: it cannot be made, and nothing was written. */
  withoutPlace(from: string, to: string): Promise<boolean>
  /** Nobody looks any more. */
  end(): Promise<void>
}
