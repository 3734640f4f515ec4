// The start screen (INTERFACE.md A3): what can be done, where it goes, how long it gives, whether others come in. No wizard.

import { type ReactNode, useCallback, useState } from 'react'
import { formatDuration } from '../../../../src/api/format-quantity.ts'
import type { SettingRow } from '../../../../src/api/schemas/machine.ts'
import { openDialog } from '../../app/dialogs.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { refreshStatus, rows, status, totals } from '../../store/connection.ts'
import { nearby } from '../../store/people.ts'
import { useKept } from '../../store/use-kept.ts'
import { useSignal } from '../../store/use-signal.ts'
import { LOCALE } from '../../text/plural.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { nearName, sendTo } from '../people/near.ts'
import { DemoShow } from './demo-show.tsx'
import '../view.css'
import './first-run.css'

/** @param onClose where there are transfers to go back to */
export function FirstRun({ onClose }: { readonly onClose?: () => void }): ReactNode {
  const [watching, setWatching] = useState(false)
  if (watching) return <DemoShow onEnd={() => setWatching(false)} />
  return (
    <div className="view start">
      <h1>{t(rows.size === 0 ? 'start.title' : 'start.titleAgain')}</h1>
      <div className="start-do">
        <Do
          icon="get"
          name={t('start.get')}
          means={t('start.getMeans')}
          onPress={() => void openDialog('get', {})}
        />
        <Do
          icon="share"
          name={t('start.share')}
          means={t('start.shareMeans')}
          onPress={() => void openDialog('share', {})}
        />
        <div className="start-big start-people">
          <Icon name="people" />
          <span className="start-big-name">{t('start.people')}</span>
          <span className="start-people-do">
            <Button onPress={() => void openDialog('newCircle', {})}>{t('people.newCircle')}</Button>
            <Button onPress={() => void openDialog('peopleLink', {})}>{t('people.haveInvite')}</Button>
          </span>
        </div>
      </div>
      <Near />
      <dl className="start-facts">
        <Saving />
        <Giving />
        <Reach />
      </dl>
      <div className="start-more">
        <Button icon="resume" onPress={() => setWatching(true)}>
          {t('start.watch')}
        </Button>
        <span className="soft">{t('start.watchMeans')}</span>
      </div>
      <p className="soft">
        {t('start.magnets')} <code>{t('start.magnetsCommand')}</code>
      </p>
      {onClose !== undefined && (
        <div>
          <Button onPress={onClose}>{t('start.close')}</Button>
        </div>
      )}
    </div>
  )
}

interface DoProps {
  readonly icon: IconName
  readonly name: string
  readonly means: string
  readonly onPress: () => void
}

function Do({ icon, name, means, onPress }: DoProps): ReactNode {
  return (
    <button type="button" className="start-big" onClick={onPress}>
      <Icon name={icon} />
      <span className="start-big-name">{name}</span>
      <span className="soft">{means}</span>
    </button>
  )
}

/** Who is on this network: files go to one of them from here at once. */
function Near(): ReactNode {
  const { value } = useKept(nearby)
  if (value === undefined || value.length === 0) return null
  return (
    <section className="start-near" aria-label={t('start.near')}>
      <h2>{t('start.near')}</h2>
      <ul>
        {value.slice(0, MOST_NEAR).map((device) => (
          <li key={device.device}>
            <Button icon="send" onPress={() => sendTo(device)}>
              <span>
                <span className="visually-hidden">{t('start.nearSend')} </span>
                <ForeignText text={nearName(device)} />
              </span>
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}

const MOST_NEAR = 6

function Saving(): ReactNode {
  const now = useSignal(status)
  const change = async (): Promise<void> => {
    const start = now?.saveFolder
    const folder = await openDialog('folder', {
      title: t('start.folderTitle'),
      choose: t('start.folderThis'),
      ...(start === undefined ? {} : { start }),
    })
    if (folder === undefined) return
    const answer = await attempt(() => call('changeSettings', { values: { 'saving.folder': folder } }))
    if (answer !== undefined) await attempt(refreshStatus)
  }
  if (now === undefined) return null
  return (
    <div>
      <dt>{t('start.saving')}</dt>
      <dd>
        <ForeignText text={now.saveFolder} />{' '}
        <button
          type="button"
          className="start-change"
          aria-label={t('start.changeFolder')}
          onClick={() => void change()}
        >
          {t('start.change')}
        </button>
      </dd>
    </div>
  )
}

function Giving(): ReactNode {
  const { value } = useLoaded(useCallback(() => call('settings', {}), []))
  if (value === undefined) return null
  return (
    <div>
      <dt>{t('start.giving')}</dt>
      <dd>
        {givingSentence(value.settings)}{' '}
        <a href="#/settings" aria-label={t('start.giving.changeWhat')}>
          {t('start.change')}
        </a>
      </dd>
    </div>
  )
}

const NUMBERS = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 })

function givingSentence(settings: readonly SettingRow[]): string {
  const of = (key: string): number | undefined => {
    const value = settings.find((row) => row.key === key)?.value
    return typeof value === 'number' ? value : undefined
  }
  const ratio = of('sharing.ratio')
  const seconds = of('sharing.seconds')
  const copies = of('sharing.copies')
  const bounds = [
    ...(ratio === undefined
      ? []
      : [ratio === 1 ? t('start.giving.ratioOne') : t('start.giving.ratio', NUMBERS.format(ratio))]),
    ...(copies === undefined ? [] : [t('start.giving.copies', NUMBERS.format(copies))]),
    ...(seconds === undefined ? [] : [t('start.giving.for', formatDuration(seconds * 1_000))]),
  ]
  return bounds.length === 0 ? t('start.giving.always') : bounds.join(t('start.giving.or'))
}

function Reach(): ReactNode {
  const reach = useSignal(totals)?.reach ?? 'unknown'
  return (
    <div>
      <dt>{t('start.reach')}</dt>
      <dd>
        <span role="status">{t(`start.reach.${reach}`)}</span>{' '}
        {reach === 'no' && <a href="#/network">{t('start.reach.noHelp')}</a>}
      </dd>
    </div>
  )
}
