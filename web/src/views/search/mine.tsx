// What of one's own fits: library and transfers, grouped by content.

import { type ReactNode, useCallback } from 'react'
import { call } from '../../store/api.ts'
import { t } from '../../text/t.ts'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { Entries, type Sort } from '../entries/entries.tsx'

interface Props {
  readonly words: string
  readonly sort: Sort
  readonly open: string | undefined
}

export function Mine({ words, sort, open }: Props): ReactNode {
  return (
    <Entries
      label={t('search.results')}
      words={words}
      sort={sort}
      open={open}
      everyMs={undefined}
      nothing={<Nothing words={words} />}
    />
  )
}

/** What was asked, and what of it could not be looked into. */
function Nothing({ words }: { readonly words: string }): ReactNode {
  const { value } = useLoaded(useCallback(() => call('library', {}), []))
  if (value === undefined) return null
  return (
    <div className="library-empty">
      <p>
        <ForeignText text={t('search.none', words.trim(), value.files, value.unhashedFiles)} />
      </p>
      <p className="soft">{t('search.noneHelp')}</p>
    </div>
  )
}
