// Settings › Checks: what the scanner of this computer does and how one is added, how files stand, and what is kept locked.

import { type ReactNode, useCallback } from 'react'
import { formatSize } from '../../../../src/api/format-quantity.ts'
import type { Checks as ChecksNow } from '../../../../src/api/schemas/checks.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { openDialog } from '../../app/dialogs.ts'
import { formatRoute } from '../../app/route.ts'
import { call } from '../../store/api.ts'
import { formatNumber } from '../../text/plural.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Moment } from '../../ui/moment.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { Section } from '../section.tsx'

const BEAT_MS = 5_000
const STATES = [
  'checking',
  'clean',
  'plain-not-scanned',
  'careful-not-scanned',
  'careful-clean',
  'locked',
] as const

/** Of the system, for who has to do something. */
const COMMANDS: Readonly<Record<ChecksNow['scanner']['state'], readonly string[]>> = {
  ready: [],
  none: ['sudo apt install clamav-daemon', 'sudo dnf install clamd clamav-update'],
  stopped: ['sudo systemctl enable --now clamav-daemon'],
  'no-signatures': ['sudo systemctl enable --now clamav-freshclam'],
}

export function Checks(): ReactNode {
  const { value, error, again } = useLoaded(
    useCallback(() => call('checks', {}), []),
    BEAT_MS,
  )
  return (
    <Section title={t('checks.title')}>
      <p className="soft">{t('checks.means')}</p>
      {error !== undefined && <ErrorSentence error={error} />}
      {value !== undefined && (
        <>
          <ScannerNow scanner={value.scanner} />
          <Counts counts={value.counts} />
          {value.locked.length > 0 && <Locked locked={value.locked} again={again} />}
        </>
      )}
    </Section>
  )
}

function ScannerNow({ scanner }: { readonly scanner: ChecksNow['scanner'] }): ReactNode {
  const { state, version, signatures, signaturesAt, largestBytes, waitingFiles } = scanner
  const name = scanner.name ?? t('checks.aScanner')
  return (
    <>
      <p className="view-lead">
        <ForeignText text={state === 'none' ? t('checks.none') : t(`checks.${state}`, name)} />
      </p>
      {waitingFiles > 0 && <p>{t('checks.waiting', waitingFiles)}</p>}
      <p className="soft">{t(`checks.how.${state}`)}</p>
      {COMMANDS[state].map((command) => (
        <p key={command}>
          <code>{command}</code>
        </p>
      ))}
      {state !== 'none' && (
        <dl className="view-facts">
          {version !== null && (
            <>
              <dt>{t('checks.version')}</dt>
              <dd>
                <ForeignText text={version} />
              </dd>
            </>
          )}
          {(signatures !== null || signaturesAt !== null) && (
            <>
              <dt>{t('checks.signatures')}</dt>
              <dd>
                {signatures !== null && <ForeignText text={signatures} />}{' '}
                {signaturesAt !== null && <Moment at={signaturesAt} />}
              </dd>
            </>
          )}
          {largestBytes !== null && (
            <>
              <dt>{t('checks.largest')}</dt>
              <dd>{formatSize(largestBytes)}</dd>
            </>
          )}
        </dl>
      )}
    </>
  )
}

function Counts({ counts }: { readonly counts: ChecksNow['counts'] }): ReactNode {
  const there = STATES.filter((state) => (counts[state] ?? 0) > 0)
  if (there.length === 0) return null
  return (
    <>
      <h3>{t('checks.counts')}</h3>
      <ul>
        {there.map((state) => (
          <li key={state}>
            {formatNumber(counts[state] ?? 0)} {t(`checks.count.${state}`)}
          </li>
        ))}
      </ul>
    </>
  )
}

function Locked({
  locked,
  again,
}: {
  readonly locked: ChecksNow['locked']
  readonly again: () => void
}): ReactNode {
  return (
    <>
      <h3>{t('checks.locked')}</h3>
      <p className="soft">{t('checks.lockedMeans')}</p>
      <ul className="settings-list">
        {locked.map(({ transfer, index, name, lengthBytes, found, by, at, deleted }) => (
          <li key={`${transfer} ${index}`} className="settings-list-row">
            <span className="settings-list-text">
              <strong>
                <ForeignText text={name} />
              </strong>{' '}
              <span className="soft">
                <ForeignText text={t('checks.foundBy', found, by)} /> · {formatSize(lengthBytes)} ·{' '}
                <Moment at={at} /> ·{' '}
                <a href={formatRoute({ view: 'transfers', query: { open: transfer, tab: 'files' } })}>
                  {t('checks.itsTransfer')}
                </a>
              </span>
            </span>
            {deleted ? (
              <span className="soft">{t('checks.deleted')}</span>
            ) : (
              <Button
                look="danger"
                aria-label={t('checks.deleteOf', visible(name))}
                onPress={() =>
                  void openDialog('deleteLocked', {
                    id: transfer,
                    index,
                    name,
                    why: t('checks.foundBy', found, by),
                  }).then(again)
                }
              >
                {t('checks.delete')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </>
  )
}
