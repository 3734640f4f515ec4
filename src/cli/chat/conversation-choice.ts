// Which conversation a word means: a room, the first room of a circle, or a person.

import type { Conversation } from '../../api/schemas/conversations.ts'
import type { DaemonLink } from '../daemon-link.ts'
import { namedCircle, namedPerson, namedRooms } from '../people/people-context.ts'
import { chooseNamed, type Named } from '../people/people-names.ts'

/** @returns its id. @throws NameError */
export async function chooseConversation(link: DaemonLink, word: string): Promise<string> {
  if (/^(room|direct):[a-z2-7]{52}/.test(word)) return word
  const [{ circles }, { people }] = await Promise.all([link.call('circles', {}), link.call('people', {})])
  const named: Named[] = [
    ...circles.map((circle) => ({ ...namedCircle(circle), ...firstRoom(circle.id, circle.rooms) })),
    ...circles.flatMap(namedRooms),
    ...people.map((person) => ({ ...namedPerson(person), same: `direct:${person.id}` })),
  ]
  const { id, same = id } = chooseNamed(word, named, 'circle, room or person you know')
  return same
}

function firstRoom(
  circle: string,
  rooms: readonly { readonly id: string; readonly archived: boolean }[],
): { readonly same?: string } {
  const room = rooms.find(({ archived }) => !archived) ?? rooms[0]
  return room === undefined ? {} : { same: `room:${circle}:${room.id}` }
}

/** `Band/plans`, or the person. */
export function conversationTitle(
  { kind, name, circle }: Conversation,
  circles: readonly { readonly id: string; readonly name: string }[],
): string {
  const whose = circles.find(({ id }) => id === circle)?.name
  return kind === 'room' && whose !== undefined ? `${whose}/${name}` : name
}
