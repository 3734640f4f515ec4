// Random histories of a circle: persons who act by what each has seen, tell one another some of it, and sometimes do what they
// may not, rest on old operations, or sign two for one place. Drawn by a seed.

import { randomInt, SeededRandom } from '../../src/base/random.ts'
import type { Operation, OperationBody } from '../../src/community/circle/operation.ts'
import { RecordError } from '../../src/community/community-error.ts'
import type { Role } from '../../src/community/membership.ts'
import { Writer } from './circle-writers.ts'

const ROLES: readonly Role[] = ['owner', 'moderator', 'member', 'keeper']

export interface DrawnCircle {
  readonly writers: readonly Writer[]
  /** In the order in which they were written: parents first. */
  readonly operations: readonly Operation[]
}

export function drawnCircle(seed: number, steps: number, persons = 8): DrawnCircle {
  const random = new SeededRandom(seed)
  const one = <T>(items: readonly T[]): T => items[randomInt(random, items.length)] as T
  const writers = Array.from({ length: persons }, (_, number) => new Writer(`p${number}`, random))
  const second = writers.slice(0, 2).map((of, number) => new Writer(`q${number}`, random, of))
  const all = [...writers, ...second]
  const seeds = [random.bytes(32), random.bytes(32)]
  const founder = all[0] as Writer
  const operations = [founder.found()]
  // Most histories begin with some people in.
  for (const other of writers.slice(1, 4)) operations.push(founder.write(founder.add(other)))
  for (const [number, invite] of seeds.entries())
    operations.push(founder.write(founder.invite(invite, number + 1)))
  if (randomInt(random, 2) === 0)
    operations.push(founder.write({ kind: 'role', person: one(writers).person, role: one(ROLES) }))
  for (const writer of all) if (randomInt(random, 4) > 0) writer.seeAllOf(founder)

  const body = (by: Writer): OperationBody => {
    const other = one(all)
    switch (randomInt(random, 14)) {
      case 0:
      case 1:
        return by.add(other)
      case 2:
      case 3:
        return by.remove(other)
      case 4:
      case 5:
        return { kind: 'role', person: other.person, role: one(ROLES) }
      case 6:
        return { kind: 'leave', pins: [] }
      case 7:
        return by.invite(one(seeds), 1 + randomInt(random, 2))
      case 8:
      case 9:
        return by.admit(one(writers.slice(4)), one(seeds))
      case 10: {
        const invite = by.invite(one(seeds)) as Extract<OperationBody, { kind: 'invite' }>
        return { kind: 'invite-revoke', invite: invite.invite }
      }
      case 11:
        return { kind: 'device', card: other.card }
      case 12:
        return { kind: 'device-remove', device: other.device, pin: undefined }
      default: {
        const given = randomInt(random, 2) === 0 ? by.share(other) : undefined
        return given ?? by.epoch()
      }
    }
  }

  for (let step = 0; step < steps; step++) {
    const by = one(all)
    const from = one(all)
    if (!from.knows) continue
    if (!by.knows || randomInt(random, 3) === 0) {
      by.seeAllOf(from)
      continue
    }
    const { nodes } = by.resolver.graph
    // Mostly honest; the rest on whatever they please, and seldom twice for one place.
    const old = randomInt(random, 6) === 0 ? [one(nodes).operation] : undefined
    const own = by.resolver.graph.by(by.device)
    const forked = own.length > 1 && randomInt(random, 25) === 0 ? one(own.slice(0, -1)).operation : undefined
    const written = writeIfTaken(by, body(by), old, forked === undefined ? {} : { prev: forked })
    if (written !== undefined) operations.push(written)
  }
  return { writers: all, operations }
}

/** Undefined for what nobody takes: whoever nobody ever brought in. */
function writeIfTaken(
  by: Writer,
  body: OperationBody,
  on: readonly Operation[] | undefined,
  change: { readonly prev?: Operation },
): Operation | undefined {
  try {
    return by.write(body, on, change)
  } catch (error) {
    if (error instanceof RecordError) return undefined
    throw error
  }
}
