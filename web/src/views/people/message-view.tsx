// One message: whose, when, what it answers, its text or file, reactions, and where it is. Everything in it that others wrote is text.

import { type KeyboardEvent, type ReactNode, useState } from 'react'
import type { Message } from '../../../../src/api/schemas/conversations.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { go } from '../../app/router.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { exactMoment } from '../../text/moment.ts'
import { LOCALE } from '../../text/plural.ts'
import { t } from '../../text/t.ts'
import { IconButton } from '../../ui/button.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { type Point, pointOf } from '../../ui/point-menu.tsx'
import { TextButton } from '../../ui/text-button.tsx'
import { FileCardView } from './file-card.tsx'
import { MessageText } from './message-text.tsx'
import { calledName, type Known } from './names.ts'
import { noticeSentence } from './notice.ts'
import { addressOf } from './place.ts'
import type { MessageActs } from './talk-list.tsx'

interface Props {
  readonly message: Message
  readonly follows: boolean
  readonly known: Known
  /** The one that Tab comes to. */
  readonly focusable: boolean
  /** The one that was searched for. */
  readonly marked: boolean
  readonly onFocus: () => void
  readonly onKeyDown: (event: KeyboardEvent) => void
  readonly onMenu: (at: Point) => void
  readonly acts: MessageActs
}

/** In the document. */
export function idOf(message: string): string {
  return `m-${message}`
}

export function MessageView({
  message,
  follows,
  known,
  focusable,
  marked,
  onFocus,
  onKeyDown,
  onMenu,
  acts,
}: Props): ReactNode {
  const name = calledName(known, message.author, message.authorName)
  const classes = [
    'message',
    ...(follows ? ['message-follows'] : []),
    ...(message.mine ? ['message-mine'] : []),
    ...(message.mentionsMe ? ['message-mentions'] : []),
    ...(marked ? ['message-marked'] : []),
    ...(message.kind === 'notice' ? ['message-notice'] : []),
  ].join(' ')
  return (
    <article
      id={idOf(message.id)}
      className={classes}
      aria-label={t('message.of', visible(name))}
      tabIndex={focusable ? 0 : -1}
      onFocus={onFocus}
      onKeyDown={onKeyDown}
      onContextMenu={(event) => {
        // What is selected in it has the browser's own menu.
        if (message.kind === 'notice' || getSelection()?.isCollapsed === false) return
        event.preventDefault()
        onMenu(pointOf(event))
      }}
    >
      {message.kind === 'notice' ? (
        <p className="message-notice-text">
          <Icon name="info" />
          <ForeignText text={noticeSentence(message, name)} /> <Clock at={message.receivedAt} />
        </p>
      ) : (
        <>
          <header className={follows ? 'visually-hidden' : 'message-head'}>
            <strong className="message-author">
              <ForeignText text={name} />
            </strong>
            <Clock at={message.receivedAt} written={message.at} />
          </header>
          {message.replyTo !== null && (
            <Answered replyTo={message.replyTo} conversation={message.conversation} />
          )}
          <Body message={message} known={known} name={name} acts={acts} />
          <Reactions message={message} acts={acts} />
          {message.where !== null && message.deleted === 'no' && <Where message={message} />}
          <div className="message-do">
            <IconButton
              icon="reply"
              label={t('message.reply')}
              excludeFromTabOrder
              onPress={() => acts.reply(message)}
            />
            <IconButton
              icon="more"
              label={t('message.menu')}
              excludeFromTabOrder
              onPress={({ target }) => {
                const { left, bottom } = target.getBoundingClientRect()
                onMenu({ x: left, y: bottom })
              }}
            />
          </div>
        </>
      )}
    </article>
  )
}

const CLOCK = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

/** The order is not by the author's clock; what it said is told where it differs. */
function Clock({ at, written = at }: { readonly at: string; readonly written?: string }): ReactNode {
  const ms = Date.parse(at)
  return (
    <time className="message-time" dateTime={at} title={exactMoment(Date.parse(written), LOCALE)}>
      {CLOCK.format(ms)}
    </time>
  )
}

function Answered({
  replyTo: { id, authorName, text },
  conversation,
}: {
  readonly replyTo: NonNullable<Message['replyTo']>
  readonly conversation: string
}): ReactNode {
  return (
    <button
      type="button"
      className="message-answered"
      aria-description={t('message.toOriginal')}
      onClick={() => go(addressOf({ kind: 'conversation', id: conversation }, { at: id }))}
    >
      <Icon name="reply" />
      <strong>
        <ForeignText text={authorName} />
      </strong>
      <span className="truncate">
        <ForeignText text={text} />
      </span>
    </button>
  )
}

function Body({
  message,
  known,
  name,
  acts,
}: {
  readonly message: Message
  readonly known: Known
  readonly name: string
  readonly acts: MessageActs
}): ReactNode {
  const [shown, setShown] = useState(false)
  const author = known.people.get(message.author)
  if (message.deleted !== 'no') return <p className="soft">{t(`message.deleted.${message.deleted}`)}</p>
  if ((author?.ignored === true || author?.blocked === true) && !shown) {
    return (
      <p className="soft">
        {t('message.ignored')}{' '}
        <TextButton onPress={() => setShown(true)}>{t('message.showIgnored')}</TextButton>
      </p>
    )
  }
  return (
    <>
      {message.text !== '' && (
        <p className="message-text">
          <MessageText text={message.text} />
          {message.edited && <span className="soft message-edited"> ({t('message.edited')})</span>}
        </p>
      )}
      {message.file !== null && (
        <FileCardView
          message={message}
          file={message.file}
          from={name}
          authorOnline={author?.online ?? false}
          acts={acts}
        />
      )}
    </>
  )
}

function Reactions({ message, acts }: { readonly message: Message; readonly acts: MessageActs }): ReactNode {
  if (message.reactions.length === 0) return null
  return (
    <ul className="message-reactions">
      {message.reactions.map(({ emoji, people, mine }) => (
        <li key={emoji}>
          <button
            type="button"
            className="reaction"
            aria-pressed={mine}
            aria-label={t('message.reaction', visible(emoji), people.length, people.map(visible).join(', '))}
            title={people.map(visible).join(', ')}
            onClick={() => void react(message, emoji, !mine, acts)}
          >
            <ForeignText text={emoji} /> {people.length}
          </button>
        </li>
      ))}
    </ul>
  )
}

export async function react(
  message: Message,
  emoji: string,
  on: boolean,
  { put }: MessageActs,
): Promise<void> {
  const { conversation: id, id: of } = message
  const answer = await attempt(() => call('react', { id, message: of, emoji, on }))
  if (answer !== undefined) put(answer)
}

function Where({ message: { where, heldBy } }: { readonly message: Message }): ReactNode {
  if (where === null) return null
  return (
    <p className={`message-where message-where-${where}`} title={t(`message.where.${where}Means`)}>
      {where === 'delivered' && <Icon name="check" />}
      {where === 'held' ? t('message.where.held', heldBy) : t(`message.where.${where}`)}
    </p>
  )
}
