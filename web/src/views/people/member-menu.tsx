// What can be done with a member, by one's own role: what only changes what I see, and what holds for everybody.

import type { ReactNode } from 'react'
import { MenuTrigger } from 'react-aria-components'
import type { CircleDetails, CircleMember, CircleRole } from '../../../../src/api/schemas/circles.ts'
import type { Person } from '../../../../src/api/schemas/people.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { openDialog } from '../../app/dialogs.ts'
import { go } from '../../app/router.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { deferred } from '../../store/deferred.ts'
import { circles, replacePerson } from '../../store/people.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'
import { IconButton } from '../../ui/button.tsx'
import { Menu, MenuAction, MenuLine } from '../../ui/menu.tsx'
import { addressOf } from './place.ts'

interface Props {
  readonly circle: CircleDetails
  readonly member: CircleMember
  /** As it can be said in our own sentences. */
  readonly name: string
  readonly person: Person | undefined
  readonly onFiles: () => void
}

export function MemberMenu({ circle, member, name, person, onFiles }: Props): ReactNode {
  const { person: id, role, muted, me } = member
  const keeper = role === 'keeper'
  const { owner, over } = powers(circle, member)
  const setRole = async (to: CircleRole): Promise<void> => {
    if ((await attempt(() => call('setRole', { id: circle.id, person: id, role: to }))) === undefined) return
    toast(t('members.roleSet', name, t(`members.role.${to}`)))
  }
  const mute = async (): Promise<void> => {
    const answer = await attempt(() => call('muteMember', { id: circle.id, person: id, muted: !muted }))
    if (answer !== undefined) toast(t(muted ? 'members.unmutedNow' : 'members.mutedNow', name))
  }
  const remove = (): void =>
    deferred(t('members.removing', name, visible(circle.name)), async () => {
      await call('removeMember', { id: circle.id, person: id })
      circles.changed()
    })
  if (me) return null
  return (
    <MenuTrigger>
      <IconButton icon="more" label={t('members.menu', name)} />
      <Menu aria-label={t('members.menu', name)}>
        {!keeper && (
          <MenuAction
            icon="room"
            onAction={() => go(addressOf({ kind: 'conversation', id: `direct:${id}` }))}
          >
            {t('members.write')}
          </MenuAction>
        )}
        {!keeper && (
          <MenuAction
            icon="send"
            onAction={() => void openDialog('send', { target: { kind: 'to', to: `person:${id}`, name } })}
          >
            {t('members.sendFiles')}
          </MenuAction>
        )}
        {!keeper && (
          <MenuAction icon="folder" onAction={onFiles}>
            {t('members.filesOf')}
          </MenuAction>
        )}
        <MenuAction icon="person" onAction={() => go(addressOf({ kind: 'person', id }))}>
          {t('members.about')}
        </MenuAction>
        <MenuLine />
        {person !== undefined && !keeper && (
          <MenuAction icon="bell" onAction={() => void changePerson(id, { ignored: !person.ignored }, name)}>
            {t(person.ignored ? 'members.unignore' : 'members.ignore')}
          </MenuAction>
        )}
        {person !== undefined && (
          <MenuAction icon="stop" onAction={() => void changePerson(id, { blocked: !person.blocked }, name)}>
            {t(person.blocked ? 'members.unblock' : 'members.block')}
          </MenuAction>
        )}
        {(owner || over) && <MenuLine />}
        {owner && !keeper && role !== 'owner' && (
          <MenuAction icon="up" onAction={() => void setRole('owner')}>
            {t('members.makeOwner')}
          </MenuAction>
        )}
        {owner && !keeper && role !== 'moderator' && (
          <MenuAction icon="people" onAction={() => void setRole('moderator')}>
            {t('members.makeModerator')}
          </MenuAction>
        )}
        {owner && !keeper && role !== 'member' && (
          <MenuAction icon="down" onAction={() => void setRole('member')}>
            {t('members.makeMember')}
          </MenuAction>
        )}
        {over && !keeper && (
          <MenuAction icon="stop" onAction={() => void mute()}>
            {t(muted ? 'members.unmute' : 'members.mute')}
          </MenuAction>
        )}
        {over && (
          <MenuAction icon="remove" danger onAction={remove}>
            {t('members.remove')}
          </MenuAction>
        )}
      </Menu>
    </MenuTrigger>
  )
}

/** What the circle lets me do; it is asked again when it is done. */
function powers({ role }: CircleDetails, member: CircleMember): { owner: boolean; over: boolean } {
  const owner = role === 'owner'
  const over = owner || (role === 'moderator' && (member.role === 'member' || member.role === 'keeper'))
  return { owner, over }
}

export async function changePerson(
  id: string,
  change: { readonly ignored: boolean } | { readonly blocked: boolean },
  name: string,
): Promise<void> {
  const answer = await attempt(() => call('changePerson', { id, ...change }))
  if (answer === undefined) return
  replacePerson(answer)
  if ('ignored' in change) toast(t(change.ignored ? 'members.ignoredNow' : 'members.unignoredNow', name))
  else toast(t(change.blocked ? 'members.blockedNow' : 'members.unblockedNow', name))
}
