// Library › Files: everything that is here, found while it is typed.

import type { ReactNode } from 'react'
import { goWith, useRoute } from '../../app/router.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { FilterChips, KIND_CHIPS } from '../entries/chips.tsx'
import { Entries } from '../entries/entries.tsx'
import { FindField, SortField, sortOf } from '../entries/fields.tsx'
import { addFolder } from './add-folder.ts'
import { useLibrary } from './use-library.ts'

const BEAT_MS = 3_000

export function FilesTab(): ReactNode {
  const { query } = useRoute()
  const { value, busy, again } = useLibrary()
  const words = query.words ?? ''
  const onWords = (next: string): void => goWith({ words: next, open: '' }, 'replace')
  const empty = value?.folders.length === 0 && words === ''
  return (
    <div className="view-list">
      <div className="entries-bar">
        <FindField words={words} onWords={onWords} />
        <SortField sort={sortOf(query.sort)} />
      </div>
      <FilterChips words={words} chips={KIND_CHIPS} onWords={onWords} />
      <Entries
        label={t('entries.label')}
        words={words}
        sort={sortOf(query.sort)}
        open={query.open || undefined}
        everyMs={busy ? BEAT_MS : undefined}
        nothing={
          empty ? (
            <div className="library-empty">
              <p className="view-lead">{t('library.noFolders')}</p>
              <Button icon="plus" look="primary" onPress={() => void addFolder(again)}>
                {t('folders.add')}
              </Button>
            </div>
          ) : (
            <p>{t('entries.none')}</p>
          )
        }
      />
    </div>
  )
}
