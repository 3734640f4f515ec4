// The views there are, each loaded when it is first gone to. What is not built is not here, and has no place in the navigation.

import { type ComponentType, type LazyExoticComponent, lazy } from 'react'
import type { IconName } from '../ui/icon.tsx'
import type { ViewName } from './route.ts'

interface View {
  readonly icon: IconName
  readonly component: LazyExoticComponent<ComponentType>
}

export const VIEW_TABLE: { readonly [Name in ViewName]?: View } = {
  transfers: {
    icon: 'transfers',
    component: lazy(() =>
      import('../views/first-run/start-or-transfers.tsx').then(({ StartOrTransfers }) => ({
        default: StartOrTransfers,
      })),
    ),
  },
  library: {
    icon: 'library',
    component: lazy(() =>
      import('../views/library/library.tsx').then(({ Library }) => ({ default: Library })),
    ),
  },
  search: {
    icon: 'search',
    component: lazy(() => import('../views/search/search.tsx').then(({ Search }) => ({ default: Search }))),
  },
  people: {
    icon: 'people',
    component: lazy(() => import('../views/people/people.tsx').then(({ People }) => ({ default: People }))),
  },
  network: {
    icon: 'network',
    component: lazy(() =>
      import('../views/network/network.tsx').then(({ Network }) => ({ default: Network })),
    ),
  },
  settings: {
    icon: 'settings',
    component: lazy(() =>
      import('../views/settings/settings.tsx').then(({ Settings }) => ({ default: Settings })),
    ),
  },
}
