// Something that was sent to me or by me: what it is, whether it is taken, and how far it is.

import type { ReactNode } from 'react'
import { formatRate, formatSize } from '../../../../src/api/format-quantity.ts'
import type { SendOffer } from '../../../../src/api/schemas/people.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { replacePerson, sendOffers } from '../../store/people.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Progress } from '../../ui/progress.tsx'
import { codedSentence } from './coded-sentence.ts'

/** INTERFACE.md A4. */
const ALWAYS_BYTES = 2e9
const MOST_NAMED = 3

export function OfferCard({ offer }: { readonly offer: SendOffer }): ReactNode {
  const { id, direction, name, items, totalBytes, state, problem, at, saved, askAlways, person } = offer
  const shown = visible(name)
  const incoming = direction === 'in'
  const lead = incoming ? (state === 'waiting' ? 'offer.in' : 'offer.from') : 'offer.out'
  const count = items.reduce((sum, { files }) => sum + files, 0)
  const answer = async (how: 'acceptOffer' | 'declineOffer'): Promise<void> => {
    const changed = await attempt(() => call(how, { id }))
    if (changed !== undefined) put(changed)
  }
  const always = async (): Promise<void> => {
    if (person === null) return
    const changed = await attempt(() => call('changePerson', { id: person, alwaysAcceptBytes: ALWAYS_BYTES }))
    if (changed === undefined) return
    replacePerson(changed)
    put({ ...offer, askAlways: false })
    toast(t('offer.alwaysNow', shown))
  }
  return (
    <article className="offer-card" aria-label={t(lead, shown)}>
      <Icon name={incoming ? 'get' : 'send'} />
      <div className="offer-text">
        <p>
          <ForeignText text={t(lead, name)} />{' '}
          <span className="soft">
            <Moment at={at} />
          </span>
        </p>
        <ul className="offer-items">
          {items.slice(0, MOST_NAMED).map((item) => (
            <li key={item.name}>
              <Icon name={item.files > 1 ? 'folder' : 'file'} />
              <strong>
                <ForeignText text={item.name} />
              </strong>{' '}
              <span className="soft">{formatSize(item.lengthBytes)}</span>
            </li>
          ))}
          {items.length > MOST_NAMED && (
            <li className="soft">{t('offer.more', items.length - MOST_NAMED)}</li>
          )}
        </ul>
        <p className="soft">
          {t('offer.items', count, formatSize(totalBytes))} · <StateOf offer={offer} />
        </p>
        {state === 'accepted' && (
          <Progress share={shareOf(offer)} label={t('offer.progress', visible(items[0]?.name ?? shown))} />
        )}
        {problem !== null && (
          <p className="people-careful">
            <ForeignText text={codedSentence(problem)} />
          </p>
        )}
        {state === 'done' && saved.length > 0 && (
          <p className="soft offer-saved">
            {t('file.savedAt')} <ForeignText text={saved.join(', ')} />
          </p>
        )}
        {askAlways && person !== null && (
          <div>
            <Button onPress={() => void always()}>{t('offer.always', shown)}</Button>
          </div>
        )}
      </div>
      {state === 'waiting' && (
        <div className="offer-do">
          {incoming && (
            <Button
              look="primary"
              aria-label={t('offer.acceptOf', shown)}
              onPress={() => void answer('acceptOffer')}
            >
              {t('offer.accept')}
            </Button>
          )}
          <Button
            aria-label={t(incoming ? 'offer.declineOf' : 'offer.withdrawOf', shown)}
            onPress={() => void answer('declineOffer')}
          >
            {t(incoming ? 'offer.decline' : 'offer.withdraw')}
          </Button>
        </div>
      )}
    </article>
  )
}

function put(changed: SendOffer): void {
  const { value } = sendOffers
  if (value !== undefined) sendOffers.put(value.map((one) => (one.id === changed.id ? changed : one)))
}

function shareOf({ doneBytes, totalBytes }: SendOffer): number {
  return totalBytes === 0 ? 0 : doneBytes / totalBytes
}

function StateOf({ offer }: { readonly offer: SendOffer }): ReactNode {
  const { direction, state, bytesPerSecond } = offer
  if (state !== 'accepted') return t(`offer.state.${state}.${direction}`)
  return t(`offer.state.accepted.${direction}`, Math.floor(100 * shareOf(offer)), formatRate(bytesPerSecond))
}
