// Somebody: what they are called, whether the words were compared, what they send, and the ways to have less to do with them.

import { type ReactNode, useState } from 'react'
import { formatSize } from '../../../../src/api/format-quantity.ts'
import type { InputOf } from '../../../../src/api/routes.ts'
import type { Person } from '../../../../src/api/schemas/people.ts'
import { openDialog } from '../../app/dialogs.ts'
import { go } from '../../app/router.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { deferred } from '../../store/deferred.ts'
import { circles, me, people, replacePerson } from '../../store/people.ts'
import { toast } from '../../store/toasts.ts'
import { useKept } from '../../store/use-kept.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { Field, SelectBox } from '../../ui/field.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { Section } from '../section.tsx'
import { CompareWords } from './compare-words.tsx'
import { changePerson } from './member-menu.tsx'
import { nameOf, shownName } from './names.ts'
import { PageHead } from './page-head.tsx'
import { addressOf, hrefOf } from './place.ts'
import { Presence } from './talk-head.tsx'

export function PersonPage({ id }: { readonly id: string }): ReactNode {
  const { value } = useKept(people)
  const { value: own } = useKept(me)
  const person = value?.find((one) => one.id === id)
  if (value === undefined) return <p role="status">{t('people.loading')}</p>
  if (person === undefined || own?.person === id) {
    return (
      <div className="view">
        <PageHead>{t('people.title')}</PageHead>
        <p>{t(own?.person === id ? 'person.own' : 'people.nobody')}</p>
      </div>
    )
  }
  return <Known key={person.alias} person={person} all={value} />
}

function Known({ person, all }: { readonly person: Person; readonly all: readonly Person[] }): ReactNode {
  const { id, contact } = person
  const name = shownName(person)
  const { value: own } = useKept(me)
  const change = async (input: Omit<InputOf<'changePerson'>, 'id'>): Promise<void> => {
    const answer = await attempt(() => call('changePerson', { id, ...input }))
    if (answer !== undefined) replacePerson(answer)
  }
  const add = async (): Promise<void> => {
    const answer = await attempt(() => call('addContact', { person: id }))
    if (answer === undefined) return
    replacePerson(answer)
    toast(t('link.added', name))
  }
  const remove = (): void =>
    deferred(t('person.removing', name), async () => {
      await call('removeContact', { id })
      people.changed()
    })
  const known = { me: own, people: new Map(all.map((one) => [one.id, one])) }
  return (
    <div className="view">
      <PageHead>
        <ForeignText text={nameOf(person)} />
      </PageHead>
      <p className="soft">
        <Presence known={known} person={id} />
        {person.blocked && ` · ${t('members.blocked')}`}
        {person.ignored && ` · ${t('members.ignored')}`}
      </p>
      <div className="people-all-do">
        <Button
          icon="room"
          look="primary"
          onPress={() => go(addressOf({ kind: 'conversation', id: `direct:${id}` }))}
        >
          {t('members.write')}
        </Button>
        <Button
          icon="send"
          onPress={() => void openDialog('send', { target: { kind: 'to', to: `person:${id}`, name } })}
        >
          {t('members.sendFiles')}
        </Button>
        {!contact && (
          <Button icon="plus" onPress={() => void add()}>
            {t('person.add')}
          </Button>
        )}
      </div>
      <Section title={t('members.about')}>
        <Facts person={person} />
        <Alias person={person} onChange={(alias) => void change({ alias })} />
        <Accepts person={person} onChange={(alwaysAcceptBytes) => void change({ alwaysAcceptBytes })} />
      </Section>
      <CompareWords person={person} onChange={(verified) => void change({ verified })} />
      <Section title={t('person.less')}>
        <div className="people-all-do">
          <Button onPress={() => void changePerson(id, { ignored: !person.ignored }, name)}>
            {t(person.ignored ? 'members.unignore' : 'members.ignore')}
          </Button>
          <Button look="danger" onPress={() => void changePerson(id, { blocked: !person.blocked }, name)}>
            {t(person.blocked ? 'members.unblock' : 'members.block')}
          </Button>
          {contact && (
            <Button look="danger" icon="remove" onPress={remove}>
              {t('person.remove')}
            </Button>
          )}
        </div>
        <p className="soft">{t('person.lessMeans')}</p>
      </Section>
    </div>
  )
}

function Facts({ person }: { readonly person: Person }): ReactNode {
  const { value } = useKept(circles)
  const shared = value?.circles.filter(({ id }) => person.circles.includes(id)) ?? []
  return (
    <dl className="view-facts">
      {person.alias !== null && person.name !== null && (
        <>
          <dt>{t('person.name')}</dt>
          <dd>
            <ForeignText text={person.name} />
          </dd>
        </>
      )}
      {shared.length > 0 && (
        <>
          <dt>{t('person.circles')}</dt>
          <dd className="person-circles">
            {shared.map(({ id, name }) => (
              <a key={id} href={hrefOf({ kind: 'circle', id })}>
                <ForeignText text={name} />
              </a>
            ))}
          </dd>
        </>
      )}
      {person.devices.length > 0 && (
        <>
          <dt>{t('person.devices')}</dt>
          <dd>
            <ul>
              {person.devices.map(({ id, name, online }) => (
                <li key={id}>
                  <ForeignText text={name} />{' '}
                  <span className="soft">{t(online ? 'people.online' : 'people.offline')}</span>
                </li>
              ))}
            </ul>
          </dd>
        </>
      )}
    </dl>
  )
}

function Alias({
  person,
  onChange,
}: {
  readonly person: Person
  readonly onChange: (alias: string | null) => void
}): ReactNode {
  const [alias, setAlias] = useState(person.alias ?? '')
  const changed = alias.trim() !== (person.alias ?? '')
  return (
    <div className="people-inline">
      <TextField label={t('person.alias')} hint={t('person.aliasHint')} value={alias} onChange={setAlias} />
      <Button isDisabled={!changed} onPress={() => onChange(alias.trim() === '' ? null : alias.trim())}>
        {t('circle.save')}
      </Button>
    </div>
  )
}

const ACCEPTED = ['0', '100000000', '2000000000', '20000000000'] as const

function Accepts({
  person: { alwaysAcceptBytes },
  onChange,
}: {
  readonly person: Person
  readonly onChange: (bytes: number) => void
}): ReactNode {
  const value = String(alwaysAcceptBytes)
  const values: readonly string[] = ACCEPTED.some((one) => one === value) ? ACCEPTED : [...ACCEPTED, value]
  return (
    <div className="people-short">
      <Field label={t('person.accepts')}>
        {(wiring) => (
          <SelectBox
            wiring={wiring}
            value={value}
            options={values.map((one) => ({
              value: one,
              name: one === '0' ? t('person.acceptsNothing') : formatSize(Number(one)),
            }))}
            onChange={(next) => onChange(Number(next))}
          />
        )}
      </Field>
    </div>
  )
}
