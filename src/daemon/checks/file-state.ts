// What is known of one file that arrived, as it is kept, and what is said of it (docs/design/library.md). Pure.
// Promise: `clean` needs the outcome of a scan; whatever is missing or failed reads as not scanned, with the reason.

import type { FileCheck, NotScanned } from '../../api/schemas/checks.ts'
import type { CheckState } from '../../api/schemas/transfer.ts'
import type { FileKind } from '../../safety/file-nature.ts'
import type { FileLook, Unseen } from '../../safety/quarantine/file-look.ts'
import type { ScanOutcome } from '../../safety/quarantine/scanner.ts'

export type Outcome =
  | { readonly state: 'clean'; readonly signatures: string; readonly atMs: number }
  | {
      readonly state: 'not-scanned'
      readonly reason: NotScanned
      /** Those that it was tried with; null where there were none to try with. */
      readonly signatures: string | null
      readonly atMs: number
    }

export interface FileState {
  readonly kind: FileKind
  readonly named: FileKind
  readonly dangers: readonly string[]
  readonly unseen: Unseen | null
  /** What it was like when it was looked at. */
  readonly identity: string
  /** Null: it waits for its first scan. */
  readonly outcome: Outcome | null
}

/** A file that is not given on, as its transfer's record says it. */
export interface LockedEntry {
  /** In the scanner's word, or the reason of a list. */
  readonly found: string
  readonly by: string
  readonly because: 'scanner' | 'list'
  /** By which a list names it. */
  readonly content: string | null
  readonly atMs: number
  readonly kept: 'locked' | 'marked' | 'deleted'
  /** Before it was renamed; null until it is. */
  readonly before: { readonly components: readonly string[]; readonly mode: number } | null
}

export function stateOf(look: FileLook): FileState {
  const { kind, named, dangers, unseen, identity } = look
  return { kind, named, dangers, unseen, identity, outcome: null }
}

export function outcomeOf(
  scanned: Exclude<ScanOutcome, { state: 'found' }>,
  signatures: string | null,
  atMs: number,
): Outcome {
  return scanned.state === 'clean' ? { ...scanned, atMs } : { ...scanned, signatures, atMs }
}

/** Trouble of the moment: another try may end otherwise. */
const PASSING: ReadonlySet<NotScanned> = new Set([
  'scanner-slow',
  'scanner-error',
  'scanner-stopped',
  'changed',
])
/** A scanner that fails at a file is not asked for it all the time. */
const AGAIN_MS = 10 * 60_000

/** Whether it is to be scanned now by a scanner with these signatures. */
export function isDue({ outcome }: FileState, signatures: string, nowMs: number): boolean {
  if (outcome === null || outcome.signatures !== signatures) return true
  return outcome.state === 'not-scanned' && PASSING.has(outcome.reason) && nowMs - outcome.atMs >= AGAIN_MS
}

export function checkStateOf(state: FileState, locked: LockedEntry | undefined): CheckState {
  if (locked !== undefined) return 'locked'
  const { outcome, dangers } = state
  if (outcome === null) return 'checking'
  const careful = dangers.length > 0
  if (outcome.state === 'clean') return careful ? 'careful-clean' : 'clean'
  return careful ? 'careful-not-scanned' : 'plain-not-scanned'
}

export function fileCheckOf(
  state: FileState | undefined,
  locked: LockedEntry | undefined,
  scannerName: string,
): FileCheck | null {
  const nature = state === undefined ? {} : { kind: state.kind, named: state.named }
  if (locked !== undefined) {
    const { found, by, because, kept, atMs } = locked
    return { state: 'locked', notScanned: null, found, by, at: moment(atMs), because, kept, ...nature }
  }
  if (state === undefined) return null
  const { outcome } = state
  const known = { state: checkStateOf(state, undefined), found: null, ...nature }
  if (outcome === null) return { ...known, notScanned: null, by: null, at: null }
  if (outcome.state === 'clean')
    return { ...known, notScanned: null, by: scannerName, at: moment(outcome.atMs) }
  return { ...known, notScanned: outcome.reason, by: null, at: moment(outcome.atMs) }
}

/** The worst is what a transfer shows. */
const WORSE: readonly CheckState[] = [
  'clean',
  'plain-not-scanned',
  'careful-clean',
  'careful-not-scanned',
  'checking',
  'locked',
]

export function worstOf(states: Iterable<CheckState>): CheckState | null {
  let worst = -1
  for (const state of states) worst = Math.max(worst, WORSE.indexOf(state))
  return WORSE[worst] ?? null
}

function moment(atMs: number): string {
  return new Date(atMs).toISOString()
}
