// One operation of each kind, for tests of decoders.

import type { Random } from '../../src/base/ports.ts'
import { DEFAULT_POLICY } from '../../src/community/circle/circle-facts.ts'
import type { Operation } from '../../src/community/circle/operation.ts'
import { Writer } from './circle-writers.ts'

export function everyOperation(random: Random): Operation[] {
  const [olga, mike, zoe] = ['olga', 'mike', 'zoe'].map((name) => new Writer(name, random)) as [
    Writer,
    Writer,
    Writer,
  ]
  const seed = random.bytes(32)
  const operations = [olga.found()]
  const write = (body: Parameters<Writer['write']>[0]): Operation => {
    const operation = olga.write(body)
    operations.push(operation)
    return operation
  }
  const first = write(olga.add(mike))
  const invite = olga.invite(seed, 3)
  write(invite)
  write(olga.admit(zoe, seed, 'keeper'))
  const epoch = write(olga.epoch())
  const shared = olga.share(zoe)
  if (shared !== undefined) write(shared)
  const next = olga.epoch()
  const sealed = random.bytes(72)
  write({ ...next, past: [{ epoch: epoch.id, access: sealed, read: sealed }] })
  write({
    kind: 'policy',
    policy: { ...DEFAULT_POLICY, approval: true, keepCopies: 3, history: 'from-join' },
  })
  write({ kind: 'role', person: mike.person, role: 'moderator' })
  write({ kind: 'mute', person: mike.person, muted: true })
  if (invite.kind === 'invite') write({ kind: 'invite-revoke', invite: invite.invite })
  const tablet = new Writer('tablet', random, mike)
  write({ kind: 'device', card: tablet.card })
  write({
    kind: 'device-remove',
    device: tablet.device,
    pin: { device: tablet.device, seq: 4, head: first.id },
  })
  write({ kind: 'device-remove', device: mike.device, pin: undefined })
  write({ kind: 'remove', person: mike.person, pins: [{ device: mike.device, seq: 9, head: first.id }] })
  write({ kind: 'leave', pins: [{ device: olga.device, seq: 0, head: undefined }] })
  return operations
}
