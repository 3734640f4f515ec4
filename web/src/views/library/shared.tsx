// Library › Shared: each thing that others can get from here: what, who, since when, fetched by how many, and its end.

import { type ReactNode, useCallback, useEffect } from 'react'
import { openDialog } from '../../app/dialogs.ts'
import { canOpen } from '../../dialogs/table.ts'
import { call } from '../../store/api.ts'
import { rows } from '../../store/connection.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
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
  return (
    <div className="view">
      {error !== undefined && <ErrorSentence error={error} />}
      {shares === undefined && error === undefined && <p role="status">{t('library.loading')}</p>}
      {shares?.length === 0 && (
        <div className="library-empty">
          <p className="view-lead">{t('library.empty')}</p>
          <p className="soft">{t('library.emptyMeans')}</p>
        </div>
      )}
      {shares !== undefined && canOpen('share') && (
        <div>
          <Button
            icon="share"
            look={shares.length === 0 ? 'primary' : 'plain'}
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
    </div>
  )
}
