// Who can get it (INTERFACE.md A1): one control, the same wherever something is shared, each value with its sentence. Persons and circles
// are offered where there are some.

import { type ReactNode, useId } from 'react'
import { visible } from '../../../src/api/unseen-characters.ts'
import { circles, people } from '../store/people.ts'
import { useKept } from '../store/use-kept.ts'
import { t } from '../text/t.ts'
import { Picks } from './field.tsx'

/** Somebody by name. */
export type Named = `person:${string}` | `circle:${string}`
export type Who = 'me' | 'link' | Named | 'everyone'
/** In the order of INTERFACE.md A1. */
export type WhoKind = 'me' | 'link' | 'person' | 'circle' | 'everyone'

interface Option {
  readonly value: Named
  readonly name: string
}

export function isNamed(who: string): who is Named {
  return /^(person|circle):[0-9a-z]+$/.test(who)
}

function kindOf(who: Who): WhoKind {
  if (who.startsWith('person:')) return 'person'
  return who.startsWith('circle:') ? 'circle' : (who as 'me' | 'link' | 'everyone')
}

/** Contacts, and circles that I am in, by name. */
export function useAudiences(): { readonly person: readonly Option[]; readonly circle: readonly Option[] } {
  const { value: known } = useKept(people)
  const { value: mine } = useKept(circles)
  return {
    person: (known ?? [])
      .filter(({ contact, blocked }) => contact && !blocked)
      .map(({ id, alias, name }) => ({
        value: `person:${id}` as const,
        name: visible(alias ?? name ?? id.slice(0, 6)),
      })),
    circle: (mine?.circles ?? [])
      .filter(({ role }) => role !== null && role !== 'keeper')
      .map(({ id, name }) => ({ value: `circle:${id}` as const, name: visible(name) })),
  }
}

/** For our own sentences; by what is known now. */
export function audienceName(who: string): string {
  const [kind, id = ''] = who.split(':')
  if (kind === 'circle') {
    const name = circles.value?.circles.find((circle) => circle.id === id)?.name
    return name === undefined ? t('audience.aCircle') : visible(name)
  }
  if (kind === 'person') {
    const person = people.value?.find((one) => one.id === id)
    return person === undefined
      ? t('audience.aPerson')
      : visible(person.alias ?? person.name ?? id.slice(0, 6))
  }
  return who === 'me' || who === 'link' || who === 'everyone' ? t(`audience.${who}`) : who
}

export function AudienceChoice({
  value,
  offered,
  onChange,
}: {
  readonly value: Who
  readonly offered: readonly WhoKind[]
  readonly onChange: (audience: Who) => void
}): ReactNode {
  const named = useAudiences()
  const kind = kindOf(value)
  const shown = offered.filter(
    (one) => one === kind || (one !== 'person' && one !== 'circle') || named[one].length > 0,
  )
  const choose = (next: WhoKind): void => {
    if (next === kind) return
    if (next !== 'person' && next !== 'circle') onChange(next)
    else if (named[next][0] !== undefined) onChange(named[next][0].value)
  }
  return (
    <>
      <Picks
        label={t('audience.label')}
        value={kind}
        onChange={choose}
        options={shown.map((one) => ({
          value: one,
          name: t(`audience.${one}`),
          means: t(`audience.${one}.means`),
        }))}
      />
      {(kind === 'person' || kind === 'circle') && (
        <WhichOne value={value as Named} kind={kind} options={named[kind]} onChange={onChange} />
      )}
    </>
  )
}

function WhichOne({
  value,
  kind,
  options,
  onChange,
}: {
  readonly value: Named
  readonly kind: 'person' | 'circle'
  readonly options: readonly Option[]
  readonly onChange: (audience: Named) => void
}): ReactNode {
  const id = useId()
  const all = options.some((one) => one.value === value)
    ? options
    : [{ value, name: audienceName(value) }, ...options]
  return (
    <div className="audience-which">
      <label htmlFor={id} className="field-label">
        {t(kind === 'person' ? 'audience.whichPerson' : 'audience.whichCircle')}
      </label>
      <select
        id={id}
        className="input select"
        value={value}
        onChange={({ currentTarget }) => {
          const chosen = all.find((one) => one.value === currentTarget.value)
          if (chosen !== undefined) onChange(chosen.value)
        }}
      >
        {all.map((one) => (
          <option key={one.value} value={one.value}>
            {one.name}
          </option>
        ))}
      </select>
    </div>
  )
}
