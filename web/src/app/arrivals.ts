// What happens while nobody looks: arrivals and mishaps are said, and the tab's title carries how far things are.

import { visible } from '../../../src/api/unseen-characters.ts'
import { announce } from '../store/announce.ts'
import { type Notice, onNotices, rows } from '../store/connection.ts'
import type { Batch } from '../store/rows.ts'
import { toast } from '../store/toasts.ts'
import { t } from '../text/t.ts'
import { openDetails } from './open-details.ts'
import { shareOfAll } from './share-of-all.ts'

export function listenForArrivals(): () => void {
  const stopNotices = onNotices(tell)
  const stopRows = rows.subscribe(title)
  setTitle()
  return () => {
    stopNotices()
    stopRows()
  }
}

const manyArrived = (count: number) => t('arrived.many', count)
const manyFailed = (count: number) => t('failed.many', count)

function tell(notices: readonly Notice[]): void {
  for (const { kind, id } of notices) {
    const row = id === null ? undefined : rows.get(id)
    if (id === null || row === undefined) continue
    const name = visible(row.name)
    if (kind === 'arrived') announce(t('arrived.one', name), manyArrived)
    if (kind === 'failed') {
      announce(t('failed.one', name), manyFailed)
      toast(t('failed.one', name), {
        tone: 'bad',
        said: true,
        act: { name: t('action.look'), do: () => openDetails(id) },
      })
    }
  }
}

function title({ fields, membership }: Batch): void {
  if (membership || fields.has('doneBytes') || fields.has('state') || fields.has('needsYou')) setTitle()
}

function setTitle(): void {
  const { share, needsYou } = shareOfAll(rows.values())
  const parts = [
    ...(needsYou > 0 ? [t('title.needsYou', needsYou)] : []),
    ...(share === undefined ? [] : [t('title.share', Math.floor(share * 100))]),
    t('app.name'),
  ]
  const text = parts.join(' · ')
  if (document.title !== text) document.title = text
}
