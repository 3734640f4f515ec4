// One transfer in full, beside the list: what it does and why, from whom it came, its files, its people, its log.

import { type ReactNode, useCallback, useEffect, useRef } from 'react'
import { MenuTrigger, Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { visible } from '../../../../../src/api/unseen-characters.ts'
import { currentRoute, goWith, useRoute } from '../../../app/router.ts'
import { call } from '../../../store/api.ts'
import { useRow } from '../../../store/use-row.ts'
import { t } from '../../../text/t.ts'
import { IconButton } from '../../../ui/button.tsx'
import { ErrorSentence } from '../../../ui/error-sentence.tsx'
import { ForeignText } from '../../../ui/foreign-text.tsx'
import { Menu } from '../../../ui/menu.tsx'
import { useLoaded } from '../../../ui/use-loaded.ts'
import { pauseOrResume, rests } from '../actions.ts'
import { RowActions } from '../row-actions.tsx'
import { Files } from './files.tsx'
import { LogTab } from './log-tab.tsx'
import { Overview } from './overview.tsx'
import { Peers } from './peers.tsx'
import { Sources } from './sources.tsx'
import { WhySlow } from './why-slow.tsx'
import '../../../ui/tabs.css'
import './details.css'

const TABS = ['overview', 'files', 'peers', 'sources', 'why', 'log'] as const
type TabName = (typeof TABS)[number]

/** As often as the daemon adds a step to the history. */
const BEAT_MS = 2_000

export function closeDetails(): void {
  goWith({ open: '', tab: '' })
  document.querySelector<HTMLElement>('[role="grid"]')?.focus()
}

export function Details({ id }: { readonly id: string }): ReactNode {
  const row = useRow(id)
  const { query } = useRoute()
  const pane = useRef<HTMLElement>(null)
  const load = useCallback(() => call('transfer', { id }), [id])
  const { value: details, error } = useLoaded(load, BEAT_MS)
  const tab: TabName = TABS.find((name) => name === query.tab) ?? 'overview'
  const gone = row === undefined
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tab is to be in sight
  useEffect(() => {
    pane.current
      ?.querySelector('.tab[data-selected]')
      ?.scrollIntoView({ inline: 'nearest', block: 'nearest' })
  }, [tab, gone])
  useEffect(() => {
    // Removed, here or elsewhere, or an address of a transfer that is not there.
    if (gone && currentRoute().query.open === id) goWith({ open: '', tab: '' }, 'replace')
  }, [gone, id])
  if (row === undefined) return null
  return (
    <aside
      ref={pane}
      className="details"
      aria-label={t('details.label')}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        event.preventDefault()
        closeDetails()
      }}
    >
      <header className="details-header">
        <h2 className="details-name" title={visible(row.name)}>
          <ForeignText text={row.name} />
        </h2>
        <IconButton
          icon={rests(row) ? 'resume' : 'pause'}
          label={rests(row) ? t('do.resume') : t('do.pause')}
          onPress={() => void pauseOrResume([id])}
        />
        <MenuTrigger>
          <IconButton icon="more" label={t('do.more')} />
          <Menu aria-label={t('do.more')}>
            <RowActions ids={[id]} />
          </Menu>
        </MenuTrigger>
        <IconButton icon="close" label={t('details.close')} onPress={closeDetails} />
      </header>
      <Tabs
        className="details-tabs"
        selectedKey={tab}
        onSelectionChange={(key) => goWith({ tab: key === 'overview' ? '' : String(key) }, 'replace')}
      >
        <TabList className="tab-list" aria-label={t('details.tabs')}>
          {TABS.map((name) => (
            <Tab key={name} id={name} className="tab">
              {t(`details.tab.${name}`)}
            </Tab>
          ))}
        </TabList>
        <TabPanel key={tab} id={tab} className="tab-panel">
          {error !== undefined && details === undefined && <ErrorSentence error={error} />}
          {tab === 'overview' && <Overview row={row} details={details} />}
          {tab === 'files' && <Files row={row} />}
          {tab === 'peers' && <Peers row={row} />}
          {tab === 'sources' && <Sources row={row} />}
          {tab === 'why' && <WhySlow row={row} />}
          {tab === 'log' && <LogTab log={details?.log} />}
        </TabPanel>
      </Tabs>
    </aside>
  )
}
