// The same list on a phone: a card for each transfer, drawn as they come into sight.

import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, type ReactNode, useRef } from 'react'
import { formatRate } from '../../../../src/api/format-quantity.ts'
import { useRow } from '../../store/use-row.ts'
import { useSignal } from '../../store/use-signal.ts'
import { t } from '../../text/t.ts'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Progress } from '../../ui/progress.tsx'
import { pauseOrResume, rests } from './actions.ts'
import { barShare, Sizes, State, toneOf } from './cell.tsx'
import { shownIds } from './list.ts'
import './cards.css'

const CARD_REM = 6.25
const OVERSCAN = 4

export function Cards({ onOpen }: { readonly onOpen: (id: string) => void }): ReactNode {
  const ids = useSignal(shownIds)
  const scroller = useRef<HTMLDivElement>(null)
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
  const virtualizer = useVirtualizer({
    count: ids.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => CARD_REM * rem,
    getItemKey: (index) => ids[index] ?? index,
    overscan: OVERSCAN,
    useFlushSync: false,
  })
  return (
    <div ref={scroller} className="cards">
      <ul aria-label={t('transfers.list')} style={{ blockSize: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, start, size }) => {
          const id = ids[index]
          return (
            id !== undefined && (
              <li
                key={id}
                aria-setsize={ids.length}
                aria-posinset={index + 1}
                style={{ transform: `translateY(${start}px)`, blockSize: size }}
              >
                <Card id={id} onOpen={onOpen} />
              </li>
            )
          )
        })}
      </ul>
    </div>
  )
}

const Card = memo(function Card({
  id,
  onOpen,
}: {
  readonly id: string
  readonly onOpen: (id: string) => void
}): ReactNode {
  const row = useRow(id)
  if (row === undefined) return null
  const resting = rests(row)
  return (
    <div className="card">
      <button type="button" className="card-open" onClick={() => onOpen(id)}>
        <span className="card-name truncate">
          <ForeignText text={row.name} />
        </span>
        <Progress share={barShare(row)} tone={toneOf(row)} />
        <State row={row} />
        <span className="card-figures soft">
          <span>
            <Sizes row={row} />
          </span>
          {row.downBytesPerSecond >= 1 && (
            <span className="card-down">
              <Icon name="down" /> {formatRate(row.downBytesPerSecond)}
            </span>
          )}
          {row.upBytesPerSecond >= 1 && (
            <span className="card-up">
              <Icon name="up" /> {formatRate(row.upBytesPerSecond)}
            </span>
          )}
        </span>
      </button>
      <button
        type="button"
        className="card-pause"
        aria-label={resting ? t('do.resume') : t('do.pause')}
        onClick={() => void pauseOrResume([id])}
      >
        <Icon name={resting ? 'resume' : 'pause'} />
      </button>
    </div>
  )
})
