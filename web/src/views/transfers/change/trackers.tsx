// Trackers of chosen transfers: which they have, with how many have each; some are added, some removed, in one go.

import { type ReactNode, useEffect, useState } from 'react'
import type { InputOf } from '../../../../../src/api/routes.ts'
import type { DialogProps } from '../../../app/dialogs.ts'
import { announce } from '../../../store/announce.ts'
import { call } from '../../../store/api.ts'
import { attempt } from '../../../store/attempt.ts'
import { toast } from '../../../store/toasts.ts'
import { t } from '../../../text/t.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { Field, TickBox } from '../../../ui/field.tsx'
import { ForeignText } from '../../../ui/foreign-text.tsx'
import { nameOf, tellFailures } from '../actions.ts'
import { Preview, rowsOf } from './preview.tsx'
import { readTrackers } from './tracker-urls.ts'

/** Each is asked for its trackers; of more than this only adding is offered, and nothing can be taken back exactly. */
const MOST_ASKED = 300
const AT_ONCE = 6

type Having = ReadonlyMap<string, readonly string[]>

async function trackersOf(ids: readonly string[]): Promise<Having> {
  const having = new Map<string, readonly string[]>()
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    await Promise.all(
      ids.slice(at, at + AT_ONCE).map(async (id) => {
        const { trackers } = await call('transferTrackers', { id })
        having.set(
          id,
          trackers.map(({ url }) => url),
        )
      }),
    )
  }
  return having
}

export function Trackers({ ids, close }: DialogProps<'trackers'>): ReactNode {
  const [having, setHaving] = useState<Having | undefined>()
  const [removed, setRemoved] = useState<ReadonlySet<string>>(new Set())
  const [typed, setTyped] = useState('')
  useEffect(() => {
    if (ids.length <= MOST_ASKED) void attempt(() => trackersOf(ids)).then(setHaving)
  }, [ids])
  const counts = new Map<string, number>()
  for (const urls of having?.values() ?? [])
    for (const url of urls) counts.set(url, (counts.get(url) ?? 0) + 1)
  const { urls: added, wrong } = readTrackers(typed)
  const save = () => {
    close()
    void changeTrackers(ids, [...added], [...removed], having)
  }
  return (
    <Dialog
      title={t('trackers.title')}
      close={close}
      actions={
        <>
          <Button onPress={() => close()}>{t('action.cancel')}</Button>
          <Button
            look="primary"
            isDisabled={wrong.length > 0 || (added.length === 0 && removed.size === 0)}
            onPress={save}
          >
            {t('trackers.set', added.length, removed.size)}
          </Button>
        </>
      }
    >
      <Preview chosen={rowsOf(ids)} />
      {ids.length > MOST_ASKED && <p className="soft">{t('trackers.tooMany')}</p>}
      {counts.size > 0 && (
        <fieldset className="tag-choice tag-lines">
          <legend>{t('trackers.there')}</legend>
          {[...counts].map(([url, count]) => (
            <TickBox
              key={url}
              on={!removed.has(url)}
              onChange={(kept) => {
                const next = new Set(removed)
                if (kept) next.delete(url)
                else next.add(url)
                setRemoved(next)
              }}
            >
              <ForeignText text={url} />{' '}
              {ids.length > 1 && <span className="soft">{t('transfers.count', count)}</span>}
            </TickBox>
          ))}
        </fieldset>
      )}
      <Field
        label={t('trackers.add')}
        hint={t('trackers.addHint')}
        wrong={wrong[0] === undefined ? undefined : t('trackers.wrong', wrong[0])}
      >
        {(wiring) => (
          <textarea
            {...wiring}
            className="input input-fixed"
            rows={3}
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        )}
      </Field>
    </Dialog>
  )
}

type TrackerChange = InputOf<'changeTransfers'>['change']

async function changeTrackers(
  ids: readonly string[],
  addTrackers: string[],
  removeTrackers: string[],
  having: Having | undefined,
): Promise<void> {
  const change = (ofThem: readonly string[], wanted: TrackerChange) =>
    attempt(() => call('changeTransfers', { ids: [...ofThem], change: wanted }))
  const outcome = await change(ids, {
    ...(addTrackers.length === 0 ? {} : { addTrackers }),
    ...(removeTrackers.length === 0 ? {} : { removeTrackers }),
  })
  if (outcome === undefined) return
  tellFailures(outcome)
  if (outcome.done.length === 0) return
  const undo = async () => {
    const groups = Map.groupBy(outcome.done, (id) => {
      const had = having?.get(id) ?? []
      return JSON.stringify({
        addTrackers: removeTrackers.filter((url) => had.includes(url)),
        removeTrackers: addTrackers.filter((url) => !had.includes(url)),
      })
    })
    for (const [back, group] of groups) await change(group, JSON.parse(back) as TrackerChange)
    announce(t('transfers.undone'))
  }
  toast(t('transfers.trackersChanged', nameOf(outcome.done)), having === undefined ? {} : { undo })
}
