// What Shoal does now: rates, reach, what is shared with whom; and the two ways to make it rest.

import type { ReactNode } from 'react'
import { MenuTrigger } from 'react-aria-components'
import { formatRate } from '../../../src/api/format-quantity.ts'
import type { Totals } from '../../../src/api/schemas/status.ts'
import { call } from '../store/api.ts'
import { attempt } from '../store/attempt.ts'
import { totals } from '../store/connection.ts'
import { toast } from '../store/toasts.ts'
import { useSignal } from '../store/use-signal.ts'
import { clockMoment } from '../text/moment.ts'
import { LOCALE } from '../text/plural.ts'
import { t } from '../text/t.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Menu, MenuAction, MenuLine } from '../ui/menu.tsx'
import { useNow } from '../ui/use-now.ts'
import { stopAllSharing } from './stop-sharing.ts'
import { VIEW_TABLE } from './views.ts'

const HOUR_MS = 3_600_000

export function Footer(): ReactNode {
  const now = useSignal(totals)
  if (now === undefined) return <footer className="footer" />
  return (
    <footer className="footer">
      <Rate now={now} way="down" />
      <Rate now={now} way="up" />
      <Linked view="network" href="#/network">
        {t(`footer.reach.${now.reach}`)}
      </Linked>
      <Linked view="library" href="#/library/seen">
        {sharing(now)}
      </Linked>
      {now.slow && <span className="footer-slow">{t('footer.slow')}</span>}
      <span className="footer-space" />
      <Rest now={now} />
    </footer>
  )
}

function Rate({ now, way }: { readonly now: Totals; readonly way: 'down' | 'up' }): ReactNode {
  const rate = formatRate(way === 'down' ? now.downBytesPerSecond : now.upBytesPerSecond)
  return (
    <span className={`footer-rate footer-${way}`}>
      <Icon name={way} />
      <span aria-hidden="true">{rate}</span>
      <span className="visually-hidden">{t(`footer.${way}`, rate)}</span>
    </span>
  )
}

/** A link to the view that says more, if there is one. */
function Linked({
  view,
  href,
  children,
}: {
  readonly view: 'network' | 'library'
  readonly href: string
  readonly children: string
}): ReactNode {
  return VIEW_TABLE[view] === undefined ? (
    <span className="footer-link">{children}</span>
  ) : (
    <a className="footer-link" href={href} title={children}>
      {children}
    </a>
  )
}

function sharing({ sharing: { link, everyone } }: Totals): string {
  if (link > 0 && everyone > 0) return t('footer.sharing.both', link, everyone)
  if (link > 0) return t('footer.sharing.link', link)
  return everyone > 0 ? t('footer.sharing.everyone', everyone) : t('footer.sharing.none')
}

function Rest({ now }: { readonly now: Totals }): ReactNode {
  const nowMs = useNow()
  const { pausedUntil } = now
  if (pausedUntil !== null) {
    const until = pausedUntil === 'told' ? undefined : clockMoment(Date.parse(pausedUntil), nowMs, LOCALE)
    return (
      <>
        <span className="footer-paused">
          {until === undefined ? t('footer.paused.told') : t('footer.paused.until', until)}
        </span>
        <Button icon="resume" onPress={() => void resumeAll()}>
          <span className="footer-word">{t('footer.resumeAll')}</span>
        </Button>
      </>
    )
  }
  return (
    <MenuTrigger>
      <Button icon="pause">
        <span className="footer-word">{t('footer.pauseAll')}</span>
        <Icon name="chevronDown" />
      </Button>
      <Menu aria-label={t('footer.pauseAll')}>
        <MenuAction onAction={() => void pauseAll(new Date(Date.now() + HOUR_MS).toISOString())}>
          {t('footer.pause.hour')}
        </MenuAction>
        <MenuAction onAction={() => void pauseAll(tomorrow(new Date()).toISOString())}>
          {t('footer.pause.tomorrow')}
        </MenuAction>
        <MenuAction onAction={() => void pauseAll('told')}>{t('footer.pause.told')}</MenuAction>
        <MenuLine />
        <MenuAction icon="stop" danger onAction={() => void stopAllSharing()}>
          {t('footer.stopSharing')}
        </MenuAction>
      </Menu>
    </MenuTrigger>
  )
}

/** The morning after: eight o'clock by this browser's clock. */
function tomorrow(now: Date): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 8)
}

async function pauseAll(until: string): Promise<void> {
  if ((await attempt(() => call('pauseAll', { until }))) !== undefined) {
    toast(t('toast.pausedAll'), { undo: resumeAll })
  }
}

async function resumeAll(): Promise<void> {
  if ((await attempt(() => call('resumeAll', {}))) !== undefined) toast(t('toast.resumedAll'))
}
