// With whom things of a folder were shared last: remembered for each folder in this browser, never carried to another one.

import { Preference } from '../../store/preference.ts'
import { isNamed } from '../../ui/audience-choice.tsx'
import { folderOf, type Who } from './share-plan.ts'

/** The folders last used; older ones begin anew with the link. */
const MOST_FOLDERS = 200

type Entry = readonly [folder: string, who: Who]

const remembered = new Preference<readonly Entry[]>('sharedWith', [], (stored) =>
  Array.isArray(stored) ? stored.filter(isEntry) : undefined,
)

function isEntry(entry: unknown): entry is Entry {
  return (
    Array.isArray(entry) &&
    typeof entry[0] === 'string' &&
    typeof entry[1] === 'string' &&
    (entry[1] === 'link' || entry[1] === 'everyone' || isNamed(entry[1]))
  )
}

export function rememberedWho(path: string): Who {
  const folder = folderOf(path)
  return remembered.value.find(([known]) => known === folder)?.[1] ?? 'link'
}

export function rememberWho(path: string, who: Who): void {
  const folder = folderOf(path)
  const others = remembered.value.filter(([known]) => known !== folder)
  remembered.set([[folder, who] as const, ...others].slice(0, MOST_FOLDERS))
}
