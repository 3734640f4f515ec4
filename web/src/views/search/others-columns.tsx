// How a content that others offer is told in a row: its name, kind and facts, size, who has it, licence.

import { formatSize } from '../../../../src/api/format-quantity.ts'
import type { OthersEntry } from '../../../../src/api/schemas/circles.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { t } from '../../text/t.ts'
import { ForeignText } from '../../ui/foreign-text.tsx'
import type { GridColumn } from '../../ui/paged-grid.tsx'
import { factsLine } from '../entries/entry-facts.ts'

export const OTHERS_COLUMNS: readonly GridColumn<OthersEntry>[] = [
  {
    id: 'name',
    title: t('entries.name'),
    track: 'minmax(12rem, 3fr)',
    cell: ({ name }) => (
      <span title={visible(name)}>
        <ForeignText text={name} />
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
    id: 'holders',
    title: t('others.holders'),
    track: 'minmax(8rem, 1.5fr)',
    cell: ({ here, holderCount, onlineCount }) =>
      here ? t('members.here') : t('others.holderCount', holderCount, onlineCount),
  },
  {
    id: 'licence',
    title: t('entries.licence'),
    track: '7rem',
    card: false,
    cell: ({ licence }) => (licence === null ? '' : <ForeignText text={licence} />),
  },
]

/** Beside an open one there is room for these. */
export const FEW_OTHERS_COLUMNS = OTHERS_COLUMNS.filter(({ id }) => ['name', 'size', 'holders'].includes(id))
