// A conversation: its head, its messages, who writes now, and the field to write in. What is dropped on it is offered in it.

import { type DragEvent, type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import type { CircleDetails } from '../../../../src/api/schemas/circles.ts'
import type { Conversation, Message } from '../../../../src/api/schemas/conversations.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { openDialog } from '../../app/dialogs.ts'
import { go, useRoute } from '../../app/router.ts'
import { call } from '../../store/api.ts'
import { conversations, replaceConversation } from '../../store/people.ts'
import { flag, Preference } from '../../store/preference.ts'
import { toast } from '../../store/toasts.ts'
import { useKept } from '../../store/use-kept.ts'
import { useSignal } from '../../store/use-signal.ts'
import { t } from '../../text/t.ts'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { NARROW, useMedia } from '../../ui/use-media.ts'
import { codedSentence } from './coded-sentence.ts'
import { Composer } from './composer.tsx'
import { type Draft, draftOf, keepDraft } from './draft.ts'
import { MembersPanel } from './members-panel.tsx'
import { type Known, useKnown } from './names.ts'
import { addressOf } from './place.ts'
import { TalkHead } from './talk-head.tsx'
import { type MessageActs, TalkList } from './talk-list.tsx'
import { typingSentence } from './typing-sentence.ts'
import { useCircleNow } from './use-circle.ts'
import { useTalk } from './use-talk.ts'

const panelShown = new Preference('peoplePanel', true, flag)

export function ConversationView({ id }: { readonly id: string }): ReactNode {
  const [kind, circle = ''] = id.split(':')
  return kind === 'room' ? (
    <RoomView id={id} circle={circle} />
  ) : (
    <OneConversation id={id} circle={undefined} />
  )
}

function RoomView({ id, circle }: { readonly id: string; readonly circle: string }): ReactNode {
  const { value } = useCircleNow(circle)
  return <OneConversation id={id} circle={value} />
}

function OneConversation({
  id,
  circle,
}: {
  readonly id: string
  readonly circle: CircleDetails | undefined
}): ReactNode {
  const { query } = useRoute()
  const at = query.at === undefined || query.at === '' ? undefined : query.at
  const { value: all } = useKept(conversations)
  const conversation = all?.find((one) => one.id === id) ?? unwritten(id)
  const known = useKnown()
  const narrow = useMedia(NARROW)
  const wanted = useSignal(panelShown)
  // Where it would lie over what one reads, it is opened for a moment only.
  const [over, setOver] = useState(false)
  const panel = conversation.kind === 'room' && (narrow ? over : wanted)
  return (
    <>
      <section className="conversation" aria-label={visible(conversation.name)}>
        <TalkHead
          conversation={conversation}
          circle={circle}
          known={known}
          panel={panel}
          onPanel={() => (narrow ? setOver(!over) : panelShown.set(!wanted))}
        />
        <Talked key={`${id} ${at ?? ''}`} conversation={conversation} circle={circle} known={known} at={at} />
      </section>
      {panel && circle !== undefined && (
        <MembersPanel
          circle={circle}
          known={known}
          onClose={() => (narrow ? setOver(false) : panelShown.set(false))}
        />
      )}
    </>
  )
}

/** One that nothing was written in yet is in no list. */
function unwritten(id: string): Conversation {
  const [kind, first = ''] = id.split(':')
  const direct = kind === 'direct'
  return {
    id,
    kind: direct ? 'direct' : 'room',
    circle: direct ? null : first,
    person: direct ? first : null,
    name: '',
    unread: 0,
    mentions: 0,
    quiet: false,
    last: null,
    typing: [],
    closed: null,
  }
}

interface Props {
  readonly conversation: Conversation
  readonly circle: CircleDetails | undefined
  readonly known: Known
  readonly at: string | undefined
}

function Talked({ conversation, circle, known, at }: Props): ReactNode {
  const { id, kind, closed, typing, unread } = conversation
  const talking = useTalk(id, at)
  const { talk, error, put } = talking
  const [draft, setDraft] = useState<Draft>(() => draftOf(id))
  const change = useCallback(
    (next: Draft): void => {
      keepDraft(id, next)
      setDraft(next)
    },
    [id],
  )
  const reading = useRef<string>(undefined)
  const onRead = useCallback(
    (last: string): void => {
      if (unread === 0 || reading.current === last) return
      reading.current = last
      // What was not marked is marked with the next message that is seen.
      call('readConversation', { id, message: last }).then(replaceConversation, () => {
        reading.current = undefined
      })
    },
    [id, unread],
  )
  const acts: MessageActs = {
    put,
    reply: (message) => change({ ...draft, reply: message, editing: undefined }),
    edit: (message) => change({ ...draft, text: message.text, editing: message, reply: undefined }),
  }
  const myRole = circle?.role
  const names =
    circle?.people
      .filter(({ me, role }) => !me && role !== 'keeper')
      .map(({ person, name }) => ({ id: person, name: known.people.get(person)?.alias ?? name })) ?? []
  const sent = (message: Message): void => {
    put(message)
    if (talk?.newer === true) talking.newest()
    if (at !== undefined) go(addressOf({ kind: 'conversation', id }), 'replace')
  }
  return (
    <Drop conversation={conversation}>
      {error !== undefined && <ErrorSentence error={error} />}
      {talk === undefined && error === undefined && <p role="status">{t('people.loading')}</p>}
      {talk !== undefined && (
        <TalkList
          talk={talk}
          talking={talking}
          known={known}
          at={at}
          acts={acts}
          moderator={myRole === 'owner' || myRole === 'moderator'}
          room={kind === 'room'}
          onRead={onRead}
        />
      )}
      <p className="talk-typing soft">{typingSentence(typing)}</p>
      {closed === null ? (
        <Composer
          id={id}
          draft={draft}
          onDraft={change}
          names={names}
          onSent={sent}
          onAttach={() => void offer(conversation)}
        />
      ) : (
        <p className="talk-closed">
          <ForeignText text={codedSentence(closed)} />
        </p>
      )}
    </Drop>
  )
}

async function offer({ id, name }: Conversation, file?: File): Promise<boolean> {
  const target = { kind: 'conversation', id, name: visible(name) } as const
  return (await openDialog('send', { target, ...(file === undefined ? {} : { file }) })) === true
}

function Drop({
  conversation,
  children,
}: {
  readonly conversation: Conversation
  readonly children: ReactNode
}): ReactNode {
  const [over, setOver] = useState(false)
  useEffect(() => {
    const end = (): void => setOver(false)
    window.addEventListener('drop', end)
    return () => window.removeEventListener('drop', end)
  }, [])
  const files = ({ dataTransfer }: DragEvent): boolean =>
    conversation.closed === null && dataTransfer.types.includes('Files')
  const drop = async (event: DragEvent): Promise<void> => {
    if (!files(event)) return
    event.preventDefault()
    const folder = [...event.dataTransfer.items]
      .map((item) => item.webkitGetAsEntry())
      .find((entry) => entry?.isDirectory)
    if (folder != null) {
      toast(t('share.folderDropped', visible(folder.name)), { tone: 'bad' })
      return
    }
    // One look each: what is in one says nothing of another.
    for (const file of [...event.dataTransfer.files]) if (!(await offer(conversation, file))) return
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button beside the field offers files, too
    <div
      className="talk-drop"
      onDragOver={(event) => {
        if (!files(event)) return
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={({ currentTarget, relatedTarget }) => {
        if (!(relatedTarget instanceof Node) || !currentTarget.contains(relatedTarget)) setOver(false)
      }}
      onDrop={(event) => void drop(event)}
    >
      {children}
      {over && (
        <p className="talk-drop-here" aria-hidden="true">
          {t('talk.drop')}
        </p>
      )}
    </div>
  )
}
