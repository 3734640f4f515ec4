// How a content is told in a row: its name, kind and facts, size, where it lies, licence, and how it was checked.

import { formatSize } from '../../../../src/api/format-quantity.ts'
import type { LibraryEntry } from '../../../../src/api/schemas/library.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { t } from '../../text/t.ts'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import type { GridColumn } from '../../ui/paged-grid.tsx'
import { factsLine, licenceWords } from './entry-facts.ts'

export const ENTRY_COLUMNS: readonly GridColumn<LibraryEntry>[] = [
  {
    id: 'name',
    title: t('entries.name'),
    track: 'minmax(12rem, 3fr)',
    cell: ({ name, check }) => (
      <span className="entry-name" title={visible(name)}>
        {(check === 'careful-not-scanned' || check === 'careful-clean' || check === 'locked') && (
          <span className="entry-careful">
            <Icon name="warning" />
            <span className="visually-hidden">{t(`check.short.${check}`)}</span>
          </span>
        )}
        <span className="truncate">
          <ForeignText text={name} />
        </span>
      </span>
    ),
  },
  {
    id: 'facts',
    title: t('entries.facts'),
    track: 'minmax(8rem, 2fr)',
    cell: (entry) => <ForeignText text={factsLine(entry)} />,
  },
  {
    id: 'size',
    title: t('entries.size'),
    track: '5.5rem',
    number: true,
    cell: ({ lengthBytes }) => formatSize(lengthBytes),
  },
  {
    id: 'places',
    title: t('entries.places'),
    track: '6rem',
    card: false,
    cell: ({ placeCount }) => t('entries.placeCount', placeCount),
  },
  {
    id: 'licence',
    title: t('entries.licence'),
    track: '7rem',
    card: false,
    cell: ({ licence }) => licenceWords(licence),
  },
  {
    id: 'check',
    title: t('entries.check'),
    track: '9.5rem',
    cell: ({ check }) => (check === null ? '' : t(`check.short.${check}`)),
  },
]

/** Beside an open content there is room for these; it tells the rest. */
export const FEW_COLUMNS = ENTRY_COLUMNS.filter(({ id }) => ['name', 'facts', 'size'].includes(id))
