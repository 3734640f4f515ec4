// With whom mail can be left for a device that is not linked.

import type { ContactBook } from '../contact/contact-book.ts'
import type { DeviceId, PersonId } from '../ids.ts'
import type { Membership } from '../membership.ts'

/** Its own other devices first, then keepers, then members of circles that both of us are in: those that are linked. */
export function holdersOf(
  person: PersonId,
  target: DeviceId,
  { book, membership }: { readonly book: ContactBook; readonly membership: Membership },
  isLinked: (device: DeviceId) => boolean,
): DeviceId[] {
  const found = new Set<DeviceId>()
  for (const device of book.devicesOf(person).keys()) if (isLinked(device)) found.add(device)
  const members: DeviceId[] = []
  for (const circle of book.sharedCircles(person)) {
    const facts = membership.facts(circle)
    for (const device of membership.linked(circle)) {
      const owner = facts?.owners.get(device)
      if (owner !== undefined && facts?.members.get(owner)?.role === 'keeper') found.add(device)
      else members.push(device)
    }
  }
  for (const device of members) found.add(device)
  found.delete(target)
  return [...found].filter((device) => !book.isBlockedDevice(device))
}
