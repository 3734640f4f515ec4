// One cell of the list, by its column. Text from elsewhere is foreign; what would not fit is cut and whole in its title.

import type { ReactNode } from 'react'
import { explainTransferCheck, isCareful } from '../../../../src/api/check-sentence.ts'
import { formatDuration, formatRate, formatSize } from '../../../../src/api/format-quantity.ts'
import type { TransferRow } from '../../../../src/api/schemas/transfer.ts'
import { explainState } from '../../../../src/api/state-sentence.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { formatNumber } from '../../text/plural.ts'
import { t } from '../../text/t.ts'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Progress } from '../../ui/progress.tsx'
import { useNow } from '../../ui/use-now.ts'
import { type ColumnId, type Density, doneShare } from './columns.ts'

export function toneOf(row: TransferRow): 'moving' | 'still' | 'whole' | 'bad' {
  if (row.needsYou || row.state === 'failed') return 'bad'
  if (row.state === 'giving' || row.state === 'done') return 'whole'
  return row.state === 'getting' || row.preparing < 1 ? 'moving' : 'still'
}

/** What the bar shows: while something is prepared how far that is, else how much is there. */
export function barShare(row: TransferRow): number {
  return row.preparing < 1 && row.state !== 'listing' ? row.preparing : doneShare(row)
}

export function State({ row }: { readonly row: TransferRow }): ReactNode {
  const nowMs = useNow()
  const { sentence, remedy } = explainState(row, { nowMs })
  return (
    <span
      className="state truncate"
      title={visible(remedy === undefined ? sentence : `${sentence}. ${remedy}`)}
    >
      {row.needsYou && <Icon name="warning" />}
      <span className="truncate">
        <ForeignText text={sentence} />
      </span>
    </span>
  )
}

export function Sizes({ row }: { readonly row: TransferRow }): ReactNode {
  const whole = row.doneBytes >= row.wantedBytes
  return whole
    ? formatSize(row.totalBytes)
    : t('cell.sizes', formatSize(row.doneBytes), formatSize(row.wantedBytes))
}

function Name({ row, density }: { readonly row: TransferRow; readonly density: Density }): ReactNode {
  const name = (
    <span className="name-text truncate" title={visible(row.name)}>
      {row.check !== null && (isCareful(row.check) || row.check === 'locked') && (
        <span
          className={row.check === 'locked' ? 'name-locked' : 'name-careful'}
          title={explainTransferCheck(row.check)}
        >
          <Icon name={row.check === 'locked' ? 'locked' : 'warning'} />
          <span className="visually-hidden">{explainTransferCheck(row.check)}.</span>
        </span>
      )}
      <ForeignText text={row.name} />
    </span>
  )
  if (density === 'server') return name
  return (
    <span className="name">
      {name}
      <span className="name-below">
        <Progress share={barShare(row)} tone={toneOf(row)} />
        <span className="name-sizes soft">
          <Sizes row={row} />
          <CheckHint row={row} />
        </span>
      </span>
    </span>
  )
}

/** Quiet unless there is something to mind: that has its sign beside the name. */
function CheckHint({ row: { check } }: { readonly row: TransferRow }): ReactNode {
  return check === null ? null : (
    <span className="name-check" title={explainTransferCheck(check)}>
      {' · '}
      {t(`check.short.${check}`)}
    </span>
  )
}

export function Cell({
  column,
  row,
  density,
}: {
  readonly column: ColumnId
  readonly row: TransferRow
  readonly density: Density
}): ReactNode {
  switch (column) {
    case 'name':
      return <Name row={row} density={density} />
    case 'state':
      return <State row={row} />
    case 'progress':
      return (
        <span className="done">
          <Progress share={barShare(row)} tone={toneOf(row)} />
          {t('cell.progress', Math.floor(doneShare(row) * 100))}
        </span>
      )
    case 'size':
      return formatSize(row.totalBytes)
    case 'down':
      return rate(row.downBytesPerSecond)
    case 'up':
      return rate(row.upBytesPerSecond)
    case 'left':
      return row.secondsLeft === null ? '' : formatDuration(row.secondsLeft * 1_000)
    case 'peers':
      return count(row.peers)
    case 'copies':
      return tenths(row.copiesElsewhere)
    case 'seeds':
      return count(row.seeds)
    case 'ratio':
      return hundredths(row.ratio)
    case 'given':
      return formatSize(row.givenBytes)
    case 'category':
      return row.category === null ? '' : <ForeignText text={row.category} />
    case 'tags':
      return row.tags.length === 0 ? '' : <ForeignText text={row.tags.join(', ')} />
    case 'tracker':
      return row.tracker === null ? '' : <ForeignText text={row.tracker} />
    case 'folder':
      return <ForeignText text={row.saveFolder} />
    case 'queue':
      return row.queuePosition === null ? '' : formatNumber(row.queuePosition + 1)
    case 'added':
      return <Moment at={row.addedAt} />
    case 'finished':
      return row.finishedAt === null ? '' : <Moment at={row.finishedAt} />
    case 'active':
      return row.lastActiveAt === null ? '' : <Moment at={row.lastActiveAt} />
  }
}

/** Nothing moves: nothing is shown, so that what moves is seen. */
const rate = (bytesPerSecond: number): string => (bytesPerSecond < 1 ? '' : formatRate(bytesPerSecond))
const count = (value: number): string => (value === 0 ? '' : formatNumber(value))
/** Rounded down: 0.99 is not a whole copy. */
const tenths = (value: number): string => (Math.floor(value * 10 + 1e-9) / 10).toFixed(1)
const hundredths = (value: number): string => (Math.floor(value * 100 + 1e-9) / 100).toFixed(2)
