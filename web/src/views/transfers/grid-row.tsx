// One row of the list. Drawn anew only when its transfer, its place or its being chosen changes.

import { memo, type ReactNode } from 'react'
import { useRow } from '../../store/use-row.ts'
import { t } from '../../text/t.ts'
import { Icon } from '../../ui/icon.tsx'
import { rests } from './actions.ts'
import { Cell } from './cell.tsx'
import { COLUMNS, type ColumnId, type Density } from './columns.ts'
import { useSelected } from './use-selected.ts'

interface Props {
  readonly id: string
  readonly index: number
  /** Pixels below the list's top. */
  readonly top: number
  readonly columns: readonly ColumnId[]
  readonly density: Density
}

export const rowElementId = (id: string): string => `row-${id}`

export const GridRow = memo(function GridRow({ id, index, top, columns, density }: Props): ReactNode {
  const row = useRow(id)
  const { chosen, active } = useSelected(id)
  if (row === undefined) return null
  return (
    <div
      role="row"
      id={rowElementId(id)}
      data-id={id}
      className={`grid-row${active ? ' is-active' : ''}${chosen ? ' is-chosen' : ''}`}
      aria-rowindex={index + 2}
      aria-selected={chosen}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span className="cell-check" data-act="choose" aria-hidden="true">
        <span className="check-mark">{chosen && <Icon name="check" />}</span>
      </span>
      {columns.map((column, at) => (
        <div
          role="gridcell"
          key={column}
          aria-colindex={at + 2}
          className={`cell cell-${column}${COLUMNS[column].numeric ? ' cell-number' : ''}`}
        >
          <Cell column={column} row={row} density={density} />
          {column === 'name' && (
            <span className="row-do">
              <button
                type="button"
                tabIndex={-1}
                data-act="pause"
                aria-label={rests(row) ? t('do.resume') : t('do.pause')}
                title={rests(row) ? t('do.resume') : t('do.pause')}
              >
                <Icon name={rests(row) ? 'resume' : 'pause'} />
              </button>
              <button
                type="button"
                tabIndex={-1}
                data-act="menu"
                aria-label={t('do.more')}
                title={t('do.more')}
              >
                <Icon name="more" />
              </button>
            </span>
          )}
        </div>
      ))}
    </div>
  )
})
