// What each operation needs of its author, judged by what it saw: the role, and that what it does makes sense there. Decision
// 0034 has the table. Nothing here looks at what happened beside it: that is the resolver's (resolver.ts).

import type { DeviceCard } from '../identity/device-card.ts'
import type { PersonId } from '../ids.ts'
import type { Role } from '../membership.ts'
import { epochAllowed, shareAllowed } from './epoch-rules.ts'
import { byPlace, type Node } from './graph.ts'
import { MAX_DEVICES_EVER, MAX_DEVICES_PER_PERSON, MAX_LEAVES, MAX_MEMBERS } from './limits.ts'
import { type Of, RANK, type Register } from './register.ts'

/** The least role for an operation of this kind; more may depend on its target. */
export function needs(node: Node): Role {
  const { body } = node.operation
  switch (body.kind) {
    case 'create':
    case 'leave':
      return 'keeper'
    case 'add':
      // Whoever shows an invite may be let in by any member; anybody else by who answers for it.
      return body.backing === undefined ? 'moderator' : 'member'
    case 'device':
    case 'epoch':
    case 'share':
      return 'member'
    case 'device-remove':
      return 'keeper'
    case 'remove':
    case 'mute':
    case 'invite':
      return 'moderator'
    case 'invite-revoke':
      return 'member'
    case 'role':
      return 'keeper'
    case 'policy':
      return 'owner'
  }
}

/** Whether its author might do this, as far as it saw. */
export function allowed(node: Node, register: Register): boolean {
  const { author, body } = node.operation
  if (body.kind === 'create') return true
  const person = register.ownerOf(author, node)
  if (person === undefined || register.liveCard(author, node)?.person !== person) return false
  if (register.sawForkOf(author, node)) return false
  const role = register.role(person, node)
  if (role === undefined || RANK[role] < RANK[needs(node)]) return false
  return allowedTo({ person, role }, node, register)
}

interface Actor {
  readonly person: PersonId
  readonly role: Role
}

function allowedTo(actor: Actor, node: Node, register: Register): boolean {
  const { body } = node.operation
  switch (body.kind) {
    case 'create':
    case 'policy':
      return true
    case 'add':
      return addAllowed(actor, node, body, register)
    case 'remove':
    case 'mute':
      return body.person !== actor.person && outranks(actor, body.person, node, register)
    case 'leave':
      return mayGo(actor, node, register)
    case 'role':
      return roleAllowed(actor, node, body, register)
    case 'invite':
      return register.invite(body.invite, node) === undefined
    case 'invite-revoke': {
      const invite = register.invite(body.invite, node)
      if (invite === undefined) return false
      const by = register.ownerOf(invite.operation.author, invite)
      return RANK[actor.role] >= RANK.moderator || by === actor.person
    }
    case 'device':
      return deviceAllowed(node, register)
    case 'device-remove': {
      const owner = register.ownerOf(body.device, node)
      if (owner === undefined || register.liveCard(body.device, node) === undefined) return false
      return owner === actor.person || outranks(actor, owner, node, register)
    }
    case 'epoch':
      return epochAllowed(actor.role, node, body, register)
    case 'share':
      return shareAllowed(node, body, register)
  }
}

/** Owners over everybody, moderators over members and keepers. */
function outranks(actor: Actor, target: PersonId, node: Node, register: Register): boolean {
  const role = register.role(target, node)
  if (role === undefined || RANK[actor.role] < RANK.moderator) return false
  return actor.role === 'owner' || RANK[actor.role] > RANK[role]
}

function addAllowed(actor: Actor, node: Node, body: Of<'add'>, register: Register): boolean {
  const { person } = node.operation.cards[0] as DeviceCard
  if (register.isMember(person, node)) return false
  if (!node.operation.cards.every(({ device }) => mayBring(device, person, node, register))) return false
  if (!hasRoomFor(node.operation.cards, person, node, register)) return false
  if (isFull(node, register)) return false
  if (body.backing === undefined) return RANK[actor.role] >= RANK.moderator
  const invite = register.invite(body.backing.invite, node)
  if (invite === undefined || register.revoked(body.backing.invite, node)) return false
  // What a joiner signed for one admitter serves no other; moderators answer for those whom a member passed on.
  if (body.backing.admitter !== node.operation.author && RANK[actor.role] < RANK.moderator) return false
  const { role, uses, approval } = invite.operation.body as Of<'invite'>
  if (role !== body.role) return false
  const policy = register.policy(node)?.operation.body as Of<'policy'> | undefined
  if ((approval || policy?.policy.approval === true) && RANK[actor.role] < RANK.moderator) return false
  // Who was put out has the link still: only an invite that was made after that takes them back.
  const ends = register.removalsSeen(person, node).filter((end) => !invite.past.has(end.index))
  if (ends.length >= MAX_LEAVES || ends.some((end) => end.operation.body.kind !== 'leave')) return false
  const used = register.used(body.backing.invite, node)
  return used.has(person) || used.size < uses
}

/** A device that was somebody's here, or was taken out, does not come as somebody else's, nor again. */
function mayBring(device: DeviceCard['device'], person: PersonId, node: Node, register: Register): boolean {
  const owner = register.ownerOf(device, node)
  return (owner === undefined || owner === person) && !register.wasRemoved(device, node)
}

/** Of all devices that the person ever had here. */
function hasRoomFor(cards: readonly DeviceCard[], person: PersonId, node: Node, register: Register): boolean {
  const fresh = cards.filter(({ device }) => register.ownerOf(device, node) === undefined).length
  if (fresh === 0 || register.devicesEver(person).size + fresh <= MAX_DEVICES_EVER) return true
  let had = 0
  for (const device of register.devicesEver(person)) if (register.ownerOf(device, node) === person) had++
  return had + fresh <= MAX_DEVICES_EVER
}

function isFull(node: Node, register: Register): boolean {
  if (register.personCount < MAX_MEMBERS) return false
  let members = 0
  for (const person of register.persons()) if (register.isMember(person, node)) members++
  return members >= MAX_MEMBERS
}

function deviceAllowed(node: Node, register: Register): boolean {
  const { person, device } = node.operation.cards[0] as DeviceCard
  if (!register.isMember(person, node) || !mayBring(device, person, node, register)) return false
  if (!hasRoomFor(node.operation.cards, person, node, register)) return false
  const live = register.liveDevices(person, node)
  return live.some((card) => card.device === device) || live.length < MAX_DEVICES_PER_PERSON
}

function roleAllowed(actor: Actor, node: Node, body: Of<'role'>, register: Register): boolean {
  const role = register.role(body.person, node)
  if (role === undefined || role === body.role) return false
  if (actor.person !== body.person) return actor.role === 'owner'
  return RANK[body.role] < RANK[role] && mayGo(actor, node, register)
}

/** The last owner stays while there is anybody to own the circle for. */
function mayGo(actor: Actor, node: Node, register: Register): boolean {
  if (actor.role !== 'owner' || register.owners(node).some((owner) => owner !== actor.person)) return true
  for (const person of register.persons()) {
    if (person === actor.person) continue
    const role = register.role(person, node)
    if (role !== undefined && role !== 'keeper') return false
  }
  return node.operation.body.kind === 'leave'
}

/** Whether a revocation of `target`, beside an operation and unseen by it, takes it away. */
export function overrules(
  revocation: Node,
  node: Node,
  target: PersonId | undefined,
  register: Register,
): boolean {
  const { body } = node.operation
  const ending = revocation.operation.body
  if (body.kind === 'create') return false
  if (ending.kind === 'invite-revoke') return body.kind === 'add' && body.backing?.invite === ending.invite
  if (ending.kind === 'device-remove') return node.operation.author === ending.device
  const person = register.ownerOf(node.operation.author, node)
  if (person === undefined || person !== target) return false
  return ending.kind !== 'role' || RANK[ending.role] < RANK[roleUsed(node, person, register)]
}

/** What the author made use of: more than the kind needs, where it acted on others by rank. */
function roleUsed(node: Node, person: PersonId, register: Register): Role {
  const { body } = node.operation
  const own =
    (body.kind === 'role' && body.person === person) ||
    (body.kind === 'device-remove' && register.ownerOf(body.device, node) === person)
  if (own) return 'keeper'
  if (body.kind === 'role') return 'owner'
  if (body.kind === 'device-remove') return 'moderator'
  return needs(node)
}

/** Whom a removal, leave or role is about. */
export function targetOf(node: Node, register: Register): PersonId | undefined {
  const { body, author } = node.operation
  if (body.kind === 'remove' || body.kind === 'role') return body.person
  return body.kind === 'leave' ? register.ownerOf(author, node) : undefined
}

/** Adds by one invite beyond its uses, the most senior first: those that count too much. */
export function isExcess(node: Node, register: Register, counts: (node: Node) => boolean): boolean {
  const { body, cards } = node.operation
  if (body.kind !== 'add' || body.backing === undefined) return false
  const invite = register.invite(body.backing.invite, node)
  const uses = (invite?.operation.body as Of<'invite'> | undefined)?.uses ?? 0
  const before = new Set<PersonId>()
  for (const other of register.backedBy(body.backing.invite))
    if (byPlace(other, node) < 0 && counts(other)) before.add((other.operation.cards[0] as DeviceCard).person)
  return !before.has((cards[0] as DeviceCard).person) && before.size >= uses
}
