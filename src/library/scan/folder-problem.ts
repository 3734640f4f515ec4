// What is said of a folder whose walk did not see everything, or saw nothing: one code, the weightiest first, with the
// facts for its sentence (src/api/errors-scan.ts).

import type { ErrorData } from '../../base/errors.ts'
import type { ScanOutcome, ScanTrouble, TroubleFacts } from './folder-scan.ts'

export interface FolderProblem {
  readonly code: FolderProblemCode
  readonly data: ErrorData
}

export type FolderProblemCode =
  | 'FOLDER_GONE'
  | 'VOLUME_GONE'
  | 'FOLDER_REPLACED'
  | 'FOLDER_UNREADABLE'
  | (typeof BY_TROUBLE)[ScanTrouble]
  | 'FOLDER_NOT_WATCHED'

/** In the order of their weight. */
const BY_TROUBLE = {
  PART_MISSING: 'FOLDER_PART_MISSING',
  UNREADABLE: 'FOLDER_PART_UNREADABLE',
  TOO_MANY_FILES: 'FOLDER_TOO_MANY_FILES',
  TOO_DEEP: 'FOLDER_TOO_DEEP',
  NAMES_NOT_TEXT: 'FOLDER_NAMES_NOT_TEXT',
  OTHER_FILE_SYSTEM: 'FOLDER_OTHER_FILE_SYSTEM',
} as const satisfies Record<ScanTrouble, string>

/** @param blind why changes are not told, if they are not */
export function problemOf(
  outcome: ScanOutcome,
  path: string,
  blind: string | undefined,
): FolderProblem | undefined {
  switch (outcome.kind) {
    case 'missing':
      return { code: outcome.code, data: { path } }
    case 'failed':
      return { code: 'FOLDER_UNREADABLE', data: { path, errno: outcome.code } }
    case 'unsettled':
      return undefined
    case 'done':
      return troubleOf(outcome.troubles, path) ?? notWatched(path, blind)
  }
}

function troubleOf(
  troubles: ReadonlyMap<ScanTrouble, TroubleFacts>,
  path: string,
): FolderProblem | undefined {
  for (const [trouble, code] of Object.entries(BY_TROUBLE)) {
    const facts = troubles.get(trouble as ScanTrouble)
    if (facts !== undefined) return { code, data: { path, count: facts.count, example: facts.example } }
  }
  return undefined
}

function notWatched(path: string, blind: string | undefined): FolderProblem | undefined {
  return blind === undefined ? undefined : { code: 'FOLDER_NOT_WATCHED', data: { path, errno: blind } }
}
