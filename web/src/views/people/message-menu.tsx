// What can be done with a message: by right click, its button, or Enter on it.

import type { ReactNode } from 'react'
import type { Message } from '../../../../src/api/schemas/conversations.ts'
import { go } from '../../app/router.ts'
import { call } from '../../store/api.ts'
import { deferred } from '../../store/deferred.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'
import { copyText } from '../../ui/copy-line.tsx'
import { MenuAction, MenuGroup, MenuLine } from '../../ui/menu.tsx'
import { type Point, PointMenu } from '../../ui/point-menu.tsx'
import { react } from './message-view.tsx'
import { addressOf } from './place.ts'
import type { MessageActs } from './talk-list.tsx'

const EMOJI = [
  ['👍', 'good'],
  ['❤️', 'love'],
  ['😂', 'funny'],
  ['🎉', 'hooray'],
  ['😮', 'oh'],
  ['😢', 'sad'],
] as const

interface Props {
  readonly message: Message
  readonly at: Point
  readonly acts: MessageActs
  readonly moderator: boolean
  readonly room: boolean
  readonly onClose: () => void
}

export function MessageMenu({ message, at, acts, moderator, room, onClose }: Props): ReactNode {
  const { mine, kind, text, deleted, reactions, author } = message
  const there = deleted === 'no'
  const mayDelete = there && (mine || (moderator && room))
  return (
    <PointMenu at={at} label={t('message.menu')} onClose={onClose}>
      {there && (
        <MenuAction icon="reply" onAction={() => acts.reply(message)}>
          {t('message.reply')}
        </MenuAction>
      )}
      {there && mine && kind === 'text' && (
        <MenuAction icon="tag" onAction={() => acts.edit(message)}>
          {t('message.edit')}
        </MenuAction>
      )}
      {there && text !== '' && (
        <MenuAction icon="file" onAction={() => void copy(text)}>
          {t('message.copy')}
        </MenuAction>
      )}
      {room && !mine && (
        <MenuAction
          icon="person"
          onAction={() => go(addressOf({ kind: 'conversation', id: `direct:${author}` }))}
        >
          {t('message.direct')}
        </MenuAction>
      )}
      {there && (
        <MenuGroup title={t('message.react')}>
          {EMOJI.map(([emoji, word]) => {
            const on = reactions.some((one) => one.emoji === emoji && one.mine)
            return (
              <MenuAction
                key={emoji}
                {...(on ? { icon: 'check' as const } : {})}
                onAction={() => void react(message, emoji, !on, acts)}
              >
                {`${emoji} ${t(`message.react.${word}`)}`}
              </MenuAction>
            )
          })}
        </MenuGroup>
      )}
      {mayDelete && <MenuLine />}
      {mayDelete && (
        <MenuAction icon="remove" danger onAction={() => takeBack(message, acts)}>
          {t(mine ? 'message.delete' : 'message.takeAway')}
        </MenuAction>
      )}
    </PointMenu>
  )
}

async function copy(text: string): Promise<void> {
  if (await copyText(text)) toast(t('message.copied'))
}

/** Shown as gone at once, and gone ten seconds later. */
function takeBack(message: Message, { put }: MessageActs): void {
  const { conversation: id, id: of, mine } = message
  put({ ...message, deleted: mine ? 'author' : 'moderator', text: '', file: null })
  deferred(
    t('message.deleting'),
    async () => {
      try {
        put(await call('deleteMessage', { id, message: of }))
      } catch (failed) {
        put(message)
        throw failed
      }
    },
    () => put(message),
  )
}
