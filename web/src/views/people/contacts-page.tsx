// Contacts: my link to hand on, adding somebody by theirs, and everybody I know or met in a circle.

import { type ReactNode, useState } from 'react'
import type { OutputOf } from '../../../../src/api/routes.ts'
import type { Person } from '../../../../src/api/schemas/people.ts'
import { openDialog } from '../../app/dialogs.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { me, people } from '../../store/people.ts'
import { useKept } from '../../store/use-kept.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { CopyLine } from '../../ui/copy-line.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Section } from '../section.tsx'
import { LinkQr } from './link-qr.tsx'
import { nameOf } from './names.ts'
import { PageHead } from './page-head.tsx'
import { hrefOf } from './place.ts'

export function ContactsPage(): ReactNode {
  const { value, error } = useKept(people)
  const { value: own } = useKept(me)
  const others = value?.filter(({ id }) => id !== own?.person) ?? []
  const contacts = others.filter(({ contact }) => contact)
  const met = others.filter(({ contact }) => !contact)
  return (
    <div className="view">
      <PageHead>{t('people.contacts')}</PageHead>
      {error !== undefined && <ErrorSentence error={error} />}
      <MyLink />
      <Section title={t('contact.list')}>
        {contacts.length === 0 && <p className="soft">{t('contact.none')}</p>}
        <PersonList people={contacts} />
        <div>
          <Button icon="plus" onPress={() => void openDialog('peopleLink', {})}>
            {t('contact.add')}
          </Button>
        </div>
      </Section>
      {met.length > 0 && (
        <Section title={t('contact.others')}>
          <PersonList people={met} />
        </Section>
      )}
    </div>
  )
}

function MyLink(): ReactNode {
  const [made, setMade] = useState<OutputOf<'contactLink'>>()
  const show = async (anew: boolean): Promise<void> => {
    const link = await attempt(() => call('contactLink', { anew }))
    if (link !== undefined) setMade(link)
  }
  return (
    <Section title={t('contact.link')}>
      <p className="soft">{t('contact.linkMeans')}</p>
      {made === undefined ? (
        <div>
          <Button icon="link" onPress={() => void show(false)}>
            {t('contact.linkShow')}
          </Button>
        </div>
      ) : (
        <>
          <CopyLine label={t('contact.link')} text={made.link} autoFocus />
          <LinkQr link={made.link} label={t('contact.linkQr')} />
          <p className="soft">{t('contact.linkAnewMeans')}</p>
          <div>
            <Button icon="reload" onPress={() => void show(true)}>
              {t('contact.linkAnew')}
            </Button>
          </div>
        </>
      )}
    </Section>
  )
}

function PersonList({ people: all }: { readonly people: readonly Person[] }): ReactNode {
  return (
    <ul className="person-list">
      {all.map((person) => (
        <li key={person.id} className="person-line">
          <span className={`people-dot${person.online ? '' : ' people-dot-off'}`} aria-hidden="true" />
          <a href={hrefOf({ kind: 'person', id: person.id })}>
            <ForeignText text={nameOf(person)} />
          </a>
          <span className="soft">
            {[
              t(person.online ? 'people.online' : 'people.offline'),
              ...(person.contact ? [t(person.verified ? 'contact.verified' : 'contact.notVerified')] : []),
              ...(person.blocked ? [t('members.blocked')] : person.ignored ? [t('members.ignored')] : []),
            ].join(' · ')}
          </span>
        </li>
      ))}
    </ul>
  )
}
