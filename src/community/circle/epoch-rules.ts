// Which epochs count, and which of them is written with. An epoch is for exactly the devices that were in where it was made;
// whoever is a member may make one where it is due, moderators at any time (decision 0034): so a removal leads to a new
// key even if whoever removed is gone at once. What a device that is out could read is never written with.

import { compareBytes } from '../../base/bytes.ts'
import type { DeviceId } from '../ids.ts'
import type { Role } from '../membership.ts'
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
  if (!isFor(body.shares, live)) return false
  if (RANK[role] >= RANK.moderator) return true
  const best = bestOf(before, live)
  return best === undefined || !isFor(sharesOf(best), live)
}

/** Exactly those, each with what it may have. */
export function isFor(shares: readonly EpochShare[], live: Recipients): boolean {
  return (
    shares.length === live.size &&
    shares.every(({ device, sealed }) => live.get(device) === (sealed.length === MEMBER_SHARE_BYTES))
  )
}

/** Nobody else, and nobody more. */
function isWithin(shares: readonly EpochShare[], live: Recipients): boolean {
  return shares.every(({ device, sealed }) => {
    const reads = live.get(device)
    return reads !== undefined && (reads || sealed.length !== MEMBER_SHARE_BYTES)
  })
}

/**
 * What is written with: of those that no other one follows, and that nobody has who is out, the highest generation, then the
 * lowest hash. Undefined where there is none: it is due. One that was followed is not gone back to, since later recipients
 * may know it.
 */
export function bestOf(epochs: readonly Node[], live: Recipients): Node | undefined {
  const ranked = epochHeads(epochs).sort(
    (a, b) => generationOf(b) - generationOf(a) || compareBytes(a.hash, b.hash),
  )
  return ranked.find((epoch) => isWithin(sharesOf(epoch), live))
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
