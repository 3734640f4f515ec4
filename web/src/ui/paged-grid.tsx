// Rows of the daemon as an ARIA grid: true counts whatever is drawn, a bounded number of elements, one place for the focus, and
// all of it by keys. On a phone a row is a card of two lines.

import { useVirtualizer } from '@tanstack/react-virtual'
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react'
import { isLetterKey } from '../app/letter-keys.ts'
import { t } from '../text/t.ts'
import type { Paged } from './paged.ts'
import { PHONE, useMedia } from './use-media.ts'
import './paged-grid.css'

export interface GridColumn<Row> {
  readonly id: string
  readonly title: string
  /** Its track in the row, where there is room for columns. */
  readonly track: string
  readonly number?: boolean
  /** False: on a phone there is no room for it; what a row opens tells it. At most four others. */
  readonly card?: boolean
  readonly cell: (row: Row) => ReactNode
}

interface Props<Row> {
  readonly label: string
  /** The first names the row. */
  readonly columns: readonly GridColumn<Row>[]
  readonly pages: Paged<Row>
  /** There are more than `total`, which was counted up to a bound. */
  readonly more?: boolean
  /** Enter, or a press on a row. */
  readonly onOpen?: (row: Row) => void
  readonly isOpen?: (row: Row) => boolean
}

const OVERSCAN = 6
const HEAD_REM = 2
/** One line, and two on a phone; with a finger they are higher. */
const ROW_REM = { line: 2.75, card: 4.25 } as const

export function PagedGrid<Row>({
  label,
  columns: all,
  pages,
  more = false,
  onOpen,
  isOpen,
}: Props<Row>): ReactNode {
  const id = useId()
  const phone = useMedia(PHONE)
  const columns = phone ? all.filter(({ card }) => card !== false) : all
  const scroller = useRef<HTMLDivElement>(null)
  const [wanted, setWanted] = useState(0)
  const { total } = pages
  const current = Math.max(0, Math.min(wanted, total - 1))
  const remPx = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
  const rowPx = (phone ? ROW_REM.card : ROW_REM.line) * remPx
  const headPx = phone ? 0 : HEAD_REM * remPx
  const virtualizer = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: OVERSCAN,
    scrollMargin: headPx,
    useFlushSync: false,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured rows are of the former height
  useEffect(() => virtualizer.measure(), [rowPx])
  const items = virtualizer.getVirtualItems()
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0]
  useEffect(() => pages.need(first, last))

  const go = (to: number): void => {
    const row = Math.max(0, Math.min(total - 1, to))
    setWanted(row)
    const { current: box } = scroller
    if (box === null) return
    const bottom = (row + 1) * rowPx + headPx - box.clientHeight
    if (row * rowPx < box.scrollTop) box.scrollTop = row * rowPx
    else if (bottom > box.scrollTop) box.scrollTop = bottom
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.altKey || event.ctrlKey || event.metaKey) return
    const page = Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 0) - headPx) / rowPx) - 1)
    const letters = isLetterKey(event.nativeEvent)
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      Home: 0,
      End: total - 1,
      PageDown: current + page,
      PageUp: current - page,
      ...(letters ? { j: current + 1, k: current - 1 } : {}),
    }
    const to = Object.hasOwn(steps, event.key) ? steps[event.key] : undefined
    const row = pages.row(current)
    if (to !== undefined) go(to)
    else if (event.key === 'Enter' && row !== undefined && onOpen !== undefined) onOpen(row)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const style = {
    '--columns': columns.map(({ track }) => track).join(' '),
    '--row-size': `${rowPx}px`,
  } as CSSProperties
  const drawn = current >= first && current <= last
  return (
    <div
      ref={scroller}
      role="grid"
      className={`paged${phone ? ' paged-cards' : ''}`}
      style={style}
      tabIndex={0}
      aria-label={label}
      aria-rowcount={more ? -1 : total + 1}
      aria-colcount={columns.length}
      aria-activedescendant={total > 0 && drawn ? `${id}-${current}` : undefined}
      aria-busy={pages.loading}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" className={phone ? 'visually-hidden' : 'paged-head'}>
        <div role="row" className="paged-row" aria-rowindex={1}>
          {columns.map((column) => (
            <div
              key={column.id}
              role="columnheader"
              className={`paged-cell${column.number === true ? ' paged-number' : ''}`}
            >
              {column.title}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" className="paged-body" style={{ blockSize: virtualizer.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const row = pages.row(index)
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys for its rows
            <div
              key={index}
              id={`${id}-${index}`}
              role="row"
              className={`paged-row${index === current ? ' paged-current' : ''}${row !== undefined && isOpen?.(row) === true ? ' paged-open' : ''}`}
              style={{ transform: `translateY(${start - headPx}px)` }}
              aria-rowindex={index + 2}
              aria-selected={onOpen === undefined ? undefined : row !== undefined && isOpen?.(row) === true}
              onClick={() => {
                setWanted(index)
                if (row !== undefined) onOpen?.(row)
              }}
            >
              {row === undefined ? (
                <div role="gridcell" className="paged-cell soft" aria-colspan={columns.length}>
                  {t('paged.loading')}
                </div>
              ) : (
                columns.map((column) => (
                  <div
                    key={column.id}
                    role="gridcell"
                    className={`paged-cell paged-cell-${column.id}${column.number === true ? ' paged-number' : ''}`}
                  >
                    {column.cell(row)}
                  </div>
                ))
              )}
            </div>
          )
        })}
      </div>
    </div>
  )
}
