// Wishes: searches that go on by themselves. What came true and was not seen is counted; what is not wanted is dismissed for good.

import { type ReactNode, useCallback, useEffect, useState } from 'react'
import type { OthersEntry, Wish } from '../../../../src/api/schemas/circles.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { goWith } from '../../app/router.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { wishes } from '../../store/people.ts'
import { toast } from '../../store/toasts.ts'
import { useKept } from '../../store/use-kept.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Moment } from '../../ui/moment.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { factsLine } from '../entries/entry-facts.ts'
import { fromOf, getFrom } from '../people/get-shared.ts'

export function Wishes({ open }: { readonly open: string | undefined }): ReactNode {
  const { value, error } = useKept(wishes)
  if (value === undefined)
    return error === undefined ? <p role="status">{t('library.loading')}</p> : <ErrorSentence error={error} />
  if (value.length === 0) {
    return (
      <div className="library-empty">
        <p className="view-lead">{t('wishes.none')}</p>
        <p className="soft">{t('wishes.noneMeans')}</p>
      </div>
    )
  }
  return (
    <ul className="library-list wishes" aria-label={t('search.reach.wishes')}>
      {value.map((wish) => (
        <li key={wish.id} className="view-section">
          <OneWish wish={wish} open={wish.id === open} />
        </li>
      ))}
    </ul>
  )
}

function OneWish({ wish, open }: { readonly wish: Wish; readonly open: boolean }): ReactNode {
  const { id, words, hits, unseen, at } = wish
  const shown = visible(words)
  const remove = async (): Promise<void> => {
    if ((await attempt(() => call('removeWish', { id }))) === undefined) return
    wishes.changed()
    toast(t('wishes.removed', shown), {
      undo: async () => {
        await attempt(() => call('addWish', { words, in: 'circles' }))
        wishes.changed()
      },
    })
  }
  return (
    <>
      <div className="share-card-head">
        <div className="share-card-text">
          <h2>
            <ForeignText text={words} />
            {unseen > 0 && (
              <span className="count wish-count">
                <span aria-hidden="true">{unseen}</span>
                <span className="visually-hidden">{t('wishes.unseen', unseen)}</span>
              </span>
            )}
          </h2>
          <p className="soft">
            {t(`wishes.in.${wish.in}`)} · {t('wishes.hits', hits)} · {t('wishes.since')} <Moment at={at} />
          </p>
        </div>
        <div className="share-card-do">
          <Button
            aria-expanded={open}
            aria-label={t('wishes.lookOf', shown)}
            icon={open ? 'chevronUp' : 'chevronDown'}
            onPress={() => goWith({ wish: open ? '' : id })}
          >
            {t('wishes.look')}
          </Button>
          <Button icon="remove" aria-label={t('wishes.removeOf', shown)} onPress={() => void remove()}>
            {t('wishes.remove')}
          </Button>
        </div>
      </div>
      {open && <Hits id={id} />}
    </>
  )
}

function Hits({ id }: { readonly id: string }): ReactNode {
  const { value, error } = useLoaded(useCallback(() => call('wish', { id }), [id]))
  const [dismissed, setDismissed] = useState<ReadonlySet<string>>(new Set())
  useEffect(() => {
    if (value === undefined || value.unseen === 0) return
    // What could not be marked stays counted, and is marked the next time.
    call('changeWish', { id, seen: true }).then(wishes.changed, () => undefined)
  }, [id, value])
  const dismiss = async (entry: OthersEntry): Promise<void> => {
    if ((await attempt(() => call('changeWish', { id, dismiss: entry.content }))) === undefined) return
    setDismissed(new Set([...dismissed, entry.content]))
    toast(t('wishes.dismissed', visible(entry.name)))
  }
  if (value === undefined)
    return error === undefined ? <p role="status">{t('library.loading')}</p> : <ErrorSentence error={error} />
  const entries = value.entries.filter(({ content }) => !dismissed.has(content))
  if (entries.length === 0) return <p className="soft">{t('wishes.nothing')}</p>
  return (
    <ul className="wish-hits">
      {entries.map((entry) => (
        <li key={`${entry.content} ${entry.name}`} className="people-row">
          <span className="people-row-text">
            <strong>
              <ForeignText text={entry.name} />
            </strong>{' '}
            <span className="soft">
              <ForeignText text={factsLine(entry)} /> ·{' '}
              {t('others.holderCount', entry.holderCount, entry.onlineCount)}
            </span>
          </span>
          <GetIt entry={entry} />
          <Button aria-label={t('wishes.dismissOf', visible(entry.name))} onPress={() => void dismiss(entry)}>
            {t('wishes.dismiss')}
          </Button>
        </li>
      ))}
    </ul>
  )
}

function GetIt({ entry }: { readonly entry: OthersEntry }): ReactNode {
  const from = fromOf(entry)
  if (entry.here) return <span className="soft">{t('members.here')}</span>
  if (from === undefined) return null
  return (
    <Button
      icon="get"
      aria-label={t('file.getOf', visible(entry.name))}
      onPress={() => void getFrom(from, entry)}
    >
      {t('file.get')}
    </Button>
  )
}
