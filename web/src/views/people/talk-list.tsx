// The messages of a conversation as they are read: the newest in sight, older ones when one scrolls to them, and what one reads stays
// where it is whatever comes above or below. By keys: up and down through the messages, Enter for what can be done with one.

import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { Message } from '../../../../src/api/schemas/conversations.ts'
import { LOCALE } from '../../text/plural.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import type { Point } from '../../ui/point-menu.tsx'
import { MessageMenu } from './message-menu.tsx'
import { idOf, MessageView } from './message-view.tsx'
import type { Known } from './names.ts'
import { shownOf, type Talk } from './talk.ts'
import type { Talking } from './use-talk.ts'

/** So near to an end the next ones are asked for, and so near to the bottom one stays there. */
const NEAR_PX = 600
const AT_END_PX = 48
const DAY = new Intl.DateTimeFormat(LOCALE, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
})

export interface MessageActs {
  readonly reply: (message: Message) => void
  readonly edit: (message: Message) => void
  readonly put: (message: Message) => void
}

interface Props {
  readonly talk: Talk
  readonly talking: Talking
  readonly known: Known
  /** A message to be at. */
  readonly at: string | undefined
  readonly acts: MessageActs
  /** May take messages of others away. */
  readonly moderator: boolean
  readonly room: boolean
  /** The newest is in sight of somebody who looks. */
  readonly onRead: (last: string) => void
}

export function TalkList({ talk, talking, known, at, acts, moderator, room, onRead }: Props): ReactNode {
  const shown = useMemo(() => shownOf(talk), [talk])
  const box = useRef<HTMLDivElement>(null)
  const [atEnd, setAtEnd] = useState(false)
  const [current, setCurrent] = useState<string>()
  const [menu, setMenu] = useState<{ readonly message: Message; readonly at: Point }>()
  useKeptPlace(box, talk, at, talking, setAtEnd)
  const last = talk.messages.at(-1)
  useEffect(() => {
    const tell = (): void => {
      if (atEnd && !talk.newer && last !== undefined && !document.hidden && document.hasFocus())
        onRead(last.id)
    }
    tell()
    document.addEventListener('visibilitychange', tell)
    window.addEventListener('focus', tell)
    return () => {
      document.removeEventListener('visibilitychange', tell)
      window.removeEventListener('focus', tell)
    }
  }, [atEnd, talk.newer, last, onRead])

  const reached = current !== undefined && talk.messages.some(({ id }) => id === current) ? current : last?.id
  const go = (id: string | undefined): void => {
    if (id === undefined) return
    setCurrent(id)
    const element = elementOf(box.current, id)
    element?.focus({ preventScroll: true })
    element?.scrollIntoView({ block: 'nearest' })
  }
  const keyDown = (event: KeyboardEvent, message: Message): void => {
    // Buttons in it have keys of their own.
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return
    const index = talk.messages.indexOf(message)
    const steps: Readonly<Record<string, number>> = {
      ArrowUp: index - 1,
      ArrowDown: index + 1,
      Home: 0,
      End: talk.messages.length - 1,
    }
    const to = Object.hasOwn(steps, event.key) ? steps[event.key] : undefined
    if (to !== undefined) {
      if (to < 0) talking.older()
      go(talk.messages[Math.max(0, Math.min(talk.messages.length - 1, to))]?.id)
    } else if (event.key === 'Enter' && message.kind !== 'notice') {
      const { left, top } = event.currentTarget.getBoundingClientRect()
      setMenu({ message, at: { x: left + 24, y: top + 24 } })
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <>
      <div className="talk-scroll" ref={box}>
        {talk.older ? (
          <Button look="quiet" onPress={talking.older}>
            {t('talk.older')}
          </Button>
        ) : (
          <p className="soft talk-begin">{t(talk.messages.length === 0 ? 'talk.begin' : 'talk.first')}</p>
        )}
        <ol className="talk" aria-label={t('talk.messages')}>
          {shown.map(({ message, day, unreadLine, follows }) => (
            <li key={message.id}>
              {day !== undefined && (
                <h2 className="talk-day">
                  <time dateTime={day}>{DAY.format(Date.parse(day))}</time>
                </h2>
              )}
              {unreadLine && (
                <p className="talk-unread">
                  <span>{t('talk.newUnread')}</span>
                </p>
              )}
              <MessageView
                message={message}
                follows={follows}
                known={known}
                focusable={message.id === reached}
                marked={message.id === at}
                onFocus={() => setCurrent(message.id)}
                onKeyDown={(event) => keyDown(event, message)}
                onMenu={(point) => setMenu({ message, at: point })}
                acts={acts}
              />
            </li>
          ))}
        </ol>
      </div>
      {(talk.newer || !atEnd) && last !== undefined && (
        <div className="talk-to-end">
          <Button
            icon="down"
            onPress={() => {
              if (talk.newer) talking.newest()
              const { current: scroller } = box
              scroller?.scrollTo({ top: scroller.scrollHeight })
            }}
          >
            {t('talk.newest')}
          </Button>
        </div>
      )}
      {menu !== undefined && (
        <MessageMenu
          message={menu.message}
          at={menu.at}
          acts={acts}
          moderator={moderator}
          room={room}
          onClose={() => {
            setMenu(undefined)
            elementOf(box.current, menu.message.id)?.focus({ preventScroll: true })
          }}
        />
      )}
    </>
  )
}

export function elementOf(box: HTMLElement | null, id: string): HTMLElement | undefined {
  return box?.querySelector<HTMLElement>(`#${idOf(id)}`) ?? undefined
}

interface Anchor {
  readonly id: string
  readonly topPx: number
}

/** Where one reads stays where it is; at the end one stays at the end. Browsers differ in what they do by themselves. */
function useKeptPlace(
  box: RefObject<HTMLDivElement | null>,
  talk: Talk,
  at: string | undefined,
  { older, newer }: Talking,
  setAtEnd: (at: boolean) => void,
): void {
  const anchor = useRef<Anchor>(undefined)
  const stick = useRef(at === undefined)
  const placed = useRef<string>(undefined)
  const begun = useRef(false)

  const look = useCallback((): void => {
    const { current: scroller } = box
    if (scroller === null) return
    const { scrollTop, scrollHeight, clientHeight } = scroller
    const end = scrollHeight - clientHeight - scrollTop
    stick.current = end < AT_END_PX
    setAtEnd(stick.current)
    anchor.current = firstSeen(scroller)
    if (scrollTop < NEAR_PX) older()
    if (end < NEAR_PX) newer()
  }, [box, older, newer, setAtEnd])

  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever other messages are drawn
  useLayoutEffect(() => {
    const { current: scroller } = box
    if (scroller === null || talk.messages.length === 0) return
    const wanted = at !== undefined && placed.current !== at ? elementOf(scroller, at) : undefined
    const unread =
      begun.current || talk.firstUnread === null ? undefined : scroller.querySelector('.talk-unread')
    if (wanted !== undefined) {
      placed.current = at
      wanted.scrollIntoView({ block: 'center' })
    } else if (unread instanceof HTMLElement) unread.scrollIntoView({ block: 'start' })
    else if (stick.current && !talk.newer) scroller.scrollTop = scroller.scrollHeight
    else restore(scroller, anchor.current)
    begun.current = true
    look()
  }, [talk, at])

  useEffect(() => {
    const { current: scroller } = box
    if (scroller === null) return
    scroller.addEventListener('scroll', look, { passive: true })
    // A picture that came, a narrower window, or a taller field to write in.
    const watch = new ResizeObserver(() => {
      if (stick.current) scroller.scrollTop = scroller.scrollHeight
      else restore(scroller, anchor.current)
    })
    watch.observe(scroller)
    if (scroller.lastElementChild !== null) watch.observe(scroller.lastElementChild)
    return () => {
      scroller.removeEventListener('scroll', look)
      watch.disconnect()
    }
  }, [box, look])
}

function firstSeen(scroller: HTMLElement): Anchor | undefined {
  const { top } = scroller.getBoundingClientRect()
  for (const element of scroller.querySelectorAll<HTMLElement>('.message')) {
    const { bottom, top: itsTop } = element.getBoundingClientRect()
    if (bottom > top) return { id: element.id, topPx: itsTop - top }
  }
  return undefined
}

function restore(scroller: HTMLElement, anchor: Anchor | undefined): void {
  if (anchor === undefined) return
  const element = scroller.querySelector<HTMLElement>(`#${anchor.id}`)
  if (element === null) return
  const topPx = element.getBoundingClientRect().top - scroller.getBoundingClientRect().top
  scroller.scrollTop += topPx - anchor.topPx
}
