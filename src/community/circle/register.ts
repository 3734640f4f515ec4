// Who is in, and as what, seen from anywhere in the graph: from an operation (what it saw) or from the end (everything).
// Only operations that count are looked at. Rules, the same from everywhere:
// a removal ends every add that has not seen it (so it beats a concurrent re-add); of concurrent changes of a role the
// lower one stands; a circle without an owner is led by its most senior moderator, or else member.

import type { DeviceCard } from '../identity/device-card.ts'
import type { DeviceId, InviteId, PersonId, RecordId } from '../ids.ts'
import type { Role } from '../membership.ts'
import { byPlace, type Node, type OperationGraph } from './graph.ts'
import type { OperationBody, OperationKind } from './operation.ts'

/** From where: a node sees its past; undefined sees everything. */
export type View = Node | undefined

export type Of<Kind extends OperationKind> = Extract<OperationBody, { readonly kind: Kind }>

export const RANK: Readonly<Record<Role, number>> = { keeper: 0, member: 1, moderator: 2, owner: 3 }

/** How long somebody has been in: a total order, the most senior first. */
export interface Seniority {
  readonly added: Node
  readonly device: Node
}

class Lists<Key> {
  readonly #lists = new Map<Key, Node[]>()

  add(key: Key, node: Node): void {
    const list = this.#lists.get(key)
    if (list === undefined) this.#lists.set(key, [node])
    else list.push(node)
  }

  of(key: Key): readonly Node[] {
    return this.#lists.get(key) ?? []
  }

  get size(): number {
    return this.#lists.size
  }

  keys(): IterableIterator<Key> {
    return this.#lists.keys()
  }
}

export class Register {
  readonly #graph: OperationGraph
  readonly #counts: (node: Node) => boolean
  /** Adds, and create. */
  readonly #adds = new Lists<PersonId>()
  /** Removals and leaves. */
  readonly #removals = new Lists<PersonId>()
  readonly #roles = new Lists<PersonId>()
  readonly #mutes = new Lists<PersonId>()
  readonly #deviceRemovals = new Lists<DeviceId>()
  readonly #devices = new Map<PersonId, Set<DeviceId>>()
  readonly #invites = new Lists<InviteId>()
  readonly #revokes = new Lists<InviteId>()
  readonly #backed = new Lists<InviteId>()
  readonly #epochs: Node[] = []
  readonly #shares = new Lists<RecordId>()
  readonly #policies: Node[] = []

  /** @param counts whether an operation counts, as far as that is decided */
  constructor(graph: OperationGraph, counts: (node: Node) => boolean) {
    this.#graph = graph
    this.#counts = counts
  }

  /** Everything by what it is about, whether it counts or not. Once for each node, in order. */
  enter(node: Node): void {
    const { body, cards } = node.operation
    const [first] = cards
    if (first !== undefined) {
      const devices = this.#devices.get(first.person) ?? new Set()
      this.#devices.set(first.person, devices)
      for (const { device } of cards) devices.add(device)
      if (body.kind !== 'device') this.#adds.add(first.person, node)
    }
    if (body.kind === 'add' && body.backing) this.#backed.add(body.backing.invite, node)
    if (body.kind === 'remove') this.#removals.add(body.person, node)
    if (body.kind === 'leave') {
      // Of whomever the device belongs to: every card of it names one.
      for (const person of this.personsOf(node.operation.author)) this.#removals.add(person, node)
    }
    if (body.kind === 'role') this.#roles.add(body.person, node)
    if (body.kind === 'mute') this.#mutes.add(body.person, node)
    if (body.kind === 'device-remove') this.#deviceRemovals.add(body.device, node)
    if (body.kind === 'invite') this.#invites.add(body.invite, node)
    if (body.kind === 'invite-revoke') this.#revokes.add(body.invite, node)
    if (body.kind === 'epoch') this.#epochs.push(node)
    if (body.kind === 'share') this.#shares.add(body.epoch, node)
    if (body.kind === 'policy' || body.kind === 'create') this.#policies.push(node)
  }

  sees(view: View, node: Node): boolean {
    return (view === undefined || view.past.has(node.index)) && this.#counts(node)
  }

  // ── Persons ──

  /** Everybody whom some operation named with a card. */
  persons(): IterableIterator<PersonId> {
    return this.#adds.keys()
  }

  get personCount(): number {
    return this.#adds.size
  }

  /** Whose cards name this device, whether they count or not: one, unless its owner plays games. */
  personsOf(device: DeviceId): readonly PersonId[] {
    const cards = this.#graph.sources(device).map((node) => (node.operation.cards[0] as DeviceCard).person)
    return [...new Set(cards)]
  }

  devicesEver(person: PersonId): ReadonlySet<DeviceId> {
    return this.#devices.get(person) ?? new Set()
  }

  isMember(person: PersonId, view: View): boolean {
    return this.addOf(person, view) !== undefined
  }

  /** The add that makes them a member: the first one that has seen all their removals. */
  addOf(person: PersonId, view: View): Node | undefined {
    const removals = this.#endsSeen(person, view)
    let first: Node | undefined
    for (const add of this.#adds.of(person)) {
      if (!this.sees(view, add) || !removals.every((removal) => add.past.has(removal.index))) continue
      if (first === undefined || byPlace(add, first) < 0) first = add
    }
    return first
  }

  removalsSeen(person: PersonId, view: View): Node[] {
    return this.#removals.of(person).filter((node) => this.sees(view, node) && this.#isAbout(node, person))
  }

  /** As operations say, whoever may lead in need. */
  roleGiven(person: PersonId, view: View): Role | undefined {
    const add = this.addOf(person, view)
    if (add === undefined) return undefined
    const { body } = add.operation
    const begun: Role = body.kind === 'add' ? body.role : 'owner'
    const ends = this.#endsSeen(person, view)
    const since = this.#roles.of(person).filter((node) => ends.every((end) => node.past.has(end.index)))
    let lowest: Role | undefined
    for (const { operation } of this.#latest(since, view)) {
      const { role } = operation.body as Of<'role'>
      if (lowest === undefined || RANK[role] < RANK[lowest]) lowest = role
    }
    return lowest ?? begun
  }

  /** Undefined for who is no member. */
  role(person: PersonId, view: View): Role | undefined {
    const role = this.roleGiven(person, view)
    if (role === undefined || role === 'owner' || role === 'keeper') return role
    return this.#heir(view) === person ? 'owner' : role
  }

  owners(view: View): PersonId[] {
    const given = this.#givenRole(view, 'owner')
    if (given.length > 0) return given
    const heir = this.#heir(view)
    return heir === undefined ? [] : [heir]
  }

  muted(person: PersonId, view: View): boolean {
    const latest = this.#latest(this.#mutes.of(person), view)
    return latest.some(({ operation }) => (operation.body as Of<'mute'>).muted)
  }

  /** @returns below 0 where a is more senior */
  compareSeniority(a: Seniority, b: Seniority): number {
    return byPlace(a.added, b.added) || byPlace(a.device, b.device)
  }

  seniority(device: DeviceId, view: View): Seniority | undefined {
    const person = this.ownerOf(device, view)
    const added = person && this.addOf(person, view)
    const source = this.#graph.sources(device).find((node) => this.sees(view, node))
    return added && source && { added, device: source }
  }

  // ── Devices ──

  /** Whose it is, or was. The first card that counts decides. */
  ownerOf(device: DeviceId, view: View): PersonId | undefined {
    let first: Node | undefined
    for (const node of this.#graph.sources(device))
      if (this.sees(view, node) && (first === undefined || byPlace(node, first) < 0)) first = node
    return first?.operation.cards[0]?.person
  }

  /** The card with which it is in now; of several the one issued last. */
  liveCard(device: DeviceId, view: View): DeviceCard | undefined {
    const person = this.ownerOf(device, view)
    if (person === undefined) return undefined
    const ends = [
      ...latestOf(this.#deviceRemovals.of(device).filter((node) => this.sees(view, node))),
      ...this.#endsSeen(person, view),
    ]
    let latest: DeviceCard | undefined
    for (const node of this.#graph.sources(device)) {
      if (!this.sees(view, node) || !ends.every((end) => node.past.has(end.index))) continue
      const card = node.operation.cards.find((one) => one.device === device)
      if (card?.person !== person) continue
      if (latest === undefined || card.issued > latest.issued) latest = card
    }
    return latest
  }

  liveDevices(person: PersonId, view: View): DeviceCard[] {
    const live: DeviceCard[] = []
    for (const device of this.devicesEver(person)) {
      const card = this.liveCard(device, view)
      if (card?.person === person) live.push(card)
    }
    return live
  }

  /** Whoever signed two things for one place and knows it is no longer heard; others take the device out. */
  sawForkOf(device: DeviceId, node: Node): boolean {
    if (this.#graph.forkedAt(device) === undefined) return false
    const seqs = new Set<number>()
    for (const { index, operation } of this.#graph.by(device)) {
      if (!node.past.has(index)) continue
      if (seqs.has(operation.seq)) return true
      seqs.add(operation.seq)
    }
    return false
  }

  wasRemoved(device: DeviceId, view: View): boolean {
    return this.#deviceRemovals.of(device).some((node) => this.sees(view, node))
  }

  /** What put it out, as far as it counts: of its person, and of itself. */
  endsOf(device: DeviceId, view: View): Node[] {
    const person = this.ownerOf(device, view)
    return [
      ...(person === undefined ? [] : this.removalsSeen(person, view)),
      ...this.#deviceRemovals.of(device).filter((node) => this.sees(view, node)),
    ]
  }

  // ── Everything else ──

  invite(invite: InviteId, view: View): Node | undefined {
    return this.#invites.of(invite).find((node) => this.sees(view, node))
  }

  inviteIds(): IterableIterator<InviteId> {
    return this.#invites.keys()
  }

  revoked(invite: InviteId, view: View): boolean {
    return this.#revokes.of(invite).some((node) => this.sees(view, node))
  }

  /** Adds by it that count, each person once. */
  used(invite: InviteId, view: View): ReadonlySet<PersonId> {
    const persons = this.#backed.of(invite).filter((node) => this.sees(view, node))
    return new Set(persons.map(({ operation }) => (operation.cards[0] as DeviceCard).person))
  }

  /** Adds by it, whether they count or not. */
  backedBy(invite: InviteId): readonly Node[] {
    return this.#backed.of(invite)
  }

  epochs(view: View): Node[] {
    return this.#epochs.filter((node) => this.sees(view, node))
  }

  /** By which it was given to others later, whether they count or not; what rests on what is in order. */
  sharings(epoch: RecordId): readonly Node[] {
    return this.#shares.of(epoch)
  }

  /** Of the policies the latest: deepest, then lowest hash. */
  policy(view: View): Node | undefined {
    let latest: Node | undefined
    for (const node of this.#policies) {
      if (!this.sees(view, node)) continue
      if (
        latest === undefined ||
        node.depth > latest.depth ||
        (node.depth === latest.depth && byPlace(node, latest) < 0)
      )
        latest = node
    }
    return latest
  }

  // ── Within ──

  /** A leave is about whoever its device belonged to there. */
  #isAbout(removal: Node, person: PersonId): boolean {
    const { body, author } = removal.operation
    return body.kind === 'remove' || this.ownerOf(author, removal) === person
  }

  /** Of their removals those that no other one has seen: who saw these saw all. */
  #endsSeen(person: PersonId, view: View): Node[] {
    return latestOf(this.removalsSeen(person, view))
  }

  /** Those seen that no other one of them has seen. */
  #latest(nodes: readonly Node[], view: View): Node[] {
    return latestOf(nodes.filter((node) => this.sees(view, node)))
  }

  #hasOwner(view: View): boolean {
    for (const person of this.#risen()) if (this.roleGiven(person, view) === 'owner') return true
    return false
  }

  #givenRole(view: View, role: Role): PersonId[] {
    return [...new Set(this.#risen())].filter((person) => this.roleGiven(person, view) === role)
  }

  /** Who can be more than a member: the founder, and whom a role operation named. */
  *#risen(): Iterable<PersonId> {
    const founder = this.#graph.nodes[0]?.operation.cards[0]?.person
    if (founder !== undefined) yield founder
    yield* this.#roles.keys()
  }

  /** Who leads a circle that has no owner left. */
  #heir(view: View): PersonId | undefined {
    if (this.#hasOwner(view)) return undefined
    const moderators = this.#givenRole(view, 'moderator')
    if (moderators.length > 0) return this.#mostSenior(moderators, view)
    const members = [...this.#adds.keys()].filter((person) => this.roleGiven(person, view) === 'member')
    return this.#mostSenior(members, view)
  }

  #mostSenior(persons: readonly PersonId[], view: View): PersonId | undefined {
    let first: { readonly person: PersonId; readonly add: Node } | undefined
    for (const person of persons) {
      const add = this.addOf(person, view)
      if (add !== undefined && (first === undefined || byPlace(add, first.add) < 0)) first = { person, add }
    }
    return first?.person
  }
}

/**
 * Those that no other one of them has seen, of nodes in order of arrival. From the last on, since whatever is seen by any is seen
 * by one of those: a thousand changes one after the other cost a thousand steps, not a million.
 */
function latestOf(nodes: readonly Node[]): Node[] {
  const latest: Node[] = []
  for (let at = nodes.length - 1; at >= 0; at--) {
    const node = nodes[at] as Node
    if (!latest.some((other) => other.past.has(node.index))) latest.push(node)
  }
  return latest.reverse()
}
