// Settings › People and devices: what others call me, the twelve words, my devices, who sees this one nearby, and notices of the system.

import { type ReactNode, useState } from 'react'
import type { OutputOf } from '../../../../src/api/routes.ts'
import type { Me } from '../../../../src/api/schemas/people.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { openDialog } from '../../app/dialogs.ts'
import { isGivenName } from '../../dialogs/people/given-name.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { deferred } from '../../store/deferred.ts'
import { me } from '../../store/people.ts'
import { canTellSystem, switchOnNotices, systemNotices } from '../../store/system-notices.ts'
import { useKept } from '../../store/use-kept.ts'
import { useSignal } from '../../store/use-signal.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { CopyLine } from '../../ui/copy-line.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { Picks } from '../../ui/field.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Switch } from '../../ui/switch.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { LinkQr } from '../people/link-qr.tsx'
import { Section } from '../section.tsx'
import { Restore } from './restore.tsx'
import '../people/people.css'

const VISIBLE = ['everyone', 'contacts', 'off'] as const

export function PeopleSettings({ children }: { readonly children?: ReactNode }): ReactNode {
  const { value, error } = useKept(me)
  return (
    <Section title={t('meSettings.title')}>
      {error !== undefined && <ErrorSentence error={error} />}
      {value === undefined && error === undefined && <p role="status">{t('settings.loading')}</p>}
      {value !== undefined && (
        <>
          <Names key={`${value.name} ${value.device.name}`} own={value} />
          <WordsSetting own={value} />
          <Devices own={value} />
          <div className="setting">
            <Picks
              label={t('meSettings.visible')}
              value={value.visible}
              options={VISIBLE.map((one) => ({ value: one, name: t(`meSettings.visible.${one}`) }))}
              onChange={(next) => void change({ visible: next })}
            />
          </div>
        </>
      )}
      {children}
      <SystemNotices />
    </Section>
  )
}

async function change(input: Parameters<typeof call<'changeMe'>>[1]): Promise<boolean> {
  const answer = await attempt(() => call('changeMe', input))
  if (answer !== undefined) me.put(answer)
  return answer !== undefined
}

function Names({ own }: { readonly own: Me }): ReactNode {
  const [name, setName] = useState(own.name ?? '')
  const [device, setDevice] = useState(own.device.name)
  return (
    <div className="setting">
      <NameRow
        label={t('meSettings.name')}
        hint={t('circle.callHint')}
        value={name}
        before={own.name ?? ''}
        onChange={setName}
        onSave={() => void change({ name: name.trim() })}
      />
      <NameRow
        label={t('meSettings.device')}
        hint={t('meSettings.deviceHint')}
        value={device}
        before={own.device.name}
        onChange={setDevice}
        onSave={() => void change({ deviceName: device.trim() })}
      />
    </div>
  )
}

interface NameRowProps {
  readonly label: string
  readonly hint: string
  readonly value: string
  readonly before: string
  readonly onChange: (name: string) => void
  readonly onSave: () => void
}

function NameRow({ label, hint, value, before, onChange, onSave }: NameRowProps): ReactNode {
  const wrong = value.trim() !== '' && value !== before && !isGivenName(value)
  return (
    <div className="people-inline">
      <TextField
        label={label}
        hint={hint}
        value={value}
        onChange={onChange}
        wrong={wrong ? t('circle.wrongName') : undefined}
      />
      <Button isDisabled={value.trim() === before || !isGivenName(value)} onPress={onSave}>
        {t('settings.set')}
      </Button>
    </div>
  )
}

function WordsSetting({ own: { words, name } }: { readonly own: Me }): ReactNode {
  return (
    <div className="setting">
      <span className="field-label">{t('words.title')}</span>
      <p className={words === 'unwritten' && name !== null ? 'people-careful' : 'setting-means'}>
        {t(`meSettings.words.${words}`)}
      </p>
      {words !== 'elsewhere' && (
        <div>
          <Button onPress={() => void openDialog('words', {})}>{t('words.show')}</Button>
        </div>
      )}
      <Restore />
    </div>
  )
}

function Devices({ own }: { readonly own: Me }): ReactNode {
  const [link, setLink] = useState<OutputOf<'deviceLink'> & { readonly person: string }>()
  const show = async (): Promise<void> => {
    const made = await attempt(() => call('deviceLink', {}))
    setLink(made && { ...made, person: own.person })
  }
  // It works once: whoever took this device in made it one of theirs.
  const taken = link !== undefined && link.person !== own.person
  const remove = (id: string, name: string): void =>
    deferred(t('meSettings.removing', name), async () => me.put(await call('removeDevice', { id })))
  return (
    <div className="setting">
      <span className="field-label">{t('meSettings.devices')}</span>
      <ul>
        {own.devices.map(({ id, name, thisOne, online, linkedAt }) => (
          <li key={id} className="people-row">
            <span className="people-row-text">
              <ForeignText text={name} />{' '}
              <span className="soft">
                {thisOne ? t('meSettings.thisOne') : t(online ? 'people.online' : 'people.offline')} ·{' '}
                {t('meSettings.linked')} <Moment at={linkedAt} />
              </span>
            </span>
            {!thisOne && (
              <Button
                aria-label={t('meSettings.removeOf', visible(name))}
                onPress={() => remove(id, visible(name))}
              >
                {t('meSettings.remove')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <div className="people-all-do">
        <Button icon="link" onPress={() => void openDialog('peopleLink', {})}>
          {t('meSettings.takeIn')}
        </Button>
        <Button icon="phone" onPress={() => void show()}>
          {t('meSettings.deviceLink')}
        </Button>
      </div>
      <p className="setting-means">{t('meSettings.deviceLinkMeans')}</p>
      <p role="status">{taken ? t('meSettings.taken') : ''}</p>
      {link !== undefined && !taken && (
        <div className="invite-made">
          <CopyLine label={t('meSettings.deviceLinkIs')} text={link.link} autoFocus />
          <LinkQr link={link.link} label={t('meSettings.deviceLinkQr')} />
          {link.expiresAt !== null && (
            <p className="soft">
              {t('link.expires')} <Moment at={link.expiresAt} />
            </p>
          )}
        </div>
      )}
    </div>
  )
}

/** Asked for by a click, and never else. */
function SystemNotices(): ReactNode {
  const on = useSignal(systemNotices)
  const [refused, setRefused] = useState(false)
  if (!canTellSystem()) return null
  const turn = async (wanted: boolean): Promise<void> => {
    if (!wanted) systemNotices.set(false)
    else setRefused(!(await switchOnNotices()))
  }
  return (
    <div className="setting">
      <Switch isSelected={on} onChange={(wanted) => void turn(wanted)}>
        <span className="field-label">{t('meSettings.notices')}</span>
      </Switch>
      <p className="setting-means">{t('meSettings.noticesMean')}</p>
      {refused && <p className="people-careful">{t('meSettings.noticesRefused')}</p>}
      <p className="setting-foot">{t('looks.key')}</p>
    </div>
  )
}
