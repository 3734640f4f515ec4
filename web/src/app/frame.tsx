// What surrounds every view: where one can go, the box, the two things to do, and below what Shoal does now.

import { type ReactNode, Suspense, useEffect } from 'react'
import { MenuTrigger } from 'react-aria-components'
import { canOpen } from '../dialogs/table.ts'
import { conversations, me, sendOffers, unreadCount } from '../store/people.ts'
import { useKept } from '../store/use-kept.ts'
import { t } from '../text/t.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Menu, MenuAction } from '../ui/menu.tsx'
import { listenForUnread } from './arrivals.ts'
import { Box } from './box.tsx'
import { openDialog } from './dialogs.ts'
import { ErrorBoundary } from './error-boundary.tsx'
import { Footer } from './footer.tsx'
import { Lost } from './lost.tsx'
import { UNKNOWN, VIEWS, type ViewName } from './route.ts'
import { useRoute } from './router.ts'
import { UnknownAddress } from './unknown-address.tsx'
import { VIEW_TABLE } from './views.ts'
import './frame.css'

export function Frame(): ReactNode {
  const { view } = useRoute()
  useEffect(listenForUnread, [])
  const View = view === UNKNOWN ? UnknownAddress : VIEW_TABLE[view]?.component
  return (
    <div className="frame">
      <button type="button" className="frame-skip" onClick={skip}>
        {t('app.skip')}
      </button>
      <nav className="frame-nav" aria-label={t('nav.label')}>
        <span className="frame-name">{t('app.name')}</span>
        <ul>
          {VIEWS.filter((name) => VIEW_TABLE[name] !== undefined).map((name) => (
            <li key={name}>
              <NavLink name={name} current={name === view} />
            </li>
          ))}
          {(canOpen('get') || canOpen('share')) && (
            <li className="frame-add">
              <AddMenu />
            </li>
          )}
        </ul>
      </nav>
      <header className="frame-header">
        <Box />
        <div className="frame-do">
          {canOpen('get') && (
            <Button icon="get" onPress={() => void openDialog('get', {})}>
              {t('action.get')}
            </Button>
          )}
          {canOpen('share') && (
            <Button icon="share" look="primary" onPress={() => void openDialog('share', {})}>
              {t('action.share')}
            </Button>
          )}
        </div>
      </header>
      <Lost />
      <main id="view" className="frame-view" tabIndex={-1}>
        <ErrorBoundary key={view}>
          <Suspense fallback={null}>{View !== undefined && <View />}</Suspense>
        </ErrorBoundary>
      </main>
      <Footer />
    </div>
  )
}

/** No link: the fragment is the page's address. */
function skip(): void {
  document.querySelector<HTMLElement>('#view')?.focus()
}

function NavLink({ name, current }: { readonly name: ViewName; readonly current: boolean }): ReactNode {
  const icon = VIEW_TABLE[name]?.icon
  return (
    <a className="frame-link" href={`#/${name}`} aria-current={current ? 'page' : undefined}>
      {icon !== undefined && <Icon name={icon} />}
      <span>{t(`nav.${name}`)}</span>
      {name === 'people' && <Unread />}
      {name === 'settings' && <WordsDot />}
    </a>
  )
}

/** Unread messages, and offers that wait for an answer. */
function Unread(): ReactNode {
  const { value: talks } = useKept(conversations)
  const { value: offers } = useKept(sendOffers)
  const count = unreadCount(talks ?? [], offers ?? [])
  if (count === 0) return null
  return (
    <span className="count">
      <span aria-hidden="true">{count > 999 ? '999+' : count}</span>
      <span className="visually-hidden">{t('people.unread', count)}</span>
    </span>
  )
}

/** Until the twelve words are written down, once there is something to lose. */
function WordsDot(): ReactNode {
  const { value } = useKept(me)
  if (value?.words !== 'unwritten' || value.name === null) return null
  return (
    <span className="frame-dot" title={t('words.dot')}>
      <span className="visually-hidden">{t('words.dot')}</span>
    </span>
  )
}

/** On a phone, Get and Share are under one +. */
function AddMenu(): ReactNode {
  return (
    <MenuTrigger>
      <IconButton icon="plus" look="primary" label={t('nav.add')} />
      <Menu aria-label={t('nav.add')}>
        {canOpen('get') && (
          <MenuAction icon="get" onAction={() => void openDialog('get', {})}>
            {t('action.get')}
          </MenuAction>
        )}
        {canOpen('share') && (
          <MenuAction icon="share" onAction={() => void openDialog('share', {})}>
            {t('action.share')}
          </MenuAction>
        )}
      </Menu>
    </MenuTrigger>
  )
}
