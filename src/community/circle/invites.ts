// The invites of a circle, as its operations tell.

import type { InviteId, PersonId } from '../ids.ts'
import type { JoinRole } from './operation.ts'
import type { Of } from './register.ts'
import type { Resolver } from './resolver.ts'

export interface InviteFacts {
  readonly id: InviteId
  readonly by: PersonId
  readonly role: JoinRole
  readonly uses: number
  readonly used: number
  /** Seconds since 1970. */
  readonly expiresAt: number
  readonly approval: boolean
  readonly revoked: boolean
}

export function invitesOf(resolver: Resolver): InviteFacts[] {
  resolver.settle()
  const { register } = resolver
  const facts: InviteFacts[] = []
  for (const id of register.inviteIds()) {
    const node = register.invite(id, undefined)
    const by = node && register.ownerOf(node.operation.author, node)
    if (node === undefined || by === undefined) continue
    const { role, uses, expires, approval } = node.operation.body as Of<'invite'>
    const used = register.used(id, undefined).size
    facts.push({
      id,
      by,
      role,
      uses,
      used,
      expiresAt: expires,
      approval,
      revoked: register.revoked(id, undefined),
    })
  }
  return facts
}
