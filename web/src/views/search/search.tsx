// Search: what is typed in the box, found in everything that is here, grouped by content. Reaches that are not built are not here.

import { type ReactNode, useCallback, useEffect } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { focusBox } from '../../app/box.tsx'
import { goWith, useRoute } from '../../app/router.ts'
import { call } from '../../store/api.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { FilterChips, KIND_CHIPS, MORE_CHIPS } from '../entries/chips.tsx'
import { Entries } from '../entries/entries.tsx'
import { SortField, sortOf } from '../entries/fields.tsx'
import '../../ui/tabs.css'
import '../library/library.css'
import './search.css'

const CHIPS = [...KIND_CHIPS, ...MORE_CHIPS]
const REACH = 'mine'

export function Search(): ReactNode {
  const { query } = useRoute()
  const words = query.words ?? ''
  const asked = words.trim() !== ''
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it is gone to with nothing asked yet
  useEffect(() => {
    if (!asked) focusBox()
  }, [])
  return (
    <div className="library">
      <h1>{t('search.title')}</h1>
      <Tabs className="library-tabs" selectedKey={REACH}>
        <TabList className="tab-list" aria-label={t('search.reach')}>
          <Tab id={REACH} className="tab">
            {t('search.reach.mine')}
          </Tab>
        </TabList>
        <TabPanel id={REACH} className="library-panel">
          <div className="view-list">
            <div className="entries-bar search-bar">
              <FilterChips
                words={words}
                chips={CHIPS}
                onWords={(next) => goWith({ words: next, open: '' }, 'replace')}
              />
              {asked && <SortField sort={sortOf(query.sort)} />}
            </div>
            {asked ? (
              <Entries
                label={t('search.results')}
                words={words}
                sort={sortOf(query.sort)}
                open={query.open || undefined}
                everyMs={undefined}
                nothing={<Nothing words={words} />}
              />
            ) : (
              <div className="library-empty">
                <p className="view-lead">{t('search.begin')}</p>
                <Button icon="search" onPress={focusBox}>
                  {t('search.toBox')}
                </Button>
              </div>
            )}
          </div>
        </TabPanel>
      </Tabs>
    </div>
  )
}

/** What was asked, and what of it could not be looked into. */
function Nothing({ words }: { readonly words: string }): ReactNode {
  const { value } = useLoaded(useCallback(() => call('library', {}), []))
  if (value === undefined) return null
  return (
    <div className="library-empty">
      <p>
        <ForeignText text={t('search.none', words.trim(), value.files, value.unhashedFiles)} />
      </p>
      <p className="soft">{t('search.noneHelp')}</p>
    </div>
  )
}
