// Everything that moves or could: the list, its filters, and the details of one. What is shown is what the address says.

import { lazy, type ReactNode, Suspense, useCallback, useEffect, useLayoutEffect } from 'react'
import { ErrorBoundary } from '../../app/error-boundary.tsx'
import { goWith, useRoute } from '../../app/router.ts'
import { useSignal } from '../../store/use-signal.ts'
import { t } from '../../text/t.ts'
import { NARROW, PHONE, useMedia } from '../../ui/use-media.ts'
import { Cards } from './cards.tsx'
import { DEFAULT_SORT, formatSort, type Sort } from './columns.ts'
import { Empty } from './empty.tsx'
import { FacetPane } from './facet-pane.tsx'
import { Grid } from './grid.tsx'
import { chipCounts, selection, shownIds, want, wantedBy } from './list.ts'
import { density, facetsShown } from './looks.ts'
import * as select from './selection.ts'
import { Toolbar } from './toolbar.tsx'
import './transfers.css'

const Details = lazy(() => import('./details/details.tsx').then(({ Details }) => ({ default: Details })))

export function Transfers(): ReactNode {
  const { query } = useRoute()
  const wanted = wantedBy(query)
  const shown = useSignal(shownIds)
  const { all } = useSignal(chipCounts)
  const which = useSignal(density)
  const facets = useSignal(facetsShown)
  const phone = useMedia(PHONE)
  const narrow = useMedia(NARROW)
  useLayoutEffect(() => want(wanted))
  const opened = query.open || undefined
  useEffect(() => {
    if (opened !== undefined) selection.set(select.moveTo(selection.value, opened))
  }, [opened])
  const onOpen = useCallback(
    (id: string) => {
      goWith({ open: id }, opened === undefined ? 'push' : 'replace')
    },
    [opened],
  )
  const onSort = useCallback((sort: Sort) => {
    const text = formatSort(sort)
    goWith({ sort: text === formatSort(DEFAULT_SORT) ? '' : text }, 'replace')
  }, [])
  const filtered = wanted.filter !== ''
  return (
    <div className="transfers">
      <h1 className="visually-hidden">{t('transfers.title')}</h1>
      <Toolbar
        chip={wanted.chip}
        filter={wanted.filter}
        table={!phone}
        onChip={(chip) => goWith({ show: chip === 'all' ? '' : chip })}
        onClear={() => goWith({ filter: '' })}
      />
      <div className="transfers-below">
        {which === 'server' && facets && !narrow && (
          <FacetPane filter={wanted.filter} onFilter={(filter) => goWith({ filter })} />
        )}
        <div className="transfers-list">
          {shown.length === 0 ? (
            <Empty all={all} filtered={filtered} onShowAll={() => goWith({ filter: '', show: '' })} />
          ) : phone ? (
            <Cards onOpen={onOpen} />
          ) : (
            <Grid
              density={which}
              sort={wanted.sort}
              onSort={onSort}
              onOpen={onOpen}
              onClose={() => goWith({ open: '', tab: '' })}
              opened={opened}
            />
          )}
        </div>
        {opened !== undefined && (
          <ErrorBoundary key={opened}>
            <Suspense fallback={<div className="details" />}>
              <Details id={opened} />
            </Suspense>
          </ErrorBoundary>
        )}
      </div>
    </div>
  )
}
