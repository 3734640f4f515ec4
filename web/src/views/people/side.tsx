// The left of People: who is near, circles with their rooms, and direct conversations, each with what is unread in it.

import type { ReactNode } from 'react'
import type { Circle, Joining } from '../../../../src/api/schemas/circles.ts'
import type { Conversation } from '../../../../src/api/schemas/conversations.ts'
import type { SendOffer } from '../../../../src/api/schemas/people.ts'
import { openDialog } from '../../app/dialogs.ts'
import { circles, conversations, nearby, sendOffers } from '../../store/people.ts'
import { useKept } from '../../store/use-kept.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { useKnown } from './names.ts'
import { hrefOf, type Place } from './place.ts'

export function Side({ place }: { readonly place: Place }): ReactNode {
  const { value: all, error } = useKept(circles)
  const { value: talks } = useKept(conversations)
  const known = useKnown()
  const direct = talks?.filter(({ kind }) => kind === 'direct') ?? []
  return (
    <nav className="people-side" aria-label={t('people.places')}>
      {place.kind === 'all' && <h1>{t('people.title')}</h1>}
      {error !== undefined && <ErrorSentence error={error} />}
      <ul className="people-pages">
        <NearbyLine current={place.kind === 'nearby' || place.kind === 'device'} />
        <Line
          icon="search"
          href={hrefOf({ kind: 'find' })}
          current={place.kind === 'find'}
          name={t('people.find')}
        />
        <Line
          icon="people"
          href={hrefOf({ kind: 'contacts' })}
          current={place.kind === 'contacts' || place.kind === 'person'}
          name={t('people.contacts')}
        />
      </ul>
      <section>
        <h2>{t('people.circles')}</h2>
        {all?.circles.length === 0 && all.joining.length === 0 && (
          <p className="soft people-hint">{t('people.noCircles')}</p>
        )}
        {all?.circles.map((circle) => (
          <CircleGroup key={circle.id} circle={circle} talks={talks ?? []} place={place} />
        ))}
        <ul>
          {all?.joining
            .filter(({ step }) => step !== 'joined')
            .map((joining) => (
              <JoiningLine key={joining.id} joining={joining} place={place} />
            ))}
        </ul>
        <div className="people-side-do">
          <Button icon="plus" look="quiet" onPress={() => void openDialog('newCircle', {})}>
            {t('people.newCircle')}
          </Button>
          <Button icon="link" look="quiet" onPress={() => void openDialog('peopleLink', {})}>
            {t('people.haveInvite')}
          </Button>
        </div>
      </section>
      <section>
        <h2>{t('people.direct')}</h2>
        {talks !== undefined && direct.length === 0 && (
          <p className="soft people-hint">{t('people.noDirect')}</p>
        )}
        <ul>
          {direct.map((talk) => (
            <TalkLine
              key={talk.id}
              talk={talk}
              online={known.people.get(talk.person ?? '')?.online ?? false}
              place={place}
            />
          ))}
        </ul>
      </section>
    </nav>
  )
}

function NearbyLine({ current }: { readonly current: boolean }): ReactNode {
  const { value: devices } = useKept(nearby)
  const { value: offers } = useKept(sendOffers)
  const waiting = offers?.filter(waitsForMe).length ?? 0
  return (
    <Line
      icon="nearby"
      href={hrefOf({ kind: 'nearby' })}
      current={current}
      name={t('people.nearby')}
      fact={devices === undefined || devices.length === 0 ? undefined : String(devices.length)}
      count={waiting}
      countMeans={t('offer.waiting', waiting)}
    />
  )
}

export function waitsForMe({ direction, state }: SendOffer): boolean {
  return direction === 'in' && state === 'waiting'
}

function CircleGroup({
  circle,
  talks,
  place,
}: {
  readonly circle: Circle
  readonly talks: readonly Conversation[]
  readonly place: Place
}): ReactNode {
  const { id, name, rooms, requests, role } = circle
  const shown = rooms.filter(
    ({ id: room, archived, unread }) => !archived || unread > 0 || isAt(place, `room:${id}:${room}`),
  )
  return (
    <div className="people-circle">
      <h3>
        <a
          href={hrefOf({ kind: 'circle', id })}
          className="people-circle-name"
          aria-current={place.kind === 'circle' && place.id === id ? 'page' : undefined}
        >
          <span className="truncate">
            <ForeignText text={name} />
          </span>
          {requests > 0 && <Count count={requests} means={t('request.count', requests)} />}
        </a>
      </h3>
      <ul>
        {shown.map((room) => {
          const conversation = `room:${id}:${room.id}`
          const talk = talks.find((one) => one.id === conversation)
          return (
            <Line
              key={room.id}
              icon="room"
              href={hrefOf({ kind: 'conversation', id: conversation })}
              current={isAt(place, conversation)}
              name={<ForeignText text={room.name} />}
              count={talk?.unread ?? room.unread}
              mentions={talk?.mentions ?? room.mentions}
              quiet={room.quiet || role === null}
            />
          )
        })}
      </ul>
    </div>
  )
}

function isAt(place: Place, conversation: string): boolean {
  return place.kind === 'conversation' && place.id === conversation
}

function JoiningLine({
  joining: { id, name },
  place,
}: {
  readonly joining: Joining
  readonly place: Place
}): ReactNode {
  return (
    <Line
      icon="reload"
      href={hrefOf({ kind: 'joining', id })}
      current={place.kind === 'joining' && place.id === id}
      name={<ForeignText text={name === null ? t('joining.titleUnnamed') : t('joining.title', name)} />}
    />
  )
}

function TalkLine({
  talk: { id, name, unread, mentions, quiet },
  online,
  place,
}: {
  readonly talk: Conversation
  readonly online: boolean
  readonly place: Place
}): ReactNode {
  return (
    <Line
      icon="person"
      href={hrefOf({ kind: 'conversation', id })}
      current={isAt(place, id)}
      name={<ForeignText text={name} />}
      online={online}
      count={unread}
      mentions={mentions}
      quiet={quiet}
    />
  )
}

interface LineProps {
  readonly icon: IconName
  readonly href: string
  readonly current: boolean
  readonly name: ReactNode
  readonly fact?: string | undefined
  readonly online?: boolean
  readonly count?: number
  readonly countMeans?: string
  readonly mentions?: number
  readonly quiet?: boolean
}

function Line({
  icon,
  href,
  current,
  name,
  fact,
  online = false,
  count = 0,
  countMeans,
  mentions = 0,
  quiet = false,
}: LineProps): ReactNode {
  return (
    <li>
      <a
        className={`people-line${count > 0 && !quiet ? ' people-line-unread' : ''}`}
        href={href}
        aria-current={current ? 'page' : undefined}
      >
        <Icon name={icon} />
        <span className="people-line-name truncate">{name}</span>
        {online && (
          <>
            <span className="people-dot" aria-hidden="true" />
            <span className="visually-hidden">{t('people.online')}</span>
          </>
        )}
        {fact !== undefined && <span className="soft">{fact}</span>}
        {mentions > 0 && (
          <span className="people-mention">
            <span aria-hidden="true">@</span>
            <span className="visually-hidden">{t('people.mentions', mentions)}</span>
          </span>
        )}
        {count > 0 && <Count count={count} means={countMeans ?? t('people.unread', count)} quiet={quiet} />}
      </a>
    </li>
  )
}

/** A number whose meaning who listens is told. */
export function Count({
  count,
  means,
  quiet = false,
}: {
  readonly count: number
  readonly means: string
  readonly quiet?: boolean
}): ReactNode {
  return (
    <span className={`count${quiet ? ' count-quiet' : ''}`}>
      <span aria-hidden="true">{count > 999 ? '999+' : count}</span>
      <span className="visually-hidden">{means}</span>
    </span>
  )
}
