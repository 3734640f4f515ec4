// Which dialogs there are, each loaded when it is first opened. A button that opens one is drawn only if it is here.

import { type ComponentType, type LazyExoticComponent, lazy } from 'react'
import type { DialogName, DialogProps } from '../app/dialogs.ts'

type Table = { readonly [Name in DialogName]?: LazyExoticComponent<ComponentType<DialogProps<Name>>> }

export const DIALOGS: Table = {
  keys: lazy(() => import('./keys.tsx').then(({ Keys }) => ({ default: Keys }))),
}

export function canOpen(name: DialogName): boolean {
  return DIALOGS[name] !== undefined
}
