// The library: what is shared, the folders in it, all files, what others see of them, and what is there twice. Each tab has its address.

import { type ComponentType, type ReactNode, useEffect, useRef } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { go, useRoute } from '../../app/router.ts'
import { circles, people } from '../../store/people.ts'
import { useKept } from '../../store/use-kept.ts'
import { t } from '../../text/t.ts'
import { Duplicates } from './duplicates.tsx'
import { FilesTab } from './files-tab.tsx'
import { Folders } from './folders.tsx'
import { Seen } from './seen.tsx'
import { Shared } from './shared.tsx'
import '../../ui/tabs.css'
import '../view.css'
import './library.css'

const TABS = ['shared', 'folders', 'files', 'seen', 'duplicates'] as const
type TabName = (typeof TABS)[number]

const VIEWS: Readonly<Record<TabName, ComponentType>> = {
  shared: Shared,
  folders: Folders,
  files: FilesTab,
  seen: Seen,
  duplicates: Duplicates,
}

export function Library(): ReactNode {
  const { rest } = useRoute()
  const tab = TABS.find((name) => name === rest[0]) ?? 'shared'
  const View = VIEWS[tab]
  // Names of persons and circles that something is shared with.
  useKept(circles)
  useKept(people)
  const tabs = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tab is to be in sight
  useEffect(() => {
    tabs.current
      ?.querySelector('.tab[data-selected]')
      ?.scrollIntoView({ inline: 'nearest', block: 'nearest' })
  }, [tab])
  return (
    <div className="library" ref={tabs}>
      <h1>{t('library.title')}</h1>
      <Tabs
        className="library-tabs"
        selectedKey={tab}
        onSelectionChange={(key) => go({ view: 'library', rest: key === 'shared' ? [] : [String(key)] })}
      >
        <TabList className="tab-list" aria-label={t('library.tabs')}>
          {TABS.map((name) => (
            <Tab key={name} id={name} className="tab">
              {t(`library.tab.${name}`)}
            </Tab>
          ))}
        </TabList>
        <TabPanel key={tab} id={tab} className="library-panel">
          <View />
        </TabPanel>
      </Tabs>
    </div>
  )
}
