// A circle as a whole: inviting, who waits to be let in, rooms, rules, what I give, and leaving.

import { type ReactNode, useCallback, useState } from 'react'
import type { CircleDetails, Room } from '../../../../src/api/schemas/circles.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { circles } from '../../store/people.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Moment } from '../../ui/moment.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { Section } from '../section.tsx'
import { CircleRules } from './circle-rules.tsx'
import { codedSentence } from './coded-sentence.ts'
import { InvitePanel } from './invite-panel.tsx'
import { Leaving } from './leaving.tsx'
import { PageHead } from './page-head.tsx'
import { hrefOf } from './place.ts'
import { useCircleNow } from './use-circle.ts'

export function CirclePage({ id }: { readonly id: string }): ReactNode {
  const { value: circle, error, again, put } = useCircleNow(id)
  const changed = (): void => {
    circles.changed()
    again()
  }
  if (circle === undefined)
    return error === undefined ? <p role="status">{t('people.loading')}</p> : <ErrorSentence error={error} />
  const { name, role, members, online, problem } = circle
  const moderates = role === 'owner' || role === 'moderator'
  return (
    <div className="view">
      <PageHead>
        <ForeignText text={name} />
      </PageHead>
      <p className="soft">
        {t('circle.page.members', members, online)} ·{' '}
        {role === null ? t('circle.page.left') : t('circle.page.role', t(`members.role.${role}`))}
      </p>
      {problem !== null && (
        <p className="people-careful">
          <ForeignText text={codedSentence(problem)} />
        </p>
      )}
      {moderates && circle.requests > 0 && (
        <Requests
          circle={circle}
          onAnswered={(details) => {
            put(details)
            circles.changed()
          }}
        />
      )}
      {role !== null && role !== 'keeper' && <InvitePanel circle={circle} />}
      <Rooms circle={circle} moderates={moderates} onChanged={changed} />
      {role !== null && <CircleRules key={String(circle.name)} circle={circle} onChanged={changed} />}
      <Leaving circle={circle} onChanged={changed} />
    </div>
  )
}

function Requests({
  circle: { id, requests },
  onAnswered,
}: {
  readonly circle: CircleDetails
  readonly onAnswered: (details: CircleDetails) => void
}): ReactNode {
  // biome-ignore lint/correctness/useExhaustiveDependencies: more or fewer wait
  const { value, error } = useLoaded(useCallback(() => call('joinRequests', { id }), [id, requests]))
  const answer = async (person: string, yes: boolean): Promise<void> => {
    const details = await attempt(() => call('answerJoin', { id, person, let: yes }))
    if (details !== undefined) onAnswered(details)
  }
  return (
    <Section title={t('circle.page.requests')}>
      {error !== undefined && <ErrorSentence error={error} />}
      <ul className="settings-list">
        {value?.requests.map(({ person, name, at }) => (
          <li key={person} className="people-row">
            <span className="people-row-text">
              <strong>
                <ForeignText text={name} />
              </strong>{' '}
              <span className="soft">
                {t('request.asked')} <Moment at={at} />
              </span>
            </span>
            <Button
              look="primary"
              aria-label={t('request.letOf', visible(name))}
              onPress={() => void answer(person, true)}
            >
              {t('request.let')}
            </Button>
            <Button
              aria-label={t('request.refuseOf', visible(name))}
              onPress={() => void answer(person, false)}
            >
              {t('request.refuse')}
            </Button>
          </li>
        ))}
      </ul>
    </Section>
  )
}

interface RoomsProps {
  readonly circle: CircleDetails
  readonly moderates: boolean
  readonly onChanged: () => void
}

function Rooms({ circle, moderates, onChanged }: RoomsProps): ReactNode {
  const [name, setName] = useState('')
  const make = async (): Promise<void> => {
    const room = await attempt(() => call('newRoom', { id: circle.id, name: name.trim() }))
    if (room === undefined) return
    toast(t('room.made', visible(room.name)))
    setName('')
    onChanged()
  }
  return (
    <Section title={t('circle.page.rooms')}>
      <ul className="settings-list">
        {circle.rooms.map((room) => (
          <li key={room.id}>
            <RoomRow circle={circle} room={room} moderates={moderates} onChanged={onChanged} />
          </li>
        ))}
      </ul>
      {moderates && (
        <div className="people-inline">
          <TextField label={t('room.new')} value={name} onChange={setName} />
          <Button isDisabled={name.trim() === ''} onPress={() => void make()}>
            {t('room.make')}
          </Button>
        </div>
      )}
    </Section>
  )
}

function RoomRow({
  circle: { id },
  room,
  moderates,
  onChanged,
}: RoomsProps & { readonly room: Room }): ReactNode {
  const [renaming, setRenaming] = useState<string>()
  const shown = visible(room.name)
  const change = async (input: { name?: string; archived?: boolean }): Promise<void> => {
    if ((await attempt(() => call('changeRoom', { id, room: room.id, ...input }))) === undefined) return
    setRenaming(undefined)
    onChanged()
  }
  if (renaming !== undefined) {
    return (
      <div className="people-inline people-row">
        <TextField label={t('room.name')} value={renaming} onChange={setRenaming} autoFocus />
        <Button
          look="primary"
          isDisabled={renaming.trim() === ''}
          onPress={() => void change({ name: renaming.trim() })}
        >
          {t('circle.save')}
        </Button>
        <Button onPress={() => setRenaming(undefined)}>{t('action.cancel')}</Button>
      </div>
    )
  }
  return (
    <div className="people-row">
      <span className="people-row-text">
        <a href={hrefOf({ kind: 'conversation', id: `room:${id}:${room.id}` })}>
          <ForeignText text={room.name} />
        </a>
        {room.archived && <span className="soft"> {t('people.archived')}</span>}
      </span>
      {moderates && (
        <>
          <Button aria-label={t('room.renameOf', shown)} onPress={() => setRenaming(room.name)}>
            {t('room.rename')}
          </Button>
          <Button
            aria-label={t(room.archived ? 'room.backOf' : 'room.archiveOf', shown)}
            onPress={() => void change({ archived: !room.archived })}
          >
            {t(room.archived ? 'room.back' : 'room.archive')}
          </Button>
        </>
      )}
    </div>
  )
}
