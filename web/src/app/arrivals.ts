// What happens while nobody looks: arrivals and mishaps are said, and the tab's title carries how far things are.

import { visible } from '../../../src/api/unseen-characters.ts'
import { announce } from '../store/announce.ts'
import { type Notice, onNotices, onPeople, type PeopleChange, rows } from '../store/connection.ts'
import { conversations, sendOffers, unreadCount } from '../store/people.ts'
import type { Batch } from '../store/rows.ts'
import { tellSystem } from '../store/system-notices.ts'
import { toast } from '../store/toasts.ts'
import { t } from '../text/t.ts'
import { openDetails } from './open-details.ts'
import { currentRoute, go } from './router.ts'
import { shareOfAll } from './share-of-all.ts'

export function listenForArrivals(): () => void {
  const stopNotices = onNotices(tell)
  const stopRows = rows.subscribe(title)
  const stopPeople = onPeople(tellPeople)
  setTitle()
  return () => {
    stopNotices()
    stopRows()
    stopPeople()
  }
}

/** Once there is a session: what is unread is asked for. */
export function listenForUnread(): () => void {
  const stopTalks = conversations.subscribe(setTitle)
  const stopOffers = sendOffers.subscribe(setTitle)
  return () => {
    stopTalks()
    stopOffers()
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

/** What is worth telling; in the conversation that one looks at it is seen. */
function tellPeople(changes: readonly PeopleChange[]): void {
  const { view, rest } = currentRoute()
  for (const { kind, id, message, notify } of changes) {
    if (notify === undefined) continue
    const where = message?.conversation ?? id
    const seen = kind === 'message' && view === 'people' && rest[0] === where
    const told = { title: visible(notify.title), text: visible(notify.text) }
    announce(t('people.told', told.title, told.text), manyTold)
    if (!seen || !document.hasFocus()) tellSystem(told, () => lookAt(kind, where))
  }
}

const manyTold = (count: number) => t('people.toldMany', count)

function lookAt(kind: PeopleChange['kind'], id: string | null): void {
  if (kind === 'message' && id !== null) go({ view: 'people', rest: [id] })
  else if (kind === 'wish') go({ view: 'search', rest: ['wishes'] })
  else go({ view: 'people', rest: ['nearby'] })
}

function title({ fields, membership }: Batch): void {
  if (membership || fields.has('doneBytes') || fields.has('state') || fields.has('needsYou')) setTitle()
}

function setTitle(): void {
  const { share, needsYou } = shareOfAll(rows.values())
  const unread = unreadCount(conversations.value ?? [], sendOffers.value ?? [])
  const parts = [
    ...(unread > 0 ? [t('title.unread', unread)] : []),
    ...(needsYou > 0 ? [t('title.needsYou', needsYou)] : []),
    ...(share === undefined ? [] : [t('title.share', Math.floor(share * 100))]),
    t('app.name'),
  ]
  const text = parts.join(' · ')
  if (document.title !== text) document.title = text
}
