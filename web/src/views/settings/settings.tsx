// Settings on one page that can be searched: plain name, value, default and key of each; a change holds at once and is told.

import { table } from 'virtual:settings'
import { type ReactNode, useCallback, useEffect, useState } from 'react'
import type { SettingRow } from '../../../../src/api/schemas/machine.ts'
import type { SettingKey, SettingSection } from '../../../../src/api/settings.ts'
import { call } from '../../store/api.ts'
import { onNotices } from '../../store/connection.ts'
import { t } from '../../text/t.ts'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { Field } from '../../ui/field.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { Section } from '../section.tsx'
import { About } from './about.tsx'
import { Blocking } from './blocking.tsx'
import { Categories } from './categories.tsx'
import { Checks } from './checks.tsx'
import { Looks } from './looks.tsx'
import { OneSetting } from './one-setting.tsx'
import { PeopleSettings } from './people.tsx'
import { fits } from './setting-text.ts'
import { Tokens } from './tokens.tsx'
import './settings.css'

const SECTIONS: readonly SettingSection[] = [
  'saving',
  'speed',
  'sharing',
  'checks',
  'people',
  'network',
  'server',
]
const KEYS = Object.keys(table) as readonly SettingKey[]

export function Settings(): ReactNode {
  const { value, error, again, put } = useLoaded(useCallback(() => call('settings', {}), []))
  const [query, setQuery] = useState('')
  // Another tab or the command line changed one.
  useEffect(
    () =>
      onNotices((notices) => {
        if (notices.some(({ kind }) => kind === 'settings')) again()
      }),
    [again],
  )
  const rows = new Map(value?.settings.map((row) => [row.key, row]))
  const found = KEYS.filter((key) => rows.has(key) && fits(query, saidOf(key)))
  const beside = {
    categories: fits(query, [t('categories.title'), t('categories.means')]),
    checks: fits(query, [t('checks.title'), t('checks.means'), t('checks.locked'), 'virus ClamAV']),
    blocking: fits(query, [t('blocking.title'), t('blocking.means'), t('blocking.log')]),
    tokens: fits(query, [t('tokens.title'), t('tokens.means'), 'RPC', 'metrics']),
    people: fits(query, [t('meSettings.title'), t('meSettings.said')]),
    looks: fits(query, [t('looks.title'), t('looks.theme'), t('looks.letters')]),
    about: fits(query, [t('about.title'), t('about.version'), t('about.state')]),
  }
  // Who sees this device stands among what is known of oneself.
  const shownOfPeople = found.filter((key) => table[key].section === 'people' && key !== 'people.visible')
  const searching = query.trim() !== ''
  const fitting = found.length + Object.values(beside).filter(Boolean).length
  const nothing = fitting === 0
  return (
    <div className="view">
      <h1>{t('settings.title')}</h1>
      <Field label={t('settings.search')} hint={searching ? t('settings.found', fitting) : undefined}>
        {(wiring) => (
          <input
            {...wiring}
            className="input settings-search"
            type="search"
            value={query}
            onChange={({ currentTarget }) => setQuery(currentTarget.value)}
          />
        )}
      </Field>
      {error !== undefined && <ErrorSentence error={error} />}
      {value === undefined && error === undefined && <p role="status">{t('settings.loading')}</p>}
      {SECTIONS.filter((section) => section !== 'people').map((section) => (
        <SettingSectionView
          key={section}
          section={section}
          keys={found.filter((key) => table[key].section === section)}
          rows={rows}
          onChanged={put}
        />
      ))}
      {(beside.people || shownOfPeople.length > 0) && (
        <PeopleSettings>
          {shownOfPeople.map((key) => {
            const row = rows.get(key)
            return row === undefined ? null : (
              <OneSetting key={key} settingKey={key} row={row} onChanged={put} />
            )
          })}
        </PeopleSettings>
      )}
      {beside.categories && <Categories />}
      {beside.checks && <Checks />}
      {beside.blocking && <Blocking />}
      {beside.tokens && <Tokens rpcIsOn={rows.get('server.rpc')?.value === true} />}
      {beside.looks && <Looks />}
      {beside.about && <About />}
      {searching && nothing && <p className="soft">{t('settings.none')}</p>}
    </div>
  )
}

function saidOf(key: SettingKey): readonly string[] {
  const { title, summary, section } = table[key]
  return [title, summary, key, t(`settings.section.${section}`)]
}

interface SectionProps {
  readonly section: SettingSection
  readonly keys: readonly SettingKey[]
  readonly rows: ReadonlyMap<string, SettingRow>
  readonly onChanged: (answer: { settings: SettingRow[] }) => void
}

function SettingSectionView({ section, keys, rows, onChanged }: SectionProps): ReactNode {
  if (keys.length === 0) return null
  return (
    <Section title={t(`settings.section.${section}`)}>
      {keys.map((key) => {
        const row = rows.get(key)
        return row === undefined ? null : (
          <OneSetting key={key} settingKey={key} row={row} onChanged={onChanged} />
        )
      })}
    </Section>
  )
}
