// Library › Shared: each thing that others can get from here: what, who, since when, fetched by how many, and its end; and the library
// folders that are offered.

import { type ReactNode, useCallback, useEffect } from 'react'
import { formatSize } from '../../../../src/api/format-quantity.ts'
import type { LibraryFolder } from '../../../../src/api/schemas/library.ts'
import { openDialog } from '../../app/dialogs.ts'
import { formatRoute } from '../../app/route.ts'
import { canOpen } from '../../dialogs/table.ts'
import { call } from '../../store/api.ts'
import { rows } from '../../store/connection.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { whoWords } from '../entries/entry-panel.tsx'
import { Section } from '../section.tsx'
import { ShareCard } from './share-card.tsx'

const BEAT_MS = 3_000

export function Shared(): ReactNode {
  const { value, error, again } = useLoaded(
    useCallback(() => call('listShares', {}), []),
    BEAT_MS,
  )
  useEffect(
    () =>
      rows.subscribe(({ membership }) => {
        if (membership) again()
      }),
    [again],
  )
  const shares = value?.shares
  const offered = useOffered()
  const nothing = shares?.length === 0 && offered?.length === 0
  return (
    <div className="view">
      {error !== undefined && <ErrorSentence error={error} />}
      {shares === undefined && error === undefined && <p role="status">{t('library.loading')}</p>}
      {nothing && (
        <div className="library-empty">
          <p className="view-lead">{t('library.empty')}</p>
          <p className="soft">{t('library.emptyMeans')}</p>
        </div>
      )}
      {shares !== undefined && canOpen('share') && (
        <div>
          <Button
            icon="share"
            look={nothing ? 'primary' : 'plain'}
            onPress={() => void openDialog('share', {})}
          >
            {t('action.share')}
          </Button>
        </div>
      )}
      {shares !== undefined && shares.length > 0 && (
        <ul className="library-list" aria-label={t('library.shared')}>
          {shares.map((facts) => (
            <ShareCard key={facts.transfer.id} facts={facts} onChanged={again} />
          ))}
        </ul>
      )}
      {offered !== undefined && offered.length > 0 && (
        <Section title={t('library.offered')}>
          <ul className="library-offered">
            {offered.map(({ id, name, audience, offeredFiles, offeredBytes }) => (
              <li key={id}>
                <a href={formatRoute({ view: 'library', rest: ['folders'] })}>
                  <ForeignText text={name} />
                </a>{' '}
                <span className="soft">
                  {whoWords(audience)} · {t('folders.offered', offeredFiles, formatSize(offeredBytes))}
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </div>
  )
}

/**
 * Library folders that others can get without a share of their own: what is offered of them is listed, not shared as a whole.
 * Undefined until it is known; without a library nothing of one is offered.
 */
function useOffered(): readonly LibraryFolder[] | undefined {
  const { value, error } = useLoaded(
    useCallback(() => call('libraryFolders', {}), []),
    BEAT_MS,
  )
  if (value === undefined) return error === undefined ? undefined : []
  return value.folders.filter(({ audience, share }) => audience !== 'me' && share === null)
}
