// Which dialogs there are, each loaded when it is first opened. A button that opens one is drawn only if it is here.

import { type ComponentType, type LazyExoticComponent, lazy } from 'react'
import type { DialogName, DialogProps } from '../app/dialogs.ts'

type Table = { readonly [Name in DialogName]?: LazyExoticComponent<ComponentType<DialogProps<Name>>> }

/** One chunk for all of them: each is small. */
const changes = () => import('../views/transfers/change/changes.ts')

export const DIALOGS: Table = {
  get: lazy(() => import('./get/get.tsx').then(({ GetDialog }) => ({ default: GetDialog }))),
  share: lazy(() => import('./share/share.tsx').then(({ ShareDialog }) => ({ default: ShareDialog }))),
  offer: lazy(() => import('./offer.tsx').then(({ OfferDialog }) => ({ default: OfferDialog }))),
  folder: lazy(() => import('./folder.tsx').then(({ FolderDialog }) => ({ default: FolderDialog }))),
  limits: lazy(() => changes().then(({ Limits }) => ({ default: Limits }))),
  labels: lazy(() => changes().then(({ Labels }) => ({ default: Labels }))),
  stopRule: lazy(() => changes().then(({ StopRule }) => ({ default: StopRule }))),
  trackers: lazy(() => changes().then(({ Trackers }) => ({ default: Trackers }))),
  removeData: lazy(() => changes().then(({ RemoveData }) => ({ default: RemoveData }))),
  deleteLocked: lazy(() => changes().then(({ DeleteLocked }) => ({ default: DeleteLocked }))),
  rename: lazy(() => changes().then(({ Rename }) => ({ default: Rename }))),
  keys: lazy(() => import('./keys.tsx').then(({ Keys }) => ({ default: Keys }))),
}

export function canOpen(name: DialogName): boolean {
  return DIALOGS[name] !== undefined
}
