// Search: what is typed in the box, found in everything that is here, in what my circles offer, and in what devices nearby offer to
// everyone; each reach a tab with its count. What was wished for is beside them.

import { type ReactNode, useEffect } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { focusBox } from '../../app/box.tsx'
import { go, goWith, useRoute } from '../../app/router.ts'
import { wishes } from '../../store/people.ts'
import { useKept } from '../../store/use-kept.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { FilterChips, KIND_CHIPS, MORE_CHIPS } from '../entries/chips.tsx'
import { SortField, sortOf } from '../entries/fields.tsx'
import { Mine } from './mine.tsx'
import { Others } from './others.tsx'
import { type Reach, useReachCounts } from './use-reach-counts.ts'
import { Wishes } from './wishes.tsx'
import '../../ui/tabs.css'
import '../library/library.css'
import './search.css'

const TABS = ['mine', 'circles', 'nearby', 'wishes'] as const
type TabName = (typeof TABS)[number]
const CHIPS = [...KIND_CHIPS, ...MORE_CHIPS]

export function Search(): ReactNode {
  const { rest, query } = useRoute()
  const tab = TABS.find((name) => name === rest[0]) ?? 'mine'
  const words = query.words ?? ''
  const asked = words.trim() !== ''
  const counts = useReachCounts(words)
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it is gone to with nothing asked yet
  useEffect(() => {
    if (!asked && tab !== 'wishes') focusBox()
  }, [])
  return (
    <div className="library">
      <h1>{t('search.title')}</h1>
      <Tabs
        className="library-tabs"
        selectedKey={tab}
        onSelectionChange={(key) => {
          const to = TABS.find((name) => name === key) ?? 'mine'
          go({ view: 'search', rest: to === 'mine' ? [] : [to], query: { words } })
        }}
      >
        <TabList className="tab-list" aria-label={t('search.reach')}>
          {TABS.map((name) => (
            <Tab key={name} id={name} className="tab">
              <TabName name={name} count={name === 'wishes' ? undefined : counts[name]} />
            </Tab>
          ))}
        </TabList>
        <TabPanel key={tab} id={tab} className="library-panel">
          <div className="view-list">
            {tab === 'wishes' ? (
              <Wishes open={query.wish || undefined} />
            ) : (
              <>
                <div className="entries-bar search-bar">
                  <FilterChips
                    words={words}
                    chips={CHIPS}
                    onWords={(next) => goWith({ words: next, open: '' }, 'replace')}
                  />
                  {asked && tab === 'mine' && <SortField sort={sortOf(query.sort)} />}
                </div>
                {asked ? <Found reach={tab} words={words} /> : <Begin />}
              </>
            )}
          </div>
        </TabPanel>
      </Tabs>
    </div>
  )
}

function TabName({ name, count }: { readonly name: TabName; readonly count: number | undefined }): ReactNode {
  const { value } = useKept(wishes)
  const unseen = value?.reduce((sum, wish) => sum + wish.unseen, 0) ?? 0
  return (
    <>
      {t(`search.reach.${name}`)}
      {count !== undefined && <span className="tab-count">{t('search.tabCount', count)}</span>}
      {name === 'wishes' && unseen > 0 && (
        <span className="count tab-count">
          <span aria-hidden="true">{unseen}</span>
          <span className="visually-hidden">{t('wishes.unseen', unseen)}</span>
        </span>
      )}
    </>
  )
}

function Found({ reach, words }: { readonly reach: Reach; readonly words: string }): ReactNode {
  const { query } = useRoute()
  if (reach === 'mine') return <Mine words={words} sort={sortOf(query.sort)} open={query.open || undefined} />
  return <Others key={reach} reach={reach} words={words} />
}

function Begin(): ReactNode {
  return (
    <div className="library-empty">
      <p className="view-lead">{t('search.begin')}</p>
      <Button icon="search" onPress={focusBox}>
        {t('search.toBox')}
      </Button>
    </div>
  )
}
