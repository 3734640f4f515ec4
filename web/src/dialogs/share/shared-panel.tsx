// A share as it is: its link to hand on, the page for phones, how many fetched it, whether one may switch off, and its end.

import { type ReactNode, useCallback, useState } from 'react'
import { formatRate } from '../../../../src/api/format-quantity.ts'
import type { ShareFacts } from '../../../../src/api/schemas/share.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { toast } from '../../store/toasts.ts'
import { LOCALE } from '../../text/plural.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { CopyLine } from '../../ui/copy-line.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { QrCode } from '../../ui/qr-code.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import './shared-panel.css'

/** Until the link is there, and then. */
const HASHING_MS = 400
const LIVE_MS = 2_000

interface Props {
  /** As it was; it is asked for again while the panel is shown. */
  readonly facts: ShareFacts
  /** Undefined where what surrounds it tells the name, how it stands, and stops it. */
  readonly onStopped: (() => void) | undefined
}

export function SharedPanel({ facts: given, onStopped }: Props): ReactNode {
  // Its id changes when it is hashed; the daemon still knows it by the one it had.
  const { id } = given.transfer
  const [waiting, setWaiting] = useState(given.link === null)
  const load = useCallback(() => call('share', { id }), [id])
  const { value, error, put } = useLoaded(load, waiting ? HASHING_MS : LIVE_MS)
  const facts = value ?? given
  if (waiting && facts.link !== null) setWaiting(false)
  const { transfer, link, audience } = facts
  return (
    <section className="shared">
      {onStopped !== undefined && (
        <h3 className="share-name">
          <ForeignText text={transfer.name} />
        </h3>
      )}
      {error !== undefined && <ErrorSentence error={error} />}
      {link === null ? (
        <Hashing preparing={transfer.preparing} problem={transfer.problem !== null} />
      ) : (
        <>
          <p>{t(`shared.with.${audience}`)}</p>
          <CopyLine label={t('shared.link')} text={link} autoFocus={onStopped !== undefined} />
          <details>
            <summary>{t('shared.qr')}</summary>
            <QrCode text={link} label={t('shared.qrLabel')} />
          </details>
          <Phone facts={facts} onChange={put} />
        </>
      )}
      {onStopped !== undefined && (
        <>
          <p>{liveSentence(facts)}</p>
          <div>
            <Button icon="stop" look="danger" onPress={() => void stopShare(facts, onStopped)}>
              {t('shared.stop')}
            </Button>
          </div>
        </>
      )}
    </section>
  )
}

export async function stopShare({ transfer }: ShareFacts, then: () => void): Promise<void> {
  if ((await attempt(() => call('stopShares', { ids: [transfer.id] }))) === undefined) return
  toast(t('shared.stopped', visible(transfer.name)))
  then()
}

function Hashing({
  preparing,
  problem,
}: {
  readonly preparing: number
  readonly problem: boolean
}): ReactNode {
  if (problem) return <ErrorSentence error={t('shared.hashingFailed')} />
  const percent = Math.floor(100 * preparing)
  return (
    <div className="shared-hashing">
      <p role="status">{t('shared.hashing')}</p>
      <progress aria-label={t('shared.hashing')} max={100} value={percent} />
    </div>
  )
}

export function liveSentence({ transfer, fetchedBy }: ShareFacts): string {
  const { receivers, upBytesPerSecond, copiesElsewhere } = transfer
  const copies = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 }).format(copiesElsewhere)
  return [
    t('shared.fetched', fetchedBy),
    ...(receivers > 0 ? [t('shared.now', receivers, formatRate(upBytesPerSecond))] : []),
    t('shared.copies', copies),
    t(copiesElsewhere >= 1 ? 'shared.mayLeave.yes' : 'shared.mayLeave.no'),
  ].join(' ')
}

function Phone({
  facts,
  onChange,
}: {
  readonly facts: ShareFacts
  readonly onChange: (facts: ShareFacts) => void
}): ReactNode {
  const { id } = facts.transfer
  const open = async (name: 'openWebPage' | 'closeWebPage'): Promise<void> => {
    const answer = await attempt(() => call(name, { id }))
    if (answer !== undefined) onChange(answer)
  }
  return (
    <section className="shared-phone" aria-label={t('shared.phone')}>
      <p>
        <strong>{t('shared.phone')}</strong> <span className="soft">{t('shared.phoneMeans')}</span>
      </p>
      {facts.webPage === null ? (
        <div>
          <Button icon="phone" onPress={() => void open('openWebPage')}>
            {t('shared.phoneOpen')}
          </Button>
        </div>
      ) : (
        <>
          <CopyLine label={t('shared.phoneAddress')} text={facts.webPage.url} />
          <QrCode text={facts.webPage.url} label={t('shared.phoneQr')} />
          <div>
            <Button onPress={() => void open('closeWebPage')}>{t('shared.phoneClose')}</Button>
          </div>
        </>
      )}
    </section>
  )
}
