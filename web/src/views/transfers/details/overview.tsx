// What a transfer does now, how fast it was, which pieces are here, from whom they came, and the facts about it.

import type { ReactNode } from 'react'
import { explainTransferCheck } from '../../../../../src/api/check-sentence.ts'
import { formatDuration, formatRate, formatSize } from '../../../../../src/api/format-quantity.ts'
import type { OutputOf } from '../../../../../src/api/routes.ts'
import type { TransferRow } from '../../../../../src/api/schemas/transfer.ts'
import { explainState } from '../../../../../src/api/state-sentence.ts'
import { explainSwitchOff } from '../../../../../src/api/switch-off-sentence.ts'
import { openDialog } from '../../../app/dialogs.ts'
import { goWith } from '../../../app/router.ts'
import { formatNumber } from '../../../text/plural.ts'
import { t } from '../../../text/t.ts'
import { Button } from '../../../ui/button.tsx'
import { ForeignText } from '../../../ui/foreign-text.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { Progress } from '../../../ui/progress.tsx'
import { TextButton } from '../../../ui/text-button.tsx'
import { useNow } from '../../../ui/use-now.ts'
import { copyText } from '../actions.ts'
import { barShare, Sizes, toneOf } from '../cell.tsx'
import { FromWhom } from './from-whom.tsx'
import { Pieces } from './pieces.tsx'
import { RateChart } from './rate-chart.tsx'

interface Props {
  readonly row: TransferRow
  /** Undefined until they have come. */
  readonly details: OutputOf<'transfer'> | undefined
}

export function Overview({ row, details }: Props): ReactNode {
  const nowMs = useNow()
  const { sentence, remedy } = explainState(row, { nowMs })
  const off = explainSwitchOff(row)
  return (
    <>
      <div className="overview-state">
        <p className="sentence">
          <ForeignText text={sentence} />
        </p>
        {remedy !== undefined && (
          <p>
            <ForeignText text={remedy} />
          </p>
        )}
        <Progress share={barShare(row)} tone={toneOf(row)} label={t('overview.progress')} />
        <p className="overview-figures">
          <span>
            <Sizes row={row} />
          </span>
          {row.downBytesPerSecond >= 1 && <span>↓ {formatRate(row.downBytesPerSecond)}</span>}
          {row.upBytesPerSecond >= 1 && <span>↑ {formatRate(row.upBytesPerSecond)}</span>}
          {row.secondsLeft !== null && (
            <span>{t('overview.left', formatDuration(row.secondsLeft * 1_000))}</span>
          )}
          <span>{t('overview.given', formatSize(row.givenBytes))}</span>
        </p>
        {off !== undefined && (
          <p>
            {t('overview.switchOff')} <strong>{off.may ? t('overview.yes') : t('overview.no')}</strong>{' '}
            {off.sentence}.
          </p>
        )}
        {row.check !== null && (
          <p className={`overview-check overview-check-${row.check}`}>
            {explainTransferCheck(row.check)}.{' '}
            {row.check !== 'clean' && row.check !== 'checking' && (
              <TextButton onPress={() => goWith({ tab: 'files' }, 'replace')}>
                {t('overview.check.files')}
              </TextButton>
            )}
          </p>
        )}
        {row.problem?.code === 'SHARE_NEEDS_ANSWER' && (
          <div>
            <Button look="primary" onPress={() => void openDialog('share', { path: row.path })}>
              {t('overview.answer')}
            </Button>
          </div>
        )}
      </div>
      {details !== undefined && (
        <>
          {details.history.downBytesPerSecond.length > 1 && <RateChart history={details.history} />}
          <Pieces details={details} />
          <FromWhom details={details} way="downloadedBytes" />
          <FromWhom details={details} way="uploadedBytes" />
        </>
      )}
      <Facts row={row} details={details} />
    </>
  )
}

function Facts({ row, details }: Props): ReactNode {
  const ids = [row.id]
  return (
    <section className="part">
      <h3>{t('facts.title')}</h3>
      <dl className="facts">
        <dt>{t('facts.path')}</dt>
        <dd>
          <ForeignText text={row.path} />
          <TextButton onPress={() => void copyText(row.path, t('transfers.pathCopied'))}>
            {t('action.copy')}
          </TextButton>
        </dd>
        {details !== undefined && details.magnet !== '' && (
          <>
            <dt>{t('facts.link')}</dt>
            <dd>
              <span className="fixed">{shortened(details.magnet)}</span>
              <TextButton onPress={() => void copyText(details.magnet, t('transfers.linkCopied'))}>
                {t('action.copy')}
              </TextButton>
            </dd>
          </>
        )}
        <dt>{t('facts.who')}</dt>
        <dd>{row.private ? t('facts.private') : t(`facts.who.${row.audience}`)}</dd>
        <dt>{t('column.size')}</dt>
        <dd>
          {formatSize(row.totalBytes)}, {t('facts.files', row.fileCount)}
          {row.wantedBytes < row.totalBytes && `, ${t('facts.wanted', formatSize(row.wantedBytes))}`}
        </dd>
        <dt>{t('facts.moved')}</dt>
        <dd>
          {t(
            'facts.takenGiven',
            formatSize(row.takenBytes),
            formatSize(row.givenBytes),
            row.ratio.toFixed(2),
          )}
        </dd>
        <dt>{t('column.added')}</dt>
        <dd>
          <Moment at={row.addedAt} />
        </dd>
        {row.finishedAt !== null && (
          <>
            <dt>{t('column.finished')}</dt>
            <dd>
              <Moment at={row.finishedAt} />
            </dd>
          </>
        )}
        <dt>{t('facts.labels')}</dt>
        <dd>
          <ForeignText
            text={[...(row.category === null ? [] : [row.category]), ...row.tags].join(', ') || '–'}
          />
          <TextButton onPress={() => void openDialog('labels', { ids })}>{t('facts.change')}</TextButton>
        </dd>
        <dt>{t('facts.limits')}</dt>
        <dd>
          {limits(row)}
          <TextButton onPress={() => void openDialog('limits', { ids })}>{t('facts.change')}</TextButton>
        </dd>
        <dt>{t('facts.rule')}</dt>
        <dd>
          {rule(row)}
          <TextButton onPress={() => void openDialog('stopRule', { ids })}>{t('facts.change')}</TextButton>
        </dd>
        {row.infohashV1 !== null && (
          <>
            <dt>{t('facts.v1')}</dt>
            <dd className="fixed">{row.infohashV1}</dd>
          </>
        )}
        {row.infohashV2 !== null && (
          <>
            <dt>{t('facts.v2')}</dt>
            <dd className="fixed">{row.infohashV2}</dd>
          </>
        )}
        {details?.pieceCount != null && details.pieceLengthBytes !== null && (
          <>
            <dt>{t('facts.pieces')}</dt>
            <dd>
              {t('facts.piecesOf', formatNumber(details.pieceCount), formatSize(details.pieceLengthBytes))}
            </dd>
          </>
        )}
        {details !== undefined && details.wastedBytes > 0 && (
          <>
            <dt>{t('facts.wasted')}</dt>
            <dd>{formatSize(details.wastedBytes)}</dd>
          </>
        )}
        {details?.comment != null && (
          <>
            <dt>{t('facts.comment')}</dt>
            <dd>
              <ForeignText text={details.comment} />
            </dd>
          </>
        )}
        {details?.createdBy != null && (
          <>
            <dt>{t('facts.createdBy')}</dt>
            <dd>
              <ForeignText text={details.createdBy} />
            </dd>
          </>
        )}
      </dl>
    </section>
  )
}

const LINK_SHOWN = 60

function shortened(link: string): string {
  return link.length <= LINK_SHOWN ? link : `${link.slice(0, LINK_SHOWN)}…`
}

function limits({ downLimit, upLimit }: TransferRow): string {
  if (downLimit === null && upLimit === null) return t('limits.none')
  const shown = (limit: number | null) =>
    limit === null ? t('limits.none').toLowerCase() : formatRate(limit)
  return `↓ ${shown(downLimit)}, ↑ ${shown(upLimit)}`
}

function rule({ stopRule: { ratio, seconds, copies } }: TransferRow): string {
  const parts = [
    ...(ratio === null ? [] : [t('facts.rule.ratio', ratio)]),
    ...(seconds === null ? [] : [t('facts.rule.time', formatDuration(seconds * 1_000))]),
    ...(copies === null ? [] : [t('facts.rule.copies', copies)]),
  ]
  return parts.length === 0 ? t('facts.rule.never') : parts.join(t('facts.rule.or'))
}
