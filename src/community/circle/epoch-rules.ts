// Which epochs count, and which of them is written with. An epoch is for exactly the devices that were in where it was made;
// whoever is a member may make one where it is due, moderators at any time (decision 0034): so a removal leads to a new
// key even if whoever removed is gone at once. What a device that is out could read is never written with. Where everybody may
// read what was before, who came later is given the epoch that is there, and with it all those before (decision 0042).

import { compareBytes } from '../../base/bytes.ts'
import type { DeviceId, RecordId } from '../ids.ts'
import type { CirclePolicy, Role } from '../membership.ts'
import { byPlace, type Node } from './graph.ts'
import type { EpochShare } from './operation.ts'
import { MEMBER_SHARE_BYTES } from './operation-body.ts'
import { type Of, RANK, type Register, type View } from './register.ts'

/** Live devices, and whether each gets the read secret. */
export type Recipients = ReadonlyMap<DeviceId, boolean>

export function recipients(register: Register, view: View): Recipients {
  const all = new Map<DeviceId, boolean>()
  for (const person of register.persons()) {
    const role = register.roleGiven(person, view)
    if (role === undefined) continue
    for (const { device } of register.liveDevices(person, view)) all.set(device, role !== 'keeper')
  }
  return all
}

/** As far as it saw. */
export function epochAllowed(role: Role, node: Node, body: Of<'epoch'>, register: Register): boolean {
  const before = register.epochs(node)
  const followed = body.after.map((id) => before.find(({ operation }) => operation.id === id))
  if (followed.includes(undefined) || (body.after.length === 0) !== (before.length === 0)) return false
  const highest = followed.reduce((most, epoch) => Math.max(most, generationOf(epoch)), 0)
  if (body.generation !== highest + 1) return false
  if (!body.past.every(({ epoch }) => body.after.includes(epoch))) return false
  const live = recipients(register, node)
  if (!isFor(readersAmong(body.shares), live)) return false
  if (RANK[role] >= RANK.moderator || isWanting(register, node, live)) return true
  const lost = new Set(leftBehind(register, node).map(({ operation }) => operation.id))
  return body.past.some(({ epoch }) => lost.has(epoch))
}

/**
 * Whether a new one is due: there is none to write with, or not everybody has it, or one beside it (of two parts that were
 * apart) is not known to everybody who may read it, so that one must follow both.
 */
export function isWanting(register: Register, view: View, live: Recipients): boolean {
  const best = bestOf(register, view, live)
  if (best === undefined || !isFor(givenOf(best, register, view), live)) return true
  const others = epochHeads(register.epochs(view)).filter((head) => head !== best)
  if (others.length === 0 || policyAt(register, view)?.history !== 'all') return false
  return others.some((head) => {
    const given = givenOf(head, register, view)
    return [...live].some(([device, reads]) => reads && given.get(device) !== true)
  })
}

/**
 * Epochs that who comes is not given with those that are written with, though everybody may read what was before: whoever
 * followed them did not know them. Whoever does makes one that gives them, too; what a hidden history cut off stays so.
 */
export function leftBehind(register: Register, view: View): Node[] {
  if (policyAt(register, view)?.history !== 'all') return []
  const epochs = register.epochs(view)
  const byId = new Map(epochs.map((node) => [node.operation.id, node]))
  const given = new Set<Node>()
  const lost = new Set<Node>()
  const heads = epochHeads(epochs)
  follow(heads, given, byId, (epoch) => pastOf(epoch))
  follow(heads, new Set(), byId, (epoch) => {
    const past = new Set(pastOf(epoch))
    const cut = (epoch.operation.body as Of<'epoch'>).after.filter((id) => !past.has(id))
    const missing = cut.length > 0 && policyAt(register, epoch)?.history === 'all' ? cut : []
    for (const id of missing) {
      const node = byId.get(id)
      if (node !== undefined && !given.has(node)) lost.add(node)
    }
    return [...past, ...missing]
  })
  return [...lost].sort(byPlace)
}

function pastOf({ operation }: Node): RecordId[] {
  return (operation.body as Of<'epoch'>).past.map(({ epoch }) => epoch)
}

/** All that `next` leads to. */
function follow(
  from: readonly Node[],
  met: Set<Node>,
  byId: ReadonlyMap<RecordId, Node>,
  next: (epoch: Node) => readonly RecordId[],
): void {
  const open = [...from]
  for (let epoch = open.pop(); epoch !== undefined; epoch = open.pop()) {
    if (met.has(epoch)) continue
    met.add(epoch)
    open.push(...next(epoch).flatMap((id) => byId.get(id) ?? []))
  }
}

/** As far as it saw: by somebody who has it and may write with it, to those who lack it, where everybody may read it. */
export function shareAllowed(node: Node, body: Of<'share'>, register: Register): boolean {
  if (policyAt(register, node)?.history !== 'all') return false
  const epoch = epochHeads(register.epochs(node)).find(({ operation }) => operation.id === body.epoch)
  if (epoch === undefined) return false
  const given = givenOf(epoch, register, node)
  if (given.get(node.operation.author) !== true) return false
  return body.shares.every((share) => {
    const reads = readsOf(share.device, register, node)
    return reads !== undefined && reads === isWhole(share) && given.get(share.device) !== reads
  })
}

function readsOf(device: DeviceId, register: Register, view: View): boolean | undefined {
  const person = register.ownerOf(device, view)
  const role = person && register.roleGiven(person, view)
  if (role === undefined || register.liveCard(device, view) === undefined) return undefined
  return role !== 'keeper'
}

export function policyAt(register: Register, view: View): CirclePolicy | undefined {
  return (register.policy(view)?.operation.body as Of<'policy'> | undefined)?.policy
}

/** Exactly those, each with what it may have. */
export function isFor(given: Recipients, live: Recipients): boolean {
  return given.size === live.size && [...given].every(([device, reads]) => live.get(device) === reads)
}

/** Nobody else, and nobody more. */
function isWithin(holders: Recipients, live: Recipients): boolean {
  for (const [device, holds] of holders) {
    const reads = live.get(device)
    if (reads === undefined || (holds && !reads)) return false
  }
  return true
}

/** To whom it was told, first or later, by operations that count. */
export function givenOf(epoch: Node, register: Register, view: View): Recipients {
  const given = readersAmong(sharesOf(epoch))
  for (const node of register.sharings(epoch.operation.id))
    if (register.sees(view, node)) addReaders(given, (node.operation.body as Of<'share'>).shares)
  return given
}

/**
 * Who may know it, by what was signed: also those to whom it was given by an operation that does not count (one add too many,
 * an author who was put out beside it), as long as whoever gave it had it. Somebody who never had it names nobody here, and
 * so cannot make others rotate.
 */
export function holdersOf(epoch: Node, register: Register, view: View): Recipients {
  const first = new Set(sharesOf(epoch).map(({ device }) => device))
  const holders = readersAmong(sharesOf(epoch))
  const givers: Node[] = []
  for (const node of register.sharings(epoch.operation.id)) {
    if (!node.past.has(epoch.index) || (view !== undefined && !view.past.has(node.index))) continue
    const { author, body } = node.operation
    const had =
      first.has(author) ||
      givers.some(
        (giver) =>
          node.past.has(giver.index) &&
          (giver.operation.body as Of<'share'>).shares.some(({ device }) => device === author),
      )
    if (!had) continue
    givers.push(node)
    addReaders(holders, (body as Of<'share'>).shares)
  }
  return holders
}

/** Whether some operation tells it to this device, whatever that counts. */
export function wasTold(epoch: Node, device: DeviceId, register: Register): boolean {
  const names = (shares: readonly EpochShare[]): boolean => shares.some((share) => share.device === device)
  return (
    names(sharesOf(epoch)) ||
    register
      .sharings(epoch.operation.id)
      .some(({ operation }) => names((operation.body as Of<'share'>).shares))
  )
}

function readersAmong(shares: readonly EpochShare[]): Map<DeviceId, boolean> {
  return addReaders(new Map<DeviceId, boolean>(), shares)
}

function addReaders(to: Map<DeviceId, boolean>, shares: readonly EpochShare[]): Map<DeviceId, boolean> {
  for (const share of shares) to.set(share.device, to.get(share.device) === true || isWhole(share))
  return to
}

/** With the read secret. */
function isWhole({ sealed }: EpochShare): boolean {
  return sealed.length === MEMBER_SHARE_BYTES
}

/**
 * What is written with: of those that no other one follows, and that nobody has who is out, the highest generation, then the
 * lowest hash. Undefined where there is none: it is due. One that was followed is not gone back to, since later recipients
 * may know it.
 */
export function bestOf(register: Register, view: View, live: Recipients): Node | undefined {
  const ranked = epochHeads(register.epochs(view)).sort(
    (a, b) => generationOf(b) - generationOf(a) || compareBytes(a.hash, b.hash),
  )
  return ranked.find((epoch) => isWithin(holdersOf(epoch, register, view), live))
}

/** Those that no other one follows. */
export function epochHeads(epochs: readonly Node[]): Node[] {
  const followed = new Set(epochs.flatMap(({ operation }) => (operation.body as Of<'epoch'>).after))
  return epochs.filter(({ operation }) => !followed.has(operation.id)).sort(byPlace)
}

export function sharesOf(epoch: Node): readonly EpochShare[] {
  return (epoch.operation.body as Of<'epoch'>).shares
}

export function generationOf(epoch: Node | undefined): number {
  return epoch === undefined ? 0 : (epoch.operation.body as Of<'epoch'>).generation
}
