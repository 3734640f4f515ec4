// The head of a conversation: whose it is, who is there, and what can be done with it as a whole.

import type { ReactNode } from 'react'
import { MenuTrigger } from 'react-aria-components'
import type { CircleDetails } from '../../../../src/api/schemas/circles.ts'
import type { Conversation } from '../../../../src/api/schemas/conversations.ts'
import { go } from '../../app/router.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { replaceConversation } from '../../store/people.ts'
import { t } from '../../text/t.ts'
import { IconButton } from '../../ui/button.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Menu, MenuAction } from '../../ui/menu.tsx'
import { Moment } from '../../ui/moment.tsx'
import { calledName, type Known } from './names.ts'
import { addressOf, hrefOf } from './place.ts'

interface Props {
  readonly conversation: Conversation
  readonly circle: CircleDetails | undefined
  readonly known: Known
  readonly panel: boolean
  readonly onPanel: () => void
}

export function TalkHead({ conversation, circle, known, panel, onPanel }: Props): ReactNode {
  const { id, kind, person, quiet } = conversation
  const name = calledName(known, person, conversation.name)
  const change = async (): Promise<void> => {
    const answer = await attempt(() => call('changeConversation', { id, quiet: !quiet }))
    if (answer !== undefined) replaceConversation(answer)
  }
  return (
    <header className="talk-head">
      <BackToAll />
      <div className="talk-head-text">
        <h1>
          <ForeignText text={name} />
          {quiet && (
            <span className="talk-head-quiet" title={t('people.quiet')}>
              <Icon name="bell" />
              <span className="visually-hidden">{t('people.quiet')}</span>
            </span>
          )}
        </h1>
        <p className="soft truncate">
          {circle === undefined ? (
            <Presence known={known} person={person} />
          ) : (
            <>
              <a href={hrefOf({ kind: 'circle', id: circle.id })}>
                <ForeignText text={circle.name} />
              </a>
              {' · '}
              {t('talk.onlineOf', circle.online, circle.members)}
            </>
          )}
        </p>
      </div>
      <IconButton
        icon="search"
        label={t('talk.searchHere')}
        onPress={() => go(addressOf({ kind: 'find' }, { in: id }))}
      />
      {kind === 'room' && (
        <IconButton
          icon="people"
          label={t(panel ? 'talk.hideMembers' : 'talk.showMembers')}
          aria-expanded={panel}
          onPress={onPanel}
        />
      )}
      <MenuTrigger>
        <IconButton icon="more" label={t('talk.menu')} />
        <Menu aria-label={t('talk.menu')}>
          <MenuAction icon="bell" onAction={() => void change()}>
            {t(quiet ? 'talk.loud' : 'talk.quiet')}
          </MenuAction>
          {circle !== undefined && (
            <MenuAction icon="settings" onAction={() => go(addressOf({ kind: 'circle', id: circle.id }))}>
              {t('talk.circlePage')}
            </MenuAction>
          )}
          {person !== null && (
            <MenuAction icon="person" onAction={() => go(addressOf({ kind: 'person', id: person }))}>
              {t('talk.personPage')}
            </MenuAction>
          )}
        </Menu>
      </MenuTrigger>
    </header>
  )
}

/** On a phone what is beside it lies before it. */
export function BackToAll(): ReactNode {
  return (
    <a className="people-back" href={hrefOf({ kind: 'all' })} aria-label={t('people.back')}>
      <Icon name="chevronLeft" />
    </a>
  )
}

export function Presence({
  known,
  person,
}: {
  readonly known: Known
  readonly person: string | null
}): ReactNode {
  const found = person === null ? undefined : known.people.get(person)
  if (found === undefined) return null
  if (found.online) return t('people.online')
  if (found.lastSeenAt === null) return t('people.offline')
  return (
    <>
      {t('people.seen')} <Moment at={found.lastSeenAt} />
    </>
  )
}
