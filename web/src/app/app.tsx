// The page as a whole: which of its few states it is in, and what lies above every view.

import { type ReactNode, Suspense, useEffect } from 'react'
import { I18nProvider } from 'react-aria-components'
import { DIALOGS } from '../dialogs/table.ts'
import { connection } from '../store/connection.ts'
import { listenWhileHidden } from '../store/system-notices.ts'
import { useSignal } from '../store/use-signal.ts'
import { LOCALE } from '../text/plural.ts'
import { t } from '../text/t.ts'
import { listenForArrivals } from './arrivals.ts'
import { type OpenDialog, openDialogs } from './dialogs.ts'
import { ErrorBoundary } from './error-boundary.tsx'
import { Frame } from './frame.tsx'
import { takeGivenLink } from './given-link.ts'
import { listenForKeys } from './keys.ts'
import { NoSession } from './no-session.tsx'
import { PageDrop } from './page-drop.tsx'
import { Toasts } from './toasts.tsx'

export function App(): ReactNode {
  return (
    <I18nProvider locale={LOCALE}>
      <ErrorBoundary>
        <State />
      </ErrorBoundary>
      <Toasts />
    </I18nProvider>
  )
}

function State(): ReactNode {
  const { kind } = useSignal(connection)
  useEffect(listenForKeys, [])
  useEffect(listenForArrivals, [])
  useEffect(listenWhileHidden, [])
  useEffect(takeGivenLink, [])
  if (kind === 'no-session') return <NoSession />
  if (kind === 'starting')
    return (
      <div role="status" className="visually-hidden">
        {t('starting.label')}
      </div>
    )
  return (
    <div className={kind === 'lost' ? 'is-lost app' : 'app'}>
      <Frame />
      <Dialogs />
      <PageDrop />
    </div>
  )
}

function Dialogs(): ReactNode {
  return useSignal(openDialogs).map((dialog) => <OneDialog key={dialog.key} dialog={dialog} />)
}

function OneDialog({ dialog: { name, props, close } }: { readonly dialog: OpenDialog }): ReactNode {
  // What a dialog is given was checked where it was opened (DialogMap).
  const Component = DIALOGS[name] as React.ComponentType<object> | undefined
  if (Component === undefined) return null
  return (
    <ErrorBoundary>
      <Suspense fallback={null}>
        <Component {...props} {...{ close }} />
      </Suspense>
    </ErrorBoundary>
  )
}
