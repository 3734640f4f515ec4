// Everything below a folder that a member shares, to be got in one press: looked through page by page, folder by folder, up to what
// one call takes. Each file keeps its place below the folder; what is here already is left where it is.

import type { InputOf, OutputOf } from '../../../../src/api/routes.ts'
import type { OthersEntry } from '../../../../src/api/schemas/circles.ts'

/** As many as one `getShared` takes. */
export const MOST_CONTENTS = 10_000
/** A tree of others may be as wide as they like. */
const MOST_FOLDERS = 2_000

type Wanted = InputOf<'getShared'>['contents']
type Page = Pick<OutputOf<'circleFiles'>, 'folders' | 'total'> & {
  readonly files: readonly Pick<OthersEntry, 'content' | 'name' | 'here'>[]
}

export interface FolderContents {
  readonly wanted: Wanted
  /** There is more than one press gets. */
  readonly more: boolean
}

/** @param load a page of what lies directly in a folder */
export async function contentsBelow(
  folder: string,
  load: (path: string, offset: number) => Promise<Page>,
): Promise<FolderContents> {
  const wanted: Wanted = []
  const above = folder.split('/').slice(0, -1).join('/')
  const folders = [folder]
  for (let next = folders[0], at = 0; next !== undefined; next = folders[++at]) {
    let shown = 0
    for (let total = 1; shown < total; ) {
      const page = await load(next, shown)
      const came = page.folders.length + page.files.length
      if (came === 0) break
      shown += came
      total = page.total
      for (const { name } of page.folders) folders.push(`${next}/${name}`)
      for (const { content, name, here } of page.files)
        if (!here)
          wanted.push({ content, path: `${next}/${name}`.slice(above === '' ? 0 : above.length + 1) })
      if (wanted.length > MOST_CONTENTS || folders.length > MOST_FOLDERS)
        return { wanted: wanted.slice(0, MOST_CONTENTS), more: true }
    }
  }
  return { wanted, more: false }
}
