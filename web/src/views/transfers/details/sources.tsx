// Where sources are looked for: trackers and how each fares, servers that hold the files, and how others were heard of.

import { type ReactNode, useCallback } from 'react'
import { formatRate, formatSize } from '../../../../../src/api/format-quantity.ts'
import type { PeerRow, TrackerRow, TransferRow } from '../../../../../src/api/schemas/transfer.ts'
import { explainTracker } from '../../../../../src/api/tracker-sentence.ts'
import { visible } from '../../../../../src/api/unseen-characters.ts'
import { openDialog } from '../../../app/dialogs.ts'
import { call } from '../../../store/api.ts'
import { formatNumber } from '../../../text/plural.ts'
import { t } from '../../../text/t.ts'
import { Button, IconButton } from '../../../ui/button.tsx'
import { ErrorSentence } from '../../../ui/error-sentence.tsx'
import { ForeignText } from '../../../ui/foreign-text.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { useLoaded } from '../../../ui/use-loaded.ts'
import { announceNow, change } from '../actions.ts'

const BEAT_MS = 3_000

export function Sources({ row: { id, audience, private: own } }: { readonly row: TransferRow }): ReactNode {
  const load = useCallback(async () => {
    const [{ trackers }, { peers }] = await Promise.all([
      call('transferTrackers', { id }),
      call('transferPeers', { id }),
    ])
    return { trackers, peers }
  }, [id])
  const { value, error, again } = useLoaded(load, BEAT_MS)
  const remove = async (url: string) => {
    await change(
      [id],
      { removeTrackers: [url] },
      (name) => t('transfers.trackersChanged', name),
      () => ({
        addTrackers: [url],
      }),
    )
    again()
  }
  const heard = Map.groupBy(
    (value?.peers ?? []).filter(({ transport }) => transport !== 'http'),
    ({ source }) => source,
  )
  const seeds = (value?.peers ?? []).filter(({ transport }) => transport === 'http')
  return (
    <>
      <div className="part-actions">
        <Button icon="reload" onPress={() => void announceNow([id]).then(again)}>
          {t('do.announce')}
        </Button>
        <Button icon="plus" onPress={() => void openDialog('trackers', { ids: [id] }).then(again)}>
          {t('sources.add')}
        </Button>
      </div>
      {error !== undefined && value === undefined && <ErrorSentence error={error} />}
      <section className="part">
        <h3>{t('sources.trackers')}</h3>
        {audience === 'link' && !own && <p className="soft">{t('sources.unlisted')}</p>}
        {audience === 'everyone' && value?.trackers.length === 0 && (
          <p className="soft">{t('sources.noTrackers')}</p>
        )}
        <ul>
          {value?.trackers.map((tracker) => (
            <Tracker key={tracker.url} tracker={tracker} onRemove={() => void remove(tracker.url)} />
          ))}
        </ul>
      </section>
      {seeds.length > 0 && <WebSeeds seeds={seeds} />}
      <section className="part">
        <h3>{t('sources.heard')}</h3>
        {heard.size === 0 ? (
          <p className="soft">{t('peers.none')}</p>
        ) : (
          <dl className="facts">
            {[...heard].map(([source, peers]) => (
              <div key={source} className="facts-line">
                <dt>{source}</dt>
                <dd>{t('sources.people', peers.length)}</dd>
              </div>
            ))}
          </dl>
        )}
        {own && <p className="part-note">{t('facts.private')}</p>}
      </section>
    </>
  )
}

function Tracker({
  tracker,
  onRemove,
}: {
  readonly tracker: TrackerRow
  readonly onRemove: () => void
}): ReactNode {
  const failing = tracker.failure !== null && tracker.status !== 'working'
  return (
    <li className="tracker">
      <span className="tracker-url">
        <ForeignText text={tracker.url} />
      </span>
      <IconButton icon="remove" label={t('sources.remove', visible(tracker.url))} onPress={onRemove} />
      <p className="tracker-facts">
        <span className={failing ? 'tracker-bad' : undefined}>{explainTracker(tracker)}</span>
        {tracker.seeds !== null && ` · ${t('sources.seeds', formatNumber(tracker.seeds))}`}
        {tracker.leeches !== null && ` · ${t('sources.leeches', formatNumber(tracker.leeches))}`}
        {tracker.lastAnswerAt !== null && (
          <>
            {' · '}
            {t('sources.answered')} <Moment at={tracker.lastAnswerAt} />
          </>
        )}
        {tracker.nextAnnounceAt !== null && (
          <>
            {' · '}
            {t('sources.next')} <Moment at={tracker.nextAnnounceAt} />
          </>
        )}
      </p>
      {tracker.said !== null && (
        <p className="tracker-facts">
          {t('sources.said')} “<ForeignText text={tracker.said} />”
        </p>
      )}
    </li>
  )
}

function WebSeeds({ seeds }: { readonly seeds: readonly PeerRow[] }): ReactNode {
  return (
    <section className="part">
      <h3>{t('sources.webSeeds')}</h3>
      <dl className="facts">
        {seeds.map((seed) => (
          <div key={seed.address} className="facts-line">
            <dt>
              <ForeignText text={seed.address} />
            </dt>
            <dd>
              {formatRate(seed.downBytesPerSecond)}, {formatSize(seed.downloadedBytes)}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
