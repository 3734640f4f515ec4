// The head of the list: sorting by a press, order by dragging, width by the edge; and all of it by a menu, for who has no mouse.

import { type PointerEvent, type ReactNode, useRef, useState } from 'react'
import { useSignal } from '../../store/use-signal.ts'
import { t } from '../../text/t.ts'
import { Icon } from '../../ui/icon.tsx'
import { MenuAction, MenuLine } from '../../ui/menu.tsx'
import { type Point, PointMenu, pointOf } from '../../ui/point-menu.tsx'
import { COLUMNS, type ColumnId, type Density, type Sort } from './columns.ts'
import { selection, shownIds } from './list.ts'
import { columnsOf, moveColumn, placeColumn, setWidth, showColumn } from './looks.ts'
import * as select from './selection.ts'

interface Props {
  readonly columns: readonly ColumnId[]
  readonly density: Density
  readonly sort: Sort
  readonly onSort: (sort: Sort) => void
}

const WIDER_REM = 2

export function GridHeader({ columns, density, sort, onSort }: Props): ReactNode {
  const [menu, setMenu] = useState<{ readonly column: ColumnId; readonly at: Point } | undefined>()
  const dragged = useRef<ColumnId | undefined>(undefined)
  return (
    <div role="rowgroup" className="grid-head">
      <div role="row" className="grid-row" aria-rowindex={1}>
        <ChooseAll />
        {columns.map((column, at) => (
          <div
            role="columnheader"
            key={column}
            aria-colindex={at + 2}
            aria-sort={sort.column !== column ? 'none' : sort.descending ? 'descending' : 'ascending'}
            className={`head${COLUMNS[column].numeric ? ' cell-number' : ''}`}
            onContextMenu={(event) => {
              event.preventDefault()
              setMenu({ column, at: pointOf(event) })
            }}
            onDragOver={(event) => {
              if (dragged.current !== undefined) event.preventDefault()
            }}
            onDrop={() => {
              if (dragged.current !== undefined) placeColumn(density, dragged.current, column)
              dragged.current = undefined
            }}
          >
            <button
              type="button"
              className="head-sort"
              draggable
              title={t(column === 'copies' ? 'column.copies.full' : `column.${column}`)}
              onClick={() => onSort(nextSort(sort, column))}
              onDragStart={() => {
                dragged.current = column
              }}
            >
              {sort.column === column && <Icon name={sort.descending ? 'chevronDown' : 'chevronUp'} />}
              <span className="truncate">{t(`column.${column}`)}</span>
            </button>
            <Edge column={column} density={density} />
          </div>
        ))}
      </div>
      {menu !== undefined && (
        <PointMenu
          at={menu.at}
          label={t('column.menu', t(`column.${menu.column}`))}
          onClose={() => setMenu(undefined)}
        >
          <ColumnActions column={menu.column} density={density} onSort={onSort} />
        </PointMenu>
      )}
    </div>
  )
}

export function nextSort(sort: Sort, column: ColumnId): Sort {
  if (sort.column === column) return { column, descending: !sort.descending }
  return { column, descending: COLUMNS[column].largestFirst }
}

function ChooseAll(): ReactNode {
  const { ids } = useSignal(selection)
  const shown = useSignal(shownIds)
  const all = shown.length > 0 && ids.size >= shown.length
  return (
    <div role="columnheader" aria-colindex={1} className="head-check">
      <button
        type="button"
        className="cell-check"
        aria-label={all ? t('selection.none') : t('selection.all', shown.length)}
        onClick={() => selection.set(all ? select.none(selection.value) : select.all(selection.value, shown))}
      >
        <span className="check-mark">{all && <Icon name="check" />}</span>
      </button>
    </div>
  )
}

/** The edge behind a column, which is taken hold of to make it wider. */
function Edge({ column, density }: { readonly column: ColumnId; readonly density: Density }): ReactNode {
  const begin = (event: PointerEvent<HTMLSpanElement>) => {
    const edge = event.currentTarget
    const head = edge.parentElement
    if (head === null || event.button !== 0) return
    event.preventDefault()
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
    const widthAtFirst = head.getBoundingClientRect().width
    const xAtFirst = event.clientX
    const towards = getComputedStyle(head).direction === 'rtl' ? -1 : 1
    const move = (moved: globalThis.PointerEvent) =>
      setWidth(density, column, (widthAtFirst + towards * (moved.clientX - xAtFirst)) / rem)
    edge.setPointerCapture(event.pointerId)
    edge.addEventListener('pointermove', move)
    edge.addEventListener('lostpointercapture', () => edge.removeEventListener('pointermove', move), {
      once: true,
    })
  }
  return <span className="head-edge" aria-hidden="true" onPointerDown={begin} />
}

function ColumnActions({
  column,
  density,
  onSort,
}: {
  readonly column: ColumnId
  readonly density: Density
  readonly onSort: (sort: Sort) => void
}): ReactNode {
  const widen = (by: number) => {
    const head = document.querySelector<HTMLElement>(
      `.grid-head .head:nth-child(${columnsOf(density).value.indexOf(column) + 2})`,
    )
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
    if (head !== null) setWidth(density, column, head.getBoundingClientRect().width / rem + by)
  }
  return (
    <>
      <MenuAction icon="chevronUp" onAction={() => onSort({ column, descending: false })}>
        {t('column.sortUp')}
      </MenuAction>
      <MenuAction icon="chevronDown" onAction={() => onSort({ column, descending: true })}>
        {t('column.sortDown')}
      </MenuAction>
      <MenuLine />
      <MenuAction onAction={() => moveColumn(density, column, -1)}>{t('column.moveStart')}</MenuAction>
      <MenuAction onAction={() => moveColumn(density, column, 1)}>{t('column.moveEnd')}</MenuAction>
      <MenuAction onAction={() => widen(WIDER_REM)}>{t('column.wider')}</MenuAction>
      <MenuAction onAction={() => widen(-WIDER_REM)}>{t('column.narrower')}</MenuAction>
      {column !== 'name' && (
        <>
          <MenuLine />
          <MenuAction onAction={() => showColumn(density, column, false)}>{t('column.hide')}</MenuAction>
        </>
      )}
    </>
  )
}
