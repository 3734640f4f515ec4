// What people are called on the page: as I call them, else as they call themselves, else by the beginning of their key.

import type { Me, Person } from '../../../../src/api/schemas/people.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { me, people } from '../../store/people.ts'
import { useKept } from '../../store/use-kept.ts'
import { t } from '../../text/t.ts'

const KEY_CHARACTERS = 6

export function nameOf({ id, name, alias }: Pick<Person, 'id' | 'name' | 'alias'>): string {
  return alias ?? name ?? t('people.unnamed', id.slice(0, KEY_CHARACTERS))
}

/** For our own sentences: characters that would not be seen are shown. */
export function shownName(person: Pick<Person, 'id' | 'name' | 'alias'>): string {
  return visible(nameOf(person))
}

export interface Known {
  readonly me: Me | undefined
  readonly people: ReadonlyMap<string, Person>
}

/** Everybody of whom something is known here, by id. */
export function useKnown(): Known {
  const { value: all } = useKept(people)
  const { value: own } = useKept(me)
  return { me: own, people: new Map(all?.map((person) => [person.id, person])) }
}

/** A name of someone as an answer told it, or as I call them. */
export function calledName(known: Known, id: string | null, told: string): string {
  const person = id === null ? undefined : known.people.get(id)
  return (
    person?.alias ?? (told === '' && id !== null ? t('people.unnamed', id.slice(0, KEY_CHARACTERS)) : told)
  )
}
