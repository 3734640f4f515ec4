// Devices that write operations of one circle, honest or not: each has its own resolver, sees what it was shown, and can be
// made to rest an operation on whatever a test wants. For resolver tests; links and services are in circle-scene.ts.

import { QuickCrypto, QuickSealing } from '../../lab/sim/people-crypto.ts'
import { compareBytes } from '../../src/base/bytes.ts'
import type { Random } from '../../src/base/ports.ts'
import { randomInt, SeededRandom, shuffle } from '../../src/base/random.ts'
import { DEFAULT_POLICY, factsOf } from '../../src/community/circle/circle-facts.ts'
import { bestOf, epochHeads, generationOf, recipients } from '../../src/community/circle/epoch-rules.ts'
import { commitment, freshSecrets } from '../../src/community/circle/epoch-secrets.ts'
import { type Node, OperationGraph } from '../../src/community/circle/graph.ts'
import { inviteId, proveInvite } from '../../src/community/circle/join-proof.ts'
import type { Operation, OperationBody } from '../../src/community/circle/operation.ts'
import { KEEPER_SHARE_BYTES, MEMBER_SHARE_BYTES } from '../../src/community/circle/operation-body.ts'
import { signOperation } from '../../src/community/circle/operation-codec.ts'
import type { Of } from '../../src/community/circle/register.ts'
import { Resolver } from '../../src/community/circle/resolver.ts'
import { signCard } from '../../src/community/identity/device-card.ts'
import {
  type CircleId,
  type DeviceId,
  type InviteId,
  keyBytes,
  keyText,
  type PersonId,
} from '../../src/community/ids.ts'

export class Writer {
  readonly name: string
  readonly person: PersonId
  readonly device: DeviceId
  readonly card: Uint8Array
  readonly personSeed: Uint8Array
  readonly #seed: Uint8Array
  readonly #crypto: QuickCrypto
  readonly #random: Random
  #resolver: Resolver | undefined

  constructor(name: string, random: Random, of?: Writer) {
    this.name = name
    this.#random = random
    this.#crypto = new QuickCrypto(random)
    this.personSeed = of?.personSeed ?? random.bytes(32)
    this.#seed = random.bytes(32)
    this.person = keyText(this.#crypto.publicKey(this.personSeed))
    this.device = keyText(this.#crypto.publicKey(this.#seed))
    const sealingKey = new QuickSealing(random).publicKey(this.#seed)
    const card = { person: this.person, device: this.device, sealingKey, name, issued: 1 }
    this.card = signCard(card, this.personSeed, this.#seed, this.#crypto)
  }

  get resolver(): Resolver {
    if (this.#resolver === undefined) throw new Error(`${this.name} has seen nothing yet`)
    return this.#resolver
  }

  get knows(): boolean {
    return this.#resolver !== undefined
  }

  found(): Operation {
    const body: OperationBody = {
      kind: 'create',
      card: this.card,
      policy: DEFAULT_POLICY,
      salt: this.#random.bytes(16),
    }
    const first = signOperation(
      { circle: undefined, author: this.device, seq: 1, prev: undefined, parents: [], at: 1, body },
      this.#seed,
      this.#crypto,
    )
    this.see([first])
    return first
  }

  /** Takes what it has not seen; parents come first. */
  see(operations: Iterable<Operation>): void {
    for (const operation of operations) {
      this.#resolver ??= new Resolver(new OperationGraph(operation.circle))
      this.#resolver.add(operation)
    }
  }

  seeAllOf(other: Writer): void {
    this.see(other.resolver.graph.nodes.map(({ operation }) => operation))
  }

  /** Resting on all it saw, or on what is given; whether it may is not asked. */
  write(
    body: OperationBody,
    on?: readonly Operation[],
    change: { seq?: number; prev?: Operation } = {},
  ): Operation {
    const operation = this.draft(body, on, change)
    this.see([operation])
    return operation
  }

  draft(
    body: OperationBody,
    on?: readonly Operation[],
    change: { seq?: number; prev?: Operation } = {},
  ): Operation {
    const { graph } = this.resolver
    const own = change.prev ?? graph.by(this.device).at(-1)?.operation
    const parents = (on?.map(({ id }) => graph.get(id) as Node) ?? graph.heads())
      .filter(({ operation }) => operation !== own)
      .map(({ hash }) => hash)
      .sort(compareBytes)
      .slice(-16)
    return signOperation(
      {
        circle: graph.circle,
        author: this.device,
        seq: change.seq ?? (own?.seq ?? 0) + 1,
        prev: own?.id,
        parents: parents.map((hash) => keyText(hash)),
        at: 1,
        body,
      },
      this.#seed,
      this.#crypto,
    )
  }

  // ── Bodies ──

  add(other: Writer, role: 'member' | 'keeper' = 'member'): OperationBody {
    return { kind: 'add', role, cards: [other.card], backing: undefined }
  }

  admit(joiner: Writer, seed: Uint8Array, role: 'member' | 'keeper' = 'member'): OperationBody {
    const asked = { admitter: this.device, nonce: this.#random.bytes(32) }
    const backing = proveInvite(seed, this.circle, joiner.card, asked, this.#crypto)
    return { kind: 'add', role, cards: [joiner.card], backing }
  }

  invite(seed: Uint8Array, uses = 1, change: Partial<Of<'invite'>> = {}): OperationBody {
    const invite: InviteId = inviteId(seed, this.#crypto)
    return {
      kind: 'invite',
      invite,
      role: 'member',
      uses,
      expires: 10_000_000_000,
      approval: false,
      ...change,
    }
  }

  remove(other: Writer): OperationBody {
    return { kind: 'remove', person: other.person, pins: [] }
  }

  /** For whoever is in as it sees it; what is sealed nobody opens in these tests. */
  epoch(change: (devices: Map<DeviceId, boolean>) => void = () => {}): Of<'epoch'> {
    const { register } = this.resolver
    this.resolver.settle()
    const heads = epochHeads(register.epochs(undefined)).slice(-16)
    const secrets = freshSecrets(this.#random)
    const devices = new Map(recipients(register, undefined))
    change(devices)
    return {
      kind: 'epoch',
      generation: heads.reduce((most, epoch) => Math.max(most, generationOf(epoch)), 0) + 1,
      after: heads
        .map(({ hash }) => hash)
        .sort(compareBytes)
        .map((hash) => keyText(hash)),
      accessHash: commitment(secrets.access, 'access', this.#crypto),
      readHash: commitment(secrets.read, 'read', this.#crypto),
      shares: [...devices]
        .sort(([a], [b]) => compareBytes(keyBytes(a), keyBytes(b)))
        .map(([device, reads]) => ({
          device,
          sealed: this.#random.bytes(reads ? MEMBER_SHARE_BYTES : KEEPER_SHARE_BYTES),
        })),
      past: [],
    }
  }

  /** The newest epoch, given to them; undefined where there is none. */
  share(...to: readonly Writer[]): Of<'share'> | undefined {
    const { register } = this.resolver
    this.resolver.settle()
    const epoch = epochHeads(register.epochs(undefined)).at(-1)
    if (epoch === undefined) return undefined
    const live = recipients(register, undefined)
    const shares = to
      .map(({ device }) => device)
      .sort((a, b) => compareBytes(keyBytes(a), keyBytes(b)))
      .map((device) => ({
        device,
        sealed: this.#random.bytes(live.get(device) === false ? KEEPER_SHARE_BYTES : MEMBER_SHARE_BYTES),
      }))
    return { kind: 'share', epoch: epoch.operation.id, shares }
  }

  get circle(): CircleId {
    return this.resolver.graph.circle
  }

  standing(operation: Operation): string | undefined {
    return this.resolver.standing(operation.id)
  }

  /** Members with their roles, by name. */
  members(all: readonly Writer[]): Record<string, string> {
    const { members } = factsOf(this.resolver, this.device, () => undefined)
    return Object.fromEntries(
      all.flatMap(({ name, person }) => {
        const member = members.get(person)
        return member === undefined ? [] : [[name, member.role]]
      }),
    )
  }
}

/** Everything that a resolver says, comparable. */
export function verdicts(resolver: Resolver): unknown {
  const standings = resolver.graph.nodes.map(({ operation }) => [
    operation.id,
    resolver.standing(operation.id),
  ])
  const { members, owners, pins, policy } = factsOf(resolver, '' as DeviceId, () => undefined)
  const people = [...members.values()].map(({ person, role, muted, devices }) => [
    person,
    role,
    muted,
    [...devices.keys()].sort(),
  ])
  const { register } = resolver
  const best = bestOf(register, undefined, recipients(register, undefined))
  return {
    best: best?.operation.id,
    standings: Object.fromEntries(standings.sort()),
    people: people.sort(),
    owners: [...owners].sort(),
    pins: [...pins].sort(),
    policy,
  }
}

/** In another order in which parents still come first. */
export function reordered(operations: readonly Operation[], seed: number): Operation[] {
  const random = new SeededRandom(seed)
  const waiting = shuffle(random, [...operations])
  const placed = new Set<string>()
  const order: Operation[] = []
  while (waiting.length > 0) {
    const ready = waiting.filter(({ prev, parents }) =>
      [...parents, ...(prev === undefined ? [] : [prev])].every((id) => placed.has(id)),
    )
    const next = ready[randomInt(random, ready.length)] as Operation
    waiting.splice(waiting.indexOf(next), 1)
    placed.add(next.id)
    order.push(next)
  }
  return order
}

export function resolverOf(operations: readonly Operation[]): Resolver {
  const graph = new OperationGraph((operations[0] as Operation).circle)
  for (const operation of operations) graph.add(operation)
  return new Resolver(graph)
}
