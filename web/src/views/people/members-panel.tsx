// Beside a room: who is in its circle, what they share with it, and how many copies are kept.

import { type ReactNode, useState } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { formatSize } from '../../../../src/api/format-quantity.ts'
import type { CircleDetails, CircleMember } from '../../../../src/api/schemas/circles.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { t } from '../../text/t.ts'
import { IconButton } from '../../ui/button.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Moment } from '../../ui/moment.tsx'
import { MemberMenu } from './member-menu.tsx'
import { calledName, type Known } from './names.ts'
import { hrefOf } from './place.ts'
import { SharedFiles } from './shared-files.tsx'
import '../../ui/tabs.css'

const TABS = ['members', 'files', 'copies'] as const
type TabName = (typeof TABS)[number]

interface Props {
  readonly circle: CircleDetails
  readonly known: Known
  readonly onClose: () => void
}

export function MembersPanel({ circle, known, onClose }: Props): ReactNode {
  const [tab, setTab] = useState<TabName>('members')
  const [filesOf, setFilesOf] = useState<string>()
  return (
    <aside className="people-panel" aria-label={t('members.tabs')}>
      <Tabs
        className="people-panel-tabs"
        selectedKey={tab}
        onSelectionChange={(key) => setTab(TABS.find((name) => name === key) ?? 'members')}
      >
        <div className="people-panel-head">
          <TabList className="tab-list" aria-label={t('members.tabs')}>
            {TABS.map((name) => (
              <Tab key={name} id={name} className="tab">
                {t(`members.tab.${name}`)}
              </Tab>
            ))}
          </TabList>
          <IconButton icon="close" label={t('members.close')} onPress={onClose} />
        </div>
        <TabPanel id="members" className="people-panel-body">
          <ul className="members">
            {inOrder(circle.people).map((member) => (
              <Member
                key={member.person}
                circle={circle}
                member={member}
                known={known}
                onFiles={() => {
                  setFilesOf(member.person)
                  setTab('files')
                }}
              />
            ))}
          </ul>
        </TabPanel>
        <TabPanel id="files" className="people-panel-body">
          <SharedFiles circle={circle} known={known} person={filesOf} onPerson={setFilesOf} />
        </TabPanel>
        <TabPanel id="copies" className="people-panel-body">
          <Copies circle={circle} />
        </TabPanel>
      </Tabs>
    </aside>
  )
}

const ROLES: readonly CircleMember['role'][] = ['owner', 'moderator', 'member', 'keeper']

/** Who is there first, then by what they are, then by name. */
function inOrder(people: readonly CircleMember[]): readonly CircleMember[] {
  return people.toSorted(
    (a, b) =>
      Number(b.online) - Number(a.online) ||
      ROLES.indexOf(a.role) - ROLES.indexOf(b.role) ||
      a.name.localeCompare(b.name),
  )
}

function Member({
  circle,
  member,
  known,
  onFiles,
}: {
  readonly circle: CircleDetails
  readonly member: CircleMember
  readonly known: Known
  readonly onFiles: () => void
}): ReactNode {
  const { person, role, me, muted, online, lastSeenAt, devices } = member
  const name = calledName(known, person, member.name)
  const found = known.people.get(person)
  const marks = [
    ...(role === 'member' ? [] : [t(`members.role.${role}`)]),
    ...(role === 'keeper' ? [t('members.role.keeperMeans')] : []),
    ...(me ? [t('people.you')] : []),
    ...(muted ? [t('members.muted')] : []),
    ...(found?.blocked === true
      ? [t('members.blocked')]
      : found?.ignored === true
        ? [t('members.ignored')]
        : []),
  ]
  const frozen = devices.some((device) => device.frozen)
  return (
    <li className="member">
      <span className={`people-dot${online ? '' : ' people-dot-off'}`} aria-hidden="true" />
      <div className="member-text">
        <p className="member-name">
          {me ? (
            <ForeignText text={name} />
          ) : (
            <a href={hrefOf({ kind: 'person', id: person })}>
              <ForeignText text={name} />
            </a>
          )}
          {marks.length > 0 && <span className="soft"> {marks.join(', ')}</span>}
        </p>
        <p className="soft member-facts">
          {online ? t('people.online') : lastSeenAt === null ? t('people.offline') : t('people.seen')}
          {!online && lastSeenAt !== null && (
            <>
              {' '}
              <Moment at={lastSeenAt} />
            </>
          )}
          {member.files > 0 && ` · ${t('members.shares', member.files, formatSize(member.bytes))}`}
        </p>
        {frozen && (
          <p className="member-frozen">
            <Icon name="warning" /> {t('members.frozen')}
          </p>
        )}
      </div>
      <MemberMenu circle={circle} member={member} name={visible(name)} person={found} onFiles={onFiles} />
    </li>
  )
}

function Copies({ circle }: { readonly circle: CircleDetails }): ReactNode {
  const { id, keepCopies, tooFewCopies, keptBytes, keepSpaceBytes } = circle
  return (
    <div className="people-copies">
      {keepCopies === 0 ? (
        <p>{t('copies.off')}</p>
      ) : (
        <>
          <p>{t('copies.asked', keepCopies)}</p>
          <p className={tooFewCopies > 0 ? 'people-careful' : undefined}>
            {t('copies.tooFew', tooFewCopies)}
          </p>
        </>
      )}
      <p>
        {keepSpaceBytes === 0
          ? t('copies.none')
          : t('copies.kept', formatSize(keptBytes), formatSize(keepSpaceBytes))}{' '}
        <a href={hrefOf({ kind: 'circle', id })}>{t('copies.change')}</a>
      </p>
    </div>
  )
}
