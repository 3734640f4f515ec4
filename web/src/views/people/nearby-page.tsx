// Devices on this network: send to one in one gesture, look what it offers; and what was sent to me and by me.

import type { ReactNode } from 'react'
import { formatSize } from '../../../../src/api/format-quantity.ts'
import type { NearbyDevice } from '../../../../src/api/schemas/people.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { me, nearby, replacePerson, sendOffers } from '../../store/people.ts'
import { toast } from '../../store/toasts.ts'
import { useKept } from '../../store/use-kept.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Section } from '../section.tsx'
import { nearName, sendTo } from './near.ts'
import { OfferCard } from './offer-card.tsx'
import { PageHead } from './page-head.tsx'
import { hrefOf } from './place.ts'

export function NearbyPage(): ReactNode {
  const { value: devices, error } = useKept(nearby)
  const { value: offers } = useKept(sendOffers)
  const { value: own } = useKept(me)
  return (
    <div className="view">
      <PageHead>{t('people.nearby')}</PageHead>
      {error !== undefined && <ErrorSentence error={error} />}
      {devices?.length === 0 && (
        <div>
          <p className="view-lead">{t('nearby.none')}</p>
          <p className="soft">{t('nearby.noneMeans')}</p>
        </div>
      )}
      {own?.visible === 'off' && (
        <p className="soft">
          {t('nearby.off')} <a href="#/settings">{t('nav.settings')}</a>
        </p>
      )}
      {devices !== undefined && devices.length > 0 && (
        <ul className="nearby" aria-label={t('nearby.devices')}>
          {devices.map((device) => (
            <li key={device.device} className="nearby-device">
              <DeviceCard device={device} />
            </li>
          ))}
        </ul>
      )}
      <Section title={t('nearby.sent')}>
        {offers?.length === 0 && <p className="soft">{t('offer.none')}</p>}
        <ul className="offers">
          {offers?.map((offer) => (
            <li key={offer.id}>
              <OfferCard offer={offer} />
            </li>
          ))}
        </ul>
      </Section>
    </div>
  )
}

function DeviceCard({ device }: { readonly device: NearbyDevice }): ReactNode {
  const { device: id, deviceName, own, contact, offeredFiles, offeredBytes } = device
  const name = nearName(device)
  const shown = visible(name)
  const add = async (): Promise<void> => {
    const person = await attempt(() => call('addContact', { device: id }))
    if (person === undefined) return
    replacePerson(person)
    nearby.changed()
    toast(t('link.added', shown))
  }
  return (
    <>
      <Icon name={own ? 'phone' : 'person'} />
      <div className="nearby-text">
        <p className="nearby-name">
          <strong>
            <ForeignText text={name} />
          </strong>{' '}
          <span className="soft">
            <ForeignText text={deviceName === name ? '' : deviceName} />
          </span>
        </p>
        <p className="soft">
          {t(own ? 'nearby.own' : contact ? 'nearby.contact' : 'nearby.stranger')} ·{' '}
          {offeredFiles === 0
            ? t('nearby.offersNothing')
            : t('nearby.offers', offeredFiles, formatSize(offeredBytes))}
        </p>
      </div>
      <div className="nearby-do">
        <Button
          icon="send"
          look="primary"
          aria-label={t('nearby.sendTo', shown)}
          onPress={() => sendTo(device)}
        >
          {t('nearby.send')}
        </Button>
        {offeredFiles > 0 && (
          <a
            className="button button-plain"
            href={hrefOf({ kind: 'device', id })}
            aria-label={t('nearby.browseOf', shown)}
          >
            {t('nearby.browse')}
          </a>
        )}
        {!own && !contact && (
          <Button aria-label={t('nearby.addOf', shown)} onPress={() => void add()}>
            {t('nearby.add')}
          </Button>
        )}
      </div>
    </>
  )
}
