// Who came, who went, and whose role is another between two sights of a circle.

import type { PersonId } from '../ids.ts'
import type { CircleFacts } from '../membership.ts'

/** @returns who joined, who is out */
export function comingsBetween(before: CircleFacts, now: CircleFacts): [PersonId[], PersonId[]] {
  return [
    [...now.members.keys()].filter((person) => !before.members.has(person)),
    [...before.members.keys()].filter((person) => !now.members.has(person)),
  ]
}

export function rolesDiffer(before: CircleFacts, now: CircleFacts): boolean {
  if (before.members.size !== now.members.size) return true
  for (const [person, { role }] of now.members) if (before.members.get(person)?.role !== role) return true
  return false
}
