// Contents that fit what was typed, as a list of true length, and beside it the one that is open. What is asked is what the address says.

import { type ReactNode, useCallback, useEffect, useState } from 'react'
import type { LibraryEntry, SearchAnswer } from '../../../../src/api/schemas/library.ts'
import { goWith } from '../../app/router.ts'
import { call } from '../../store/api.ts'
import { t } from '../../text/t.ts'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { PAGE_ROWS, usePaged } from '../../ui/paged.ts'
import { PagedGrid } from '../../ui/paged-grid.tsx'
import { ENTRY_COLUMNS, FEW_COLUMNS } from './entry-columns.tsx'
import { EntryPanel } from './entry-panel.tsx'
import './entries.css'

export const SORTS = ['fit', 'name', 'size', 'newest'] as const
export type Sort = (typeof SORTS)[number]

/** A letter more asks anew when typing rests for so long. */
const REST_MS = 80

interface Props {
  readonly label: string
  readonly words: string
  readonly sort: Sort
  /** Of the content that is open beside the list. */
  readonly open: string | undefined
  /** Asked for again on this beat, while more is being found; undefined asks once. */
  readonly everyMs: number | undefined
  /** When nothing fits, or nothing is there. */
  readonly nothing: ReactNode
}

type Answer = SearchAnswer & { readonly rows: readonly LibraryEntry[] }

export function Entries({ label, words, sort, open, everyMs, nothing }: Props): ReactNode {
  const asked = useRested(words)
  const load = useCallback(
    async (offset: number): Promise<Answer> => {
      const answer = await call('search', { words: asked, typing: 'true', sort, offset, limit: PAGE_ROWS })
      return { ...answer, rows: answer.entries }
    },
    [asked, sort],
  )
  const pages = usePaged<LibraryEntry, Answer>(load, everyMs)
  const { head, error, total } = pages
  const [opened, setOpened] = useOpened(open)
  const close = useCallback((): void => {
    goWith({ open: '' }, 'replace')
    setOpened(undefined)
    document.querySelector<HTMLElement>('.entries [role="grid"]')?.focus()
  }, [setOpened])
  return (
    <div className="entries">
      {error !== undefined && <ErrorSentence error={error} />}
      <p className="entries-count" role="status">
        {head === undefined
          ? error === undefined && t('library.loading')
          : t(head.more ? 'entries.countMore' : 'entries.count', total)}
        {head !== undefined && head.ignored.length > 0 && (
          <span className="entries-ignored"> {t('entries.ignored', head.ignored.join(' '))}</span>
        )}
      </p>
      {head !== undefined && total === 0 ? (
        nothing
      ) : (
        <div className="entries-below">
          <PagedGrid
            label={label}
            columns={opened === undefined ? ENTRY_COLUMNS : FEW_COLUMNS}
            pages={pages}
            more={head?.more ?? false}
            isOpen={(entry) => opened !== undefined && keyOf(entry) === keyOf(opened)}
            onOpen={(entry) => {
              setOpened(entry)
              goWith({ open: entry.content ?? '' }, 'replace')
            }}
          />
          {opened !== undefined && <EntryPanel key={keyOf(opened)} entry={opened} onClose={close} />}
        </div>
      )}
    </div>
  )
}

/** Without a content id it is known by its place. */
function keyOf({ content, places }: LibraryEntry): string {
  return content ?? `at ${places[0]?.path}`
}

function useOpened(open: string | undefined) {
  const [opened, setOpened] = useState<LibraryEntry>()
  useEffect(() => {
    if (open === undefined || open === opened?.content) return
    let current = true
    call('libraryEntry', { content: open }).then(
      (entry) => current && setOpened(entry),
      // It is not here any more: the address says more than there is.
      () => current && goWith({ open: '' }, 'replace'),
    )
    return () => {
      current = false
    }
  }, [open, opened?.content])
  return [opened, setOpened] as const
}

function useRested(words: string): string {
  const [rested, setRested] = useState(words)
  useEffect(() => {
    const timer = setTimeout(() => setRested(words), REST_MS)
    return () => clearTimeout(timer)
  }, [words])
  return rested
}
