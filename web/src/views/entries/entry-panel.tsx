// One content beside the list: played if it can be, what is known of it, and every place where it lies.

import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import { formatSize } from '../../../../src/api/format-quantity.ts'
import type { LibraryEntry, Place } from '../../../../src/api/schemas/library.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { formatRoute } from '../../app/route.ts'
import { call } from '../../store/api.ts'
import { sentenceOf } from '../../store/attempt.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'
import { audienceName } from '../../ui/audience-choice.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { copyText } from '../../ui/copy-line.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Moment } from '../../ui/moment.tsx'
import { TextButton } from '../../ui/text-button.tsx'
import { factsLine, licenceWords } from './entry-facts.ts'

/** Of one question about places. */
const PLACES_PAGE = 100

export function EntryPanel({
  entry,
  onClose,
}: {
  readonly entry: LibraryEntry
  readonly onClose: () => void
}): ReactNode {
  const licence = licenceWords(entry.licence)
  const heading = useRef<HTMLHeadingElement>(null)
  return (
    <aside
      className="entry-panel"
      aria-label={t('entry.label')}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        event.preventDefault()
        onClose()
      }}
    >
      <header className="entry-head">
        <h2 ref={heading} tabIndex={-1}>
          <ForeignText text={entry.name} />
        </h2>
        <IconButton icon="close" label={t('entry.close')} onPress={onClose} />
      </header>
      <div className="entry-body">
        <Player entry={entry} />
        <dl className="view-facts">
          <dt>{t('entries.facts')}</dt>
          <dd>
            <ForeignText text={factsLine(entry)} />
          </dd>
          <dt>{t('entries.size')}</dt>
          <dd>{formatSize(entry.lengthBytes)}</dd>
          {entry.check !== null && (
            <>
              <dt>{t('entries.check')}</dt>
              <dd>{t(`check.short.${entry.check}`)}</dd>
            </>
          )}
          {licence !== '' && (
            <>
              <dt>{t('entries.licence')}</dt>
              <dd>{licence}</dd>
            </>
          )}
          {entry.publisher !== null && (
            <>
              <dt>{t('entry.publisher')}</dt>
              <dd>
                <ForeignText text={entry.publisher} />
              </dd>
            </>
          )}
        </dl>
        <Places entry={entry} />
      </div>
    </aside>
  )
}

const PLAYED = ['audio', 'video'] as const

function Player({ entry: { content, kind, name, check } }: { readonly entry: LibraryEntry }): ReactNode {
  const [path, setPath] = useState<string>()
  const [error, setError] = useState<unknown>()
  const played = PLAYED.find((one) => one === kind)
  if (content === null || played === undefined || check === 'locked' || check === 'checking') return null
  if (path !== undefined) {
    const props = {
      className: 'entry-player',
      src: path,
      controls: true,
      autoPlay: true,
      'aria-label': visible(name),
      onError: () => {
        setPath(undefined)
        setError(t('entry.notPlayed'))
      },
    }
    return played === 'audio' ? <audio {...props} /> : <video {...props} />
  }
  return (
    <>
      {error !== undefined && <ErrorSentence error={error} />}
      <div>
        <Button
          icon="resume"
          onPress={() =>
            void call('libraryMediaLink', { content }).then(
              (link) => setPath(link.path),
              (failed: unknown) => setError(failed),
            )
          }
        >
          {t(played === 'audio' ? 'entry.listen' : 'entry.watch')}
        </Button>
      </div>
    </>
  )
}

function Places({ entry }: { readonly entry: LibraryEntry }): ReactNode {
  const [more, setMore] = useState<readonly Place[]>([])
  const { content, placeCount } = entry
  const places = [...entry.places, ...more]
  // biome-ignore lint/correctness/useExhaustiveDependencies: another entry begins with its first places
  useEffect(() => setMore([]), [content])
  const load = useCallback(async (): Promise<void> => {
    if (content === null) return
    try {
      const next = await call('libraryEntry', { content, offset: places.length, limit: PLACES_PAGE })
      setMore((before) => [...before, ...next.places])
    } catch (failed) {
      toast(sentenceOf(failed), { tone: 'bad' })
    }
  }, [content, places.length])
  return (
    <section>
      <h3>{t('entry.places', placeCount)}</h3>
      <ul className="entry-places">
        {places.map((place) => (
          <li key={`${place.id} ${place.path}`}>
            <OnePlace place={place} />
          </li>
        ))}
      </ul>
      {places.length < placeCount && content !== null && (
        <Button onPress={() => void load()}>{t('entry.morePlaces', placeCount - places.length)}</Button>
      )}
    </section>
  )
}

export function OnePlace({ place }: { readonly place: Place }): ReactNode {
  const { where, id, modifiedAt, audience } = place
  const path = wholePath(place)
  const copy = async (): Promise<void> => {
    if (await copyText(path)) toast(t('transfers.pathCopied'))
    else toast(t('transfers.copyForbidden', visible(path)), { tone: 'bad' })
  }
  return (
    <>
      <p className="entry-path">
        <ForeignText text={path} /> <TextButton onPress={() => void copy()}>{t('action.copy')}</TextButton>
      </p>
      <p className="soft">
        {where === 'transfer' ? (
          <a href={formatRoute({ view: 'transfers', query: { open: id } })}>{t('entry.inTransfer')}</a>
        ) : (
          t('entry.inFolder')
        )}
        {' · '}
        {whoWords(audience)}
        {modifiedAt !== null && (
          <>
            {' · '}
            {t('entry.changed')} <Moment at={modifiedAt} />
          </>
        )}
      </p>
    </>
  )
}

/** As it is found on this computer: what is copied can be opened. */
export function wholePath({ root, path }: Pick<Place, 'root' | 'path'>): string {
  if (root === undefined) return path
  const windows = /^[A-Za-z]:|^\\\\/.test(root)
  return windows ? `${root}\\${path.replaceAll('/', '\\')}` : `${root.replace(/\/$/, '')}/${path}`
}

/** A circle or person by name, as it is known now. */
export function whoWords(audience: string): string {
  return audienceName(audience)
}
