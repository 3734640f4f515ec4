// Which dialogs there are, each loaded when it is first opened. A button that opens one is drawn only if it is here.

import { type ComponentType, type LazyExoticComponent, lazy } from 'react'
import type { DialogName, DialogProps } from '../app/dialogs.ts'

type Table = { readonly [Name in DialogName]?: LazyExoticComponent<ComponentType<DialogProps<Name>>> }

/** One chunk for all of them: each is small. */
const changes = () => import('../views/transfers/change/changes.ts')
const people = () => import('./people/people-dialogs.ts')

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
  newCircle: lazy(() => people().then(({ NewCircle }) => ({ default: NewCircle }))),
  peopleLink: lazy(() => people().then(({ PeopleLinkDialog }) => ({ default: PeopleLinkDialog }))),
  words: lazy(() => people().then(({ WordsDialog }) => ({ default: WordsDialog }))),
  leaveCircle: lazy(() => people().then(({ LeaveCircle }) => ({ default: LeaveCircle }))),
  send: lazy(() => import('./share/send.tsx').then(({ SendDialog }) => ({ default: SendDialog }))),
  keys: lazy(() => import('./keys.tsx').then(({ Keys }) => ({ default: Keys }))),
}

export function canOpen(name: DialogName): boolean {
  return DIALOGS[name] !== undefined
}
