// The list as an ARIA grid: true counts of rows and columns whatever is drawn, a bounded number of elements, one place for the
// focus (the grid names its active row), and every act by keys.

import { useVirtualizer } from '@tanstack/react-virtual'
import {
  type CSSProperties,
  type MouseEvent,
  type ReactNode,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { useSignal } from '../../store/use-signal.ts'
import { t } from '../../text/t.ts'
import { type Point, PointMenu } from '../../ui/point-menu.tsx'
import * as act from './actions.ts'
import type { ColumnId, Density, Sort } from './columns.ts'
import { GridHeader } from './grid-header.tsx'
import { GridRow, rowElementId } from './grid-row.tsx'
import { selection, shownIds } from './list.ts'
import { type List, listenForListKeys } from './list-keys.ts'
import { columnsOf, columnTrack, widthsOf } from './looks.ts'
import { RowActions } from './row-actions.tsx'
import { rowHeights } from './row-heights.ts'
import * as select from './selection.ts'
import './grid.css'

interface Props {
  readonly density: Density
  readonly sort: Sort
  readonly onSort: (sort: Sort) => void
  readonly onOpen: (id: string) => void
  readonly onClose: () => void
  /** Set while the details are open: then a row that is gone to is shown there. */
  readonly opened: string | undefined
}

const BESIDE: ReadonlySet<ColumnId> = new Set(['name', 'state', 'down', 'up'])

/** Drawn beyond both edges, so that a quick turn of the wheel finds rows. */
const OVERSCAN = 6

export function Grid({ density, sort, onSort, onOpen, onClose, opened }: Props): ReactNode {
  const ids = useSignal(shownIds)
  const { active } = useSignal(selection)
  const allColumns = useSignal(columnsOf(density))
  // Beside the details there is room for what matters most; the details tell the rest.
  const columns = useMemo(
    () =>
      opened !== undefined && density === 'calm' ? allColumns.filter((id) => BESIDE.has(id)) : allColumns,
    [allColumns, density, opened],
  )
  const widths = useSignal(widthsOf(density))
  const scroller = useRef<HTMLDivElement>(null)
  const [menuAt, setMenuAt] = useState<Point | undefined>()
  const { row: rowHeight, head: headHeight } = rowHeights(density)
  const virtualizer = useVirtualizer({
    count: ids.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => ids[index] ?? index,
    overscan: OVERSCAN,
    scrollMargin: headHeight,
    useFlushSync: false,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured rows are of the former height
  useEffect(() => virtualizer.measure(), [rowHeight])

  // Where the keys are stays in sight, whoever moved it there; a list that moves by itself does not scroll.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only where the keys are counts
  useEffect(() => {
    const at = active === undefined ? -1 : ids.indexOf(active)
    const { current } = scroller
    if (at < 0 || current === null) return
    const top = at * rowHeight
    const bottom = top + rowHeight + headHeight - current.clientHeight
    if (top < current.scrollTop) current.scrollTop = top
    else if (bottom > current.scrollTop) current.scrollTop = bottom
  }, [active])

  const items = virtualizer.getVirtualItems()
  const pool = usePool(items.length)
  const pageRows = () =>
    Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 0) - headHeight) / rowHeight) - 1)
  const openMenu = () => {
    const row = active === undefined ? null : document.getElementById(rowElementId(active))
    const { left, bottom } = (row ?? scroller.current ?? document.body).getBoundingClientRect()
    setMenuAt({ x: left + 24, y: row === null ? bottom - 24 : bottom })
  }
  const forKeys = useRef<List>(undefined as never)
  forKeys.current = { pageRows, openMenu, onOpen, onClose, opened, grid: () => scroller.current }
  useEffect(() => listenForListKeys(() => forKeys.current), [])

  const idAt = (event: MouseEvent) => (event.target as Element).closest<HTMLElement>('[data-id]')?.dataset.id
  const click = (event: MouseEvent) => {
    const id = idAt(event)
    if (id === undefined) return
    const acted = (event.target as Element).closest<HTMLElement>('[data-act]')?.dataset.act
    if (acted === 'pause') void act.pauseOrResume([id])
    else if (acted === 'menu') {
      selection.set(selection.value.ids.has(id) ? select.moveTo(selection.value, id) : select.only(id))
      setMenuAt({ x: event.clientX, y: event.clientY })
    } else if (acted === 'choose' || event.ctrlKey || event.metaKey) {
      selection.set(select.toggle(selection.value, id))
    } else if (event.shiftKey) selection.set(select.extend(selection.value, id, ids))
    else {
      selection.set(select.only(id))
      if (density === 'calm' || opened !== undefined) onOpen(id)
    }
  }
  const contextMenu = (event: MouseEvent) => {
    const id = idAt(event)
    if (id === undefined) return
    event.preventDefault()
    selection.set(selection.value.ids.has(id) ? select.moveTo(selection.value, id) : select.only(id))
    setMenuAt({ x: event.clientX, y: event.clientY })
  }
  const tracks = columns.map((id) => columnTrack(id, density, widths)).join(' ')
  const style = {
    '--columns': `2.25rem ${tracks}`,
    '--row-size': `${rowHeight}px`,
    '--head-size': `${headHeight}px`,
  } as CSSProperties
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys have their own way (list-keys.ts)
    <div
      ref={scroller}
      role="grid"
      className={`grid grid-${density}`}
      style={style}
      tabIndex={0}
      aria-label={t('transfers.list')}
      aria-rowcount={ids.length + 1}
      aria-colcount={columns.length + 1}
      aria-multiselectable="true"
      aria-activedescendant={active === undefined ? undefined : rowElementId(active)}
      onClick={click}
      onDoubleClick={(event) => {
        const id = idAt(event)
        if (id !== undefined) onOpen(id)
      }}
      onContextMenu={contextMenu}
    >
      <GridHeader columns={columns} density={density} sort={sort} onSort={onSort} />
      <div role="rowgroup" className="grid-body" style={{ blockSize: virtualizer.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const id = ids[index]
          return (
            id !== undefined && (
              <GridRow
                // An element that goes out of sight at one end comes back at the other with another row in it.
                key={index % pool}
                id={id}
                index={index}
                top={start - headHeight}
                columns={columns}
                density={density}
              />
            )
          )
        })}
      </div>
      {menuAt !== undefined && (
        <PointMenu
          at={menuAt}
          label={t('do.menu', act.nameOf(select.targets(selection.value)))}
          onClose={() => setMenuAt(undefined)}
        >
          <RowActions ids={select.targets(selection.value)} onDetails={onOpen} />
        </PointMenu>
      )}
    </div>
  )
}

/** As many as were ever drawn at once: any that follow one another have different remainders. */
function usePool(drawn: number): number {
  const most = useRef(1)
  most.current = Math.max(most.current, drawn)
  return most.current
}
