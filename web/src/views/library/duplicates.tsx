// Library › Duplicates: what is there more than once, the most that could be freed first. Nothing is deleted from here: paths are told.

import { type ReactNode, useCallback, useState } from 'react'
import { formatSize } from '../../../../src/api/format-quantity.ts'
import type { DuplicatesAnswer } from '../../../../src/api/schemas/library.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { call } from '../../store/api.ts'
import { t } from '../../text/t.ts'
import { IconButton } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { PAGE_ROWS, usePaged } from '../../ui/paged.ts'
import { type GridColumn, PagedGrid } from '../../ui/paged-grid.tsx'
import { OnePlace } from '../entries/entry-panel.tsx'
import '../entries/entries.css'

type DuplicateGroup = DuplicatesAnswer['groups'][number]
type Answer = DuplicatesAnswer & { readonly rows: readonly DuplicateGroup[]; readonly total: number }

const BEAT_MS = 10_000

const COLUMNS: readonly GridColumn<DuplicateGroup>[] = [
  {
    id: 'name',
    title: t('entries.name'),
    track: 'minmax(12rem, 3fr)',
    cell: ({ places }) => (
      <span title={visible(places[0]?.name ?? '')}>
        <ForeignText text={places[0]?.name ?? ''} />
      </span>
    ),
  },
  {
    id: 'places',
    title: t('entries.places'),
    track: '7rem',
    cell: ({ placeCount }) => t('entries.placeCount', placeCount),
  },
  {
    id: 'size',
    title: t('entries.size'),
    track: '6rem',
    number: true,
    cell: ({ lengthBytes }) => formatSize(lengthBytes),
  },
  {
    id: 'free',
    title: t('duplicates.free'),
    track: '8rem',
    number: true,
    cell: ({ freeableBytes }) => formatSize(freeableBytes),
  },
]

export function Duplicates(): ReactNode {
  const [opened, setOpened] = useState<DuplicateGroup>()
  const pages = usePaged<DuplicateGroup, Answer>(
    useCallback(async (offset: number) => {
      const answer = await call('duplicates', { offset, limit: PAGE_ROWS })
      return { ...answer, rows: answer.groups, total: answer.groupCount }
    }, []),
    BEAT_MS,
  )
  const { head, error } = pages
  return (
    <div className="view-list">
      {error !== undefined && <ErrorSentence error={error} />}
      {head === undefined && error === undefined && <p role="status">{t('library.loading')}</p>}
      {head?.groupCount === 0 && (
        <div className="library-empty">
          <p className="view-lead">{t('duplicates.none')}</p>
          <p className="soft">{t('duplicates.noneMeans')}</p>
        </div>
      )}
      {head !== undefined && head.groupCount > 0 && (
        <>
          <p role="status">{t('duplicates.sum', head.groupCount, formatSize(head.freeableBytes))}</p>
          <div className="entries-below">
            <PagedGrid
              label={t('duplicates.list')}
              columns={COLUMNS}
              pages={pages}
              isOpen={({ content }) => content === opened?.content}
              onOpen={setOpened}
            />
            {opened !== undefined && (
              <aside className="entry-panel" aria-label={t('entry.label')}>
                <header className="entry-head">
                  <h2>
                    <ForeignText text={opened.places[0]?.name ?? ''} />
                  </h2>
                  <IconButton icon="close" label={t('entry.close')} onPress={() => setOpened(undefined)} />
                </header>
                <div className="entry-body">
                  <h3>{t('entry.places', opened.placeCount)}</h3>
                  <ul className="entry-places">
                    {opened.places.map((place) => (
                      <li key={`${place.id} ${place.path}`}>
                        <OnePlace place={place} />
                      </li>
                    ))}
                  </ul>
                </div>
              </aside>
            )}
          </div>
        </>
      )}
    </div>
  )
}
