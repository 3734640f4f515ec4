// The folders of the library and how far it is, kept fresh while they are shown.

import { useCallback, useState } from 'react'
import type { LibraryFolder, LibraryState } from '../../../../src/api/schemas/library.ts'
import { call } from '../../store/api.ts'
import { t } from '../../text/t.ts'
import { type Loaded, useLoaded } from '../../ui/use-loaded.ts'

/** While something is being looked at or read, and else. */
const BUSY_MS = 1_500
const CALM_MS = 10_000

export interface LibraryNow {
  readonly folders: readonly LibraryFolder[]
  readonly state: LibraryState
}

export function useLibrary(): Loaded<LibraryNow> & { readonly busy: boolean } {
  const [busy, setBusy] = useState(false)
  const load = useCallback(async (): Promise<LibraryNow> => {
    const [{ folders }, state] = await Promise.all([call('libraryFolders', {}), call('library', {})])
    setBusy(state.unhashedFiles > 0 || folders.some((folder) => UNDER_WAY.has(folder.state)))
    return { folders, state }
  }, [])
  return { ...useLoaded(load, busy ? BUSY_MS : CALM_MS), busy }
}

const UNDER_WAY: ReadonlySet<LibraryFolder['state']> = new Set(['scanning', 'waiting'])

/** Why there is no library now, in words. */
export function libraryProblem({ problem }: LibraryState): string | undefined {
  if (problem === null) return undefined
  const { code } = problem
  return code === 'LIBRARY_NEWER' || code === 'LIBRARY_DAMAGED'
    ? t(`library.problem.${code}`)
    : t('library.problem', code)
}
